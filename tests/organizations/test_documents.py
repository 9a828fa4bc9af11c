"""Documents: versions, the same file twice, two at once, and what was read before accepting."""

import datetime
import hashlib

import pytest
from django.utils import timezone

from organizations import vsoko
from organizations.errors import Conflict, NotAllowed, PortalError, Refused
from organizations.models import Document, DocumentKind, Event, State
from organizations.queries import viewer_of
from organizations.services import documents
from organizations.templatetags.ru import school_year
from tests.factories.documents import DocumentFactory, docx, pdf
from tests.threads import at_once

MEGABYTE = 2**20


def upload(school, person, content, kind=DocumentKind.PROVISION, name="Положение.pdf", year=None):
    return documents.upload(
        school,
        kind=kind,
        content=content,
        name=name,
        by=viewer_of(person),
        most_bytes=MEGABYTE,
        year=year,
    )


def test_a_first_file_is_version_one_and_waits_for_acceptance(cast):
    document = upload(cast.lake_school, cast.nina, pdf())

    version = document.versions.get()
    assert (version.number, document.state) == (1, State.SENT)
    assert version.sha256 == hashlib.sha256(pdf()).hexdigest()
    with version.file.open() as stored:
        assert stored.read() == pdf()


def test_the_stored_name_holds_nothing_that_was_typed(cast):
    document = upload(cast.lake_school, cast.nina, pdf(), name="../../etc/Положение.pdf")

    version = document.versions.get()
    assert version.name == "Положение.pdf"
    assert "Положение" not in version.file.name
    assert version.file.name.startswith("documents/")


def test_another_file_is_the_next_version_of_the_same_document(cast):
    first = upload(cast.lake_school, cast.nina, pdf())
    second = upload(cast.lake_school, cast.nina, docx(), name="Положение.docx")

    assert first == second
    assert [version.number for version in second.versions.all()] == [2, 1]


def test_the_same_file_again_while_it_waits_changes_nothing(cast):
    upload(cast.lake_school, cast.nina, pdf())
    acts = Event.objects.count()

    document = upload(cast.lake_school, cast.nina, pdf())

    assert document.versions.count() == 1
    assert Event.objects.count() == acts


def test_a_returned_file_is_not_taken_unchanged(cast):
    document = upload(cast.lake_school, cast.nina, pdf())
    documents.send_back(document, version=1, remark="Нет приказа.", by=viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="версия 1 \\(возвращено\\)"):
        upload(cast.lake_school, cast.nina, pdf())


def test_a_yearly_document_is_one_a_year_and_needs_its_year(cast):
    kind = DocumentKind.YEAR_PLAN
    last = upload(cast.lake_school, cast.nina, pdf("25"), kind=kind, year=2026)
    this = upload(cast.lake_school, cast.nina, pdf("26"), kind=kind, year=2027)

    assert last != this
    with pytest.raises(Conflict, match="учебный год"):
        upload(cast.lake_school, cast.nina, pdf("27"), kind=kind)


def test_a_lasting_document_is_one_whatever_the_year(cast):
    first = upload(cast.lake_school, cast.nina, pdf("25"), year=2026)
    second = upload(cast.lake_school, cast.nina, pdf("26"), year=2027)

    assert first == second
    assert second.year is None


def test_an_order_is_not_a_school_document(cast):
    with pytest.raises(Conflict, match="Приказ"):
        upload(cast.lake_school, cast.nina, pdf(), kind=DocumentKind.ORDER)


def test_a_closed_school_hands_in_nothing(cast):
    cast.lake_school.closed_on = timezone.localdate()
    cast.lake_school.save()

    with pytest.raises(Conflict, match="закрыта"):
        upload(cast.lake_school, cast.nina, pdf())


def test_a_file_that_is_not_what_its_name_says_leaves_nothing(cast):
    with pytest.raises(Refused):
        upload(cast.lake_school, cast.nina, b"MZ\x90\x00\x03", name="Положение.pdf")

    assert not Document.objects.exists()


@pytest.mark.parametrize("who", ["oleg", "vera", "igor", "anton", "elena"])
def test_only_the_schools_own_deputy_uploads(cast, who):
    with pytest.raises(NotAllowed):
        upload(cast.lake_school, getattr(cast, who), pdf())

    assert not Document.objects.exists()


