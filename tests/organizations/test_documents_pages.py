"""Pages of documents: what each role finds there, uploads, decisions, downloads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import Document, DocumentKind, DocumentVersion, State
from tests.factories.documents import DocumentFactory, VersionFactory, pdf
from tests.factories.organizations import OrganizationFactory

LIST = reverse("organizations:documents")
UPLOAD = reverse("organizations:document_upload")


def text(answer):
    """The page as it is read: a held space is a space."""
    return answer.content.decode().replace("\u00a0", " ")


def queries_of(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def send(client, content=None, kind="provision", year=2027, name="Положение.pdf", follow=True):
    file = SimpleUploadedFile(name, pdf() if content is None else content)
    return client.post(UPLOAD, {"kind": kind, "year": year, "file": file}, follow=follow)


def decide(client, act, document, **data):
    return client.post(reverse(f"organizations:document_{act}", args=[document.pk]), data)


def test_a_school_finds_every_kind_and_what_to_load(cast, signed_in):
    page = text(signed_in(cast.nina).get(LIST))

    kinds = set(DocumentKind) - {DocumentKind.ORDER, DocumentKind.EVIDENCE}
    assert all(f"?kind={kind.value}&amp;" in page for kind in kinds)
    assert "Загрузите недостающее: 6 документов из 6" in page


def test_a_returned_document_is_the_schools_first_duty(cast, signed_in):
    DocumentFactory(organization=cast.lake_school, state=State.RETURNED, remark="Нет приказа.")

    page = text(signed_in(cast.nina).get(LIST))

    assert "Исправьте и загрузите снова: Положение о ВСОКО" in page
    assert "Нет приказа." in page


def test_a_coordinator_sees_the_inbox_before_the_table(cast, signed_in):
    DocumentFactory(organization=cast.lake_school)
    DocumentFactory(organization=cast.hill_school)

    page = text(signed_in(cast.oleg).get(LIST))

    assert "Примите или верните 1 документ" in page
    assert page.index("Ждут вашей приёмки") < page.index("Школы и документы")
    assert "Hill school" not in page


def test_the_ministry_reads_but_has_no_inbox(cast, signed_in):
    DocumentFactory(organization=cast.lake_school)

    page = text(signed_in(cast.vera).get(LIST))

    assert "Ждут вашей приёмки" not in page
    assert all(name in page for name in ("Lake school", "Wood school", "Hill school"))


@pytest.mark.parametrize(
    ("state", "shown", "hidden"),
    [
        ("sent", "Lake school", "Wood school"),
        ("returned", "Wood school", "Lake school"),
        ("missing", "Wood school", None),
        ("accepted", None, "Lake school"),
    ],
)
def test_the_filters_narrow_to_the_state(cast, signed_in, state, shown, hidden):
    DocumentFactory(organization=cast.lake_school)
    DocumentFactory(organization=cast.wood_school, state=State.RETURNED)

    page = text(signed_in(cast.oleg).get(LIST, {"state": state}))

    assert shown is None or shown in page
    assert hidden is None or hidden not in page


def test_nonsense_in_the_address_is_not_asked_for(cast, signed_in):
    nonsense = {"state": "x", "year": "не год", "page": "-7", "municipality": "'"}

    assert signed_in(cast.vera).get(LIST, nonsense).status_code == 200


def test_a_coordinator_opens_the_list_of_one_of_their_schools_only(cast, signed_in):
    client = signed_in(cast.oleg)

    assert client.get(LIST, {"school": cast.lake_school.code}).status_code == 200
    assert client.get(LIST, {"school": cast.hill_school.code}).status_code == 404


@pytest.mark.parametrize("url", [LIST, f"{LIST}?state=sent", f"{LIST}?state=missing"])
def test_twice_as_many_schools_make_no_more_queries(cast, signed_in, url):
    def grow(number):
        for _ in range(number):
            school = OrganizationFactory(kind="school", parent=cast.north)
            for kind in (DocumentKind.PROVISION, DocumentKind.CONTROL_FORMS):
                VersionFactory(document=DocumentFactory(organization=school, kind=kind))

    client = signed_in(cast.oleg)
    grow(3)
    client.get(url)
    before = queries_of(client, url)
    grow(6)

    assert queries_of(client, url) == before


def test_an_upload_leads_to_the_document_that_waits(cast, signed_in):
    answer = send(signed_in(cast.nina))

    document = Document.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("organizations:document", args=[document.pk])
    assert "сдан на приёмку" in text(answer)


def test_the_second_of_two_clicks_shows_the_same_document(cast, signed_in):
    client = signed_in(cast.nina)
    send(client)

    answer = send(client)

    assert answer.redirect_chain
    assert DocumentVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content": b""}, "Файл пуст"),
        ({"content": b"MZ\x90\x00"}, "не опознан"),
        ({"name": "Положение.docx"}, "окончание .pdf"),
        ({"kind": "order"}, "Выберите документ из списка"),
        ({"year": 1999}, "Выберите учебный год"),
    ],
)
def test_a_wrong_upload_is_told_in_the_form_and_writes_nothing(cast, signed_in, change, words):
    answer = send(signed_in(cast.nina), **change)

    assert answer.status_code == 200
    assert words in text(answer)
    assert not Document.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_read(cast, signed_in, settings):
    settings.UPLOAD_MOST_BYTES = 2**20

    answer = send(signed_in(cast.nina), content=b"%PDF-" + b"0" * 2**20)

    assert "Файл больше 1 МБ" in text(answer)


@pytest.mark.parametrize("who", ["oleg", "vera", "inna", "elena", "anton"])
def test_who_uploads_nothing_is_refused_at_the_door(cast, signed_in, who):
    client = signed_in(getattr(cast, who))

    assert client.get(UPLOAD).status_code == 403
    assert send(client).status_code == 403
    assert not Document.objects.exists()


def test_a_document_shows_its_versions_its_remark_and_its_history(cast, signed_in):
    client = signed_in(cast.nina)
    send(client)
    document = Document.objects.get()
    decide(signed_in(cast.oleg), "return", document, version=1, remark="Нет приказа.")

    url = reverse("organizations:document", args=[document.pk])
    page = text(signed_in(cast.nina).get(url))

    assert "Положение.pdf" in page
    assert document.versions.get().sha256[:16] in page
    assert "Нет приказа." in page
    assert "Документ возвращён с замечанием" in page
    assert "Исправьте по замечанию" in page


def test_another_municipalitys_document_is_not_there(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school).document
    page = reverse("organizations:document", args=[document.pk])
    file = reverse("organizations:document_version", args=[document.pk, 1])

    for person in (cast.svetlana, cast.igor, cast.elena, cast.anton, cast.rita):
        client = signed_in(person)
        assert client.get(page).status_code == 404
        assert client.get(file).status_code == 404
        assert decide(client, "accept", document, version=1).status_code == 404


@pytest.mark.parametrize("act", ["accept", "return"])
@pytest.mark.parametrize("who", ["nina", "vera", "boris", "inna"])
def test_who_sees_but_may_not_decide_is_refused(cast, signed_in, who, act):
    document = VersionFactory(document__organization=cast.lake_school).document

    answer = decide(signed_in(getattr(cast, who)), act, document, version=1, remark="Нет.")

    document.refresh_from_db()
    assert answer.status_code == 403
    assert document.state == State.SENT


def test_a_coordinator_accepts_the_version_that_was_read(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school).document

    decide(signed_in(cast.oleg), "accept", document, version=1)

    document.refresh_from_db()
    assert (document.state, document.decided_by) == (State.ACCEPTED, cast.oleg)


def test_a_newer_version_than_the_one_read_stops_the_decision(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school).document
    VersionFactory(document=document, number=2, content=pdf("вторая"))

    answer = decide(signed_in(cast.oleg), "accept", document, version=1)

    document.refresh_from_db()
    assert answer.status_code == 409
    assert "загружена версия 2" in text(answer)
    assert document.state == State.SENT


def test_a_return_without_a_remark_is_told_in_the_form(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school).document

    answer = decide(signed_in(cast.oleg), "return", document, version=1, remark=" ")

    document.refresh_from_db()
    assert "без замечания вернуть нельзя" in text(answer)
    assert document.state == State.SENT


def test_decisions_are_not_made_by_opening_a_link(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school).document

    for act in ("accept", "return"):
        url = reverse(f"organizations:document_{act}", args=[document.pk])
        assert signed_in(cast.oleg).get(url).status_code == 405


def test_a_download_is_an_attachment_that_the_browser_neither_guesses_nor_runs(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school).document
    url = reverse("organizations:document_version", args=[document.pk, 1])

    answer = signed_in(cast.oleg).get(url)

    assert answer.content == pdf()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9F")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Type"] == "application/pdf"


def test_a_file_lost_from_the_store_is_told_in_words(cast, signed_in):
    version = VersionFactory(document__organization=cast.lake_school)
    version.file.storage.delete(version.file.name)
    url = reverse("organizations:document_version", args=[version.document_id, 1])

    answer = signed_in(cast.oleg).get(url)

    assert answer.status_code == 409
    assert "не найден в хранилище" in text(answer)


def test_markup_in_words_stays_words(cast, signed_in):
    document = VersionFactory(document__organization=cast.lake_school, name="<b>.pdf").document
    decide(signed_in(cast.oleg), "return", document, version=1, remark="<script>alert(1)</script>")

    url = reverse("organizations:document", args=[document.pk])
    page = text(signed_in(cast.nina).get(url))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
