"""Background runs: worked once whoever rings twice, taken over from the silent, never lost."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from organizations import tasks
from organizations.errors import Conflict, NotAllowed, PortalError
from organizations.models import Event, Run
from organizations.queries import viewer_of
from organizations.services import runs
from tests.factories.documents import RunFactory

LONG_AGO = datetime.timedelta(hours=1)


@pytest.fixture
def rung(monkeypatch):
    """The bells that were rung, instead of the work."""
    bells = []
    monkeypatch.setattr(runs, "ring", lambda task, run_id: bells.append((task, run_id)))
    monkeypatch.setattr(tasks, "ring", lambda task, run_id: bells.append((task, run_id)))
    return bells


def request(cast, by=None, **parameters):
    return runs.request(
        "organizations.tasks.heartbeat",
        subject=cast.lake_school,
        title="Проверка",
        organization=cast.lake_school,
        by=by,
        **parameters,
    )


def silent(run):
    """The run as its worker left it an hour ago."""
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - LONG_AGO)


def test_a_wish_rings_only_when_it_is_committed(cast, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = request(cast, by=viewer_of(cast.nina), year=2026)
        assert rung == []

    assert rung == [("organizations.tasks.heartbeat", run.pk)]
    assert (run.status, run.parameters, run.requested_by) == (
        "requested",
        {"year": 2026},
        cast.nina,
    )


def test_a_subject_has_one_run_of_a_task_under_way(cast, rung):
    first = request(cast)

    with pytest.raises(Conflict, match="уже выполняется"):
        request(cast)

    with runs.recorded(runs.claim(first.pk)):
        pass
    assert request(cast).pk != first.pk


def test_a_second_delivery_gets_nothing(cast, rung):
    run = request(cast)

    assert runs.claim(run.pk).attempt == 1
    assert runs.claim(run.pk) is None


@pytest.mark.parametrize("status", ["done", "failed", "cancelled"])
def test_an_ended_run_is_not_claimed(cast, status):
    run = RunFactory(organization=cast.lake_school, status=status)

    assert runs.claim(run.pk) is None


def test_a_run_whose_worker_is_alive_is_not_taken_over(cast, rung):
    run = request(cast)
    runs.claim(run.pk)

    Run.objects.filter(pk=run.pk).update(
        heartbeat_at=timezone.now() - datetime.timedelta(seconds=30)
    )

    assert runs.claim(run.pk) is None


def test_a_silent_run_goes_to_another_worker_and_the_first_writes_nothing_more(cast, rung):
    old = runs.claim(request(cast).pk)
    silent(old)

    new = runs.claim(old.pk)

    assert new.attempt == 2
    with pytest.raises(runs.Superseded):
        runs.Progress(old)(1, 1)
    with pytest.raises(runs.Superseded):
        runs.Progress(old).hold()
    runs.Progress(new)(3, 7)
    new.refresh_from_db()
    assert (new.done, new.total) == (3, 7)


@pytest.mark.django_db(transaction=True)
def test_a_superseded_worker_commits_no_results(cast, rung):
    old = runs.claim(request(cast).pk)

    with runs.recorded(old) as progress:
        silent(old)
        new = runs.claim(old.pk)
        with transaction.atomic():
            cast.lake_school.functions = "written by the old worker"
            cast.lake_school.save()
            progress.hold()

    cast.lake_school.refresh_from_db()
    new.refresh_from_db()
    assert cast.lake_school.functions == ""
    assert (new.status, new.attempt) == ("running", 2)


def test_a_cancelled_run_stops_at_its_next_sign_of_life(cast, rung):
    run = runs.claim(request(cast).pk)
    steps = []

    with runs.recorded(run) as progress:
        for step in range(5):
            steps.append(step)
            if step == 2:
                runs.cancel(run, by=viewer_of(cast.oleg))
            progress(5, 5)

    run.refresh_from_db()
    assert steps == [0, 1, 2]
    assert run.status == Run.Status.CANCELLED


def test_a_run_ends_with_its_result(cast, rung):
    run = runs.claim(request(cast).pk)

    with runs.recorded(run) as progress:
        progress.result["rows"] = 78

    run.refresh_from_db()
    assert (run.status, run.result) == ("done", {"rows": 78})
    assert run.ended_at is not None


def test_a_refusal_is_told_in_its_own_words(cast, rung):
    run = runs.claim(request(cast).pk)

    with runs.recorded(run):
        raise PortalError("В файле нет листа «Протокол».")

    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "В файле нет листа «Протокол».")


def test_a_bug_is_told_honestly_and_goes_on_to_the_log(cast, rung):
    run = runs.claim(request(cast).pk)

    with pytest.raises(ZeroDivisionError), runs.recorded(run):
        1 / 0  # noqa: B018 - a bug, as it comes

    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith("Внутренняя ошибка")


def test_progress_is_written_twice_a_second_at_most(cast, rung, django_assert_num_queries):
    progress = runs.Progress(runs.claim(request(cast).pk))

    with django_assert_num_queries(2):
        for done in range(1000):
            progress(done, 1000)
        progress(1000, 1000)


def test_an_ended_run_is_not_cancelled(cast):
    run = RunFactory(organization=cast.lake_school, status=Run.Status.DONE)

    with pytest.raises(Conflict, match="уже завершён"):
        runs.cancel(run, by=viewer_of(cast.oleg))


@pytest.mark.parametrize("act", [runs.cancel, runs.repeat], ids=["cancel", "repeat"])
@pytest.mark.parametrize("who", ["svetlana", "igor", "elena", "rita"])
def test_nobody_else_touches_a_schools_run(cast, act, who):
    run = RunFactory(organization=cast.lake_school)

    with pytest.raises(NotAllowed):
        act(run, by=viewer_of(getattr(cast, who)))


def test_a_repeated_run_wishes_for_the_same_again(cast, rung, django_capture_on_commit_callbacks):
    run = RunFactory(
        organization=cast.lake_school, status=Run.Status.FAILED, parameters={"year": 2026}
    )

    with django_capture_on_commit_callbacks(execute=True):
        again = runs.repeat(run, by=viewer_of(cast.oleg))

    assert again.pk != run.pk
    assert (again.task, again.subject, again.parameters) == (run.task, run.subject, {"year": 2026})
    assert rung == [(run.task, again.pk)]
    assert Event.objects.get(action="run.repeated").changes == {"of": run.pk}


def test_a_run_under_way_is_not_repeated(cast):
    run = RunFactory(organization=cast.lake_school)

    with pytest.raises(Conflict, match="уже выполняется"):
        runs.repeat(run, by=viewer_of(cast.oleg))


def test_reconcile_rings_for_the_lost_and_for_nobody_else(cast, rung):
    waiting = RunFactory(organization=cast.lake_school)
    lost = runs.claim(RunFactory(organization=cast.lake_school).pk)
    silent(lost)
    runs.claim(RunFactory(organization=cast.lake_school).pk)
    RunFactory(organization=cast.lake_school, status=Run.Status.DONE)

    tasks.reconcile()

    assert {run_id for _, run_id in rung} == {waiting.pk, lost.pk}


def test_reconcile_gives_up_after_five_attempts(cast, rung):
    run = RunFactory(
        organization=cast.lake_school, status=Run.Status.RUNNING, attempt=tasks.MOST_ATTEMPTS
    )
    silent(run)

    tasks.reconcile()

    run.refresh_from_db()
    assert rung == []
    assert (run.status, run.error) == ("failed", "Работа прерывалась 5 раз подряд и остановлена.")


def test_a_deputy_stops_their_own_run_but_nobody_elses(cast):
    own = RunFactory(organization=cast.lake_school, requested_by=cast.nina)
    regional = RunFactory(organization=cast.lake_school, requested_by=cast.vera)

    assert runs.cancel(own, by=viewer_of(cast.nina)).status == Run.Status.CANCELLED
    with pytest.raises(NotAllowed):
        runs.cancel(regional, by=viewer_of(cast.nina))
