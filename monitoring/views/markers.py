"""Federal markers: the list of a year, the lists of three years, a file taken in."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from monitoring.exchange.markers import TITLES
from monitoring.forms import MarkersFilter, MarkersForm
from monitoring.models import FederalMarker, MarkerList
from monitoring.queries import markers as queries
from monitoring.services import markers as service
from organizations.access import Permission
from organizations.attachments import XLSX, attachment, stored_file
from organizations.errors import FaultyUpload, PortalError
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views import uploads
from organizations.views.sections import open_only_with

KEPT_AS = "markers"
PER_PAGE = 50
STABLE = 2  # of three years: «стабильно» (docs/decisions/0021)
HEADS = {"ru4": "РУ4", "ma4": "МА4", "ru5": "РУ5", "ma5": "МА5"}


@dataclass(frozen=True)
class Asked:
    """Which list: of one year, or of the three years that end with it."""

    year: int | None
    years: list[int]
    over: str

    @property
    def period(self) -> list[int]:
        """The years of the period, oldest first, whether their lists came or not."""
        if self.year is None:
            return []
        return list(range(self.year - queries.PERIOD + 1, self.year + 1))

    @property
    def missing(self) -> list[int]:
        return [year for year in self.period if year not in self.years]


def _asked(request: PortalRequest) -> Asked:
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    typed = MarkersFilter(request.GET).asked
    years = queries.years_received(request.viewer)
    year = typed["year"] if typed.get("year") in years else next(iter(years), None)
    return Asked(year, years, typed.get("over", ""))


@for_members
def markers(request: PortalRequest) -> HttpResponse:
    """The schools of the territory in the federal list, by name; a school sees itself."""
    asked = _asked(request)
    context: dict[str, Any] = {
        "asked": asked,
        "heads": HEADS.values(),
        "may_import": request.viewer.may(Permission.MARKER_IMPORT),
        "lists": MarkerList.objects.visible_to(request.viewer).select_related("uploaded_by")[:10],
        "is_region": request.viewer.level == Level.REGION,
        "is_school": request.viewer.level == Level.SCHOOL,
    }
    if asked.year is not None:
        rows = _of_period(request, asked) if asked.over else _of_year(request, asked)
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": _lines(asked, page)}
    return render(request, "monitoring/markers.html", context)


def _of_period(request: PortalRequest, asked: Asked) -> list[queries.Stability]:
    least = STABLE if asked.over == "stable" else 1
    return queries.over_period(request.viewer, asked.year or 0, least=least)


def _of_year(request: PortalRequest, asked: Asked) -> Any:
    return queries.of_year(request.viewer, asked.year or 0)


def _lines(asked: Asked, rows: Any) -> list[tuple[Any, ...]]:
    """Of a period: the school and its years. Of a year: its markers and whether they hold."""
    if asked.over:
        return [
            (row.school, [_words(row.years.get(year)) for year in asked.period]) for row in rows
        ]
    rows, year = list(rows), asked.year or 0
    next_year = queries.marked_in({row.organization for row in rows}, year + 1)
    return [
        (row.organization, list(row.values.values()), _standing(row, asked.years, next_year))
        for row in rows
    ]


def _words(row: FederalMarker | None) -> str:
    """«РУ4, МА5»"""
    return ", ".join(HEADS[name] for name, value in row.values.items() if value) if row else ""


def _standing(row: FederalMarker, years: list[int], next_year: set[int]) -> tuple[str, str]:
    """The shape and the word of what the next list made of a marker."""
    if row.year + 1 not in years:
        return "planned", f"списка {row.year + 1} года ещё нет"
    if row.organization_id in next_year:
        return "watch", "подтверждён в следующем году"
    return "usual", "не подтверждён"


@for_members
def markers_xlsx(request: PortalRequest) -> HttpResponse:
    """The same list as a workbook, all its schools."""
    asked = _asked(request)
    if asked.year is None:
        raise Http404
    rows = _of_period(request, asked) if asked.over else _of_year(request, asked)
    lines = _lines(asked, rows)
    head = ["Логин", "Школа", "Муниципалитет"]
    if asked.over:
        head += [str(year) for year in asked.period]
        body = [[*_school(school), *years] for school, years in lines]
    else:
        head += [*TITLES.values(), "В следующем году"]
        body = [
            [*_school(school), *(_digit(one) for one in values), word]
            for school, values, (_, word) in lines
        ]
    content = workbook.write({"Федеральные маркеры": [head, *body]})
    return attachment(content, f"федеральные-маркеры-{asked.year}.xlsx", content_type=XLSX)


def _school(school: Organization) -> list[str]:
    municipality = school.parent.short_name if school.parent else ""
    return [school.fis_login or school.code, school.short_name, municipality]


def _digit(value: bool | None) -> int | None:
    return None if value is None else int(value)


@for_members
def received(request: PortalRequest, pk: int) -> HttpResponse:
    """A federal list as it came."""
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    row = get_object_or_404(MarkerList.objects.visible_to(request.viewer), pk=pk)
    kind = "text/csv" if row.name.lower().endswith(".csv") else XLSX
    return stored_file(row.file, row.name, content_type=kind)


@for_members
def upload(request: PortalRequest) -> HttpResponse:
    """Take a list: all faults at once, or what it would change, then the writing."""
    open_only_with(Permission.MARKER_IMPORT, request.viewer)
    if key := request.POST.get("key"):
        return _write(request, key)
    form = MarkersForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "titles": TITLES.values()}
    if form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            preview = service.look(content, file.name, by=request.viewer)
            context |= _seen(request, preview, file.name, content)
        except FaultyUpload as error:
            context |= uploads.faulty(request, KEPT_AS, error, file.name, content)
        except PortalError as error:
            form.add_error("file", str(error))
    return render(request, "monitoring/markers_upload.html", context)


def _write(request: PortalRequest, key: str) -> HttpResponse:
    kept = uploads.kept(request, KEPT_AS, key)
    if kept is None:
        messages.error(request, "Файл хранился час и убран. Загрузите его снова.")
        return redirect("monitoring:markers_upload")
    name, content = kept
    done = service.load(content, name, by=request.viewer)
    messages.success(
        request,
        f"Строк в файле {done.rows}: записано {done.written}, повторов {done.repeated}, "
        f"без изменений {done.unchanged}.",
    )
    return redirect("monitoring:markers")


def _seen(
    request: PortalRequest, preview: service.Preview, name: str, content: bytes
) -> dict[str, Any]:
    """What the page shows of a sound list; the file waits for the word to write it."""
    counts = [
        (preview.rows, "в файле"), (preview.written, "запишется"),
        (preview.repeated, "повторов"), (preview.unchanged, "без изменений"),
    ]  # fmt: skip
    key = "" if preview.is_idle else uploads.keep(request, KEPT_AS, name, content)
    return {"preview": preview, "counts": counts, "key": key}


@for_members
def marked(request: PortalRequest, key: str) -> HttpResponse:
    """The uploader's own file with its faulty cells marked; kept for an hour."""
    open_only_with(Permission.MARKER_IMPORT, request.viewer)
    return uploads.marked(request, KEPT_AS, key)