def test_a_version_that_came_while_reading_is_not_accepted_unseen(cast):
    document = upload(cast.lake_school, cast.nina, pdf("первая"))
    upload(cast.lake_school, cast.nina, pdf("вторая"))

    with pytest.raises(Conflict, match="загружена версия 2"):
        documents.accept(document, version=1, by=viewer_of(cast.oleg))

    document.refresh_from_db()
    assert document.state == State.SENT
    assert not Event.objects.filter(action="document.accepted").exists()


def test_an_accepted_document_waits_again_after_a_new_version(cast):
    document = upload(cast.lake_school, cast.nina, pdf("первая"))
    documents.accept(document, version=1, by=viewer_of(cast.oleg))

    again = upload(cast.lake_school, cast.nina, pdf("вторая"))

    assert again.state == State.SENT
    assert again.decided_by is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("exists", [False, True], ids=["first upload", "next version"])
def test_two_uploads_at_once_give_two_versions_of_one_document(cast, exists):
    if exists:
        upload(cast.lake_school, cast.nina, pdf("прежняя"))

    results = at_once(
        *(lambda n=n: upload(cast.lake_school, cast.nina, pdf(str(n))) for n in range(4))
    )

    assert not [result for result in results if isinstance(result, Exception)]
    document = Document.objects.get()
    numbers = [version.number for version in document.versions.all()]
    assert numbers == list(range(4 + exists, 0, -1))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_gives_one_version(cast):
    results = at_once(*[lambda: upload(cast.lake_school, cast.nina, pdf())] * 2)

    assert not [result for result in results if isinstance(result, Exception)]
    assert Document.objects.get().versions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_acceptance_and_an_upload_at_once_never_accept_what_nobody_read(cast):
    document = upload(cast.lake_school, cast.nina, pdf("первая"))
    oleg = viewer_of(cast.oleg)

    results = at_once(
        lambda: documents.accept(document, version=1, by=oleg),
        lambda: upload(cast.lake_school, cast.nina, pdf("вторая")),
    )

    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, PortalError) for error in errors)
    assert Document.objects.get().state == State.SENT


def test_the_school_year_ends_in_the_year_it_is_named_by():
    assert vsoko.year_of(datetime.date(2026, 8, 31)) == 2026
    assert vsoko.year_of(datetime.date(2026, 9, 1)) == 2027


def test_a_school_year_is_written_alike_in_forms_and_in_templates():
    assert vsoko.year_title(2026) == school_year(2026) == "2025/26"


def test_what_is_missing_is_counted_by_watched_kinds_of_working_schools(cast):
    viewer = viewer_of(cast.oleg)
    DocumentFactory(organization=cast.lake_school, kind=DocumentKind.PROVISION)
    DocumentFactory(organization=cast.lake_school, kind=DocumentKind.YEAR_PLAN, year=2026)
    DocumentFactory(organization=cast.lake_school, kind=DocumentKind.RULES, state=State.ACCEPTED)
    DocumentFactory(organization=cast.wood_school, kind=DocumentKind.SCHEDULE, state=State.DRAFT)
    DocumentFactory(organization=cast.hill_school, kind=DocumentKind.PROVISION)
    schools = type(cast.region).objects.visible_to(viewer).schools()

    counts = vsoko.counts(schools, vsoko.uploaded(viewer, 2027))

    assert (counts.sent, counts.accepted, counts.returned) == (1, 1, 0)
    assert counts.missing == 2 * 6 - 1


def test_a_school_lacks_until_every_watched_document_of_the_year_is_there(cast):
    viewer = viewer_of(cast.oleg)
    schools = type(cast.region).objects.visible_to(viewer).schools()
    for kind in vsoko.MONITORED:
        year = 2027 if kind in vsoko.YEARLY else None
        DocumentFactory(organization=cast.lake_school, kind=kind, year=year)

    assert list(vsoko.lacking(schools, 2027)) == [cast.wood_school]
    assert set(vsoko.lacking(schools, 2026)) == {cast.lake_school, cast.wood_school}
