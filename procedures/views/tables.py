"""Databases of п. 5.2.1: the list, the rows of one, its form, its file taken in."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment, stored_file
from organizations.errors import FaultyUpload, PortalError
from organizations.http import PortalRequest, for_members
from organizations.views import uploads
from organizations.views.sections import open_only_with
from procedures import databases
from procedures.catalogue_forms import TableFilter, TableForm
from procedures.exchange.tables import value_words, written
from procedures.models import Procedure, TableFile, TableRow
from procedures.services import tables as service
from procedures.tables import BY_CODE, TableKind
from procedures.views.territory import municipalities

KEPT_AS = "tables"
PER_PAGE = 50


@for_members
def tables(request: PortalRequest) -> HttpResponse:
    """Every database with its place in the catalogue and how full it is."""
    open_only_with(Permission.TABLE_READ, request.viewer)
    names = dict(Procedure.objects.values_list("code", "short_title"))
    fills = databases.table_fills(request.viewer, timezone.localdate())
    context: dict[str, Any] = {
        "tables": [(fill, names.get(fill.kind.procedure, "")) for fill in fills],
        "may_import": request.viewer.may(Permission.TABLE_IMPORT),
    }
    if request.viewer.may(Permission.RESULT_READ):
        context["works"] = [
            (fill, [(code, names[code]) for code in fill.database.procedures if code in names])
            for fill in databases.work_fills(request.viewer)
        ]
    return render(request, "procedures/tables.html", context)


@for_members
def table(request: PortalRequest, kind: str) -> HttpResponse:
    """The rows of one database, of a year and a municipality."""
    found = _kind(request, kind)
    asked = TableFilter(request.GET).asked
    years = databases.years(request.viewer, found)
    year = asked["year"] if asked.get("year") in years else (years[0] if years else None)
    rows = databases.rows_of(request.viewer, found, year, asked.get("municipality", ""))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": found,
        "procedure": Procedure.objects.filter(code=found.procedure).first(),
        "years": years,
        "year": year,
        "page": page,
        "rows": [(row, _cells(found, row)) for row in page],
        "asked": asked,
        "municipalities": municipalities(request),
        "may_import": request.viewer.may(Permission.TABLE_IMPORT),
    }
    return render(request, "procedures/table.html", context)


@for_members
def table_xlsx(request: PortalRequest, kind: str) -> HttpResponse:
    """The rows of a year as a workbook that can be corrected and loaded again."""
    found = _kind(request, kind)
    asked = TableFilter(request.GET).asked
    years = databases.years(request.viewer, found)
    year = asked["year"] if asked.get("year") in years else (years[0] if years else None)
    rows = databases.rows_of(request.viewer, found, year, asked.get("municipality", ""))
    content = written(found, databases.as_lines(rows))
    return attachment(content, f"{found.title} {year or ''}.xlsx", content_type=XLSX)


@for_members
def table_row(request: PortalRequest, pk: int) -> HttpResponse:
    """One line of a database with its versions."""
    open_only_with(Permission.TABLE_READ, request.viewer)
    rows = TableRow.objects.visible_to(request.viewer).select_related("organization__parent")
    row = get_object_or_404(rows, pk=pk)
    kind = BY_CODE[row.kind]
    versions = databases.versions_of(request.viewer, row)
    context = {
        "kind": kind,
        "row": row,
        "versions": [(version, _cells(kind, version)) for version in versions],
        "files": set(_files(request).values_list("pk", flat=True)),
    }
    return render(request, "procedures/table_row.html", context)


@for_members
def table_file(request: PortalRequest, pk: int) -> HttpResponse:
    """A file that was taken in, as it came."""
    open_only_with(Permission.TABLE_READ, request.viewer)
    row = get_object_or_404(_files(request), pk=pk)
    return stored_file(row.file, row.name, content_type=XLSX)


@for_members
def table_blank(request: PortalRequest, kind: str) -> HttpResponse:
    """The form of a database with the schools of the territory in it."""
    open_only_with(Permission.TABLE_IMPORT, request.viewer)
    found = _kind(request, kind)
    year = TableFilter(request.GET).asked.get("year", timezone.localdate().year)
    content = service.form(found, year, by=request.viewer)
    return attachment(content, f"Форма {found.title}.xlsx", content_type=XLSX)


@for_members
def table_upload(request: PortalRequest, kind: str) -> HttpResponse:
    """Take a filled form: all faults at once, or what it would change, then the writing."""
    open_only_with(Permission.TABLE_IMPORT, request.viewer)
    found = _kind(request, kind)
    if key := request.POST.get("key"):
        return _write(request, found, key)
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"kind": found, "form": form}
    if form.is_valid():
        file = form.cleaned_data["file"]
        name, content = file.name, file.read()
        try:
            preview = service.look(found, content, name, by=request.viewer)
            context |= _seen(request, found, preview, name, content)
        except FaultyUpload as error:
            context |= uploads.faulty(request, KEPT_AS, error, name, content)
        except PortalError as error:
            form.add_error("file", str(error))
    return render(request, "procedures/table_upload.html", context)


def _write(request: PortalRequest, kind: TableKind, key: str) -> HttpResponse:
    kept = uploads.kept(request, f"{KEPT_AS}:{kind.code}", key)
    if kept is None:
        messages.error(request, "Файл хранился час и убран. Загрузите его снова.")
        return redirect("procedures:table_upload", kind=kind.code)
    name, content = kept
    done = service.load(kind, content, name, by=request.viewer)
    messages.success(
        request,
        f"Записано: новых строк {len(done.added)}, изменённых {len(done.changed)}, "
        f"без изменений {done.unchanged}.",
    )
    return redirect("procedures:table", kind=kind.code)


def _seen(
    request: PortalRequest, kind: TableKind, preview: service.Preview, name: str, content: bytes
) -> dict[str, Any]:
    """What the page shows of a sound file; the file waits for the word to write it."""
    counts = [
        (len(preview.lines), "в файле"), (len(preview.added), "новых"),
        (len(preview.changed), "изменится"), (preview.unchanged, "без изменений"),
    ]  # fmt: skip
    changes = [
        (line, [(title, _word(old), _word(new)) for title, old, new in line.differences(kind)])
        for line in preview.changed[: uploads.SHOWN]
    ]
    key = "" if preview.is_idle else uploads.keep(request, f"{KEPT_AS}:{kind.code}", name, content)
    return {"preview": preview, "counts": counts, "changes": changes, "key": key,
            "added": preview.added[:uploads.SHOWN]}  # fmt: skip


def _word(value: object) -> str:
    return "–" if value is None else str(value).replace(".", ",")


@for_members
def table_marked(request: PortalRequest, key: str) -> HttpResponse:
    """The uploader's own file with its faulty cells marked; kept for an hour."""
    open_only_with(Permission.TABLE_IMPORT, request.viewer)
    return uploads.marked(request, KEPT_AS, key)


def _kind(request: PortalRequest, code: str) -> TableKind:
    open_only_with(Permission.TABLE_READ, request.viewer)
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _cells(kind: TableKind, row: TableRow) -> list[tuple[bool, str]]:
    """Of each column whether it is a number, and its value in words."""
    return [
        (column.is_number, value_words(column, row.values.get(column.name)))
        for column in kind.columns
    ]


def _files(request: PortalRequest) -> Any:
    return TableFile.objects.visible_to(request.viewer)
