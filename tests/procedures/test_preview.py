"""A checked file waits to be written: what it would change, and that it changes it once."""

import datetime
import threading
from dataclasses import replace

import numpy as np
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event
from organizations.queries import viewer_of
from procedures.exchange import importer, waiting
from procedures.exchange.difference import compare
from procedures.exchange.preview import preview_of
from procedures.models import Protocol, Result
from procedures.services import imports
from tests.factories.procedures import (
    ScaleFactory,
    WorkFactory,
    a_form,
    filled_form,
    some_results,
)


@pytest.fixture
def work(db):
    work = WorkFactory()
    ScaleFactory(work=work)
    return work


def bring(school, work, content, *, write=False):
    protocol, _ = importer.receive(school, work, content=content, name="Форма.xlsx", by_id=None)
    return importer.process(protocol, trusted=True, write=write)


def states():
    return dict(Protocol.objects.values_list("version", "state"))


# what would change

ROWS = st.dictionaries(
    st.integers(1, 9),
    st.tuples(
        st.integers(1, 2), st.integers(0, 2), st.just(0), st.tuples(*[st.integers(-2, 3)] * 3)
    ),
    max_size=6,
)


@given(ROWS, ROWS)
def test_what_differs_and_what_does_not_make_up_all_codes(before, after):
    found = compare(before, after, ["1", "2", "3"])

    told = {line.code for line in found.lines}
    same = {code for code in before.keys() & after.keys() if before[code] == after[code]}
    assert told | same == before.keys() | after.keys()
    assert not told & same
    assert found.added - found.removed == len(after) - len(before)
    assert len(found.lines) == found.added + found.removed + found.changed


@given(ROWS, ROWS)
def test_the_difference_back_names_the_same_cells_the_other_way(before, after):
    there = compare(before, after, ["1", "2", "3"]).lines
    back = compare(after, before, ["1", "2", "3"]).lines

    assert [line.code for line in there] == [line.code for line in back]
    for line, other in zip(there, back, strict=True):
        assert (line.is_added, line.is_removed) == (other.is_removed, other.is_added)
        assert [(c.title, c.before, c.after) for c in line.changes] == [
            (c.title, c.after, c.before) for c in other.changes
        ]


def test_the_preview_tells_the_one_cell_that_a_corrected_file_changes(cast, work):
    results = some_results(work, pupils=4)
    bring(cast.lake_school, work, filled_form(work, cast.lake_school, results), write=True)
    points = results.points.copy()
    points[0, 2] = 2 if points[0, 2] != 2 else 1
    corrected = replace(results, points=points, score=np.maximum(points, 0).sum(axis=1))

    ready = bring(cast.lake_school, work, filled_form(work, cast.lake_school, corrected))

    (line,) = preview_of(ready).difference.lines
    assert line.code == 40001
    assert [(c.title, c.after) for c in line.changes] == [("Задание 3", str(points[0, 2]))]
    assert Result.objects.get(participant=40001).points == results.points[0].tolist()


def test_what_the_preview_promises_is_what_is_written(cast, work):
    bring(cast.lake_school, work, a_form(work, cast.lake_school, pupils=20, seed=1), write=True)
    before = dict(Result.objects.values_list("participant", "mark"))
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school, pupils=20, seed=2))

    promised = preview_of(ready)
    imports.confirm(ready, by=viewer_of(cast.nina))

    after = dict(Result.objects.values_list("participant", "mark"))
    for one in promised.marks:
        assert one.before == list(before.values()).count(one.mark)
        assert one.after == list(after.values()).count(one.mark)
    assert promised.rows == len(after)
    assert [(one.rows, one.present, one.absent) for one in promised.classes] == [(20, 19, 1)]


# written once, by those who may


def test_a_checked_file_is_written_once_however_often_it_is_confirmed(cast, work):
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school))
    by = viewer_of(cast.nina)

    imports.confirm(Protocol.objects.get(pk=ready.pk), by=by)
    rows = list(Result.objects.values_list("pk", flat=True))
    again = imports.confirm(Protocol.objects.get(pk=ready.pk), by=by)

    assert again.state == "accepted"
    assert list(Result.objects.values_list("pk", flat=True)) == rows
    assert Event.objects.filter(action="protocol.confirmed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_who_confirm_at_once_write_one_version(cast):
    work = WorkFactory()
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school, pupils=20))
    failures = []

    def run(person):
        try:
            imports.confirm(Protocol.objects.get(pk=ready.pk), by=viewer_of(person))
        except Exception as error:  # noqa: BLE001 - whatever fails in a thread fails the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in (cast.nina, cast.oleg)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert Result.objects.count() == 20
    assert Event.objects.filter(action="protocol.confirmed").count() == 1


