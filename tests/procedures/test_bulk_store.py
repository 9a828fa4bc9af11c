"""Many schools' results stored at once, read back by the ORM."""

from dataclasses import replace

import numpy as np
import pytest

from organizations.errors import Conflict
from procedures.exchange import bulk_store
from procedures.exchange.bulk_store import Part, store
from procedures.models import Protocol, Result
from tests.factories.procedures import ProtocolFactory, ScaleFactory, WorkFactory, some_results


@pytest.fixture
def work(db):
    work = WorkFactory()
    ScaleFactory(work=work)
    return work


def part(cast, work, **options):
    return Part(cast.lake_school.pk, work, some_results(work, **options))


def test_every_pupil_becomes_one_row_with_the_values_of_the_arrays(cast, work):
    pupils = some_results(work, classes=(1, 2), pupils=20)

    store([Part(cast.lake_school.pk, work, pupils)], name="region.csv")

    rows = Result.objects.filter(organization=cast.lake_school).order_by("participant")
    stored = rows.values_list("participant", "class_number", "variant", "points", "journal_mark")
    expected = zip(
        pupils.participant.tolist(),
        pupils.class_number.tolist(),
        [number or None for number in pupils.variant.tolist()],
        pupils.points.tolist(),
        pupils.journal_mark.tolist(),
        strict=True,
    )
    assert list(stored) == list(expected)


def test_score_and_mark_follow_the_newest_scale(cast, work):
    ScaleFactory(work=work, version=2, three=1, four=2, five=8)

    store([part(cast, work, pupils=40)], name="region.csv")

    for points, score, mark in Result.objects.exclude(variant=None).values_list(
        "points", "score", "mark"
    ):
        assert score == sum(value for value in points if value > 0)
        assert mark == (5 if score >= 8 else 4 if score >= 2 else 3 if score >= 1 else 2)


def test_an_absent_pupil_has_neither_score_nor_mark(cast, work):
    store([part(cast, work, pupils=3)], name="region.csv")

    absent = Result.objects.get(variant=None)
    assert (absent.score, absent.mark) == (None, None)
    assert set(absent.points) == {-2}


def test_a_work_without_a_scale_gives_no_marks(cast, db):
    work = WorkFactory()

    store([part(cast, work)], name="region.csv")

    assert not Result.objects.exclude(mark=None).exists()
    assert Protocol.objects.get().scale is None


def test_the_same_results_twice_are_one_version(cast, work):
    store([part(cast, work)], name="region.csv")
    before = list(Result.objects.values_list("pk", flat=True))

    stored = store([part(cast, work)], name="again.csv")

    assert (stored.written, stored.unchanged) == (0, 1)
    assert list(Result.objects.values_list("pk", flat=True)) == before
    assert Protocol.objects.count() == 1


def test_changed_results_supersede_the_earlier_version(cast, work):
    store([part(cast, work, seed=1)], name="region.csv")

    store([part(cast, work, seed=2, pupils=5)], name="region.csv")

    old, new = Protocol.objects.order_by("version")
    assert (old.state, new.state) == ("superseded", "accepted")
    assert (new.version, new.rows_written) == (2, 5)
    assert set(Result.objects.values_list("protocol", flat=True)) == {new.pk}


def test_a_part_with_fewer_classes_than_before_changes_nothing(cast, work):
    store([part(cast, work, classes=(1, 2))], name="region.csv")

    with pytest.raises(Conflict, match="содержит и классы 2"):
        store([part(cast, work, classes=(1,), seed=5)], name="region.csv")

    assert Protocol.objects.get().state == "accepted"
    assert Result.objects.count() == 6


def test_a_code_of_another_class_is_refused_in_words(cast, work):
    store([part(cast, work, classes=(1,))], name="region.csv")

    with pytest.raises(Conflict, match="Код участника уже занят"):
        store([part(cast, work, classes=(2,))], name="region.csv")


def test_marks_of_the_file_are_kept_and_no_scale_is_claimed_for_them(cast, work):
    pupils = some_results(work, pupils=4)
    marks = np.array([2, 2, 2, 0], dtype=np.int16)
    pupils = replace(pupils, points=np.full_like(pupils.points, 1))

    store([Part(cast.lake_school.pk, work, pupils, marks)], name="region.csv")

    assert list(Result.objects.order_by("participant").values_list("mark", flat=True)) == [
        2,
        2,
        2,
        None,
    ]
    assert Protocol.objects.get().scale is None


def test_the_number_of_queries_depends_on_batches_not_on_schools(
    cast, work, django_assert_max_num_queries
):
    schools = [cast.lake_school, cast.wood_school, cast.hill_school]

    with django_assert_max_num_queries(15):
        store([Part(row.pk, work, some_results(work)) for row in schools], name="region.csv")

    assert Protocol.objects.filter(state="accepted").count() == 3


def test_small_batches_store_the_same_rows_as_one(cast, work, monkeypatch):
    schools = [cast.lake_school, cast.wood_school, cast.hill_school]
    parts = [Part(row.pk, work, some_results(work, seed=row.pk)) for row in schools]
    monkeypatch.setattr(bulk_store, "BATCH_ROWS", 2)

    stored = store(iter(parts), name="region.csv")

    assert (stored.rows, stored.written) == (9, 3)
    assert stored.schools == {work.pk: {row.pk for row in schools}}
    assert Result.objects.count() == 9


def test_a_file_that_waits_for_a_person_gives_way_to_later_rows_of_its_classes(cast, work):
    waits, other = (
        ProtocolFactory(
            organization=cast.lake_school, work=work, state="ready", classes=classes,
            version=version, sha256=str(version) * 64,
        )
        for version, classes in ((1, [1]), (2, [2]))
    )  # fmt: skip

    store([part(cast, work, classes=(1,))], name="region.csv")

    waits.refresh_from_db()
    other.refresh_from_db()
    assert (waits.state, other.state) == ("superseded", "ready")
    assert waits.message == "Загружена версия 3: этот файл не записан."
