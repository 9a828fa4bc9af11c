"""What a statistic says in one plain sentence with the counts behind it; one entry a method."""

from dataclasses import dataclass
from functools import lru_cache

from monitoring.evidence import BEYOND, WITHIN
from monitoring.stats.findings import Method
from monitoring.wording import NBSP, counted, decimal

# Rarer than once in a hundred by chance alone; the same limit as of a family's evidence.
RARE = 0.01

NOT_ALONE = "Один уровень сигнала не даёт."


@dataclass(frozen=True, slots=True)
class Told:
    """How a method's effect is told: its unit, how many of them make one, the sentence.

    In the sentence `{size}` is the effect in that unit, without its sign and with so many `digits`;
    `{side}` the first of the `sides` where the effect is what the method looks for, else the
    second; `{other}` the side that is left. `{works}`, `{pairs}` and `{pupils}` are how many are
    behind it. «~» is a space at which no line breaks.
    """

    unit: str
    scale: float
    digits: int
    sides: tuple[str, str]
    sentence: str


def explain(method: Method, effect: float, n: int, p_value: float) -> str:
    """The sentence of a statistic; `effect` as the method gives it."""
    closing = f" {NOT_ALONE}" if method == Method.LEVEL else ""
    return f"{said(method, effect, n)}; {BEYOND if p_value < RARE else WITHIN}.{closing}"


def said(method: Method, effect: float, n: int) -> str:
    """The sentence without its end: what chance makes of the effect is not told."""
    told = TOLD[method]
    before, after = _around(method, effect >= 0, n)
    return f"{before}{decimal(abs(effect * told.scale), told.digits)}{after}"


@lru_cache(maxsize=2**14)  # a file tells millions of effects, but of few counts
def _around(method: Method, is_looked_for: bool, n: int) -> tuple[str, str]:
    """The sentence before and after the size."""
    told = TOLD[method]
    side, other = told.sides if is_looked_for else told.sides[::-1]
    before, _, after = told.sentence.replace("~", NBSP).partition("{size}")
    words = {"side": side, "other": other, **_behind(n)}
    return before.format(**words), after.format(**words)


def _behind(n: int) -> dict[str, str]:
    return {
        "works": counted(n, "работа", "работы", "работ"),
        "pairs": counted(n, "пара отметок", "пары отметок", "пар отметок"),
        "pupils": counted(n, "ученика", "учеников", "учеников"),
    }


def task(label: str, full: int, pupils: int, expected: float, spread: float) -> str:
    """Full marks of a task beside what pupils with the same totals let expect."""
    return (
        f"задание{NBSP}{label}: полных баллов {full} из{NBSP}{pupils}, "
        f"ожидалось {decimal(expected)}{NBSP}±{NBSP}{decimal(spread)}"
    )


MARKS, TASK_POINTS = "отметки", "баллы на ученика"
LESS, MORE = ("меньше", "больше"), ("больше", "меньше")
HIGHER, LOWER = ("выше", "ниже"), ("ниже", "выше")
RARER, OFTENER = ("реже", "чаще"), ("чаще", "реже")
BETTER, ALWAYS_MORE = ("лучше", "хуже"), ("", "")  # a surplus has one side

TOLD = {
    Method.BORDER_NOTCH: Told(
        "%", 100, 1, LESS,
        "Сразу ниже границ отметок на~{size}~% работ {side}, чем ожидалось по другим школам; "
        "у границ {works}",
    ),
    Method.LEVEL: Told(
        "п. п.", 100, 1, HIGHER,
        "Средний процент выполнения на~{size}~п.~п. {side}, чем у сравнимых школ; {works}",
    ),
    Method.DISPERSION: Told(
        "%", 100, 1, LESS,
        "Баллы различаются на~{size}~% {side}, чем при таком же среднем балле у других; {works}",
    ),
    Method.TASK_PROFILE: Told(
        TASK_POINTS, 1, 2, ALWAYS_MORE,
        "Задания решены не так, как у набравших столько же: заметнее всего прибавка "
        "в~{size}~балла на ученика за одно задание; {works}",
    ),
    Method.TASK_CONTRAST: Told(
        "п. п. на 10 п. п. трудности", 10, 1, BETTER,
        "Трудные задания решены {side}, а лёгкие {other}, чем у набравших столько же: "
        "{size}~п.~п. на каждые 10~п.~п. трудности; {works}",
    ),
    Method.TASK_MAX: Told(
        TASK_POINTS, 1, 2, ALWAYS_MORE,
        "Одно задание решено лучше, чем у набравших столько же: прибавка {size}~балла на ученика; "
        "{works}",
    ),
    Method.SIMILARITY: Told(
        "логарифм отношения правдоподобия", 1, 2, MORE,
        "Внутри класса работы похожи на одну из них {side}, чем в классах того же размера "
        "и уровня: отличие {size}~единицы правдоподобия; {works}",
    ),
    Method.OMISSION: Told(
        "задания на ученика", 1, 2, RARER,
        "Не приступали к заданиям {side}, чем набравшие столько же у других: "
        "на~{size}~задания на ученика; {works}",
    ),
    Method.JOURNAL_SHIFT: Told(
        MARKS, 1, 2, HIGHER,
        "При тех же отметках за работу журнал {side}, чем у других, в среднем на~{size}~отметки; "
        "{pairs}",
    ),
    Method.JOURNAL_MIRROR: Told(
        "п. п.", 100, 1, OFTENER,
        "Отметки в журнале и за работу совпадают {side}, чем ожидалось, на~{size}~п.~п.; {pairs}",
    ),
    Method.JOURNAL_GAP2: Told(
        "п. п.", 100, 1, MORE,
        "Расхождений от двух отметок {side}, чем ожидалось, на~{size}~п.~п.; {pairs}",
    ),
    Method.ABSENCE: Told(
        MARKS, 1, 2, LOWER,
        "Отметки в журнале у отсутствовавших {side}, чем у одноклассников, в среднем "
        "на~{size}~отметки; из~{pupils} с отметкой в журнале",
    ),
    Method.EXTERNAL_GAP: Told(
        "п. п.", 100, 1, HIGHER,
        "Процент выполнения {side}, чем ожидалось по результату той же школы под внешним "
        "контролем, на~{size}~п.~п.; {works}",
    ),
    Method.COHORT_JUMP: Told(
        "п. п.", 100, 1, HIGHER,
        "Четвёртый класс год назад стоял {side}, чем ожидалось по нынешнему пятому, "
        "на~{size}~п.~п.; {works}",
    ),
}  # fmt: skip
