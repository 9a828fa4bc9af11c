"""What the centre says of a work: its scale of marks, its test points, its tasks."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from organizations.access import Permission
from organizations.errors import PortalError
from organizations.http import PortalRequest, for_members
from organizations.views.sections import open_only_with
from procedures.catalogue_forms import ConversionForm, ScaleForm, TasksForm
from procedures.models import Work
from procedures.services import scales as service


def _work(request: PortalRequest, code: str) -> Work:
    open_only_with(Permission.WORK_EDIT, request.viewer)
    return get_object_or_404(Work.objects.select_related("procedure"), code=code)


@for_members
def scale(request: PortalRequest, code: str) -> HttpResponse:
    """A new version of the scale: typed, its effect shown, then written."""
    work = _work(request, code)
    form = ScaleForm(request.POST or None, most=work.max_score)
    context: dict[str, Any] = {"work": work, "form": form}
    if form.is_valid():
        borders = form.cleaned_data["borders"]
        if "write" not in request.POST:
            context |= {"effect": service.effect_of(work, borders), "borders": borders}
        else:
            try:
                row = service.rescale(
                    work, borders, source=form.cleaned_data["source"], by=request.viewer
                )
            except PortalError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"Записана версия {row.version} шкалы.")
                return redirect("procedures:work", code=code)
    context["scales"] = work.scales.order_by("-version")
    return render(request, "procedures/scale.html", context)


@for_members
def conversion(request: PortalRequest, code: str) -> HttpResponse:
    """A new version of the table from primary scores to test points."""
    work = _work(request, code)
    form = ConversionForm(request.POST or None, most=work.max_score)
    if form.is_valid():
        try:
            row = service.convert(
                work, form.cleaned_data["scale"], source=form.cleaned_data["source"],
                by=request.viewer,
            )  # fmt: skip
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Записана версия {row.version} таблицы перевода.")
            return redirect("procedures:work", code=code)
    context = {
        "work": work,
        "form": form,
        "conversions": work.conversions.order_by("-version"),
    }
    return render(request, "procedures/conversion.html", context)


@for_members
def tasks(request: PortalRequest, code: str) -> HttpResponse:
    """The level and the skill of each task, typed in a table."""
    work = _work(request, code)
    form = TasksForm(request.POST or None, work=work)
    if form.is_valid():
        service.describe(
            work, levels=form.column("level"), skills=form.column("skill"), by=request.viewer
        )
        messages.success(request, "Уровни и умения записаны.")
        return redirect("procedures:work", code=code)
    return render(request, "procedures/tasks.html", {"work": work, "form": form})
