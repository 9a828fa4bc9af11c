"""The register's page: the form, the upload, what came of it, the marked file."""

import secrets
from dataclasses import dataclass

from django.core.cache import cache
from django.core.files import File
from django.http import Http404, HttpResponse
from django.shortcuts import render

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import Refused
from organizations.exchange import workbook
from organizations.exchange.faults import Fault
from organizations.exchange.register import COLUMNS, TITLES
from organizations.forms.register import RegisterForm
from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.services import register as service
from organizations.views.sections import open_only_with

MARKED_SECONDS = 60 * 60  # as long as somebody corrects a file in one sitting
SHOWN = 100  # faults and changes on a page; the marked file has all of them


@dataclass(frozen=True)
class Line:
    """A fault as the components show it: the cell, what is wrong, the cure."""

    cell: str
    place: str
    message: str
    cure: str


@for_members
def register(request: PortalRequest) -> HttpResponse:
    """Take a file of the register and write all of it or nothing."""
    open_only_with(Permission.REGISTER_IMPORT, request.viewer)
    form = RegisterForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        uploaded = form.cleaned_data["file"]
        try:
            loaded = service.load(uploaded.read(), uploaded.name, by=request.viewer)
            context |= {"loaded": loaded, "changes": [_told(one) for one in loaded.changed[:SHOWN]]}
        except service.FaultyRegister as error:
            context |= _faulty(request, uploaded, error)
        except Refused as error:
            form.add_error("file", str(error))
    return render(request, "organizations/register.html", context)


def _told(change: service.Change) -> tuple[Organization, list[str]]:
    """What a row changed, field by field."""
    lines = [
        f"{TITLES[name]}: {change.before[name] or '–'} → {after}"
        for name, after in change.after.items()
    ]
    return change.organization, lines


def _faulty(
    request: PortalRequest, uploaded: "File[bytes]", error: service.FaultyRegister
) -> dict[str, object]:
    lines = [_line(fault) for fault in error.faults[:SHOWN]]
    faulty = error.rows - error.sound
    return {
        "faults": lines,
        "more": len(error.faults) - len(lines),
        "fault_count": len(error.faults),
        "counts": [(error.rows, "в файле"), (error.sound, "без замечаний"), (faulty, "с ошибками")],
        "marked": _keep_marked(request, uploaded, error),
    }


def _line(fault: Fault) -> Line:
    cell = f"{fault.column}{fault.row}" if fault.row and fault.column else ""
    heading = f"«{fault.title}»: " if cell and fault.title else ""
    return Line(cell, fault.place, heading + fault.message, fault.cure)


def _keep_marked(
    request: PortalRequest, uploaded: "File[bytes]", error: service.FaultyRegister
) -> str:
    """Keep the marked workbook for its uploader; returns the key of its address."""
    if not str(uploaded.name).lower().endswith(".xlsx"):
        return ""
    uploaded.seek(0)
    key = secrets.token_urlsafe(16)
    content = workbook.marked(uploaded.read(), error.faults)
    cache.set(_cache_key(request, key), (str(uploaded.name), content), MARKED_SECONDS)
    return key


def _cache_key(request: PortalRequest, key: str) -> str:
    return f"marked-register:{request.user.pk}:{key}"


@for_members
def marked(request: PortalRequest, key: str) -> HttpResponse:
    """The uploader's own file with its faulty cells marked; kept for an hour."""
    open_only_with(Permission.REGISTER_IMPORT, request.viewer)
    kept = cache.get(_cache_key(request, key))
    if kept is None:
        raise Http404
    name, content = kept
    return attachment(content, f"Ошибки — {name}", content_type=XLSX)


@for_members
def blank(request: PortalRequest) -> HttpResponse:
    """The empty form of the register."""
    open_only_with(Permission.REGISTER_IMPORT, request.viewer)
    content = workbook.write({"Реестр": [[column.title for column in COLUMNS]]})
    return attachment(content, "форма-реестра.xlsx", content_type=XLSX)
