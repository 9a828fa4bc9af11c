"""Pages of runs: the list, the page that asks for itself, stop and repeat."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import Run
from tests.factories.documents import RunFactory

LIST = reverse("organizations:runs")


def page_of(run):
    return reverse("organizations:run", args=[run.pk])


def test_the_list_tells_what_goes_on_in_the_territory_and_nowhere_else(cast, signed_in):
    RunFactory(
        organization=cast.lake_school, title="Приём протокола", status=Run.Status.RUNNING,
        done=12, total=34, unit="строка,строки,строк",
    )  # fmt: skip
    RunFactory(organization=cast.hill_school, title="Чужая работа")

    page = signed_in(cast.oleg).get(LIST).content.decode()

    assert "Приём протокола" in page
    assert "12 из 34 строки" in page
    assert "Чужая работа" not in page


def test_failed_runs_are_the_duty_of_the_page(cast, signed_in):
    RunFactory(organization=cast.lake_school, status=Run.Status.FAILED, error="Нет листа.")

    page = signed_in(cast.nina).get(LIST).content.decode()

    assert "Не удался 1 запуск" in page
    assert "Нет листа." in page


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"state": "active"}, {"В очереди"}),
        ({"state": "failed"}, {"Упала"}),
        ({"q": "упал"}, {"Упала"}),
        ({"q": "lake"}, {"В очереди", "Упала"}),
        ({"mine": "1"}, {"Упала"}),
        ({"state": "nonsense"}, {"В очереди", "Упала"}),
    ],
)
def test_the_filters_narrow_the_list(cast, signed_in, filters, shown):
    RunFactory(organization=cast.lake_school, title="В очереди")
    RunFactory(
        organization=cast.lake_school, title="Упала", status="failed", requested_by=cast.oleg
    )

    page = signed_in(cast.oleg).get(LIST, filters)

    assert {run.title for run, _ in page.context["rows"]} == shown


def test_twice_as_many_runs_make_no_more_queries(cast, signed_in):
    client = signed_in(cast.oleg)
    client.get(LIST)
    counts = []
    for number in (3, 6):
        RunFactory.create_batch(number, organization=cast.lake_school, requested_by=cast.nina)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_run_under_way_asks_for_itself_and_an_ended_one_no_more(cast, signed_in):
    run = RunFactory(organization=cast.lake_school, status=Run.Status.RUNNING, total=4, done=1)
    client = signed_in(cast.nina)

    fragment = client.get(page_of(run), headers={"HX-Request": "true"}).content.decode()

    assert f'hx-get="{page_of(run)}" hx-trigger="every 2s"' in fragment
    assert "<html" not in fragment
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DONE)
    assert "hx-get" not in client.get(page_of(run), headers={"HX-Request": "true"}).content.decode()


def test_the_page_is_whole_without_scripts(cast, signed_in):
    run = RunFactory(organization=cast.lake_school, status=Run.Status.FAILED, error="Нет листа.")

    page = signed_in(cast.oleg).get(page_of(run)).content.decode()

    assert "<html" in page
    assert "Нет листа." in page
    assert reverse("organizations:run_repeat", args=[run.pk]) in page


@pytest.mark.parametrize("status", Run.Status, ids=str)
def test_every_state_has_its_page(cast, signed_in, status):
    run = RunFactory(organization=cast.lake_school, status=status, result={"rows": 78})
    if status == Run.Status.FAILED:
        Run.objects.update(error="Нет листа.")

    page = signed_in(cast.oleg).get(page_of(run)).content.decode()

    assert run.title in page
    assert ("Отменить" in page) == run.is_active
    assert ("Повторить" in page) == (status in (Run.Status.FAILED, Run.Status.CANCELLED))


def test_a_run_is_stopped_and_repeated_from_its_page(cast, signed_in):
    run = RunFactory(organization=cast.lake_school)
    client = signed_in(cast.oleg)

    client.post(reverse("organizations:run_cancel", args=[run.pk]))
    answer = client.post(reverse("organizations:run_repeat", args=[run.pk]))

    run.refresh_from_db()
    again = Run.objects.exclude(pk=run.pk).get()
    assert run.status == Run.Status.CANCELLED
    assert answer.url == page_of(again)


def test_stopping_what_has_ended_is_a_readable_refusal(cast, signed_in):
    run = RunFactory(organization=cast.lake_school, status=Run.Status.DONE)

    answer = signed_in(cast.oleg).post(reverse("organizations:run_cancel", args=[run.pk]))

    assert answer.status_code == 409
    assert "отменять нечего" in answer.content.decode()


def test_another_territorys_run_is_not_there(cast, signed_in):
    run = RunFactory(organization=cast.lake_school)

    for person in (cast.svetlana, cast.igor, cast.elena, cast.rita):
        client = signed_in(person)
        assert client.get(page_of(run)).status_code == 404
        for act in ("run_cancel", "run_repeat"):
            assert client.post(reverse(f"organizations:{act}", args=[run.pk])).status_code == 404


def test_the_section_is_closed_to_those_without_runs(cast, signed_in):
    assert signed_in(cast.elena).get(LIST).status_code == 403
