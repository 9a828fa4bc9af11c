"""A school's file from the upload to the verdict: what was found in it and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import PortalError
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.templatetags.ru import filesize_ru, moment, number, plural
from organizations.views.sections import open_only_with
from procedures import queries
from procedures.exchange.excerpt import Excerpt, address_of, excerpt_of
from procedures.exchange.importer import classes_words, spec_of, stored_faults
from procedures.exchange.preview import WITH_ROWS, Preview, preview_of
from procedures.forms import UploadForm
from procedures.models import Protocol, Work
from procedures.services import deadlines, imports
from procedures.views.versions import comparable, paged_lines, visible_protocol
from procedures.wording import told

State = Protocol.State
ROWS = "строка,строки,строк"
FAULTS = "ошибка,ошибки,ошибок"


@for_members
def upload(request: PortalRequest, code: str) -> HttpResponse:
    """Hand in a filled form: kept at once, checked in the background."""
    open_only_with(Permission.RESULT_IMPORT, request.viewer)
    work = get_object_or_404(Work.objects.select_related("procedure"), code=code)
    own = _own_school(request)
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        schools=None if own else _open_schools(request),
        initial={"organization": request.GET.get("organization")},
    )
    if form.is_valid():
        school = own or form.cleaned_data["organization"]
        file = form.cleaned_data["file"]
        try:
            protocol = imports.upload(
                school, work, content=file.read(), name=file.name, by=request.viewer
            )
        except PortalError as error:
            form.add_error("file", str(error))
        else:
            if protocol.state == State.ACCEPTED:
                messages.info(request, f"Этот же файл уже принят, версия {protocol.version}.")
            return redirect("procedures:protocol", pk=protocol.pk)
    chosen = own or _chosen(request)
    context = {
        "work": work,
        "form": form,
        "school": chosen,
        "known": len(queries.roster(chosen, work)) if chosen else 0,
        "is_locked": _is_held(request, chosen, work),
    }
    return render(request, "procedures/upload.html", context)


def _is_held(request: PortalRequest, school: Organization | None, work: Work) -> bool:
    """Whether the work's day is over for the viewer at this school."""
    free = school is None or request.viewer.may(Permission.RESULT_REOPEN)
    return not free and deadlines.is_locked(school, work)  # type: ignore[arg-type]  # not None


def _own_school(request: PortalRequest) -> Organization | None:
    if request.viewer.level != Level.SCHOOL:
        return None
    return _open_schools(request).filter(pk=request.viewer.territory_id).first()


def _open_schools(request: PortalRequest) -> OrganizationQuerySet:
    schools = Organization.objects.open_to(request.viewer, Permission.RESULT_IMPORT).schools()
    return schools.working(timezone.localdate()).order_by("short_name", "pk")


def _chosen(request: PortalRequest) -> Organization | None:
    return (
        _open_schools(request)
        .filter(code=request.GET.get("organization", "").replace("\0", ""))
        .first()
    )


@for_members
def protocol(request: PortalRequest, pk: int) -> HttpResponse:
    """What became of a file; asked by htmx, only how far its check is."""
    row = visible_protocol(request, pk)
    run = row.run
    is_active = row.state == State.CHECKING and run is not None and run.is_active
    if request.htmx:
        if not is_active:
            return HttpResponseClientRefresh()
        return render(request, "procedures/_checking.html", {"protocol": row})
    everything = request.GET.get("rows") == "all"
    standing = queries.standings_of_school(row.organization, [row.work])[0]
    excerpt = _excerpt(row, everything=everything)
    preview = _preview(row)
    context = {
        "protocol": row,
        "standing": standing,
        "preview": preview,
        "earlier": comparable(row, standing.protocols),
        "is_locked": _is_held(request, row.organization, row.work),
        **paged_lines(request, preview.difference if preview else None),
        "state": told(standing),
        "is_active": is_active,
        "stages": _stages(row, excerpt),
        "excerpt": excerpt,
        "everything": everything,
        "faults": _told_faults(row.faults, excerpt),
        "notes": _told_faults(row.notes, excerpt),
        "balance": _balance(row, excerpt, preview),
        "classes": classes_words(row.classes) if row.classes else "",
        "may_import": _open_schools(request).filter(pk=row.organization_id).exists(),
    }
    return render(request, "procedures/protocol.html", context)


def _preview(row: Protocol) -> Preview | None:
    """What writing the file would come to; None for a file that does not wait."""
    if row.state != State.READY or not row.file:
        return None
    return preview_of(row)


def _excerpt(row: Protocol, *, everything: bool) -> Excerpt | None:
    """The sheet, where there is something to look at; the stored file is read again."""
    if not row.file or not (row.state == State.FAULTY or everything):
        return None
    if row.state not in (State.FAULTY, *WITH_ROWS):
        return None
    with row.file.open() as file:
        content = file.read()
    spec = spec_of(row.work, queries.newest_scale(row.work_id))
    return excerpt_of(content, spec, row.faults, row.notes, everything=everything)


