"""The work: results become cells, indicators and statistics, whole, once, and again when asked."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.computation import assess, compute
from monitoring.models import (
    Cell,
    IndicatorValue,
    Signal,
    Statistic,
    SystemNotch,
    WorkReference,
)
from monitoring.queries.cells import ARRAYS, class_cells, has_uncounted
from monitoring.stats.cells import summarize
from monitoring.stats.fdr import q_values
from organizations.models import Organization
from procedures.models import Result, Scale
from tests.factories.monitoring import (
    LIFTED,
    MAX_POINTS,
    make_pupils,
    make_schools,
    make_work,
    store_results,
)
from tests.factories.organizations import OrganizationFactory


class Silent:
    """Nobody watches."""

    def __call__(self, done: int, total: int) -> None: ...

    def hold(self) -> None: ...


def computed(work, schools=None):
    return compute(work, progress=Silent(), schools=schools)


def assessed(cast, *years, schools=None):
    assess(cast.region.pk, years or [2026], progress=Silent(), schools=schools)


TABLES = (Cell, IndicatorValue, WorkReference, SystemNotch, Statistic, Signal)


def snapshot() -> list[str]:
    """Everything computed, with the keys and the moments of change."""
    return [_told(row) for table in TABLES for row in table.objects.order_by("pk").values()]


def contents() -> list[list[str]]:
    """Everything computed, by what it is about: without keys, runs and moments."""
    aside = ("id", "run_id", "updated_at")
    return [sorted(_told(row, *aside) for row in table.objects.values()) for table in TABLES]


def _told(row: dict, *aside: str) -> str:
    for name in aside:
        row.pop(name, None)
    packed = {name: value.hex() for name, value in row.items() if isinstance(value, memoryview)}
    return str(row | packed)


def test_a_class_in_the_database_is_what_its_pupils_give(work, schools):
    computed(work)

    pupils = make_pupils(1000)
    scale = work.scales.get()
    score = np.maximum(pupils.points, 0).sum(axis=1)
    borders = (scale.three, scale.four, scale.five)
    marks = 2 + sum((score >= border).astype(int) for border in borders)
    expected = summarize(pupils.class_number - 1, pupils.points, marks * pupils.present,
                         pupils.journal_mark, pupils.present, np.array(MAX_POINTS), 3)  # fmt: skip
    stored = class_cells(work, [schools[0].pk]).cells
    for name in ARRAYS:
        assert np.array_equal(getattr(stored, name), getattr(expected, name)), name


def test_cells_of_an_earlier_shape_are_counted_anew_whichever_school_has_changed(work, schools):
    computed(work)
    now = contents(), [row.group_sums for row in Cell.objects.order_by("pk")]
    Cell.objects.update(group_sums=[], full_scores=[])

    computed(work, schools=[schools[0].pk])

    assert not has_uncounted(work)
    assert (contents(), [row.group_sums for row in Cell.objects.order_by("pk")]) == now


def test_a_schools_value_is_the_count_of_its_rows_in_the_database(work, schools):
    computed(work)

    rows = Result.objects.filter(organization=schools[0], mark__isnull=False)
    good, all_marks = rows.filter(mark__gte=4).count(), rows.count()
    value = IndicatorValue.objects.get(
        organization=schools[0], indicator="quality_share", work=work
    )
    assert value.pupils == all_marks
    assert value.value == pytest.approx(good / all_marks)
    assert value.low < value.value < value.high


def test_a_municipality_and_a_region_have_the_pupils_of_their_schools(cast, work, schools):
    of_south = make_schools(cast.south, 2, first=50)
    store_results(work, of_south, seed=9)
    computed(work)

    def pupils(*places: Organization) -> list[int]:
        rows = IndicatorValue.objects.filter(work=work, indicator="participation")
        return [rows.get(organization=place).pupils for place in places]

    assert pupils(cast.north) == [sum(pupils(*schools))]
    assert pupils(cast.south) == [sum(pupils(*of_south))]
    assert pupils(cast.region) == [sum(pupils(cast.north, cast.south))]


def test_a_school_right_under_the_region_counts_for_the_region_alone(cast, work, schools):
    boarding = OrganizationFactory(short_name="Cadets", parent=cast.region)
    store_results(work, [boarding], seed=5)
    computed(work)

    rows = IndicatorValue.objects.filter(work=work, indicator="participation")
    assert rows.get(organization=cast.region).pupils == 15 * 60
    assert rows.get(organization=cast.north).pupils == 14 * 60


def test_a_year_pools_the_pupils_of_all_its_works(cast, work, schools):
    other = make_work("ma4-2026", subject="Математика")
    store_results(other, schools[:5], seed=2)
    computed(work)
    computed(other)
    assessed(cast)

    rows = Result.objects.filter(organization=schools[0], mark__isnull=False)
    of_year = IndicatorValue.objects.get(
        organization=schools[0], indicator="quality_share", year=2026, work=None
    )
    assert of_year.pupils == rows.count()
    assert of_year.value == pytest.approx(rows.filter(mark__gte=4).count() / rows.count())
    assert not IndicatorValue.objects.filter(indicator="mean_percent", work=None).exists()


def test_computed_again_nothing_moves(work, schools):
    computed(work)
    before = snapshot()

    computed(work)

    assert snapshot() == before


def test_a_changed_school_alone_gives_what_a_whole_computation_gives(cast, work, schools):
    computed(work)
    assessed(cast)
    store_results(work, schools[5:6], seed=77)

    computed(work, schools=[schools[5].pk])
    assessed(cast, schools=[schools[5].pk])
    partly = contents()
    for table in TABLES:
        table.objects.all().delete()
    computed(work)
    assessed(cast)

    assert partly == contents()


def test_only_rows_that_changed_are_touched(work, schools):
    computed(work)
    before = dict(Statistic.objects.values_list("pk", "updated_at"))
    cells = dict(Cell.objects.exclude(organization=schools[0]).values_list("pk", "histogram"))
    store_results(work, schools[:1], seed=77)

    computed(work, schools=[schools[0].pk])

    moved = Statistic.objects.exclude(updated_at__in=before.values())
    assert moved.filter(organization=schools[0]).exists()
    assert dict(Cell.objects.filter(pk__in=cells).values_list("pk", "histogram")) == cells


def test_numbers_of_results_that_are_gone_go_too(work, schools):
    computed(work)
    Result.objects.filter(organization=schools[0]).delete()

    computed(work, schools=[schools[0].pk])

    for table in (Cell, IndicatorValue, Statistic):
        assert not table.objects.filter(organization=schools[0]).exists()
        assert table.objects.filter(organization=schools[1]).exists()


def test_a_closed_school_keeps_its_numbers(cast, work, schools):
    computed(work)
    before = snapshot()
    Organization.objects.filter(pk=schools[0].pk).update(closed_on="2026-06-30")

    computed(work)

    assert snapshot() == before


def test_the_school_that_lifts_works_stands_out_and_no_other(work, schools):
    computed(work)

    remarkable = Statistic.objects.filter(method="border_notch", q_value__lte=0.05)
    assert [row.organization for row in remarkable] == [schools[LIFTED]]


def test_q_values_are_those_of_the_works_schools_in_the_region(cast, work, schools):
    computed(work)

    rows = Statistic.objects.filter(method="journal_shift", status="ok").order_by("pk")
    p, q = np.array(list(rows.values_list("p_value", "q_value"))).T
    assert q == pytest.approx(q_values(p))


def test_another_region_is_compared_with_itself(cast, work, schools):
    computed(work)
    rows = Statistic.objects.filter(organization__in=schools).order_by("pk")
    before = list(rows.values_list("method", "statistic", "q_value"))
    town = OrganizationFactory(code="reg54_m001", kind="municipality", parent=cast.other_region)
    store_results(work, make_schools(town, 12, first=200), seed=6)

    computed(work)

    assert list(rows.values_list("method", "statistic", "q_value")) == before


def test_without_a_scale_borders_and_journal_are_not_computed(cast):
    work = make_work("iy5-2026", borders=None)
    store_results(work, make_schools(cast.north, 12))

    computed(work)

    need_marks = ("border_notch", "journal_mirror", "journal_gap2")
    marked = Statistic.objects.filter(method__in=need_marks)
    assert set(marked.values_list("status", flat=True)) == {"no_scale"}
    assert Statistic.objects.filter(method="level", status="ok").count() == 12
    assert not IndicatorValue.objects.filter(indicator="share_2").exists()
    assert IndicatorValue.objects.filter(indicator="mean_percent").exists()


def test_a_small_school_has_its_rows_and_its_reason(cast, work, schools):
    (small,) = make_schools(cast.south, 1, first=90)
    store_results(work, [small], pupils=6)

    computed(work)

    rows = Statistic.objects.filter(organization=small)
    assert {(row.p_value, row.q_value, *row.class_numbers) for row in rows} == {(None, None)}
    assert set(rows.values_list("status", flat=True)) <= {"too_few", "not_held", "pooled"}
    assert rows.get(method="level").n <= 6


def test_a_school_whose_rows_contradict_the_work_stops_nobody(work, schools):
    spoilt = Result.objects.filter(organization=schools[2], score__isnull=False).first()
    Result.objects.filter(pk=spoilt.pk).update(points=[1, 2])
    other = Result.objects.filter(organization=schools[4], score__isnull=False).first()
    Result.objects.filter(pk=other.pk).update(points=[99] * len(MAX_POINTS))

    outcome = computed(work)

    region = schools[0].parent.parent_id
    assert outcome.left_out == {region: (schools[2].short_name, schools[4].short_name)}
    assert outcome.schools == 12
    assert Statistic.objects.filter(organization=schools[3], status="ok").exists()


def test_a_work_nobody_wrote_is_computed_to_nothing(work, cast):
    assert computed(work).schools == 0
    assert snapshot() == []


def test_twice_the_schools_make_not_one_query_more(cast, work):
    def queries(schools: list[Organization], seed: int) -> int:
        store_results(work, schools, seed=seed)
        with CaptureQueriesContext(connection) as captured:
            computed(work)
        return len(captured)

    first = queries(make_schools(cast.north, 12), 1)

    assert queries(make_schools(cast.south, 24, first=100), 2) == first


def test_a_new_scale_is_the_one_the_borders_come_from(work, schools):
    computed(work)
    before = Statistic.objects.get(method="border_notch", organization=schools[LIFTED])
    Scale.objects.create(work=work, version=2, three=6, four=11, five=17)

    computed(work)

    after = Statistic.objects.get(method="border_notch", organization=schools[LIFTED])
    assert after.statistic != before.statistic
