"""Documents, runs and acts for tests."""

import hashlib
import io
import zipfile

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from organizations.models import Document, DocumentKind, DocumentVersion, Event, Run, State
from tests.factories.organizations import OrganizationFactory


def pdf(words: str = "Положение") -> bytes:
    """A file that passes for a PDF; other words, other bytes."""
    return b"%PDF-1.4\n" + words.encode() + b"\n%%EOF\n"


def docx(words: str = "Положение") -> bytes:
    """The smallest archive that is a Word document."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<document>{words}</document>")
    return written.getvalue()


class DocumentFactory(DjangoModelFactory[Document]):
    """A school's document that waits for acceptance; without a file."""

    class Meta:
        model = Document

    organization = factory.SubFactory(OrganizationFactory)
    kind = DocumentKind.PROVISION
    title = factory.LazyAttribute(lambda o: DocumentKind(o.kind).label)
    state = State.SENT
    sent_at = factory.LazyFunction(timezone.now)


class VersionFactory(DjangoModelFactory[DocumentVersion]):
    """One stored file of a document."""

    class Meta:
        model = DocumentVersion

    class Params:
        content = pdf()

    document = factory.SubFactory(DocumentFactory)
    number = 1
    file = factory.LazyAttribute(lambda o: ContentFile(o.content, name="file"))
    name = "Положение.pdf"
    content_type = "application/pdf"
    size = factory.LazyAttribute(lambda o: len(o.content))
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.content).hexdigest())


class RunFactory(DjangoModelFactory[Run]):
    """A wish for background work that nobody has begun."""

    class Meta:
        model = Run

    task = "organizations.tasks.heartbeat"
    subject = factory.Sequence(lambda n: f"organizations.organization:{n}")
    title = factory.Sequence(lambda n: f"Работа {n}")
    organization = factory.SubFactory(OrganizationFactory)


class EventFactory(DjangoModelFactory[Event]):
    """One act in the journal of an organization, given by its key."""

    class Meta:
        model = Event

    action = "document.sent"
    user_name = "Nina"
    role = "deputy"
    object_type = "organizations.document"
    object_id = "1"
    object_name = "Положение о ВСОКО"
