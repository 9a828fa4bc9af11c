"""The wish to have a work computed or a year assessed, and what becomes of it."""

import datetime
from typing import Any

import pytest

from monitoring.computation import assess, compute
from monitoring.computation.values import store_values
from monitoring.models import IndicatorValue, Statistic
from monitoring.services import computations
from monitoring.tasks import compute_nightly, wish_assessment
from organizations.access import Role
from organizations.errors import NotAllowed
from organizations.models import Run
from organizations.queries import viewer_of
from organizations.services import runs
from organizations.tasks import reconcile
from procedures.listeners import announce
from procedures.models import Protocol, Result, Work
from procedures.scales import Borders
from procedures.services.works import new_scale
from tests.factories.monitoring import make_schools, make_work, store_results
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.monitoring.test_computation import Silent, computed, contents, snapshot

pytestmark = pytest.mark.usefixtures("schools")


def test_a_wish_is_computed_by_the_worker(cast, work, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = computations.request(work, by=viewer_of(cast.vera))

    run.refresh_from_db()
    assert (run.status, run.result) == ("done", {"schools": 14})
    assert run.organization == cast.region
    assert IndicatorValue.objects.filter(run=run).exists()


def test_an_import_is_followed_by_a_computation(work, schools, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        announce(work.pk, [schools[0].pk])

    assert Statistic.objects.filter(organization=schools[0]).exists()
    run = Run.objects.get(task="monitoring.tasks.compute_objectivity")
    assert run.parameters["schools"] == [schools[0].pk]


def test_a_new_scale_is_followed_wherever_the_marks_come_from(work, schools):
    """Marks that a file brought stay, and the borders they are looked at by are others."""
    Protocol.objects.filter(work=work).update(scale=None)
    marks = list(Result.objects.order_by("pk").values_list("pk", "mark"))

    new_scale(work, Borders(6, 11, 17), "order")

    run = Run.objects.get(task="monitoring.tasks.compute_objectivity")
    assert run.parameters["schools"] == sorted(school.pk for school in schools)
    assert list(Result.objects.order_by("pk").values_list("pk", "mark")) == marks


def test_an_import_is_followed_in_the_region_of_its_school(cast, work):
    """Of two regions of one installation, the schools' own; not simply the first."""
    town = OrganizationFactory(kind="municipality", parent=cast.other_region)
    school = OrganizationFactory(parent=town)

    run = computations.request(work, by=None, schools=[school.pk])

    assert run.organization == cast.other_region


def test_a_run_names_the_left_out_schools_of_its_own_region(
    cast, work, schools, django_capture_on_commit_callbacks
):
    town = OrganizationFactory(kind="municipality", parent=cast.other_region)
    (other,) = make_schools(town, 1, first=70)
    store_results(work, [other], seed=8)
    for school in (schools[2], other):
        row = Result.objects.filter(organization=school, score__isnull=False).first()
        Result.objects.filter(pk=row.pk).update(points=[1, 2])

    with django_capture_on_commit_callbacks(execute=True):
        run = computations.request(work, by=viewer_of(cast.vera))

    run.refresh_from_db()
    assert run.result["left_out"] == schools[2].short_name


def test_a_wish_of_the_region_is_seen_there_though_a_municipality_wished_first(cast, work):
    first = computations.request(work, by=viewer_of(cast.oleg))
    second = computations.request(work, by=viewer_of(cast.vera))
    third = computations.request(work, by=viewer_of(cast.oleg))

    assert first == second == third
    assert (first.organization, third.organization) == (cast.north, cast.region)


def test_at_night_a_work_is_wished_for_in_the_region_that_wrote_it(cast, work, monkeypatch):
    monkeypatch.setattr("monitoring.tasks.timezone.localdate", lambda: datetime.date(2027, 3, 1))
    town = OrganizationFactory(kind="municipality", parent=cast.other_region)
    theirs = make_work("ma4-2026", subject="Математика")
    store_results(theirs, make_schools(town, 1, first=70))

    compute_nightly()

    found = {run.parameters["work"]: run.organization for run in Run.objects.all()}
    assert found == {work.pk: cast.region, theirs.pk: cast.other_region}


def test_wishes_that_wait_become_one(cast, work, schools):
    first = computations.request(work, by=None, schools=[schools[1].pk])
    second = computations.request(work, by=None, schools=[schools[0].pk])
    assert second == first
    assert second.parameters["schools"] == sorted(s.pk for s in schools[:2])

    third = computations.request(work, by=viewer_of(cast.vera))
    assert third == first
    assert third.parameters["schools"] is None


def test_an_upload_during_a_computation_ends_with_fresh_values(work, schools, monkeypatch):
    """The file comes after the running computation has read the results."""
    running = computations.request(work, by=None)

    def upload(*numbers: Any) -> None:
        monkeypatch.undo()
        store_results(work, schools[:1], seed=55)
        announce(work.pk, [schools[0].pk])
        store_values(*numbers)

    monkeypatch.setattr("monitoring.computation.store_values", upload)
    claimed = runs.claim(running.pk)
    assert claimed is not None
    with runs.recorded(claimed) as progress:
        compute(work, progress=progress, run_id=claimed.pk, then=wish_assessment)
    while Run.objects.filter(status="requested"):
        reconcile()

    assert [run.status for run in Run.objects.order_by("pk")] == ["done"] * 4
    after_runs = contents()
    computed(work)
    assess(schools[0].parent.parent_id, [2026], progress=Silent())
    assert contents() == after_runs


def test_while_one_runs_only_one_follower_waits(work, schools):
    running = computations.request(work, by=None)
    runs.claim(running.pk)

    followers = {computations.request(work, by=None, schools=[school.pk]).pk for school in schools}

    assert len(followers) == 1
    assert running.pk not in followers


def test_many_works_make_one_assessment(cast, work):
    for year in (2026, 2024, 2026):
        other = Work(grade=7, year=year, procedure=work.procedure)
        wish_assessment(other, [cast.region.pk], [7, 3] if year == 2024 else [5])
        runs.wish(  # something else about the same region joins nothing
            "other", key="region", subject=cast.region, join=lambda waiting, wished: waiting,
            title="Другое", organization=cast.region, by=None, unit="шаг,шага,шагов",
        )  # fmt: skip

    run = Run.objects.get(task="monitoring.tasks.assess_objectivity")
    assert run.parameters == {
        "region": cast.region.pk, "years": [2024, 2026], "schools": [3, 5, 7],
    }  # fmt: skip
    assert Run.objects.filter(task="other").count() == 1


def test_a_wish_for_a_year_under_assessment_is_followed(cast, work):
    wish_assessment(work, [cast.region.pk], None)
    running = Run.objects.get(task="monitoring.tasks.assess_objectivity")
    runs.claim(running.pk)

    for _ in range(2):
        wish_assessment(work, [cast.region.pk], None)

    followers = Run.objects.filter(task=running.task).exclude(pk=running.pk)
    assert [run.status for run in followers] == ["requested"]


def test_a_wish_is_kept_with_the_statistics_or_not_at_all(cast, work):
    def fail(work, regions, schools) -> None:
        wish_assessment(work, regions, schools)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        compute(work, progress=Silent(), then=fail)

    assert not Run.objects.exists()
    assert snapshot() == []


def test_at_night_the_works_of_the_last_years_are_wished_for_once(work, schools, monkeypatch):
    monkeypatch.setattr("monitoring.tasks.timezone.localdate", lambda: datetime.date(2027, 3, 1))
    old = make_work("ru4-2025", year=2025)
    store_results(old, schools, seed=4)
    make_work("ma4-2026", subject="Математика")  # nobody wrote it

    compute_nightly()
    compute_nightly()

    assert [run.parameters for run in Run.objects.all()] == [{"work": work.pk, "schools": None}]


def test_a_worker_that_was_replaced_stores_nothing(work):
    run = computations.request(work, by=None)
    lost = runs.claim(run.pk)
    assert lost is not None
    Run.objects.filter(pk=run.pk).update(attempt=2)

    with runs.recorded(lost) as progress:
        compute(work, progress=progress)

    assert snapshot() == []


def test_a_coordinator_wishes_for_their_own_territory(cast, work):
    run = computations.request(work, by=viewer_of(cast.oleg))
    assert run.organization == cast.north


def test_a_deputy_may_not_wish(cast, work):
    with pytest.raises(NotAllowed, match="Ваша роль"):
        computations.request(work, by=viewer_of(cast.nina))
    assert not Run.objects.exists()


def test_the_centres_operator_may(cast, work):
    place = MembershipFactory(organization=cast.centre, role=Role.OPERATOR)
    run = computations.request(work, by=viewer_of(place.user))
    assert run.organization == cast.region
