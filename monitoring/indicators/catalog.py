"""Every indicator computed from results of works. docs/indicators.md explains each of them."""

from collections.abc import Callable

from monitoring.indicators.definition import Better, Indicator, Unit
from monitoring.stats.arrays import BoolArray
from monitoring.stats.cells import Cells
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.estimate import Estimates
from monitoring.stats.findings import METHOD_VERSION
from monitoring.stats.journal import DIFFERENCE, WIDE_GAP
from monitoring.stats.shares import mean_share, wilson

WILSON = "Интервал: Wilson (1927), JASA 22, 209–212."
STUDENT = "Интервал: Student (1908), Biometrika 6, 1–25."
JOURNAL_REPORT = "Сводный отчёт ФИС ОКО «Сравнение отметок с отметками по журналу»."


def mean_percent(cells: Cells) -> Estimates:
    """Mean score as a share of the maximum."""
    most = cells.max_score
    return mean_share(cells.score_sum / most, cells.score_squares / most**2, cells.pupils)


def share_of_marks(*marks: int) -> Callable[[Cells], Estimates]:
    """Share of pupils with one of these marks among those who have a mark for the work."""
    columns = [mark - 2 for mark in marks]
    return lambda cells: wilson(cells.marks[:, columns].sum(axis=1), cells.marks.sum(axis=1))


def share_of_pairs(where: BoolArray) -> Callable[[Cells], Estimates]:
    """Share of chosen (journal, work) pairs among the pupils who have both marks."""
    return lambda cells: wilson(
        (cells.journal * where).sum(axis=(1, 2)), cells.journal.sum(axis=(1, 2))
    )


def participation(cells: Cells) -> Estimates:
    """Share of those present among the pupils on the list."""
    return wilson(cells.attendance[:, :, 1].sum(axis=1), cells.attendance.sum(axis=(1, 2)))


CATALOG = (
    Indicator(
        code="mean_percent",
        title="Средний процент выполнения",
        unit=Unit.PERCENT_OF_MAX,
        better=Better.HIGHER,
        least_pupils=MIN_PUPILS,
        formula=mean_percent,
        source=f"Сумма баллов к наибольшей возможной, как в отчётах ФИС ОКО. {STUDENT}",
        method_version=METHOD_VERSION,
        explanation=(
            "Какую часть всех баллов работы набрали ученики в среднем. Сравнивают только одну "
            "и ту же работу одного года: другая работа могла быть легче или труднее."
        ),
    ),
    Indicator(
        code="share_2",
        title="Доля отметок «2»",
        unit=Unit.SHARE,
        better=Better.LOWER,
        least_pupils=MIN_PUPILS,
        formula=share_of_marks(2),
        source=f"Отчёт ФИС ОКО «Статистика по отметкам». {WILSON}",
        method_version=METHOD_VERSION,
        explanation=(
            "Сколько учеников из ста не набрали баллов на отметку «3». Очень малая доля сама по "
            "себе не похвала: её читают вместе с распределением баллов."
        ),
    ),
    Indicator(
        code="quality_share",
        title="Доля отметок «4» и «5»",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        least_pupils=MIN_PUPILS,
        formula=share_of_marks(4, 5),
        source=f"Отчёт ФИС ОКО «Статистика по отметкам». {WILSON}",
        method_version=METHOD_VERSION,
        explanation="Сколько учеников из ста получили за работу «4» или «5».",
    ),
    Indicator(
        code="journal_confirmed",
        title="Доля работ, где отметка совпала с журналом",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        least_pupils=MIN_PUPILS,
        formula=share_of_pairs(DIFFERENCE == 0),
        source=f"{JOURNAL_REPORT} {WILSON}",
        method_version=METHOD_VERSION,
        explanation=(
            "У скольких учеников из ста отметка за работу равна отметке в журнале. Норматива "
            "нет: разница в один балл обычна, школу сравнивают с похожими."
        ),
    ),
    Indicator(
        code="journal_raised",
        title="Доля работ с отметкой выше журнальной",
        unit=Unit.SHARE,
        better=Better.NONE,
        least_pupils=MIN_PUPILS,
        formula=share_of_pairs(DIFFERENCE < 0),
        source=f"{JOURNAL_REPORT} {WILSON}",
        method_version=METHOD_VERSION,
        explanation=(
            "У скольких учеников из ста отметка за работу выше, чем в журнале. Причин может "
            "быть много: строгий журнал, лёгкая работа, помощь на работе."
        ),
    ),
    Indicator(
        code="journal_lowered",
        title="Доля работ с отметкой ниже журнальной",
        unit=Unit.SHARE,
        better=Better.NONE,
        least_pupils=MIN_PUPILS,
        formula=share_of_pairs(DIFFERENCE > 0),
        source=f"{JOURNAL_REPORT} {WILSON}",
        method_version=METHOD_VERSION,
        explanation=(
            "У скольких учеников из ста отметка за работу ниже, чем в журнале. Много таких "
            "работ — повод сверить требования к отметкам."
        ),
    ),
    Indicator(
        code="journal_gap2",
        title="Доля расхождений с журналом на две отметки и больше",
        unit=Unit.SHARE,
        better=Better.LOWER,
        least_pupils=MIN_PUPILS,
        formula=share_of_pairs(abs(DIFFERENCE) >= WIDE_GAP),
        source=f"ФИОКО, рекомендации 2026 года, с. 11: разбирают расхождения от двух. {WILSON}",
        method_version=METHOD_VERSION,
        explanation=(
            "У скольких учеников из ста отметки за работу и в журнале различаются на две и "
            "больше в любую сторону. Каждый такой случай разбирают в школе."
        ),
    ),
    Indicator(
        code="participation",
        title="Доля писавших работу",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        least_pupils=MIN_PUPILS,
        formula=participation,
        source=f"Форма сбора результатов, столбец «Вариант». {WILSON}",
        method_version=METHOD_VERSION,
        explanation=(
            "Сколько учеников из ста, внесённых в протокол, писали работу. Когда не пришли "
            "слабые, остальные числа школы выглядят лучше, чем есть."
        ),
    ),
)

BY_CODE = {indicator.code: indicator for indicator in CATALOG}
