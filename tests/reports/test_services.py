"""Building reports: who may, what is stored, that files and rows never part."""

import io
from pathlib import Path

import docx
import pypdfium2
import pytest
from django.utils import timezone

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Run
from organizations.queries import viewer_of
from organizations.services import runs
from reports import building, tasks
from reports.building import build
from reports.models import YearlyReport
from reports.services import yearly
from tests.factories.monitoring import make_work
from tests.factories.reports import ReportFactory, make_year


def files(settings) -> set[str]:
    return {path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def bytes_of(file) -> bytes:
    with file.open() as stored:
        return stored.read()


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def year(cast):
    return make_year([cast.lake_school, cast.wood_school])


@pytest.mark.usefixtures("year")
def test_a_wish_ends_with_a_stored_report_and_readable_files(cast, committed):
    with committed():
        run = yearly.request(cast.lake_school, 2026, by=viewer_of(cast.nina))

    run.refresh_from_db()
    report = YearlyReport.objects.get(organization=cast.lake_school, year=2026)
    assert (run.status, run.done, run.total, run.result) == ("done", 1, 1, {"отчётов": 1})
    assert report.run == run
    written = docx.Document(io.BytesIO(bytes_of(report.docx)))
    headings = [paragraph.text for paragraph in written.paragraphs]
    assert "2\u00a0Результаты оценочных процедур" in headings
    text = pypdfium2.PdfDocument(bytes_of(report.pdf))[0].get_textpage().get_text_bounded()
    assert "Lake school" in text
    assert "Приняты протоколы: 2" in text.replace("\u00a0", " ")


@pytest.mark.usefixtures("year")
def test_a_level_is_built_in_one_run_that_counts_its_places(cast, committed):
    with committed():
        run = yearly.request_all(cast.region, 2026, "school", by=viewer_of(cast.vera))

    run.refresh_from_db()
    built = YearlyReport.objects.values_list("organization__code", flat=True)
    assert (run.done, run.total) == (3, 3)
    assert sorted(built) == ["edu420001", "edu420002", "edu420101"]


def test_a_coordinator_s_level_is_their_own_municipality_s(cast):
    make_work()

    run = yearly.request_all(cast.north, 2026, "school", by=viewer_of(cast.oleg))

    assert run.parameters["places"] == [cast.lake_school.pk, cast.wood_school.pk]


@pytest.mark.parametrize("name", ["inna", "elena", "pavel", "anton"])
def test_a_role_without_the_right_has_nothing_built(cast, name):
    with pytest.raises(NotAllowed):
        yearly.request(cast.lake_school, 2026, by=viewer_of(getattr(cast, name)))

    assert not Run.objects.exists()


def test_nobody_has_the_report_of_another_territory_built(cast):
    for person, place in ((cast.oleg, cast.hill_school), (cast.nina, cast.wood_school)):
        with pytest.raises(NotAllowed, match="не относится к вашей территории"):
            yearly.request(place, 2026, by=viewer_of(person))
    with pytest.raises(NotAllowed):
        yearly.request_all(cast.region, 2026, "school", by=viewer_of(cast.oleg))


def test_what_can_have_no_report_is_refused_with_the_reason(cast):
    by = viewer_of(cast.vera)
    make_work()

    with pytest.raises(Conflict, match="За 2031 год нет оценочных работ"):
        yearly.request(cast.region, 2031, by=by)
    with pytest.raises(Conflict, match="для региона, муниципалитета или школы"):
        yearly.request(cast.ministry, 2026, by=by)
    with pytest.raises(Conflict, match="ниже нет ни одной организации"):
        yearly.request_all(cast.lake_school, 2026, "municipality", by=by)


def test_the_same_report_is_not_built_twice_at_once_but_all_levels_may_be(cast):
    make_work()
    by = viewer_of(cast.vera)
    for level in ("region", "municipality", "school"):
        yearly.request_all(cast.region, 2026, level, by=by)

    with pytest.raises(Conflict, match="уже выполняется"):
        yearly.request(cast.region, 2026, by=by)


@pytest.mark.usefixtures("year")
def test_building_again_replaces_the_files_and_keeps_the_row(cast, committed, settings):
    with committed():
        (first,) = build([cast.lake_school], 2026, by=None)
    before = files(settings)

    with committed():
        (second,) = build([cast.lake_school], 2026, by=None)

    assert second.pk == first.pk
    assert len(before) == len(files(settings)) == 2
    assert not before & files(settings)


@pytest.mark.usefixtures("year")
def test_the_same_data_give_the_same_bytes(cast):
    (first,) = build([cast.lake_school], 2026, by=None)
    before = [bytes_of(first.docx), bytes_of(first.pdf)], first.content

    (second,) = build([cast.lake_school], 2026, by=None)

    assert ([bytes_of(second.docx), bytes_of(second.pdf)], second.content) == before


@pytest.mark.usefixtures("year")
def test_a_failure_while_storing_leaves_the_old_report_and_no_stray_file(
    cast, settings, monkeypatch
):
    old = ReportFactory(organization=cast.lake_school)
    before = files(settings)

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(building.audit, "record", fail)
    with pytest.raises(RuntimeError):
        list(build([cast.lake_school], 2026, by=None))

    old.refresh_from_db()
    assert bytes_of(old.docx) == b"docx of the report"
    assert files(settings) == before


@pytest.mark.usefixtures("year")
def test_a_cancelled_run_stores_nothing_more(cast, settings, monkeypatch):
    run = runs.request(
        yearly.TASKS[1], subject=cast.region, title="Отчёт", organization=cast.region, by=None,
        year=2026, places=[cast.lake_school.pk],
    )  # fmt: skip
    compose = building.compose

    def cancelled_meanwhile(*args):
        runs.cancel(Run.objects.get(pk=run.pk), by=viewer_of(cast.vera))
        return compose(*args)

    monkeypatch.setattr(building, "compose", cancelled_meanwhile)
    tasks.build_report(run.pk)

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not YearlyReport.objects.exists()
    assert not files(settings)


@pytest.mark.usefixtures("year")
def test_a_run_delivered_twice_builds_once(cast, committed):
    with committed():
        run = yearly.request(cast.lake_school, 2026, by=viewer_of(cast.nina))
    built_at = YearlyReport.objects.get().built_at

    tasks.build_report(run.pk)

    assert YearlyReport.objects.get().built_at == built_at


@pytest.mark.usefixtures("year")
def test_the_journal_says_who_had_it_built(cast, committed):
    with committed():
        yearly.request(cast.lake_school, 2026, by=viewer_of(cast.nina))

    event = Event.objects.get(action="report.built")
    assert (event.user_name, event.organization_id) == ("Nina", cast.lake_school.pk)
    assert event.changes == {"year": 2026}


def test_closed_schools_are_not_among_those_built(cast):
    cast.wood_school.closed_on = timezone.localdate()
    cast.wood_school.save()

    places = yearly.places_of(cast.north, yearly.LEVELS["school"])

    assert places == [cast.lake_school]