def _told_faults(kept: Sequence[dict[str, Any]], excerpt: Excerpt | None) -> list[dict[str, Any]]:
    """As the list shows them: a cell on the page is linked by the first thing said of it."""
    linkable = excerpt.addresses if excerpt else set()
    found = []
    for item in kept:
        address = address_of(item)
        first = address in linkable
        linkable.discard(address)
        place = address or (f"Строка {item['row']}" if item["row"] else "")
        shown = {"cell": address if first else "", "place": "" if first else place}
        found.append({**shown, "message": item["message"], "cure": item.get("cure", "")})
    return found


@dataclass(frozen=True)
class Stage:
    """One step of the intake; `kind` is past, now, stop or ahead."""

    kind: str
    title: str
    words: str = ""


def _stages(row: Protocol, excerpt: Excerpt | None) -> list[Stage]:
    received = f"«{row.name}», {filesize_ru(row.size)}, {moment(row.uploaded_at)}"
    if not row.file:
        received = f"из общего файла «{row.name}», {moment(row.uploaded_at)}"
    first = Stage("past", "Файл принят", received)
    rows = f"{number(row.rows_in)} {plural(row.rows_in, ROWS)}"
    match row.state:
        case State.CHECKING:
            rest = [Stage("now", "Проверяется"), Stage("ahead", "Запись")]
        case State.REFUSED:
            rest = [Stage("stop", "Не прочитан", row.message), Stage("ahead", "Запись")]
        case State.FAULTY:
            count = f"{len(row.faults)} {plural(len(row.faults), FAULTS)}"
            notes = f"и замечаний: {len(row.notes)}, они не мешают" if row.notes else ""
            all_rows = "все строки сразу, когда ошибок не будет"
            rest = [
                Stage("past", "Прочитан", f"лист «{excerpt.sheet}», {rows}" if excerpt else rows),
                Stage("stop", f"Проверен: {count}", notes),
                Stage("ahead", "Запись", all_rows),
            ]
        case State.READY:
            rest = [
                Stage("past", "Прочитан", rows),
                Stage("past", "Проверен", "без ошибок"),
                Stage("now", "Ждёт записи", "посмотрите, что изменится"),
            ]
        case _:
            written = f"{number(row.rows_written)} {plural(row.rows_written, ROWS)}"
            last = (
                Stage("past", "Записан", written)
                if row.rows_written
                else Stage("stop", "Не записан", row.message)
            )
            rest = [Stage("past", "Прочитан", rows), Stage("past", "Проверен", "без ошибок"), last]
    return [first, *rest]


def _balance(
    row: Protocol, excerpt: Excerpt | None, preview: Preview | None
) -> list[tuple[int, str]]:
    """Rows in the file = rows written or sound + rows explained; empty where none were read."""
    if row.state == State.FAULTY and excerpt is not None and excerpt.balance.in_file:
        found = excerpt.balance
        counts = [
            (found.in_file, "в файле"),
            (found.sound, "без ошибок"),
            (found.faulty, "с ошибками"),
        ]
        return [*counts, *_blank(found.blank)]
    if row.state == State.READY and preview is not None:
        return [
            (row.rows_in, "в файле"),
            (preview.rows, "будет записано"),
            *_blank(row.rows_in - preview.rows),
        ]
    if row.rows_written:
        blank = row.rows_in - row.rows_written
        return [(row.rows_in, "в файле"), (row.rows_written, "записано"), *_blank(blank)]
    return []


def _blank(rows: int) -> list[tuple[int, str]]:
    return [(rows, "не заполнено")] if rows else []


@for_members
def protocol_file(request: PortalRequest, pk: int) -> HttpResponse:
    """The file as it was handed in."""
    row = visible_protocol(request, pk)
    if not row.file:
        raise Http404
    return attachment(row.file.open(), row.name, content_type=XLSX)


@for_members
def protocol_marked(request: PortalRequest, pk: int) -> HttpResponse:
    """The same workbook with its faulty cells marked and listed."""
    row = visible_protocol(request, pk)
    if not row.file or row.state != State.FAULTY:
        raise Http404
    with row.file.open() as file:
        content = file.read()
    name = f"{PurePosixPath(row.name).stem} с пометками.xlsx"
    return attachment(workbook.marked(content, stored_faults(row)), name, content_type=XLSX)


@require_POST
@for_members
def protocol_restore(request: PortalRequest, pk: int) -> HttpResponse:
    """Hand an earlier version in again, to be looked at before it is written."""
    row = imports.restore(visible_protocol(request, pk), by=request.viewer)
    return redirect("procedures:protocol", pk=row.pk)
