"""Thresholds on a copy: tried before an order, published once, used by the job from then on."""

import datetime
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from monitoring.computation import assess as assess_years
from monitoring.computation import compute, sandbox
from monitoring.models import MethodSettings, Signal
from monitoring.passports import FAMILIES
from monitoring.queries.settings import (
    current_settings,
    settings_for,
    settings_of,
    thresholds_of,
)
from monitoring.services import methods as service
from monitoring.stats.engine import Tier, assess, examine
from monitoring.stats.findings import Family
from monitoring.stats.settings import SOURCES, Settings
from monitoring.stats.simulate import region, sittings
from monitoring.stats.simulation.plan import Kind, Plan
from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Run
from organizations.queries import viewer_of
from tests.factories.monitoring import (
    SignalFactory,
    StatisticFactory,
    make_schools,
    make_work,
    store_results,
)
from tests.monitoring.test_computation import Silent
from tests.monitoring.test_pages import text

PAGE = "/monitoring/method/"
SMALL = Plan(schools=40, municipalities=4, works=2)
STRICT = {"red_q": 0.001, "amber_q": 0.001, "family_p": 0.0001, "amber_p": 0.0000001}


@pytest.fixture
def small(monkeypatch):
    """Invented regions that take a second."""
    monkeypatch.setattr(sandbox, "PLAN", SMALL)
    monkeypatch.setattr(sandbox, "HONEST_SEEDS", (1,))
    monkeypatch.setattr(sandbox, "MIXED_SEEDS", (2,))


def a_copy(cast, by=None):
    return service.copy(cast.region, by=viewer_of(by or cast.boris))


def changed(row, by, **thresholds):
    asked = thresholds or {"red_q": 0.04}
    return service.change(row, thresholds=asked, sources=SOURCES, note="Строже.", by=viewer_of(by))


SIDE: dict[str, Any] = {
    "honest": {"schools": 100, "red": 1, "amber": 2},
    "mixed": {"listed": 9, "honest_listed": 1, "red": 5, "honest_red": 0,
              "kinds": {str(kind): [3, 4] for kind in Kind if kind != Kind.HONEST}},
}  # fmt: skip


def tried(row, year=None):
    on = {"year": year} if year else None
    simulated = {"before": SIDE, "after": SIDE}
    sandbox.keep_trial(row, row.thresholds, {"simulated": simulated, "year": on})
    return row


def published(row, by, **given_):
    asked = {"order_number": "12", "order_date": datetime.date(2026, 1, 9)} | given_
    return service.publish(row, **asked, by=viewer_of(by))


# -- Thresholds as data -------------------------------------------------------------------------
@given(
    st.floats(0.001, 0.2), st.floats(0.0001, 0.05),
    st.dictionaries(st.sampled_from(list(Family)), st.floats(0, 2)),
)  # fmt: skip
def test_thresholds_come_back_from_the_database_as_they_were(red_q, family_p, weights):
    ours = Settings()
    settings = replace(ours, red_q=red_q, family_p=family_p, weights=ours.weights | weights)

    assert settings_of(thresholds_of(settings)) == settings


def test_a_version_that_did_not_know_a_threshold_takes_ours():
    assert settings_of({"red_q": 0.01, "weights": {"tasks": 0.5}}) == replace(
        Settings(), red_q=0.01, weights=Settings().weights | {Family.TASKS: 0.5}
    )


# -- From the copy to the order -----------------------------------------------------------------
def test_until_an_order_the_thresholds_are_ours(cast):
    changed(a_copy(cast), cast.boris)

    assert current_settings(cast.region.pk) == Settings()


def test_a_published_copy_is_in_force_in_its_own_region_only(cast):
    row = tried(changed(a_copy(cast), cast.boris))

    published(row, cast.boris)

    assert current_settings(cast.region.pk).red_q == 0.04
    assert current_settings(cast.other_region.pk) == Settings()
    told = Event.objects.get(action="method.published")
    assert (told.changes["number"], told.user_id) == ("12", cast.boris.pk)


