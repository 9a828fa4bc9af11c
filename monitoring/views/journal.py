"""The journal beside a work by codes, for the school itself: shares, matrix, wide gaps."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from monitoring.exchange.journal import COLUMNS
from monitoring.federal import book
from monitoring.federal.kinds import JOURNAL
from monitoring.federal.pairs import Compared, Pair, compared
from monitoring.forms import JournalForm
from monitoring.queries import federal as queries
from monitoring.services import journals
from organizations.access import Permission
from organizations.errors import FaultyTable, NotAllowed, PortalError
from organizations.exchange.faults import Fault
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from procedures.models import Work
from procedures.queries import newest_scale

OWN_ONLY = (
    "Сопоставление по кодам видит только сама школа. Доли по территории стоят в отчёте "
    "«Сравнение отметок с отметками по журналу»."
)
MARKS = (5, 4, 3, 2)
SIDES = ("понизили", "подтвердили", "повысили")
TITLES = {column.title for column in COLUMNS}
MOST_FAULTS = 50  # on a page: whoever has more will see the rest after mending these


@for_members
def journal(request: PortalRequest, code: str) -> HttpResponse:
    """The school's pairs of marks; with a file, those of the file, and nothing of it is kept."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    if request.viewer.level != Level.SCHOOL:
        raise NotAllowed(OWN_ONLY)
    work = get_object_or_404(Work.objects.select_related("procedure"), code=code)
    school = get_object_or_404(queries.places(request.viewer), pk=request.viewer.territory_id)
    pairs = _pairs(request, school, work)
    form = JournalForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "work": work,
        "report": JOURNAL,
        "heading": book.heading(work),
        "form": form,
        "has_scale": newest_scale(work.pk) is not None,
        **_shown(compared(pairs)),
    }
    if form.is_valid():
        context |= _from_file(request, school, pairs, form)
    return render(request, "monitoring/journal.html", context)


def _pairs(request: PortalRequest, school: Organization, work: Work) -> list[Pair]:
    rows = queries.pupils_of(request.viewer, school, work)
    return [
        Pair(row.participant, row.class_number, row.mark, row.journal_mark)
        for row in rows
        if row.mark is not None
    ]


def _from_file(
    request: PortalRequest, school: Organization, pairs: list[Pair], form: JournalForm
) -> dict[str, Any]:
    file = form.cleaned_data["file"]
    try:
        found = journals.compare(
            school, pairs, content=file.read(), name=file.name, by=request.viewer
        )
    except FaultyTable as error:
        faults = [_told(fault) for fault in error.faults[:MOST_FAULTS]]
        return {"faults": faults, "more": len(error.faults) - len(faults)}
    except PortalError as error:
        form.add_error("file", str(error))
        return {}
    counts = [
        (found.rows, "в файле"),
        (found.rows - found.unknown - found.without, "сопоставлено"),
        (found.without, "без отметки"),
        (found.unknown, "нет такого кода в протоколе"),
    ]
    return {"from_file": True, "counts": counts, **_shown(found.result)}


def _told(fault: Fault) -> dict[str, str]:
    """A fault without anything the file says: a strange heading or cell may be a name."""
    silent = replace(fault, sheet="", title=fault.title if fault.title in TITLES else "")
    return {"place": silent.place, "message": fault.message, "cure": fault.cure}


def _shown(result: Compared) -> dict[str, Any]:
    pairs = result.pairs
    return {
        "result": result,
        "sides": [
            (title, count, count / pairs if pairs else 0)
            for title, count in zip(SIDES, result.sides, strict=True)
        ],
        "marks": MARKS,
        "rows": [(mark, result.table[mark - 2, ::-1].tolist()) for mark in MARKS],
    }
