"""One collection form taken in: written whole or explained, and never twice."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django.test import TestCase

from organizations.errors import Refused
from organizations.exchange.workbook import write
from procedures.exchange import importer
from procedures.exchange.privacy import PersonalData
from procedures.exchange.protocol import open_form
from procedures.models import Protocol, Result
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


def take(school, work, content):
    protocol, _ = importer.receive(school, work, content=content, name="Форма.xlsx", by_id=None)
    return importer.process(protocol, trusted=True)


def codes(protocol):
    return list(
        Result.objects.filter(protocol=protocol)
        .order_by("participant")
        .values_list("participant", flat=True)
    )


def test_a_sound_form_is_written_as_it_stands(cast, work):
    results = some_results(work, classes=(1, 2), pupils=6)

    protocol = take(cast.lake_school, work, filled_form(work, cast.lake_school, results))

    rows = Result.objects.order_by("participant")
    assert protocol.state == "accepted"
    assert (protocol.rows_in, protocol.rows_written, protocol.classes) == (12, 12, [1, 2])
    assert list(rows.values_list("points", flat=True)) == results.points.tolist()
    assert [row.score or 0 for row in rows] == results.score.tolist()
    assert [row.mark or 0 for row in rows] == results.mark.tolist()
    assert [row.journal_mark or 0 for row in rows] == results.journal_mark.tolist()


def test_a_form_with_one_fault_writes_nothing_and_says_where(cast, work):
    results = some_results(work, pupils=5)
    points = results.points.copy()
    points[1, 0] = 9
    content = filled_form(work, cast.lake_school, replace(results, points=points))

    protocol = take(cast.lake_school, work, content)

    assert protocol.state == "faulty"
    assert not Result.objects.exists()
    assert ("C", 3) in {(fault["column"], fault["row"]) for fault in protocol.faults}
    assert "ничего не записано" in protocol.message
    assert (protocol.rows_in, protocol.rows_written) == (5, 0)


def test_the_faults_come_back_as_they_were_found(cast, work):
    results = some_results(work, pupils=2)
    content = filled_form(work, cast.lake_school, replace(results, points=results.points + 5))
    spec = importer.spec_of(work, None)

    protocol = take(cast.lake_school, work, content)

    found = importer.read(content, spec, cast.lake_school.code, trusted=True).faults
    assert found
    protocol.refresh_from_db()
    assert [str(fault) for fault in importer.stored_faults(protocol)] == [str(f) for f in found]


def test_another_workbook_is_refused_with_what_was_looked_for(cast, work):
    protocol = take(cast.lake_school, work, write({"Лист1": [["Школа", "Балл"]]}))

    assert protocol.state == "refused"
    assert "нет листа «Протокол»" in protocol.message


def test_a_form_of_another_school_is_not_taken(cast, work):
    protocol = take(cast.lake_school, work, a_form(work, cast.wood_school))

    assert protocol.state == "faulty"
    assert "форма выдана школе «edu420002»" in protocol.faults[0]["message"]


def test_a_form_nobody_filled_is_not_an_empty_protocol(cast, work):
    content = filled_form(work, cast.lake_school, some_results(work, pupils=0))

    protocol = take(cast.lake_school, work, content)

    assert protocol.state == "faulty"
    assert "ни одной заполненной строки" in protocol.faults[0]["message"]


def test_the_same_bytes_twice_are_one_import(cast, work):
    content = a_form(work, cast.lake_school)
    first = take(cast.lake_school, work, content)
    rows = list(Result.objects.values_list("pk", flat=True))

    again = take(cast.lake_school, work, content)

    assert again.pk == first.pk
    assert list(Result.objects.values_list("pk", flat=True)) == rows
    assert Protocol.objects.count() == 1


def test_the_same_faulty_bytes_are_checked_again_without_a_new_version(cast, work):
    content = a_form(work, cast.wood_school)
    first = take(cast.lake_school, work, content)

    again = take(cast.lake_school, work, content)

    assert (again.pk, again.state) == (first.pk, "faulty")
    assert Protocol.objects.count() == 1


def test_a_corrected_form_supersedes_and_tells_the_difference(cast, work):
    results = some_results(work, pupils=4)
    take(cast.lake_school, work, filled_form(work, cast.lake_school, results))
    journal = results.journal_mark.copy()
    journal[0] = 5 if journal[0] != 5 else 4
    corrected = replace(results, journal_mark=journal)

    protocol = take(cast.lake_school, work, filled_form(work, cast.lake_school, corrected))

    earlier = Protocol.objects.get(version=1)
    assert earlier.state == "superseded"
    assert earlier.file.storage.exists(earlier.file.name)
    assert "изменено строк 1, добавлено 0, убрано 0" in protocol.message
    assert set(Result.objects.values_list("protocol", flat=True)) == {protocol.pk}


def test_first_then_second_then_first_again_ends_with_the_first(cast, work):
    one = a_form(work, cast.lake_school, seed=1)
    two = a_form(work, cast.lake_school, seed=2)
    take(cast.lake_school, work, one)
    expected = list(Result.objects.order_by("participant").values_list("points", flat=True))
    take(cast.lake_school, work, two)

    last = take(cast.lake_school, work, one)

    assert last.version == 3
    assert list(Result.objects.order_by("participant").values_list("points", flat=True)) == expected


def test_a_protocol_without_the_earlier_classes_is_explained(cast, work):
    take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1, 2)))

    protocol = take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1,), seed=3))

    assert protocol.state == "faulty"
    assert "содержит классы 1 и 2, в новом только класс 1" in protocol.faults[0]["message"]
    assert Result.objects.count() == 6


def test_two_classes_may_come_in_two_files_and_then_in_one(cast, work):
    take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1,)))
    take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(2,), first=40101))
    assert Protocol.objects.current().count() == 2

    both = take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1, 2), pupils=4))

    assert list(Protocol.objects.current()) == [both]
    assert Result.objects.count() == 8


def test_codes_of_another_class_are_named(cast, work):
    take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(1,)))

    protocol = take(cast.lake_school, work, a_form(work, cast.lake_school, classes=(2,)))

    assert protocol.state == "faulty"
    assert "Коды 40001, 40002, 40003 уже стоят" in protocol.faults[0]["message"]
    assert Result.objects.count() == 3


def test_an_older_file_checked_late_does_not_undo_a_newer_one(cast, work):
    old, _ = importer.receive(
        cast.lake_school, work, content=a_form(work, cast.lake_school, seed=1), name="a.xlsx",
        by_id=None,
    )  # fmt: skip
    newer = take(cast.lake_school, work, a_form(work, cast.lake_school, seed=2))

    importer.process(old, trusted=True)

    assert old.state == "superseded"
    assert "принята версия 2" in old.message
    assert list(Protocol.objects.current()) == [newer]


def test_rows_in_are_rows_written_and_rows_explained(cast, work):
    results = some_results(work, pupils=4)
    sheets = open_form(filled_form(work, cast.lake_school, results), trusted=True)
    rows = [list(row) for row in sheets["Протокол"].rows]
    rows[2] = [text if column in (0, 6) else "" for column, text in enumerate(rows[2])]

    protocol = take(cast.lake_school, work, write({"Протокол": rows}))

    assert (protocol.state, protocol.rows_in, protocol.rows_written) == ("accepted", 4, 3)
    assert [note["row"] for note in protocol.notes if "не записана" in note["message"]] == [3]


def test_work_done_again_after_a_lost_worker_changes_nothing(cast, work):
    protocol = take(cast.lake_school, work, a_form(work, cast.lake_school))
    rows = list(Result.objects.values_list("pk", flat=True))

    importer.process(protocol, trusted=True)
    stale = Protocol.objects.get(pk=protocol.pk)
    stale.state = "checking"  # as a second worker remembers it
    importer.process(stale, trusted=True)

    assert stale.state == "accepted"
    assert list(Result.objects.values_list("pk", flat=True)) == rows


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_end_with_one_current_version_and_all_its_rows(cast):
    work = WorkFactory()
    contents = [a_form(work, cast.lake_school, pupils=30, seed=seed) for seed in range(4)]
    failures = []

    def run(content):
        try:
            take(cast.lake_school, work, content)
        except Exception as error:  # noqa: BLE001 - whatever fails in a thread fails the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    current = Protocol.objects.current().get()
    assert codes(current) == list(range(40001, 40031))
    assert Result.objects.count() == 30
    assert sorted(Protocol.objects.values_list("version", flat=True)) == [1, 2, 3, 4]
    newest = some_results(work, pupils=30, seed=contents_index(current, contents))
    stored = Result.objects.order_by("participant").values_list("points", flat=True)
    assert np.array_equal(np.array(list(stored)), newest.points)


def contents_index(protocol, contents):
    """Which of the files became this protocol."""
    digests = [importer.digest_of(content) for content in contents]
    return digests.index(protocol.sha256)


def test_a_file_that_turns_out_to_say_who_the_pupils_are_is_not_kept(cast, work, monkeypatch):
    school = cast.lake_school
    protocol, _ = importer.receive(
        school, work, content=a_form(work, school), name="Форма.xlsx", by_id=None
    )
    stored = protocol.file.storage.path(protocol.file.name)

    def telling(*_args, **_options):
        raise PersonalData("На листе есть сведения о людях.")

    monkeypatch.setattr(importer, "read", telling)
    with TestCase.captureOnCommitCallbacks(execute=True):
        importer.process(protocol)

    protocol.refresh_from_db()
    assert (protocol.state, bool(protocol.file)) == ("refused", False)
    assert not Path(stored).exists()


def test_a_ready_file_that_cannot_be_read_just_now_stays_ready(cast, work, monkeypatch):
    school = cast.lake_school
    protocol, _ = importer.receive(
        school, work, content=a_form(work, school), name="Форма.xlsx", by_id=None
    )
    importer.process(protocol, trusted=True, write=False)

    def too_hard(*_args, **_options):
        raise Refused("Файл не удалось прочитать.")

    monkeypatch.setattr(importer, "read", too_hard)
    with pytest.raises(Refused, match="не удалось"):
        importer.process(protocol)

    protocol.refresh_from_db()
    assert protocol.state == "ready"


def test_a_refusal_that_comes_late_does_not_undo_what_was_accepted(cast, work, monkeypatch):
    school = cast.lake_school
    slow, _ = importer.receive(
        school, work, content=a_form(work, school), name="Форма.xlsx", by_id=None
    )
    importer.process(Protocol.objects.get(pk=slow.pk), trusted=True)

    def too_hard(*_args, **_options):
        raise Refused("Файл не удалось прочитать.")

    monkeypatch.setattr(importer, "read", too_hard)
    importer.process(slow)

    assert Protocol.objects.get(pk=slow.pk).state == "accepted"
