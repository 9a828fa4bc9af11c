"""What the methods found in one work of one school, in sentences with numbers (pure)."""

from monitoring.stats.arrays import IntArray
from monitoring.stats.findings import Method
from monitoring.stats.journal import DIFFERENCE, WIDE_GAP
from monitoring.wording import NBSP, counted, decimal, percent, percent_points

WITHIN = "это в пределах случайного разброса"
BEYOND = "отличие трудно объяснить случайностью"


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
        f"При тех же отметках за работу журнал {side}, чем у других школ, в среднем "
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


def effect_words(method: Method, effect: float) -> str:
    """An effect in its method's own unit."""
    if method == Method.JOURNAL_SHIFT:
        return f"{decimal(effect, 2)} отметки"
    if method == Method.BORDER_NOTCH:
        return percent(effect)
    return percent_points(effect)
