"""Documents: the first file, the next version, the way to the bytes."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.exchange import gate
from organizations.models import Document, DocumentKind, DocumentVersion, Organization
from organizations.services import audit, guard, submissions

KINDS = (gate.Kind.PDF, gate.Kind.DOCX, gate.Kind.XLSX)


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

    Raises NotAllowed, Refused for a file that is not what it should be, or Conflict when the
    newest version has the same bytes.
    """
    guard.require(by, Permission.DOCUMENT_UPLOAD, organization)
    document, _ = Document.objects.select_for_update().get_or_create(
        organization=organization, kind=kind, year=year, defaults={"title": kind.label}
    )
    add_version(document, content=content, name=name, by=by, most_bytes=most_bytes)
    return submissions.send(document, by=by, permission=Permission.DOCUMENT_UPLOAD)


@transaction.atomic
def add_version(
    document: Document, *, content: bytes, name: str, by: Viewer, most_bytes: int
) -> DocumentVersion:
    """Store a file as the document's next version: checked by content, kept with its checksum."""
    found = gate.check_upload(content, name, most_bytes=most_bytes, kinds=KINDS)
    checksum = hashlib.sha256(content).hexdigest()
    newest = document.versions.first()
    if newest is not None and newest.sha256 == checksum:
        raise Conflict(f"Этот же файл уже загружен как версия {newest.number}.")

    version = DocumentVersion(
        document=document,
        number=newest.number + 1 if newest else 1,
        name=gate.clean_name(name),
        content_type=found.content_type,
        size=len(content),
        sha256=checksum,
        uploaded_by_id=by.user_id,
    )
    version.file.save(name, ContentFile(content), save=False)
    version.save()
    audit.record(
        "document.version", document, by=by, number=version.number, sha256=checksum, name=version.name
    )
    return version
