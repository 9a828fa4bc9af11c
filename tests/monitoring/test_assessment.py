"""The year: what its works come to in signals and cases, whole, once, and again when asked."""

import datetime
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.computation import assess
from monitoring.models import Case, Signal, Statistic, WorkReference
from monitoring.queries.examined import found_in, years_concerned
from monitoring.queries.regions import region_by_key
from monitoring.stats.settings import Settings
from organizations.models import Organization
from procedures.models import Result, Scale
from tests.factories.monitoring import LIFTED, make_schools, make_work, store_results
from tests.factories.organizations import OrganizationFactory
from tests.monitoring.test_computation import TABLES, Silent, assessed, computed, contents, snapshot


@pytest.fixture(autouse=True)
def works(work, schools):
    """Two computed works of the year."""
    found = [work, make_work("ma4-2026", subject="Математика")]
    store_results(found[1], schools, seed=2, lifted=[LIFTED])
    for one in found:
        computed(one)
    return found


def test_every_school_has_a_signal_row_that_rests_on_its_statistics(cast, schools):
    assessed(cast)

    assert set(Signal.objects.values_list("organization", flat=True)) == {
        school.pk for school in schools
    }
    signal = Signal.objects.get(organization=schools[LIFTED])
    strongest = signal.evidence[0]
    assert (strongest["family"], strongest["method"]) == ("borders", "border_notch")
    assert signal.evidence == sorted(signal.evidence, key=lambda part: -part["points"])
    assert (
        signal.participants
        == Result.objects.filter(organization=schools[LIFTED], score__isnull=False).count()
    )


def test_the_index_is_the_named_sum_of_its_evidence(cast):
    """Bayes' rule in decibans: ten of them are odds of ten to one (Good, 1950)."""
    assessed(cast)

    for signal in Signal.objects.exclude(tier="insufficient"):
        odds = 0.05 / 0.95 * 10 ** (sum(part["points"] for part in signal.evidence) / 10)
        assert signal.index == pytest.approx(100 * odds / (1 + odds), rel=1e-3)


def test_a_signal_is_made_by_strong_families_and_never_by_the_level(cast):
    """A threshold that nearly everything passes."""
    lenient = replace(Settings(), family_p=0.9)
    assess(cast.region.pk, [2026], progress=Silent(), settings=lenient)

    levels = 0
    for signal in Signal.objects.all():
        strong = {part["family"] for part in signal.evidence if part["p_value"] < 0.9}
        levels += "level" in strong
        assert set(signal.families) == strong - {"level"}
    assert levels


def test_evidence_names_a_statistic_that_is_stored(cast):
    assessed(cast)

    for signal in Signal.objects.all():
        for part in signal.evidence:
            row = Statistic.objects.get(
                organization=signal.organization, year=2026, method=part["method"],
                work__code=part["work"],
            ) if part["work"] else Statistic.objects.get(
                organization=signal.organization, year=2026, method=part["method"], work=None
            )  # fmt: skip
            if part["class_number"] is None:
                found = (row.statistic, row.effect, row.n)
            else:
                at = row.class_numbers.index(part["class_number"])
                found = (row.class_statistics[at], row.class_effects[at], row.class_n[at])
            assert (part["statistic"], part["effect"], part["n"]) == pytest.approx(found, abs=1e-6)


def test_what_a_year_is_assessed_from_is_what_pages_show(cast):
    """The packed findings against the rows of statistics: two forms of the same."""
    found = found_in(region_by_key(cast.region.pk), 2026)
    compared = 0
    for key, examined in zip(found.keys, found.examined, strict=True):
        for method, tested in examined.tested.items():
            rows = Statistic.objects.filter(work=key, method=method).order_by("organization_id")
            assert [row.organization_id for row in rows] == found.schools.tolist()
            for at, row in enumerate(rows):
                own = tested.schools
                told = (row.status, row.p_value, row.n)
                p_value = own.p_value[at] if row.status == "ok" else None
                assert told == (own.status[at], p_value, own.n[at])
                if tested.classes is None:
                    continue
                mine = (examined.class_school == at) & tested.classes.ok
                assert row.class_numbers == examined.class_number[mine].tolist()
                assert row.class_p_values == tested.classes.p_value[mine].tolist()
                compared += len(row.class_numbers)
    assert compared > 100


def test_what_a_list_rests_on_is_told_by_its_hash(cast, works, schools):
    """Anything that may move a signal: neighbours, towns, borders, thresholds."""

    def told(**settings: float) -> str:
        asked = replace(Settings(), **settings)
        assess(cast.region.pk, [2026], progress=Silent(), settings=asked)
        return Signal.objects.values_list("inputs_hash", flat=True).distinct().get()

    found = [told(), told(red_q=0.01)]
    Organization.objects.filter(pk=schools[0].pk).update(profile="lyceum")
    found.append(told())
    Organization.objects.filter(pk=schools[1].pk).update(is_rural=True)
    found.append(told())
    Organization.objects.filter(pk=schools[2].pk).update(parent=cast.south)
    found.append(told())
    Scale.objects.create(work=works[0], version=2, three=6, four=11, five=17)
    found.append(told())

    assert len(set(found)) == len(found)
    assert told() == found[-1]


