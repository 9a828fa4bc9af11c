"""Numbers → Russian sentences of a report (pure); a number over too few pupils is not told.

Shares are 0 to 1. `is_beyond` is the word of the statistics: outside the 99.8 % limits.
"""

from collections.abc import Sequence

from monitoring.charts.spread import BEYOND, WITHIN
from monitoring.stats.disclosure import MIN_PUPILS, publishable
from monitoring.wording import NBSP, counted, decimal, listed, percent, percent_points, plural

PUPILS = ("ученик", "ученика", "учеников")


def compared(
    subject: str,
    own: float,
    other: float,
    *,
    pupils: int,
    is_beyond: bool,
    other_name: str = "в регионе",
) -> str:
    """«Средний процент выполнения — 61,4 % (в регионе 58,0 %), это отличие в пределах …»."""
    if not publishable(pupils):
        return too_few(subject)
    said = f"{subject}{NBSP}— {percent(own)} ({other_name} {percent(other)})"
    if percent(own) == percent(other) and not is_beyond:
        return f"{said}, доли равны."
    return f"{said}, это {BEYOND}." if is_beyond else f"{said}, это отличие {WITHIN}."


def changed(
    subject: str, before: float, after: float, *, year: int, pupils: int, is_beyond: bool
) -> str:
    """How a share moved since the year before `year`; a move within chance is called so."""
    if not publishable(pupils):
        return too_few(subject)
    start = f"{subject}: {percent(before)} в{NBSP}{year - 1}{NBSP}году"
    if percent(before) == percent(after):
        return f"{start} и столько же в{NBSP}{year}{NBSP}году."
    verb = "рост" if after > before else "снижение"
    move = f"{start}, {percent(after)} в{NBSP}{year}{NBSP}году"
    ending = BEYOND if is_beyond else f"изменение {WITHIN}"
    return f"{move}; {verb} на{NBSP}{percent_points(abs(after - before))}, {ending}."


def attendance(wrote: int, listed_pupils: int) -> str:
    """How many pupils wrote the work out of those on the list."""
    if not publishable(listed_pupils):
        return too_few("Участие")
    verb = plural(wrote, "писал", "писали", "писали")
    pupils = counted(wrote, *PUPILS)
    share = percent(wrote / listed_pupils)
    return f"Работу {verb} {pupils} из{NBSP}{decimal(listed_pupils, 0)} ({share})."


def quality(good: int, pupils: int) -> str:
    """How many pupils got the marks 4 and 5."""
    if not publishable(pupils):
        return too_few("Доля отметок «4» и «5»")
    verb = plural(good, "получил", "получили", "получили")
    share = percent(good / pupils)
    count = counted(good, *PUPILS)
    return f"Отметки «4» и «5» {verb} {count} из{NBSP}{decimal(pupils, 0)} ({share})."


def signals(found: int, examined: int, unanswered: int = 0) -> str:
    """What the objectivity methods gave; always with the reminder that a signal is no verdict."""
    works = counted(examined, "работе", "работам", "работам")
    if not found:
        return f"По{NBSP}{works} сигналов нет."
    shown = f"По{NBSP}{works} {counted(found, 'сигнал', 'сигнала', 'сигналов')}"
    waits = plural(unanswered, "ждёт", "ждут", "ждут")
    open_ones = f", ответа {waits}{NBSP}{unanswered}" if unanswered else ""
    return f"{shown}{open_ones}. Сигнал показывает необычные числа и{NBSP}не{NBSP}является выводом."


def roadmap(done: int, due: int, overdue: int) -> str:
    """How far a plan is carried out among the items that fell due."""
    if not due:
        return "Мероприятий, срок которых наступил, нет."
    items = counted(done, "мероприятие", "мероприятия", "мероприятий")
    said = f"Исполнено {items} из{NBSP}{decimal(due, 0)}, срок которых наступил"
    late = f"просрочено: {overdue}" if overdue else "просроченных нет"
    return f"{said} ({percent(done / due)}); {late}."


def not_included(names: Sequence[str], what: str = "Не вошли данные") -> str:
    """Which organizations a summary lacks; a reader must not take it for the whole."""
    if not names:
        return "В сводку вошли данные всех организаций."
    return f"{what} ({len(names)}): {listed(sorted(names))}."


def too_few(subject: str) -> str:
    """The sentence in place of a number that rests on too few pupils."""
    return f"{subject}: мало данных, показываем от{NBSP}{MIN_PUPILS} учеников."
