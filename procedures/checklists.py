"""What an observer is asked about one class writing a work: facts, answered without names; pure."""

from dataclasses import dataclass

YES, NO, UNSEEN = "yes", "no", "unseen"
ANSWERS = ((YES, "да"), (NO, "нет"), (UNSEEN, "не видел(а)"))
CURRENT = "holding-1"


@dataclass(frozen=True)
class Question:
    """One fact to be answered; `expected` is the answer of a holding by the rules."""

    code: str
    text: str
    expected: str


# Own wording. The stages follow the Положение о РСОКО of the region: independent observers at the
# holding (objectivity.md §5.6); the federal instructions of the year stay the ground for acting.
CHECKLISTS: dict[str, tuple[Question, ...]] = {
    CURRENT: (
        Question("opened", "Материалы вскрыты при детях и не раньше времени", YES),
        Question("started", "Работа началась и закончилась вовремя", YES),
        Question("strangers", "В аудитории были посторонние", NO),
        Question("teacher", "Учитель этого предмета находился в аудитории", NO),
        Question("phones", "Были телефоны или другие средства связи", NO),
        Question("help", "Детям подсказывали или исправляли их ответы", NO),
        Question("left", "Дети выходили из аудитории без сопровождения", NO),
        Question("collected", "Работы собраны все сразу и переданы ответственному", YES),
    )
}


def remarks(checklist: str, answers: dict[str, str]) -> list[Question]:
    """The questions answered otherwise than expected; «не видел(а)» is no remark."""
    return [
        question
        for question in CHECKLISTS[checklist]
        if answers.get(question.code, UNSEEN) not in {question.expected, UNSEEN}
    ]


def told(checklist: str, answers: dict[str, str]) -> list[tuple[Question, str]]:
    """Each question of the checklist with its answer in words."""
    words = dict(ANSWERS)
    return [
        (question, words[answers.get(question.code, UNSEEN)]) for question in CHECKLISTS[checklist]
    ]
