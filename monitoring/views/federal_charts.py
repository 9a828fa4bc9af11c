"""The chart of a standard report: the opened unit beside the level above it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from monitoring import charts
from monitoring.charts import Chart, Group, Place
from monitoring.federal import kinds
from monitoring.federal.tables import Given
from monitoring.stats import standard
from monitoring.stats.arrays import FloatArray
from monitoring.views.figures import figure, without_table

MARKS = ("«2»", "«3»", "«4»", "«5»")
SIDES = ("«понизили»", "«подтвердили»", "«повысили»")
WORKS = (("lg-bar", "работ"),)


def chart(report: kinds.Report, given: Given, opened: int) -> dict[str, Any] | None:
    """The chart of the unit number `opened`, compared with the one before it if there is one.

    None where so few wrote that nothing is drawn.
    """
    build = _BUILD[report](report, given, opened)
    drawn = figure(lambda place: without_table(build(place=place)))
    return drawn if drawn["svg_wide"] else None


def _groups(given: Given, opened: int, shares: FloatArray) -> list[Group]:
    """The opened unit first, then the one above it."""
    is_alone = opened == 0 or bool(given.why_hidden(opened - 1, given.sums.pupils))
    numbers = [opened] if is_alone else [opened, opened - 1]
    return [
        Group(
            given.units[k].name, int(given.sums.pupils[k]), shares[k].tolist(), is_own=k == opened
        )
        for k in numbers
    ]


def _bars(
    categories: tuple[str, ...], shares: FloatArray, given: Given, opened: int, title: str
) -> Callable[..., Chart]:
    return partial(charts.bars, title, categories, _groups(given, opened, shares))


def _marks(report: kinds.Report, given: Given, opened: int) -> Callable[..., Chart]:
    return _bars(MARKS, standard.shares(given.sums["marks"]), given, opened, report.title)


def _journal(report: kinds.Report, given: Given, opened: int) -> Callable[..., Chart]:
    counts = standard.against_journal(given.sums["journal"])
    pairs = replace(given.sums, pupils=counts.sum(axis=1))
    shares = standard.shares(counts)
    return _bars(SIDES, shares, replace(given, sums=pairs), opened, report.title)


def _scores(report: kinds.Report, given: Given, opened: int) -> Callable[..., Chart]:
    borders = given.borders
    edges = [borders.three, borders.four, borders.five] if borders else []

    def build(*, place: Place) -> Chart:
        histogram = given.sums["histogram"][opened].tolist()
        return replace(charts.distribution(report.title, histogram, edges, place=place), key=WORKS)

    return build


def _tasks(report: kinds.Report, given: Given, opened: int) -> Callable[..., Chart]:
    groups = _groups(given, opened, given.completion)
    return partial(charts.profile, report.title, given.work.tasks, groups)


def _marked(report: kinds.Report, given: Given, opened: int) -> Callable[..., Chart]:
    """The four groups of the opened unit, the best first."""
    marks = given.sums["marks"][opened]
    shares = standard.group_completion(
        given.sums["group_sums"], given.sums["marks"], given.max_points
    )[opened]
    groups = [Group(MARKS[k], int(marks[k]), shares[k].tolist()) for k in (3, 2, 1, 0)]
    return partial(charts.profile, report.title, given.work.tasks, groups)


_BUILD: dict[kinds.Report, Callable[[kinds.Report, Given, int], Callable[..., Chart]]] = {
    kinds.MARKS: _marks,
    kinds.JOURNAL: _journal,
    kinds.SCORES: _scores,
    kinds.TASKS: _tasks,
    kinds.SKILLS: _tasks,
    kinds.GROUPS: _marked,
}
