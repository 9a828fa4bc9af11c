"""The seven reports in the order of ФИОКО (recommendations of 2026, p. 4), and what each needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """A standard report; `arrays` are those of the cells it adds up.

    `tab` is its name where there is little room, `look` what to do with it.
    """

    code: str
    title: str
    tab: str
    look: str
    arrays: tuple[str, ...] = ()
    needs_scale: bool = False


PUPILS = Report(
    "pupils",
    "Индивидуальные результаты",
    "Ученики",
    "Найдите ученика по коду из протокола. Эту таблицу видит только сама школа.",
    ("histogram",),
)
MARKS = Report(
    "marks",
    "Статистика по отметкам",
    "Отметки",
    "Сравните доли отметок по территориям и с уровнем выше.",
    ("marks",),
    needs_scale=True,
)
JOURNAL = Report(
    "journal",
    "Сравнение отметок с отметками по журналу",
    "Журнал",
    "Посмотрите, как часто отметка за работу подтверждает журнал. Расхождение — повод разобраться, "
    "а не вывод.",
    ("journal",),
    needs_scale=True,
)
SCORES = Report(
    "scores",
    "Распределение первичных баллов",
    "Баллы",
    "Посмотрите на форму распределения и на соседние баллы у границ отметок.",
    ("histogram",),
)
TASKS = Report(
    "tasks",
    "Выполнение заданий",
    "Задания",
    "Найдите задания, которые выполнены заметно иначе, чем уровнем выше.",
    ("task_sums", "full_scores"),
)
SKILLS = Report(
    "skills",
    "Достижение планируемых результатов",
    "Умения",
    "Найдите умения, которые освоены хуже, чем уровнем выше.",
    ("task_sums",),
)
GROUPS = Report(
    "groups",
    "Выполнение заданий группами участников",
    "Группы",
    "Сравните, как одно задание выполняют ученики с разными отметками.",
    ("group_sums", "marks"),
    needs_scale=True,
)

REPORTS = (PUPILS, MARKS, JOURNAL, SCORES, TASKS, SKILLS, GROUPS)
BY_CODE = {report.code: report for report in REPORTS}
