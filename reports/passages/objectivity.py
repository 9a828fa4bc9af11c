"""Part 3: what the objectivity statistics came to, in neutral words, and the scores themselves."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from monitoring.charts import Chart, Limits, Place, Point, distribution, funnel
from monitoring.models import Signal
from monitoring.passports import METHODS as PASSPORTS
from monitoring.queries.objectivity import GONE, strong_parts
from monitoring.stats import level
from monitoring.stats.disclosure import MIN_PUPILS, publishable
from monitoring.stats.errors import StatisticsError
from monitoring.stats.findings import Method
from monitoring.wording import NBSP, counted, decimal
from organizations.models import Organization
from procedures.models import Work
from reports.content import Block, Section, Sentence, Table
from reports.passages.figures import figure
from reports.passages.words import NOTHING, is_school, pupils, share, work_name
from reports.queries.year import Year

NUMBER = "3"
TITLE = "Объективность результатов"
METHODS = {method: passport.title for method, passport in PASSPORTS.items()} | {
    Method.BORDER_NOTCH: "Скопление работ на границе отметки",
    Method.JOURNAL_SHIFT: "Журнал выше работы",
    Method.JOURNAL_GAP2: "Расхождения с журналом от двух отметок",
    Method.LEVEL: "Уровень школы среди других",
}
NO_VERDICT = (
    "Необычное число — повод посмотреть внимательнее, а не вывод о работе людей: "
    "такую же картину могут дать и честные причины."
)
CONTEXT = "Уровень сам по себе дополнительного анализа не требует: он помогает читать остальное."
TOGETHER = "Работы года вместе"
STATISTICS = ("статистика", "статистики", "статистик")
SIZES = 60  # points of a limit's curve


def section(year: Year, place: Organization) -> Section:
    examined = year.examined.get(place.pk)
    if examined is None or not examined.schools:
        said = Sentence("Статистики объективности за этот год ещё не посчитаны.")
        return Section(NUMBER, TITLE, (said, *_scores(year, place)))
    said = Sentence(" ".join(_found(year, place)))
    blocks: list[Block] = [said, Sentence(NO_VERDICT), _table(year, place)]
    blocks += _noticed(year, place) if is_school(place) else _spread(year, place)
    return Section(NUMBER, TITLE, (*blocks, *_scores(year, place)))


def _found(year: Year, place: Organization) -> Iterator[str]:
    """How much was computed, what the year comes to, what stands out by itself."""
    tests = [year.tests.get((place.pk, method)) for method in METHODS]
    computed = sum(one.computed for one in tests if one)
    watched = sum(one.watched for one in tests if one)
    yield f"Рассчитано {counted(computed, *STATISTICS)}."
    yield _of_school(year.signals.get(place.pk)) if is_school(place) else _of_schools(year, place)
    if watched:
        alone = f"Внимания сами по себе требуют: {counted(watched, *STATISTICS)}"
        schools = counted(year.examined[place.pk].watched, "школе", "школах", "школах")
        yield f"{alone}." if is_school(place) else f"{alone}, в{NBSP}{schools}."


def _of_school(signal: Any | None) -> str:
    """The school's year in a sentence; what no longer counts asks for nothing."""
    if signal is None:
        return "Итог года ещё не подведён."
    if signal.tier == Signal.Tier.INSUFFICIENT:
        return "Чтобы судить о годе, данных недостаточно."
    if signal.tier == Signal.Tier.NONE:
        return f"Итог года в{NBSP}пределах случайного разброса."
    if signal.out:
        return f"Итог года: {GONE}."
    return f"Итог года: {signal.get_tier_display()}. Требуется дополнительный анализ."


def _of_schools(year: Year, place: Organization) -> str:
    found = year.assessed.get(place.pk)
    if found is None:
        return "Итоги года ещё не подведены или данных для них недостаточно."
    judged = f"из{NBSP}{decimal(found.schools, 0)}, о{NBSP}которых можно судить"
    if not found.signal + found.watch:
        return f"Дополнительного анализа итог года не{NBSP}требует ни в одной школе {judged}."
    schools = counted(found.signal + found.watch, "школе", "школах", "школах")
    tiers = f"сигнал{NBSP}– {found.signal}, внимание{NBSP}– {found.watch}"
    return f"Дополнительного анализа итог года требует в{NBSP}{schools} {judged}: {tiers}."


def _table(year: Year, place: Organization) -> Table:
    head = ("Метод", "Рассчитано", "Внимание", "Данных недостаточно", "Не рассчитывается")
    rows = []
    for method, title in METHODS.items():
        found = year.tests.get((place.pk, method))
        if found is None:
            continue
        computed, watched, *why_not = (decimal(number, 0) for number in found)
        shown = NOTHING if method == Method.LEVEL else watched
        rows.append((title, computed, shown, *why_not))
    return Table("Статистики объективности по методам", head, tuple(rows), note=CONTEXT)


