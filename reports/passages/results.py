"""Part 2: means and marks of the works, beside the levels above."""

from collections.abc import Sequence
from dataclasses import replace

from monitoring.charts import Group, bars
from monitoring.charts.chart import FEW
from monitoring.stats.disclosure import publishable
from monitoring.wording import NBSP, counted, decimal, percent
from organizations.models import Kind, Organization
from procedures.models import Work
from reports.content import Block, Section, Sentence, Table
from reports.passages.figures import figure
from reports.passages.words import INSIDE, NOTHING, PLACE, least_pupils, pupils, share, work_name
from reports.queries.year import Year

TITLE = "Результаты оценочных процедур"
MARKS = ("«2»", "«3»", "«4»", "«5»")
INTERVAL = "Промежуток — 95-процентный."
APART = (
    f"{INTERVAL} Отличие названо, только когда промежутки организации и уровня "
    "выше не пересекаются. Сравнивать можно одну и ту же работу одного года."
)
COUNTED = "Учеников не меньше, чем показано: в каждой параллели по её самой большой работе."
SAME_WORKS = "Уровень выше взят в тех же работах и с тем же весом каждой работы, что у организации."


def section(year: Year, place: Organization) -> Section:
    works = [work for work in year.works if year.mean(place, work)]
    if not works:
        return Section("2", TITLE, (Sentence("Посчитанных результатов ещё нет."),))
    above = year.tree.line(place)[1:]
    blocks: list[Block] = [_table(year, place, works, above)]
    if above:
        blocks.insert(0, Sentence(_against(year, place, works, above[0])))
    return Section("2", TITLE, (*blocks, *_marks(year, place, works, above[:1])))


def _against(year: Year, place: Organization, works: Sequence[Work], above: Organization) -> str:
    """In how many works the mean stands apart from that of the level above."""
    higher = lower = alike = 0
    for work in works:
        own, other = year.mean(place, work), year.mean(above, work)
        if own is None or other is None or not publishable(own.estimate.pupils):
            continue
        higher += own.estimate.low > other.estimate.high
        lower += own.estimate.high < other.estimate.low
        alike += own.estimate.low <= other.estimate.high and own.estimate.high >= other.estimate.low
    where = INSIDE[Kind(above.kind)]
    if not higher + lower + alike:
        return f"Сравнить средний процент с{NBSP}тем, что {where}, пока нельзя: мало данных."
    compared = counted(higher + lower + alike, "работе", "работам", "работам")
    return (
        f"Средний процент выполнения сравним с{NBSP}тем, что {where}, по{NBSP}{compared}: "
        f"выше{NBSP}— {higher}, ниже{NBSP}— {lower}, "
        f"в{NBSP}пределах случайного разброса{NBSP}— {alike}."
    )


def _table(
    year: Year, place: Organization, works: Sequence[Work], above: Sequence[Organization]
) -> Table:
    others = tuple(PLACE[Kind(one.kind)].capitalize() for one in above)
    head = ("Работа", "Писали", "Средний процент", "Промежуток", *others, *MARKS)
    rows = tuple(
        (
            work_name(work),
            *_mean(year, place, work),
            *(_mean(year, one, work)[1] for one in above),
            *_shares(year, place, work),
        )
        for work in works
    )
    note = APART if above else INTERVAL
    return Table("Средний процент выполнения и отметки", head, rows, note=note)


def _mean(year: Year, place: Organization, work: Work) -> tuple[str, str, str]:
    mean = year.mean(place, work)
    if mean is None:
        return NOTHING, NOTHING, NOTHING
    found = mean.estimate
    if not publishable(found.pupils):
        return pupils(found.pupils), FEW, FEW
    between = f"{decimal(found.low * 100)}–{decimal(found.high * 100)}"
    return pupils(found.pupils), percent(found.value), between


def _shares(year: Year, place: Organization, work: Work) -> tuple[str, ...]:
    tally = year.tally(place, work)
    if not tally.marked:
        return (NOTHING,) * len(MARKS)
    return tuple(share(mark, tally.marked) for mark in tally.marks)


def _marks(
    year: Year, place: Organization, works: Sequence[Work], above: Sequence[Organization]
) -> tuple[Block, ...]:
    """Shares of marks over the year's works, beside those of the level above.

    The level above is standardised: in each work its shares, weighed by the place's own pupils,
    so that the two differ by their marks and not by which works were written.
    """
    weighed = (_weighed(year, place, shown, works) for shown in (place, *above))
    groups = [group for group in weighed if group is not None]
    if len(groups) == 1:  # then the chart's sentence begins with its name
        groups = [replace(groups[0], name=groups[0].name.capitalize())]
    if not groups:
        return (Sentence("Отметок нет: у работ не заведена шкала."),)
    return figure(
        lambda at: bars("Доли отметок", MARKS, groups, place=at),
        "Отметки по всем работам года",
        note=f"{COUNTED} {SAME_WORKS}" if above else COUNTED,
    )


def _weighed(
    year: Year, place: Organization, shown: Organization, works: Sequence[Work]
) -> Group | None:
    """Marks of one place in the works of another, weighed by the other's pupils."""
    found, weight, marked = [0.0] * len(MARKS), 0, []
    for work in works:
        mine, theirs = year.tally(place, work).marked, year.tally(shown, work)
        if not mine or not theirs.marked:
            continue
        weight += mine
        marked.append((work, theirs.marked))
        found = [f + mine * m / theirs.marked for f, m in zip(found, theirs.marks, strict=True)]
    if not weight:
        return None
    name = PLACE[Kind(shown.kind)]
    shares = [part / weight for part in found]
    return Group(name, least_pupils(marked), shares, is_own=shown == place)