def test_what_was_not_tried_as_it_stands_is_not_published(cast):
    row = a_copy(cast)
    with pytest.raises(Conflict, match="Сначала посчитайте"):
        published(row, cast.boris)
    row = changed(tried(row), cast.boris)
    with pytest.raises(Conflict, match="Сначала посчитайте"):
        published(row, cast.boris)

    assert MethodSettings.objects.get().published_at is None


def test_an_order_needs_words_and_a_day_that_has_come(cast):
    row = tried(a_copy(cast))
    with pytest.raises(Conflict, match="что изменено"):
        published(row, cast.boris)
    row = tried(changed(row, cast.boris))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(Conflict, match="не наступила"):
        published(row, cast.boris, order_date=tomorrow)


def test_what_is_published_stays_as_it_is(cast):
    row = published(tried(changed(a_copy(cast), cast.boris)), cast.boris)

    with pytest.raises(Conflict, match="не меняют"):
        changed(row, cast.boris, red_q=0.01)
    with pytest.raises(Conflict, match="не меняют"):
        service.discard(row, by=viewer_of(cast.boris))
    following = a_copy(cast)
    assert (following.version, following.thresholds["red_q"]) == (2, 0.04)


def test_the_database_itself_refuses_an_untried_version_in_force(cast):
    row = changed(a_copy(cast), cast.boris)

    with pytest.raises(IntegrityError), transaction.atomic():
        MethodSettings.objects.filter(pk=row.pk).update(
            published_at=timezone.now(), order_number="1", order_date=timezone.localdate()
        )


def test_two_who_take_a_copy_have_the_same_one(cast):
    assert a_copy(cast) == a_copy(cast, cast.vera)
    with pytest.raises(NotAllowed):
        a_copy(cast, cast.oleg)


# -- The trial ----------------------------------------------------------------------------------
def test_the_trial_counts_what_the_engine_says_of_the_same_regions(small):
    """Another road: the regions are drawn, examined and assessed here."""
    drawn = region(replace(SMALL, manipulated=0.0), seed=1)
    examined = [examine(one.work, one.rows, drawn.schools) for one in sittings(drawn)]
    tier = assess(examined, drawn.schools, Settings()).tier

    found = sandbox.false_alarms([sandbox.invented(1, 0.0, SMALL)], Settings())

    assert found == {
        "schools": int((tier != Tier.INSUFFICIENT).sum()),
        "red": int((tier == Tier.RED).sum()),
        "amber": int((tier == Tier.AMBER).sum()),
    }


def test_stricter_thresholds_list_no_more_schools(small):
    world = [sandbox.invented(2, SMALL.manipulated, SMALL)]
    strict = replace(Settings(), **STRICT)

    assert sandbox.power(world, strict)["listed"] <= sandbox.power(world, Settings())["listed"]
    assert sum(whole for _, whole in sandbox.power(world, strict)["kinds"].values()) == 6


def test_a_trial_is_kept_with_the_thresholds_it_is_of(
    cast, small, django_capture_on_commit_callbacks
):
    row = changed(a_copy(cast), cast.boris)

    with django_capture_on_commit_callbacks(execute=True):
        run = service.try_out(row, by=viewer_of(cast.boris))

    row.refresh_from_db()
    run.refresh_from_db()
    assert run.status == Run.Status.DONE
    assert row.is_tried
    assert row.trial["year"] is None
    assert set(row.trial["simulated"]) == {"before", "after"}