def _noticed(year: Year, place: Organization) -> Iterator[Block]:
    """What a school, and nobody else, is told by name: what its year rests on, and the rest."""
    by_code = {work.code: work_name(work) for work in year.works}
    names = {work.pk: work_name(work) for work in year.works}
    signal = year.signals.get(place.pk)
    parts = strong_parts(signal) if signal and not signal.out else []
    resting = [
        (by_code.get(part["work"], TOGETHER), METHODS[Method(part["method"])])
        for part in parts
        if part["method"] != Method.LEVEL
    ]
    alone = [
        (names[work], METHODS[Method(method)]) for work, method in year.watched.get(place.pk, [])
    ]
    for title, rows in (
        ("Что требует дополнительного анализа", resting),
        ("Что требует внимания само по себе", [row for row in alone if row not in resting]),
    ):
        if rows:
            yield Table(title, ("Работа", "Метод"), tuple(rows), align="ll")


def _scores(year: Year, place: Organization) -> tuple[Block, ...]:
    """How the pupils of the largest work lie along the scores."""
    work = year.largest_work(place)
    if work is None:
        return ()
    borders = year.borders.get(work.pk)
    edges = (borders.three, borders.four, borders.five) if borders else ()
    scores = year.histograms[place.pk].tolist()
    return figure(
        lambda at: distribution(work_name(work), scores, edges, place=at),
        f"Первичные баллы: {work_name(work)}",
    )


def _spread(year: Year, place: Organization) -> tuple[Block, ...]:
    """The schools of the territory in the region's funnel; only a municipality names them."""
    work = year.largest_work(place)
    if work is None:
        return ()
    fitted = fit(year, work)
    if fitted is None:
        return ()
    caption = f"Доля отметок «4» и «5» в школах: {work_name(work)}"
    is_region = year.tree.above(place) is None
    return figure(
        lambda at: fitted.chart(year, place, work, at),
        caption,
        table=_by_territory(year, work, fitted) if is_region else None,
    )


def _by_territory(year: Year, work: Work, fitted: "Fit") -> Table:
    """The region's twin of the funnel: counts instead of the names of schools."""
    head = ("Территория", "Школ", "Работ", "Доля «4» и «5»", "Вне границ 99,8 %")
    rows = []
    for territory in year.tree.places.values():
        if is_school(territory):
            continue
        schools = [s.pk for s in year.tree.schools_of(territory) if s.pk in fitted.z]
        tally = year.tally(territory, work)
        beyond = sum(fitted.is_beyond(school) for school in schools)
        quality = share(tally.fours + tally.fives, tally.marked)
        rows.append(
            (territory.short_name, str(len(schools)), pupils(tally.marked), quality, str(beyond))
        )
    note = f"Школы, где работу писали от{NBSP}{MIN_PUPILS} учеников."
    return Table("Школы в воронке по территориям", head, tuple(rows), note=note)


class Fit:
    """The region's funnel for the share of marks 4 and 5 in one work."""

    def __init__(self, fitted: level.Funnel, schools: list[int], spread: float) -> None:
        self.fitted = fitted
        self.z = dict(zip(schools, fitted.z.tolist(), strict=True))
        self._spread = spread

    def is_beyond(self, school: int) -> bool:
        """Whether a school lies outside the 99.8 % limits; an unfitted one does not."""
        return bool(abs(self.z.get(school, 0.0)) > stats.norm.isf((1 - level.ALARM) / 2))

    def limits(self, largest: int) -> Limits:
        sizes = np.linspace(MIN_PUPILS, max(largest, MIN_PUPILS + 1), SIZES)
        errors = np.sqrt(self._spread / sizes)
        warning = self.fitted.limits(errors, level.WARNING)
        alarm = self.fitted.limits(errors, level.ALARM)
        curves = [[round(share, 4) for share in curve.tolist()] for curve in (*warning, *alarm)]
        return Limits(self.fitted.target, sizes.tolist(), *curves)

    def chart(self, year: Year, place: Organization, work: Work, at: Place) -> Chart:
        points = [
            Point(school.short_name, tally.marked, (tally.fours + tally.fives) / tally.marked,
                  is_beyond=self.is_beyond(school.pk))
            for school in year.tree.schools_of(place)
            if (tally := year.tally(school, work)).marked
        ]  # fmt: skip
        largest = max(point.size for point in points)
        title = f"доля отметок «4» и «5», {work_name(work)}"
        return funnel(title, points, self.limits(largest), place=at)


def fit(year: Year, work: Work) -> Fit | None:
    """Fit the funnel to the region's schools; None without marks or with too few schools.

    A share has the standard error √(p(1 − p)/n); the funnel adds the honest spread between schools
    (Spiegelhalter 2005, Stat. Med. 24, 1185–1202).
    """
    region = year.tally(year.tree.region, work)
    schools = [pk for pk in year.tree.schools
               if publishable(year.tally(year.tree.schools[pk], work).marked)]  # fmt: skip
    if not region.marked or not schools:
        return None
    tallies = [year.tally(year.tree.schools[pk], work) for pk in schools]
    marked = np.array([tally.marked for tally in tallies])
    good = np.array([tally.fours + tally.fives for tally in tallies])
    overall = (region.fours + region.fives) / region.marked
    spread = overall * (1 - overall)
    try:
        fitted = level.funnel(good / marked, np.sqrt(spread / marked))
    except StatisticsError:
        return None
    return Fit(fitted, schools, spread)
