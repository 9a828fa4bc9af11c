"""Documents: the first file, the next version, acceptance and return of what was seen."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.exchange import gate
from organizations.models import Document, DocumentKind, DocumentVersion, Organization, State
from organizations.services import audit, guard, submissions
from organizations.vsoko import SCHOOL_KINDS, YEARLY

KINDS = (gate.Kind.PDF, gate.Kind.DOCX, gate.Kind.XLSX)
# What proves that something was done may also be a photograph or a picture of the screen.
OF_PROOFS = (*KINDS, gate.Kind.JPG, gate.Kind.PNG)


@transaction.atomic
def upload(
    organization: Organization,
    *,
    kind: DocumentKind,
    content: bytes,
    name: str,
    by: Viewer,
    most_bytes: int,
    year: int | None = None,
) -> Document:
    """Hand in a school's document: a new one, or the next version of the one of its kind and year.

    `year` is the one in which the school year ends; only yearly kinds keep it. The same file once
    more, while it waits for acceptance, changes nothing. Raises NotAllowed, Refused for a file
    that is not what it should be, or Conflict.
    """
    guard.require(by, Permission.DOCUMENT_UPLOAD, organization)
    document = _place(organization, kind, year)
    if document.state == State.SENT and _is_newest(document, content):
        return document
    add_version(document, content=content, name=name, by=by, most_bytes=most_bytes)
    return submissions.send(document, by=by, permission=Permission.DOCUMENT_UPLOAD)


@transaction.atomic
def add_version(
    document: Document, *, content: bytes, name: str, by: Viewer, most_bytes: int
) -> DocumentVersion:
    """Store a file as the document's next version: checked by content, kept with its checksum.

    Raises Refused, or Conflict when the newest version has the same bytes.
    """
    kinds = OF_PROOFS if document.kind == DocumentKind.EVIDENCE else KINDS
    kind = gate.check_upload(content, name, most_bytes=most_bytes, kinds=kinds)
    Document.objects.select_for_update().get(pk=document.pk)  # numbers are given one at a time
    newest = document.versions.first()
    checksum = hashlib.sha256(content).hexdigest()
    if newest is not None and newest.sha256 == checksum:
        raise Conflict(
            f"Этот же файл уже загружен как версия {newest.number} "
            f"({document.get_state_display()}). Выберите исправленный файл."
        )

    version = DocumentVersion(
        document=document,
        number=newest.number + 1 if newest else 1,
        name=gate.clean_name(name),
        content_type=kind.content_type,
        size=len(content),
        sha256=checksum,
        uploaded_by_id=by.user_id,
    )
    version.file.save(name, ContentFile(content), save=False)
    version.save()
    audit.record(
        "document.version",
        document,
        by=by,
        version=version.number,
        name=version.name,
        sha256=checksum,
    )
    return version


@transaction.atomic
def accept(document: Document, *, version: int, by: Viewer) -> Document:
    """Accept a document whose version the viewer has read.

    Raises NotAllowed, or Conflict if it is not waiting or a newer version has come.
    """
    accepted = submissions.accept(document, by=by, permission=Permission.DOCUMENT_ACCEPT)
    _same_as_read(accepted, version)
    return accepted


@transaction.atomic
def send_back(document: Document, *, version: int, remark: str, by: Viewer) -> Document:
    """Return a document with a remark on the version the viewer has read. Raises as `accept`."""
    returned = submissions.send_back(
        document, remark=remark, by=by, permission=Permission.DOCUMENT_ACCEPT
    )
    _same_as_read(returned, version)
    return returned


def _place(organization: Organization, kind: DocumentKind, year: int | None) -> Document:
    """The school's document of this kind and year, new or old, kept from others until the end."""
    if kind not in SCHOOL_KINDS:
        raise Conflict(f"«{kind.label}» не загружают как документ школы.")
    if kind in YEARLY and year is None:
        raise Conflict("Назовите учебный год: этот документ принимают каждый год заново.")
    # The school's row is held, because a document that is not there yet cannot be; no_key lets
    # others go on writing rows that only refer to the school.
    school = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if school.closed_on and school.closed_on <= timezone.localdate():
        raise Conflict("Организация закрыта: её документы хранятся, новых она не сдаёт.")
    year = year if kind in YEARLY else None
    same = Document.objects.select_for_update().filter(organization=school, kind=kind, year=year)
    return same.first() or Document.objects.create(
        organization=school, kind=kind, year=year, title=kind.label
    )


def _is_newest(document: Document, content: bytes) -> bool:
    newest = document.versions.first()
    return newest is not None and newest.sha256 == hashlib.sha256(content).hexdigest()


def _same_as_read(document: Document, version: int) -> None:
    newest = document.versions.values_list("number", flat=True).first()
    if newest != version:
        raise Conflict(
            f"Пока вы читали версию {version}, загружена версия {newest}. "
            "Прочитайте её и решите снова."
        )
