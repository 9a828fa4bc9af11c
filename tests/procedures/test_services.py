"""Works, scales and uploads: who may, what changes, who is told."""

import pytest
from django.utils import timezone

from organizations.errors import Conflict, NotAllowed, Refused
from organizations.models import Event, Run
from organizations.queries import viewer_of
from procedures import listeners, queries, tasks
from procedures.exchange import importer
from procedures.exchange.bulk_store import Part
from procedures.exchange.protocol import read_header
from procedures.exchange.works import WorkSpec
from procedures.models import Protocol, Result, Scale, Work
from procedures.scales import Borders
from procedures.services import forms, imports
from procedures.services.works import Change, import_works
from tests.factories.procedures import ScaleFactory, WorkFactory, a_form, some_results

SPEC = WorkSpec("ru4-2026", "Русский язык", 4, 2026, ("1", "2"), (2, 3), Borders(1, 2, 4))


def with_borders(*borders):
    return WorkSpec("ru4-2026", "Русский язык", 4, 2026, ("1", "2"), (2, 3), Borders(*borders))


@pytest.fixture
def work(db):
    work = WorkFactory()
    ScaleFactory(work=work)
    return work


@pytest.fixture
def heard(monkeypatch):
    """What a listener was told."""
    told = []
    ours = [lambda work_id, schools: told.append((work_id, schools))]
    monkeypatch.setattr(listeners, "AFTER_IMPORT", ours)
    return told


# works and scales


def test_a_list_of_works_makes_works_and_scales_once(db):
    first = import_works([SPEC], by=None, source="приказ")
    again = import_works([SPEC], by=None, source="приказ")

    assert [item.change for item in first + again] == [Change.CREATED, Change.UNCHANGED]
    scale = Scale.objects.get()
    assert (scale.version, scale.three, scale.four, scale.five) == (1, 1, 2, 4)
    assert Work.objects.get().procedure.short_title == "ВПР"


def test_other_borders_are_a_new_version_and_mark_the_results_anew(
    cast, heard, django_capture_on_commit_callbacks
):
    import_works([SPEC], by=None)
    work = Work.objects.get()
    imports.store(
        [Part(cast.lake_school.pk, work, some_results(work, pupils=30))], name="x", by=None
    )

    with django_capture_on_commit_callbacks(execute=True):
        found = import_works([with_borders(2, 3, 5)], by=None)

    assert found[0].change == Change.RESCALED
    assert queries.newest_scale(work.pk).version == 2
    for score, mark in Result.objects.exclude(score=None).values_list("score", "mark"):
        assert mark == (5 if score >= 5 else 4 if score >= 3 else 3 if score >= 2 else 2)
    assert not Result.objects.filter(score=None).exclude(mark=None).exists()
    assert Protocol.objects.get().scale.version == 2
    assert heard[-1] == (work.pk, [cast.lake_school.pk])


def test_other_tasks_of_a_work_with_results_are_a_conflict(cast):
    import_works([SPEC], by=None)
    work = Work.objects.get()
    imports.store([Part(cast.lake_school.pk, work, some_results(work))], name="x", by=None)
    longer = WorkSpec("ru4-2026", "Русский язык", 4, 2026, ("1", "2", "3"), (2, 3, 1), None)

    with pytest.raises(Conflict, match="уже есть результаты"):
        import_works([longer], by=None)

    work.refresh_from_db()
    assert work.tasks == ["1", "2"]


def test_other_tasks_of_a_work_without_results_are_taken(db):
    import_works([SPEC], by=None)
    longer = WorkSpec("ru4-2026", "Русский язык", 4, 2026, ("1", "2", "3"), (2, 3, 1), None)

    found = import_works([longer], by=None)

    assert found[0].change == Change.REDEFINED
    assert Work.objects.get().max_points == [2, 3, 1]


def test_one_subject_grade_and_year_has_one_code(db):
    import_works([SPEC], by=None)
    double = WorkSpec("rus4-2026", "Русский язык", 4, 2026, ("1",), (2,), None)

    with pytest.raises(Conflict, match="под кодом «ru4-2026»"):
        import_works([double], by=None)


def test_only_the_centre_brings_works(cast):
    with pytest.raises(NotAllowed):
        import_works([SPEC], by=viewer_of(cast.vera))
    import_works([SPEC], by=viewer_of(cast.boris))

    assert Event.objects.get(action="work.imported").user_name == "Boris"


# uploads


def upload(cast, work, content, *, by=None, school=None, name="Форма.xlsx"):
    return imports.upload(
        school or cast.lake_school, work, content=content, name=name,
        by=viewer_of(by or cast.nina),
    )  # fmt: skip


