"""The work: reads a year once, composes the reports of many places, stores content and files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile

from organizations.access import Viewer
from organizations.models import Organization, Run
from organizations.services import audit
from reports.frozen import as_json
from reports.models import YearlyReport
from reports.passages.whole import TEMPLATE_VERSION, compose
from reports.queries.tree import region_of
from reports.queries.year import read
from reports.rendering import docx, pdf

Hold = Callable[[], None]


def build(
    places: Sequence[Organization],
    year: int,
    *,
    by: Viewer | None,
    hold: Hold = lambda: None,
    run: Run | None = None,
) -> Iterator[YearlyReport]:
    """Build the reports one by one; each is stored whole before the next is begun.

    `hold` is called inside every storing transaction and raises when the run is no longer ours.
    What the places of a region have in common is read once, whatever their number.
    """
    pairs = sorted(((region_of(place), place) for place in places), key=lambda pair: pair[0].pk)
    for region, group in groupby(pairs, key=lambda pair: pair[0]):
        of = [place for _, place in group]
        facts = read(region, year, of)
        for place in of:
            report = compose(facts, facts.tree.places[place.pk])
            files = {"docx": docx.render(report), "pdf": pdf.render(report)}
            yield _store(place, year, as_json(report), files, by=by, hold=hold, run=run)


def _store(
    place: Organization,
    year: int,
    content: dict[str, object],
    files: dict[str, bytes],
    *,
    by: Viewer | None,
    hold: Hold,
    run: Run | None,
) -> YearlyReport:
    """Content and files together or not at all; the files of the report before go on commit."""
    written: list[FieldFile] = []
    try:
        with transaction.atomic():
            hold()
            report = _row(place, year)
            before = [(file.storage, file.name) for file in (report.docx, report.pdf) if file]
            report.content, report.template_version, report.run = content, TEMPLATE_VERSION, run
            for name, data in files.items():
                file: FieldFile = getattr(report, name)
                file.save(name, ContentFile(data), save=False)
                written.append(file)
            report.save()
            audit.record("report.built", report, by=by, year=year)
            transaction.on_commit(lambda: _remove(before))
    except BaseException:
        _remove([(file.storage, file.name) for file in written])
        raise
    return report


def _row(place: Organization, year: int) -> YearlyReport:
    """The place's report of the year, kept from others; new if there was none."""
    rows = YearlyReport.objects.select_for_update(of=("self",))
    found = rows.filter(organization=place, year=year).first()
    return found or YearlyReport(organization=place, year=year)


def _remove(files: Sequence[tuple[Storage, str | None]]) -> None:
    for storage, name in files:
        if name:
            with suppress(OSError):  # a file left over harms nobody; the row no longer names it
                storage.delete(name)