@pytest.mark.parametrize("end", ["published", "discarded"])
def test_a_trial_that_ends_after_its_copy_is_gone_keeps_nothing(
    cast, monkeypatch, django_capture_on_commit_callbacks, end
):
    """Published meanwhile as it was tried before; or thrown away."""
    row = tried(changed(a_copy(cast), cast.boris))

    def meanwhile(*_, progress):
        if end == "discarded":
            service.discard(row, by=viewer_of(cast.boris))
        else:
            published(row, cast.boris)
        return {"simulated": {}, "year": 2020}

    monkeypatch.setattr("monitoring.tasks.try_out", meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        run = service.try_out(row, by=viewer_of(cast.boris))

    run.refresh_from_db()
    assert run.status == Run.Status.DONE
    left = MethodSettings.objects.first()
    assert left is None if end == "discarded" else left.trial["year"] is None


# -- The list of this year ----------------------------------------------------------------------
@pytest.fixture
def a_year(cast):
    """Results of fourteen schools, two of which lift works to the borders, computed."""
    work = make_work()
    schools = make_schools(cast.north, 14)
    store_results(work, schools, lifted=(3, 7), pupils=80)
    compute(work, progress=Silent())
    assess_years(cast.region.pk, [2026], progress=Silent())
    return cast.region


def test_the_list_before_is_the_one_that_is_stored(a_year):
    change = sandbox.year_change(a_year.pk, 2026, Settings(), Settings())

    stored = {str(tier): 0 for tier in Tier}
    for tier in Signal.objects.filter(year=2026).values_list("tier", flat=True):
        stored[tier] += 1
    assert change["before"] == change["after"] == stored
    assert change["moves"] == []


def test_who_moves_is_the_difference_of_two_lists(a_year):
    lenient = replace(Settings(), red_q=0.2, amber_q=0.3, family_p=0.05, amber_p=0.01)
    strict = replace(Settings(), **STRICT)

    change = sandbox.year_change(a_year.pk, 2026, strict, lenient)

    gained = {tier: change["after"][tier] - change["before"][tier] for tier in change["before"]}
    for _, before, after in change["moves"]:
        assert before != after
        gained[before] += 1
        gained[after] -= 1
    assert not any(gained.values())
    assert sum(change["before"].values()) == sum(change["after"].values()) == 14


def test_what_the_job_stores_follows_the_published_thresholds(a_year, cast):
    before = Signal.objects.values_list("inputs_hash", flat=True).distinct().get()
    row = tried(changed(a_copy(cast), cast.boris, **STRICT))
    published(row, cast.boris)

    assess_years(a_year.pk, [2026], progress=Silent())

    assert Signal.objects.values_list("inputs_hash", flat=True).distinct().get() != before
    assert Run.objects.filter(task="monitoring.tasks.assess_objectivity").exists()


def test_thresholds_count_from_the_year_whose_list_the_trial_showed(cast):
    """Neither a later order nor the night's computation moves the list of a year before."""
    region, other = cast.region.pk, cast.other_region.pk
    for year, red_q in ((2026, 0.04), (2027, 0.03)):
        published(tried(changed(a_copy(cast), cast.boris, red_q=red_q), year), cast.boris)

    assert [settings_for(region, year).red_q for year in range(2025, 2030)] == [
        Settings().red_q, 0.04, 0.03, 0.03, 0.03,
    ]  # fmt: skip
    assert settings_for(other, 2027) == Settings()
    assert current_settings(region).red_q == 0.03


def test_the_list_of_a_year_before_is_made_by_its_own_thresholds(a_year, cast):
    def told() -> list[str]:
        assess_years(a_year.pk, [2026], progress=Silent())
        return sorted(Signal.objects.values_list("tier", "inputs_hash"))

    before = told()
    published(tried(changed(a_copy(cast), cast.boris, **STRICT), 2027), cast.boris)

    assert told() == before


def test_every_year_a_version_counts_for_is_assessed_anew(a_year, cast):
    """Results of another year came between the trial and the order."""
    work = make_work("ru4-2027", year=2027)
    StatisticFactory(organization=cast.lake_school, work=work, year=2027)

    published(tried(changed(a_copy(cast), cast.boris), 2026), cast.boris)

    run = Run.objects.get(task="monitoring.tasks.assess_objectivity")
    assert run.parameters["years"] == [2026, 2027]


# -- The page -----------------------------------------------------------------------------------
def form_of(**changes):
    numbers = {"red_q": "0,04", "amber_q": "0,1", "family_p": "0,01", "amber_p": "0,0001",
               "prior": "0,05"}  # fmt: skip
    weights = {f"weight_{family}": "1" for family in FAMILIES}
    sources = {f"source_{name}": "решение" for name in (*numbers, "weights")}
    return numbers | weights | sources | {"note": "Строже."} | changes


def test_a_copy_is_changed_on_the_page_with_a_source_of_each_threshold(cast, signed_in):
    client = signed_in(cast.boris)
    client.post(f"{PAGE}copy/")
    row = MethodSettings.objects.get()

    refused = text(client.post(f"{PAGE}{row.pk}/", form_of(source_prior="", amber_q="0,01")))
    done = client.post(f"{PAGE}{row.pk}/", form_of(), follow=True)

    assert "Порог без источника не публикуют" in refused
    assert "не может быть строже сигнала" in refused
    assert "Копия записана" in text(done)
    row.refresh_from_db()
    assert (row.thresholds["red_q"], row.sources["prior"]) == (0.04, "решение")
    assert row.thresholds["shares"] == thresholds_of(Settings())["shares"]
    assert row.sources["shares"] == SOURCES["shares"]


def test_an_order_that_is_refused_stays_typed_and_says_why(cast, signed_in):
    client = signed_in(cast.boris)
    row = tried(a_copy(cast))
    order = {"order_number": "77-ОД", "order_date": "2026-01-09"}

    unnumbered = text(client.post(f"{PAGE}{row.pk}/publish/", order | {"order_number": ""}))
    wordless = client.post(f"{PAGE}{row.pk}/publish/", order)

    assert "Укажите номер приказа." in unnumbered
    assert "Напишите, что изменено и почему" in text(wordless)
    assert 'value="77-ОД"' in wordless.content.decode()
    assert MethodSettings.objects.get().published_at is None


def test_the_page_shows_what_would_change_by_name(cast, signed_in):
    row = a_copy(cast)
    counts = {str(tier): 0 for tier in Tier}
    moves = [[cast.lake_school.pk, "red", "none"], [cast.hill_school.pk, "none", "amber"]]
    sandbox.keep_trial(row, row.thresholds, {
        "simulated": {"before": SIDE, "after": SIDE},
        "year": {"year": 2026, "before": counts, "after": counts, "moves": moves},
    })  # fmt: skip

    seen = text(signed_in(cast.vera).get(PAGE))

    assert seen.index("Hill school") < seen.index("Lake school")
    assert "1 из 100" in seen
    assert "Опубликовать приказом" in seen


def test_no_school_and_no_municipality_sees_the_thresholds(cast, signed_in):
    for person in (cast.oleg, cast.nina, cast.inna):
        assert signed_in(person).get(PAGE).status_code == 403


def test_the_worlds_keep_findings_only(small):
    world = sandbox.invented(2, SMALL.manipulated, SMALL)

    assert all(one.cells is None and one.reference is None for one in world.examined)
    assert np.sum(world.truth.kind != "honest") == 6


def test_an_order_changes_no_sum_of_an_index_that_was_computed_before(cast, signed_in):
    SignalFactory(organization=cast.lake_school)
    StatisticFactory(organization=cast.lake_school, work=make_work())
    page = f"/monitoring/objectivity/schools/{cast.lake_school.code}/"
    before = signed_in(cast.vera).get(page).context["index_sum"]

    published(tried(changed(a_copy(cast), cast.boris, prior=0.1)), cast.boris)

    assert signed_in(cast.vera).get(page).context["index_sum"] == before