@pytest.mark.parametrize("person", ["igor", "svetlana", "vera", "inna", "anton"])
@pytest.mark.parametrize("act", [imports.confirm, imports.cancel])
def test_nobody_writes_or_leaves_a_file_outside_their_right(cast, work, person, act):
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school))

    with pytest.raises(NotAllowed):
        act(ready, by=viewer_of(getattr(cast, person)))

    assert states() == {1: "ready"}


def test_a_cancelled_file_changes_nothing_and_may_be_handed_in_again(cast, work):
    content = a_form(work, cast.lake_school)
    ready = bring(cast.lake_school, work, content)
    by = viewer_of(cast.nina)

    imports.cancel(ready, by=by)
    imports.cancel(ready, by=by)
    with pytest.raises(Conflict, match="не ждёт записи"):
        imports.confirm(ready, by=by)

    assert not Result.objects.exists()
    bring(cast.lake_school, work, content)
    assert states() == {1: "cancelled", 2: "ready"}


def test_the_same_bytes_again_are_the_same_waiting_file(cast, work):
    content = a_form(work, cast.lake_school)
    bring(cast.lake_school, work, content)

    bring(cast.lake_school, work, content)

    assert states() == {1: "ready"}


# a newer file


def test_a_newer_file_of_the_same_classes_takes_the_place_of_a_waiting_one(cast, work):
    first = bring(cast.lake_school, work, a_form(work, cast.lake_school, seed=1))

    bring(cast.lake_school, work, a_form(work, cast.lake_school, seed=2))

    assert states() == {1: "superseded", 2: "ready"}
    with pytest.raises(Conflict):
        imports.confirm(first, by=viewer_of(cast.nina))


def test_files_of_two_classes_wait_beside_each_other(cast, work):
    bring(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1,)))
    bring(cast.lake_school, work, a_form(work, cast.lake_school, classes=(2,), first=40101))

    for row in Protocol.objects.all():
        imports.confirm(row, by=viewer_of(cast.nina))

    assert states() == {1: "accepted", 2: "accepted"}


def test_codes_taken_meanwhile_are_found_when_the_file_is_written(cast, work):
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school, classes=(2,)))
    bring(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1,)), write=True)

    found = imports.confirm(ready, by=viewer_of(cast.nina))

    assert found.state == "faulty"
    assert "уже стоят" in found.faults[0]["message"]
    assert set(Result.objects.values_list("class_number", flat=True)) == {1}


def test_a_file_that_nobody_confirmed_is_let_go_after_its_days(cast, work):
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school))
    now = timezone.now()

    assert waiting.expire(7, now) == 0
    assert waiting.expire(7, now + datetime.timedelta(days=8)) == 1

    ready.refresh_from_db()
    assert ready.state == "cancelled"
    assert "7 дней" in ready.message


# pages


def test_the_page_of_a_waiting_file_shows_the_change_and_the_button(cast, work, signed_in):
    bring(cast.lake_school, work, a_form(work, cast.lake_school, seed=1), write=True)
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school, seed=2))

    page = signed_in(cast.nina).get(reverse("procedures:protocol", args=[ready.pk]))

    shown = page.content.decode()
    assert "Что изменится" in shown
    assert reverse("procedures:protocol_confirm", args=[ready.pk]) in shown
    assert page.context["difference"].changed
    above = signed_in(cast.vera).get(reverse("procedures:protocol", args=[ready.pk]))
    assert reverse("procedures:protocol_confirm", args=[ready.pk]) not in above.content.decode()


def test_many_changed_rows_are_paged_and_none_is_hidden(cast, work, signed_in):
    bring(cast.lake_school, work, a_form(work, cast.lake_school, pupils=80, seed=1), write=True)
    ready = bring(cast.lake_school, work, a_form(work, cast.lake_school, pupils=80, seed=2))
    client = signed_in(cast.nina)
    address = reverse("procedures:protocol", args=[ready.pk])

    pages = [client.get(address, {"page": number}).context for number in (1, 2)]

    codes = [line.code for page in pages for line in page["page"]]
    assert codes == [line.code for line in pages[0]["difference"].lines]


def test_a_version_is_compared_with_any_earlier_one(cast, work, signed_in):
    for seed in (1, 2, 1):
        last = bring(cast.lake_school, work, a_form(work, cast.lake_school, seed=seed), write=True)
    client = signed_in(cast.oleg)
    address = reverse("procedures:difference", args=[last.pk])

    before, first = client.get(address).context, client.get(address, {"since": 1}).context

    assert (before["earlier"].version, first["earlier"].version) == (2, 1)
    assert before["difference"].lines
    assert not first["difference"].lines
