"""An uploaded table on its page: its faults as the components show them, the file kept an hour."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse

from organizations.attachments import XLSX, attachment
from organizations.errors import FaultyUpload
from organizations.exchange import workbook
from organizations.exchange.faults import Fault
from organizations.http import PortalRequest

KEPT_SECONDS = 60 * 60  # as long as somebody looks at a preview or corrects a file in one sitting
SHOWN = 100  # lines and faults on a page; the marked file has all of them


@dataclass(frozen=True)
class Told:
    """A fault as the components show it: the cell or the place, what is wrong, the cure."""

    cell: str
    place: str
    message: str
    cure: str


def keep(request: PortalRequest, of: str, name: str, content: bytes) -> str:
    """Keep a file for its uploader; returns the key of its address. `of` says what table it is."""
    key = secrets.token_urlsafe(16)
    cache.set(_cache_key(request, of, key), (name, content), KEPT_SECONDS)
    return key


def kept(request: PortalRequest, of: str, key: str) -> tuple[str, bytes] | None:
    """The name and the content of a file of the uploader's own, as long as it is kept."""
    found: tuple[str, bytes] | None = cache.get(_cache_key(request, of, key))
    return found


def faulty(
    request: PortalRequest, of: str, error: FaultyUpload, name: str, content: bytes
) -> dict[str, Any]:
    """What the page shows of a faulty file; a workbook is kept with its cells marked."""
    faults = error.faults[:SHOWN]
    is_book = name.lower().endswith(".xlsx")
    return {
        "faults": [_told(fault) for fault in faults],
        "more": len(error.faults) - len(faults),
        "fault_count": len(error.faults),
        "counts": [
            (error.rows, "в файле"), (error.sound, "без замечаний"),
            (error.rows - error.sound, "с ошибками"),
        ],
        "marked": keep(request, _marked(of), name, workbook.marked(content, error.faults))
        if is_book else "",
    }  # fmt: skip


def marked(request: PortalRequest, of: str, key: str) -> HttpResponse:
    """The uploader's own workbook with its faulty cells marked. Raises Http404 once it is gone."""
    found = kept(request, _marked(of), key)
    if found is None:
        raise Http404
    name, content = found
    return attachment(content, f"Ошибки — {name}", content_type=XLSX)


def _told(fault: Fault) -> Told:
    cell = f"{fault.column}{fault.row}" if fault.row and fault.column else ""
    heading = f"«{fault.title}»: " if cell and fault.title else ""
    return Told(cell, fault.place, heading + fault.message, fault.cure)


def _marked(of: str) -> str:
    return f"{of}:marked"


def _cache_key(request: PortalRequest, of: str, key: str) -> str:
    return f"upload:{of}:{request.user.pk}:{key}"