@pytest.mark.parametrize("which", [0, -1])
def test_a_school_that_left_the_region_stops_nobody(cast, schools, which):
    """The others are as if it had never been there: it is in no year of theirs."""
    gone = sorted(schools, key=lambda school: school.pk)[which]
    town = OrganizationFactory(kind="municipality", parent=cast.other_region)
    Organization.objects.filter(pk=gone.pk).update(parent=town)

    assessed(cast)

    found = found_in(region_by_key(cast.region.pk), 2026)
    assert found.schools.tolist() == sorted(s.pk for s in schools if s != gone)
    for examined in found.examined:
        assert len(examined.participants) == len(found.schools)
        assert len(examined.class_school) == len(examined.class_number)
        for tested in examined.tested.values():
            assert len(tested.schools) == len(found.schools)
            assert tested.classes is None or len(tested.classes) == len(examined.class_school)
        for school, wrote in zip(found.schools.tolist(), examined.participants, strict=True):
            rows = Result.objects.filter(work__code=examined.work.code, organization=school)
            assert rows.exclude(score=None).count() == wrote
    asked = Signal.objects.filter(year=2026)
    assert set(asked.values_list("organization", flat=True)) == set(found.schools.tolist())


def test_a_red_or_amber_signal_opens_its_case_once(cast):
    assessed(cast)
    assessed(cast)

    asked = Signal.objects.filter(tier__in=["red", "amber"]).values_list("organization")
    assert asked
    assert sorted(Case.objects.values_list("organization")) == sorted(asked)


def test_signals_that_have_gone_out_ask_nobody(cast, monkeypatch):
    monkeypatch.setattr("monitoring.computation.expiry", lambda year: datetime.date(2020, 9, 1))

    assessed(cast)

    assert Signal.objects.filter(tier__in=["red", "amber"]).exists()
    assert not Case.objects.exists()


def test_assessed_again_nothing_moves(cast):
    assessed(cast)
    before = snapshot()

    assessed(cast)

    assert snapshot() == before


def test_results_corrected_later_give_what_a_clean_computation_gives(cast, works, schools):
    assessed(cast)
    store_results(works[1], schools[2:4], seed=91)
    computed(works[1], schools=[school.pk for school in schools[2:4]])
    assessed(cast)
    corrected = contents()
    for table in TABLES:
        table.objects.all().delete()

    for one in works:
        computed(one)
    assessed(cast)

    assert contents() == corrected


def test_another_region_moves_no_signal(cast, works):
    assessed(cast)
    before = snapshot()
    town = OrganizationFactory(code="reg54_m001", kind="municipality", parent=cast.other_region)
    others = make_schools(town, 12, first=200)
    store_results(works[0], others, seed=6)
    computed(works[0], schools=[school.pk for school in others])
    assess(cast.other_region.pk, [2026], progress=Silent())

    assert set(before) <= set(snapshot())
    assert Signal.objects.filter(organization__in=others).count() == 12


def test_signals_of_results_that_are_gone_go_too(cast, works, schools):
    assessed(cast)
    Result.objects.filter(organization=schools[0]).delete()
    for one in works:
        computed(one, schools=[schools[0].pk])

    assessed(cast)

    for table in TABLES:
        if table is not WorkReference:
            assert not table.objects.filter(organization=schools[0]).exists()
    assert Signal.objects.count() == len(schools) - 1


def test_the_hash_tells_when_what_a_signal_rests_on_has_changed(cast, works, schools):
    assessed(cast)
    (before,) = set(Signal.objects.values_list("inputs_hash", flat=True))
    store_results(works[0], schools[:1], seed=55)
    computed(works[0], schools=[schools[0].pk])

    assessed(cast)

    (after,) = set(Signal.objects.values_list("inputs_hash", flat=True))
    assert len(before) == 64
    assert after != before


def test_the_fifth_grade_is_set_against_the_fourth_of_the_year_before(cast, works, schools):
    later = make_work("ru5-2027", grade=5, year=2027)
    store_results(later, schools, seed=3)
    computed(later)

    assessed(cast, 2027)

    jumps = Statistic.objects.filter(method="cohort_jump", status="ok")
    assert set(jumps.values_list("work__code", flat=True)) == {"ru5-2027", None}
    assert years_concerned(works[0]) == [2026, 2027]
    assert years_concerned(later) == [2027]


def test_what_the_year_found_in_a_work_outlives_the_works_own_computation(cast, schools):
    later = make_work("ru5-2027", grade=5, year=2027)
    store_results(later, schools, seed=3)
    computed(later)
    assessed(cast, 2027)
    before = snapshot()

    computed(later)

    assert snapshot() == before


def test_twice_the_schools_make_not_one_query_more(cast, works):
    with CaptureQueriesContext(connection) as few:
        assessed(cast)
    for one in works:
        store_results(one, make_schools(cast.south, 14, first=300 + one.pk * 20), seed=8)
        computed(one)

    with CaptureQueriesContext(connection) as more:
        assessed(cast)

    assert Signal.objects.count() == 3 * 14
    assert len(more) == len(few)