def test_an_upload_is_checked_in_the_background_and_listeners_hear_of_it_once_it_is_written(
    cast, work, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        protocol = upload(cast, work, a_form(work, cast.lake_school))

    protocol.refresh_from_db()
    assert (protocol.state, protocol.rows_in, protocol.rows_written) == ("ready", 3, 0)
    run = Run.objects.get()
    assert (run.status, run.result["rows"]) == ("done", 3)
    assert not Result.objects.exists()
    assert heard == []

    imports.confirm(protocol, by=viewer_of(cast.nina))

    protocol.refresh_from_db()
    assert (protocol.state, protocol.rows_written) == ("accepted", 3)
    assert heard == [(work.pk, [cast.lake_school.pk])]
    actions = set(Event.objects.values_list("action", flat=True))
    assert {"protocol.uploaded", "protocol.confirmed", "protocol.accepted"} <= actions


def test_a_faulty_upload_tells_nobody(cast, work, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        upload(cast, work, a_form(work, cast.wood_school))

    assert Protocol.objects.get().state == "faulty"
    assert heard == []


def test_the_wish_of_a_listener_is_committed_with_the_results_or_not_at_all(
    cast, work, monkeypatch
):
    def fail(work_id, schools):
        raise RuntimeError

    monkeypatch.setattr(listeners, "AFTER_IMPORT", [fail])
    protocol = upload(cast, work, a_form(work, cast.lake_school))

    with pytest.raises(RuntimeError):
        importer.process(protocol)

    protocol.refresh_from_db()
    assert protocol.state == "checking"
    assert not Result.objects.exists()


def test_a_double_click_makes_one_protocol_and_one_run(cast, work):
    content = a_form(work, cast.lake_school)

    first = upload(cast, work, content)
    second = upload(cast, work, content)

    assert first.pk == second.pk
    assert Run.objects.count() == 1


def test_a_task_delivered_twice_works_once(cast, work):
    protocol = upload(cast, work, a_form(work, cast.lake_school))

    tasks.import_results(protocol.run_id)
    rows = list(Result.objects.values_list("pk", flat=True))
    tasks.import_results(protocol.run_id)

    assert list(Result.objects.values_list("pk", flat=True)) == rows


def test_a_file_whose_check_broke_off_may_be_handed_in_again(cast, work):
    content = a_form(work, cast.lake_school)
    protocol = upload(cast, work, content)
    Run.objects.update(status="failed")

    again = upload(cast, work, content)

    assert again.pk == protocol.pk
    assert Run.objects.filter(status="requested").count() == 1


@pytest.mark.parametrize("person", ["igor", "svetlana", "vera", "inna", "elena", "anton"])
def test_nobody_hands_in_for_a_school_outside_their_right(cast, work, person):
    with pytest.raises(NotAllowed):
        upload(cast, work, a_form(work, cast.lake_school), by=getattr(cast, person))

    assert not Protocol.objects.exists()


@pytest.mark.parametrize("person", ["nina", "oleg", "boris"])
def test_the_school_its_municipality_and_the_centre_hand_in(cast, work, person):
    upload(cast, work, a_form(work, cast.lake_school), by=getattr(cast, person))

    assert Protocol.objects.get().uploaded_by == getattr(cast, person)


def test_what_is_no_workbook_is_refused_at_the_door(cast, work):
    with pytest.raises(Refused):
        upload(cast, work, b"%PDF-1.7 paper", name="Форма.xlsx")

    assert not Protocol.objects.exists()


def test_a_closed_school_hands_nothing_in(cast, work):
    cast.lake_school.closed_on = timezone.localdate()
    cast.lake_school.save()

    with pytest.raises(Conflict, match="закрыта"):
        upload(cast, work, a_form(work, cast.lake_school))


def test_an_earlier_version_comes_back_as_the_newest(
    cast, work, django_capture_on_commit_callbacks
):
    def written(protocol):
        return imports.confirm(Protocol.objects.get(pk=protocol.pk), by=viewer_of(cast.nina))

    with django_capture_on_commit_callbacks(execute=True):
        first = upload(cast, work, a_form(work, cast.lake_school, seed=1))
    written(first)
    before = list(Result.objects.order_by("participant").values_list("points", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        second = upload(cast, work, a_form(work, cast.lake_school, seed=2))
    written(second)

    with django_capture_on_commit_callbacks(execute=True):
        third = imports.restore(Protocol.objects.get(version=1), by=viewer_of(cast.nina))
    assert Protocol.objects.current().get().version == 2
    written(third)

    assert Protocol.objects.current().get().version == 3
    assert list(Result.objects.order_by("participant").values_list("points", flat=True)) == before


def test_bulk_results_with_one_foreign_school_write_nothing(cast, work):
    schools = [cast.lake_school, cast.hill_school]
    parts = [Part(school.pk, work, some_results(work)) for school in schools]

    with pytest.raises(NotAllowed):
        imports.store(parts, name="x", by=viewer_of(cast.oleg))
    assert not Result.objects.exists()
    imports.store(parts, name="x", by=viewer_of(cast.boris))

    assert Result.objects.count() == 6


# forms


def test_a_form_knows_the_codes_of_the_years_other_works(cast, work):
    other = WorkFactory(code="ma4-2026", subject="Математика")
    imports.store(
        [Part(cast.lake_school.pk, other, some_results(other, classes=(1, 2)))], name="x", by=None
    )

    known = queries.roster(cast.lake_school, work)

    assert known.participants == list(range(40001, 40007))
    assert known.class_numbers == [1, 1, 1, 2, 2, 2]
    assert len(queries.roster(cast.wood_school, work)) == 0


def test_a_blank_form_names_its_school_and_work(cast, work):
    header = read_header(forms.blank_form(work, cast.lake_school, classes=[2], pupils=5))

    assert (header.work, header.organization) == ("ru4-2026", "edu420001")
