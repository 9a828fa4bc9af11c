"""The catalogue of procedures: by direction, one with its versions, its editing."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from organizations.access import Permission
from organizations.errors import PortalError
from organizations.http import PortalRequest, for_members
from organizations.views.sections import open_only_with
from procedures import editions
from procedures.catalogue_forms import LevelFilter, ProcedureForm
from procedures.models import Placement, Procedure, Work
from procedures.services import catalogue as service
from procedures.tables import of_procedure

SHOWN_WORKS = 30


@for_members
def catalogue(request: PortalRequest) -> HttpResponse:
    """The procedures of the Положение by direction, of one level when asked."""
    level = LevelFilter(request.GET).asked
    found = editions.groups(level)
    context = {
        "groups": found,
        "filters": _filters(level),
        "today": timezone.localdate(),
        "total": len({row.procedure.pk for group in found for row in group.rows}),
        "may_edit": request.viewer.may(Permission.PROCEDURE_EDIT),
    }
    return render(request, "procedures/catalogue.html", context)


def _filters(current: str) -> list[dict[str, Any]]:
    choices = [("", "все уровни"), *Procedure.Level.choices]
    return [
        {"title": title, "url": f"?level={name}" if name else "?", "current": name == current}
        for name, title in choices
    ]


@for_members
def procedure(request: PortalRequest, code: str) -> HttpResponse:
    """One procedure: where it stands in the catalogue, its works and databases, its versions."""
    kin = Procedure.objects.select_related("part_of", "replaced_by")
    row = get_object_or_404(kin, code=code)
    works = Work.objects.filter(procedure=row)
    context = {
        "procedure": row,
        "placements": Placement.objects.filter(procedure=row).select_related("direction"),
        "parts": row.parts.order_by("short_title"),
        "replaces": row.replaces.order_by("short_title"),
        "products": [Procedure.Product(value).label for value in row.products],
        "is_past": editions.past(row, timezone.localdate()),
        "editions": editions.editions(row.versions.all()),
        "may_edit": request.viewer.may(Permission.PROCEDURE_EDIT),
    }
    if request.viewer.may(Permission.RESULT_READ):
        by_year = works.order_by("-year").values("year").annotate(works=Count("pk"))
        context |= {
            "years": list(by_year),
            "works": works.order_by("-year", "grade", "subject", "track")[:SHOWN_WORKS],
        }
    if request.viewer.may(Permission.TABLE_READ):
        context["tables"] = of_procedure(row.code)
    return render(request, "procedures/procedure.html", context)


@for_members
def procedure_new(request: PortalRequest) -> HttpResponse:
    """Add a procedure to the catalogue."""
    open_only_with(Permission.PROCEDURE_EDIT, request.viewer)
    form = ProcedureForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            row = service.create(
                values["code"], values, directions=values["directions"], basis=values["basis"],
                by=request.viewer,
            )  # fmt: skip
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Процедура «{row}» записана в каталог.")
            return redirect("procedures:procedure", code=row.code)
    return render(request, "procedures/procedure_edit.html", {"form": form})


@for_members
def procedure_edit(request: PortalRequest, code: str) -> HttpResponse:
    """Change what the catalogue says of a procedure; the earlier version stays readable."""
    open_only_with(Permission.PROCEDURE_EDIT, request.viewer)
    row = get_object_or_404(Procedure, code=code)
    form = ProcedureForm(request.POST or None, procedure=row, initial=_initial(row))
    if form.is_valid():
        values = form.cleaned_data
        try:
            version = service.change(
                row, values, directions=values["directions"], basis=values["basis"],
                read=values["read"] or 0, by=request.viewer,
            )  # fmt: skip
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            said = f"Записана версия {version.number}." if version else "Изменений не было."
            messages.success(request, said)
            return redirect("procedures:procedure", code=code)
    return render(request, "procedures/procedure_edit.html", {"form": form, "procedure": row})


def _initial(row: Procedure) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in service.PLAIN}
    kin = {name: plain[name].code if plain[name] else "" for name in ("part_of", "replaced_by")}
    directions = row.directions.all()
    newest = row.versions.aggregate(newest=Max("number"))["newest"]
    return plain | kin | {"directions": directions, "read": newest or 0}
