"""The pages of works and protocols: who sees what, and what stands there."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from procedures.exchange import importer
from procedures.exchange.protocol import read_header
from procedures.models import Protocol
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ProtocolFactory, ScaleFactory, WorkFactory, a_form

SECRET = "особое мнение"


@pytest.fixture
def work(db):
    work = WorkFactory()
    ScaleFactory(work=work)
    return work


def edited(content, **cells):
    """The same workbook with other values in some cells of its first sheet."""
    book = load_workbook(BytesIO(content))
    for address, value in cells.items():
        book.worksheets[0][address] = value
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def take(school, work, content):
    protocol, _ = importer.receive(school, work, content=content, name="Форма.xlsx", by_id=None)
    return importer.process(protocol, trusted=True)


def faulty(cast, work):
    content = a_form(work, cast.lake_school, pupils=9)
    return take(cast.lake_school, work, edited(content, C4=7, B6="болел", H9="4-"))


def page(client, name, *args, **query):
    return client.get(reverse(f"procedures:{name}", args=args), query)


def text(response):
    return response.content.decode().replace("\u00a0", " ")


# who


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("vera", 200), ("boris", 200), ("oleg", 200), ("nina", 200),
        ("inna", 403), ("elena", 403), ("pavel", 403), ("anton", 403), ("zoya", 403),
    ],
)  # fmt: skip
def test_works_are_for_those_who_read_results(cast, work, signed_in, person, status):
    client = signed_in(getattr(cast, person))

    assert page(client, "works").status_code == status
    assert page(client, "work", work.code).status_code == status


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("vera", 200), ("boris", 200), ("oleg", 200), ("nina", 200),
        ("svetlana", 404), ("igor", 404), ("rita", 404),
        ("inna", 404), ("elena", 404), ("pavel", 404), ("anton", 404), ("zoya", 403),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["protocol", "protocol_file", "protocol_marked"])
def test_a_protocol_is_seen_by_its_school_and_those_above_it(
    cast, work, signed_in, person, status, name
):
    row = faulty(cast, work)

    assert page(signed_in(getattr(cast, person)), name, row.pk).status_code == status


@pytest.mark.parametrize(
    ("person", "status"),
    [("boris", 200), ("oleg", 200), ("nina", 200), ("vera", 403), ("inna", 403), ("anton", 403)],
)
def test_uploading_is_for_the_school_its_municipality_and_the_centre(
    cast, work, signed_in, person, status
):
    client = signed_in(getattr(cast, person))

    assert page(client, "upload", work.code).status_code == status


@pytest.mark.parametrize(
    ("person", "status"), [("nina", 200), ("oleg", 200), ("vera", 403), ("igor", 404)]
)
def test_a_form_is_handed_to_those_who_may_hand_it_in(cast, work, signed_in, person, status):
    client = signed_in(getattr(cast, person))

    response = page(client, "form", work.code, organization=cast.lake_school.code)

    assert response.status_code == status


def test_files_leave_as_attachments_that_no_browser_runs(cast, work, signed_in):
    row = faulty(cast, work)

    response = page(signed_in(cast.nina), "protocol_file", row.pk)

    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    with row.file.open() as file:
        assert response.getvalue() == file.read()


# what


def test_a_school_sees_each_work_with_the_state_of_its_protocol(cast, work, signed_in):
    WorkFactory(code="ma4-2026", subject="Математика")
    take(cast.lake_school, work, a_form(work, cast.lake_school))

    shown = text(page(signed_in(cast.nina), "works"))

    assert "принят" in shown
    assert "класс 1, 3 строки" in shown
    assert "ждём 1 протокол" in shown


def test_a_municipality_sees_how_many_schools_handed_in(cast, work, signed_in):
    take(cast.lake_school, work, a_form(work, cast.lake_school))
    take(cast.hill_school, work, a_form(work, cast.hill_school))
    faulty_one = a_form(work, cast.lake_school)
    take(cast.wood_school, work, faulty_one)

    response = page(signed_in(cast.oleg), "works")

    ((_, counts),) = response.context["rows"]
    assert (counts.handed_in, counts.accepted, counts.faulty) == (2, 1, 1)
    assert response.context["schools"] == 2


def test_a_file_that_was_taken_back_is_not_handed_in(cast, work, signed_in):
    ProtocolFactory(organization=cast.lake_school, work=work, state="cancelled")

    page = signed_in(cast.oleg).get(reverse("procedures:works"))
    awaited = signed_in(cast.oleg).get(
        reverse("procedures:work", args=[work.code]), {"standing": "none"}
    )

    [(_, counts)] = page.context["rows"]
    assert counts.handed_in == 0
    assert cast.lake_school in {standing.school for standing, _ in awaited.context["rows"]}


@pytest.mark.parametrize("typed", ["\0", "edu\0", "нет"])
def test_a_code_nobody_has_is_no_fault_of_the_portal(cast, work, signed_in, typed):
    client = signed_in(cast.oleg)
    upload = client.get(reverse("procedures:upload", args=[work.code]), {"organization": typed})
    exempt = client.post(reverse("procedures:exempt", args=[work.code]), {"organization": typed})

    assert upload.status_code == 200
    assert exempt.status_code in (302, 400, 404, 200)


def test_a_work_without_any_protocol_invites_to_the_first_step(cast, work, signed_in):
    shown = text(page(signed_in(cast.nina), "work", work.code))

    assert "Скачайте форму" in shown
    assert "приказ" in shown  # the source of the scale


def test_the_list_of_schools_is_narrowed_by_state(cast, work, signed_in):
    take(cast.lake_school, work, a_form(work, cast.lake_school))
    client = signed_in(cast.oleg)

    def schools(standing):
        rows = page(client, "work", work.code, standing=standing).context["rows"]
        return [standing.school for standing, _ in rows]

    assert schools("accepted") == [cast.lake_school]
    assert schools("none") == [cast.wood_school]
    assert schools("faulty") == []


def test_a_faulty_protocol_shows_each_fault_linked_with_its_cell(cast, work, signed_in):
    row = faulty(cast, work)

    shown = text(page(signed_in(cast.nina), "protocol", row.pk))

    for address in ("C4", "B6", "H9"):
        assert f'id="c-{address}"' in shown
        assert f'href="#c-{address}"' in shown
        assert f'id="f-{address}"' in shown
        assert f'href="#f-{address}"' in shown
    assert "Строка 2 без ошибок" in shown
    assert "Исправьте 3 места" in shown


def test_the_balance_of_rows_adds_up(cast, work, signed_in):
    response = page(signed_in(cast.nina), "protocol", faulty(cast, work).pk)

    (in_file, _), *explained = response.context["balance"]
    assert in_file == 9 == sum(count for count, _ in explained)
    assert "Записано 0" in text(response)


def test_all_rows_are_shown_when_asked_for(cast, work, signed_in):
    row = faulty(cast, work)

    response = page(signed_in(cast.nina), "protocol", row.pk, rows="all")

    numbers = [line.number for line in response.context["excerpt"].lines if line.cells]
    assert numbers == list(range(2, 11))


def test_values_of_a_column_the_form_does_not_know_are_never_shown(cast, work, signed_in):
    content = edited(a_form(work, cast.lake_school), J1="Примечание", J2=SECRET)
    row = take(cast.lake_school, work, content)

    for rows in ("", "all"):
        shown = text(page(signed_in(cast.nina), "protocol", row.pk, rows=rows))
        assert SECRET not in shown
    assert "Такого столбца в форме нет" in shown


def test_the_marked_file_carries_the_faults(cast, work, signed_in):
    row = faulty(cast, work)

    response = page(signed_in(cast.nina), "protocol_marked", row.pk)

    book = load_workbook(BytesIO(response.getvalue()))
    assert book["Протокол"]["C4"].comment is not None
    assert book["Ошибки"].max_row == 4


def test_an_accepted_protocol_has_no_marked_file(cast, work, signed_in):
    row = take(cast.lake_school, work, a_form(work, cast.lake_school))

    assert page(signed_in(cast.nina), "protocol_marked", row.pk).status_code == 404


@pytest.mark.parametrize("state", list(Protocol.State))
def test_a_protocol_in_any_state_and_without_a_file_has_its_page(cast, work, signed_in, state):
    row = ProtocolFactory(organization=cast.lake_school, work=work, state=state)

    assert page(signed_in(cast.nina), "protocol", row.pk).status_code == 200


def test_a_form_taken_from_the_page_names_school_and_work(cast, work, signed_in):
    response = page(signed_in(cast.nina), "form", work.code, classes=2, pupils=5)

    header = read_header(response.getvalue(), trusted=True)
    assert (header.organization, header.work) == ("edu420001", "ru4-2026")


# the flow


def send(client, work, content, **fields):
    file = SimpleUploadedFile("Форма.xlsx", content)
    return client.post(reverse("procedures:upload", args=[work.code]), {"file": file, **fields})


def test_from_the_upload_to_the_verdict(cast, work, signed_in, django_capture_on_commit_callbacks):
    client = signed_in(cast.nina)

    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, work, a_form(work, cast.lake_school))

    row = Protocol.objects.get()
    assert response.url == reverse("procedures:protocol", args=[row.pk])
    assert "Ошибок нет: 3 строки, класс 1." in text(client.get(response.url))

    written = client.post(reverse("procedures:protocol_confirm", args=[row.pk]))

    assert written.url == response.url
    assert "Принято 3 строки: класс 1." in text(client.get(response.url))


def test_a_waiting_protocol_asks_for_itself_and_is_whole_without_scripts(cast, work, signed_in):
    client = signed_in(cast.nina)
    response = send(client, work, a_form(work, cast.lake_school))

    shown = text(client.get(response.url))
    polled = client.get(response.url, headers={"HX-Request": "true"})

    assert 'hx-trigger="every 2s"' in shown
    assert 'http-equiv="refresh"' in shown
    assert "<html" not in text(polled)


def test_when_the_check_has_ended_the_page_is_asked_for_anew(
    cast, work, signed_in, django_capture_on_commit_callbacks
):
    client = signed_in(cast.nina)
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, work, a_form(work, cast.lake_school))

    polled = client.get(response.url, headers={"HX-Request": "true"})

    assert polled["HX-Refresh"] == "true"


def test_a_coordinator_names_the_school_and_only_an_own_one(cast, work, signed_in):
    client = signed_in(cast.oleg)
    content = a_form(work, cast.lake_school)

    nameless = send(client, work, content)
    foreign = send(client, work, content, organization=cast.hill_school.code)
    own = send(client, work, content, organization=cast.lake_school.code)

    assert "Выберите школу" in text(nameless)
    assert "Выберите школу из списка" in text(foreign)
    assert own.status_code == 302
    assert Protocol.objects.get().organization == cast.lake_school


def test_a_file_of_another_kind_is_told_in_the_form(cast, work, signed_in):
    response = send(signed_in(cast.nina), work, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old")

    assert response.status_code == 200
    assert "файл старого вида" in text(response)


@pytest.mark.parametrize(
    ("person", "status"), [("nina", 302), ("oleg", 302), ("vera", 403), ("igor", 404)]
)
def test_an_earlier_version_is_brought_back_by_those_who_may_upload(
    cast, work, signed_in, person, status
):
    first = take(cast.lake_school, work, a_form(work, cast.lake_school, seed=1))
    take(cast.lake_school, work, a_form(work, cast.lake_school, seed=2))

    client = signed_in(getattr(cast, person))
    response = client.post(reverse("procedures:protocol_restore", args=[first.pk]))

    assert response.status_code == status


# how many queries


def queries_of(client, name, *args):
    with CaptureQueriesContext(connection) as captured:
        assert page(client, name, *args).status_code == 200
    return len(captured)


@pytest.mark.parametrize("person", ["vera", "oleg", "nina"])
def test_the_list_of_works_makes_as_many_queries_however_many_works(cast, work, signed_in, person):
    client = signed_in(getattr(cast, person))
    ProtocolFactory(organization=cast.lake_school, work=work)
    page(client, "works")
    before = queries_of(client, "works")

    for number in range(10):
        more = WorkFactory(code=f"x{number}", subject=f"Предмет {number}")
        ProtocolFactory(organization=cast.lake_school, work=more)

    assert queries_of(client, "works") == before


@pytest.mark.parametrize("person", ["vera", "oleg"])
def test_the_page_of_a_work_makes_as_many_queries_however_many_schools(
    cast, work, signed_in, person
):
    client = signed_in(getattr(cast, person))
    ProtocolFactory(organization=cast.lake_school, work=work)
    page(client, "work", work.code)
    before = queries_of(client, "work", work.code)

    for _ in range(20):
        school = OrganizationFactory(parent=cast.north)
        ProtocolFactory(organization=school, work=work)

    assert queries_of(client, "work", work.code) == before
