"""Statistics of ФИС ОКО as they were received, one report of one work at a time."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from organizations.access import Permission
from organizations.http import PortalRequest, for_members
from organizations.views.sections import open_only_with
from procedures.models import FederalExport, FederalStatistic, Work
from procedures.scales import MIN_PUPILS

PER_PAGE = 50
JOURNAL_TITLES = {
    "lower_percent": "Понизили, %",
    "lower": "Понизили",
    "equal_percent": "Подтвердили, %",
    "equal": "Подтвердили",
    "higher_percent": "Повысили, %",
    "higher": "Повысили",
}


@for_members
def received(request: PortalRequest, code: str) -> HttpResponse:
    """The current rows of a report that the viewer may see, the order of the files kept."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    work = get_object_or_404(Work, code=code)
    rows = FederalStatistic.objects.visible_to(request.viewer).current().filter(work=work)
    kinds = list(rows.order_by("kind").values_list("kind", flat=True).distinct())
    asked = request.GET.get("kind", "")
    kind = asked if asked in kinds else (kinds[0] if kinds else "")
    listed = rows.filter(kind=kind).select_related("export").order_by("pk")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "work": work,
        "page": page,
        "rows": [(row, _figures(row)) for row in page],
        "titles": _titles(list(page)),
        "filters": [_filter(name, current=name == kind) for name in kinds],
        "kind": FederalExport.Kind(kind).label if kind else "",
        "least": MIN_PUPILS,
    }
    return render(request, "procedures/received.html", context)


def _figures(row: FederalStatistic) -> list[tuple[float | None, int]]:
    """The values with their decimals; none where so few took part that they tell of pupils."""
    if row.participants < MIN_PUPILS:
        return []
    places = [0 if name in ("lower", "equal", "higher") else 2 for name in row.columns]
    return list(zip(row.values, places, strict=True))


def _titles(rows: list[FederalStatistic]) -> list[str]:
    """The headings of the longest row: a report of one work has the same in each."""
    columns = max((row.columns for row in rows), key=len, default=[])
    return [JOURNAL_TITLES.get(name, name) for name in columns]


def _filter(kind: str, *, current: bool) -> dict[str, Any]:
    title = FederalExport.Kind(kind).label
    return {"title": title, "url": f"?kind={kind}", "current": current}
