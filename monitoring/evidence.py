"""What the methods found in one work of one school, in sentences with numbers (pure)."""

from math import log10

from monitoring.stats.absence_seen import AbsenceSeen
from monitoring.stats.arrays import IntArray
from monitoring.stats.findings import Method
from monitoring.stats.journal import DIFFERENCE, WIDE_GAP
from monitoring.wording import NBSP, counted, decimal, percent, percent_points

WITHIN = "это в пределах случайного разброса"
BEYOND = "отличие трудно объяснить случайностью"

LEAST_SPREAD = 0.005  # of a share told in whole percents

WEAK = [1, 2]  # «2» and «3» among the journal marks none, 2 … 5


def journal_pairs(table: IntArray) -> str:
    """How marks in the journal stand to marks for the work; `table` is journal × work, (4, 4)."""
    pairs, above = int(table.sum()), int(table[DIFFERENCE > 0].sum())
    same, below = int(table[DIFFERENCE == 0].sum()), int(table[DIFFERENCE < 0].sum())
    return (
        f"Сопоставлено {counted(pairs, 'работа', 'работы', 'работ')}: отметка в журнале выше "
        f"у{NBSP}{above}, такая же у{NBSP}{same}, ниже у{NBSP}{below}."
    )


def journal_shift(effect: float | None) -> str:
    if effect is None:
        return "Сравнить журнал с другими школами не по чему: пар отметок слишком мало."
    side = "выше" if effect >= 0 else "ниже"
    return (
        f"При тех же баллах за работу журнал {side}, чем у других школ, в среднем "
        f"на{NBSP}{decimal(abs(effect), 2)} отметки."
    )


def journal_gaps(table: IntArray, effect: float | None) -> str:
    wide, pairs = int(table[abs(DIFFERENCE) >= WIDE_GAP].sum()), int(table.sum())
    said = f"Расхождений от двух отметок {wide} из{NBSP}{pairs}"
    if effect is None:
        return f"{said}."
    side = "больше" if effect >= 0 else "меньше"
    return f"{said}, на{NBSP}{percent_points(abs(effect))} {side}, чем ожидалось по другим школам."


def level(effect: float | None, *, is_beyond: bool) -> str:
    if effect is None:
        return "Школу не сравнить с другими: мало работ или школ."
    side = "выше" if effect >= 0 else "ниже"
    return (
        f"Средний процент выполнения на{NBSP}{percent_points(abs(effect))} {side}, чем в регионе; "
        f"{BEYOND if is_beyond else WITHIN}. Один уровень сигнала не даёт."
    )


def dispersion(effect: float) -> str:
    if abs(effect) < LEAST_SPREAD:
        return "Баллы различаются так же, как у школ такого же уровня."
    side = "меньше" if effect >= 0 else "больше"
    return (
        f"Баллы различаются на{NBSP}{percent(abs(effect), 0)} {side}, чем у школ такого же уровня."
    )


def profile(effect: float) -> str:
    return (
        "Задания решены не так, как у учеников с теми же суммами баллов: больше всего, "
        f"на{NBSP}{decimal(effect, 2)} балла на ученика, выше ожидаемого одно из них."
    )


def untaught(classes: list[int]) -> str:
    where = f"классах №{NBSP}" if len(classes) > 1 else f"классе №{NBSP}"
    return (
        f"В {where}{', '.join(map(str, classes))} за одно из заданий ни у кого нет баллов, хотя "
        "с такими суммами их получали: тему, возможно, ещё не проходили. По заданиям и по сходству "
        "работ такой класс с другими не сравнивают."
    )


def contrast(effect: float) -> str:
    if effect < 0:
        return "Лёгкие задания решены лучше, а трудные хуже, чем у учеников с теми же баллами."
    return "Трудные задания решены лучше, а лёгкие хуже, чем у учеников с теми же баллами."


def omission(effect: float) -> str:
    side = "реже" if effect >= 0 else "чаще"
    return (
        f"Не приступали к заданиям {side}, чем ученики с теми же баллами: "
        f"на{NBSP}{decimal(abs(effect), 2)} задания на ученика."
    )


def mirror(table: IntArray) -> str:
    same, pairs = int(table[DIFFERENCE == 0].sum()), int(table.sum())
    return f"Отметки в журнале и за работу совпали у{NBSP}{same} из{NBSP}{pairs}."


def absence(found: AbsenceSeen, *, of_class: bool = False) -> str:
    """Who was not there, and how many of them have «2» and «3» in the journal."""
    listed, absent = int(found.listed.sum()), int(found.absent.sum())
    if not absent:
        return f"Работу писали все, кто внесён в протокол: {listed}."
    pupils = counted(absent, "ученика", "учеников", "учеников")
    weak, expected = int(found.absent[WEAK].sum()), float(found.expected[WEAK].sum())
    said = f"На работе не было {pupils} из{NBSP}{listed}."
    if not found.listed[1:].any():
        return f"{said} Отметок в журнале у них нет."
    return (
        f"{said} С «2» и «3» в журнале из них {weak}, а если бы отметка ничего не значила, "
        f"{'в этом же классе' if of_class else 'в тех же классах'} было бы "
        f"около{NBSP}{decimal(expected)}."
    )


def jump(effect: float) -> str:
    side = "ниже" if effect >= 0 else "выше"
    return f"Через год те же дети по этому предмету стоят среди школ региона {side}, чем стояли."


def external(effect: float) -> str:
    side = "выше" if effect >= 0 else "ниже"
    return f"Работа стоит среди школ региона {side}, чем итог той же школы под внешним контролем."


def common_notch(border: str, unit: str, share_missing: float) -> str:
    """A heap that a whole territory has in common."""
    return (
        f"Скопление на границе {border} общее, {unit}: работ прямо под ней "
        f"на{NBSP}{percent(share_missing, 0)} меньше ожидаемого. К отдельным школам оно "
        "не относится: причину ищут в критериях и в том, где проверяли."
    )


def decibans(share: float) -> float:
    """A probability as evidence: 0 at even odds, 10 more for each ten times the odds."""
    return 10 * log10(share / (1 - share))


def share(weight: float) -> float:
    """Evidence of so many decibans as a probability."""
    odds: float = 10 ** (weight / 10)
    return odds / (1 + odds)


UNITS = {
    Method.JOURNAL_SHIFT: "отметки",
    Method.ABSENCE: "отметки",
    Method.TASK_PROFILE: "балла",
    Method.TASK_MAX: "балла",
    Method.OMISSION: "задания",
    Method.TASK_CONTRAST: "",
    Method.SIMILARITY: "",
    Method.COHORT_JUMP: "",
    Method.EXTERNAL_GAP: "",
}


def effect_words(method: Method, effect: float) -> str:
    """An effect in its method's own unit."""
    if method in (Method.BORDER_NOTCH, Method.DISPERSION):
        return percent(effect)
    if method in UNITS:
        return f"{decimal(effect, 2)} {UNITS[method]}".rstrip()
    return percent_points(effect)
