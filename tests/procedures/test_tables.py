"""Databases by organization: the form handed out, read back, written as versions, without names."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from organizations.errors import FaultyUpload, NotAllowed, Refused
from organizations.models import Event
from organizations.queries import viewer_of
from procedures import databases
from procedures.exchange.tables import SHEET, headings, read_table, written
from procedures.models import Procedure, TableFile, TableRow
from procedures.services import catalogue
from procedures.services import tables as service
from procedures.tables import (
    ATTESTATION,
    BY_CODE,
    CERTIFICATION,
    KINDS,
    NOKO,
    OLYMPIADS,
    WORK_DATABASES,
    Type,
)
from tests.cast import JUNE
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ProtocolFactory, WorkFactory

LAKE, WOOD, HILL = "edu420001", "edu420002", "edu420101"
SOUND = {
    "teachers": 40,
    "highest": 10,
    "first": 15,
    "fit": 5,
    "methodist": 2,
    "mentor": 1,
    "attested": 8,
}
CHEMISTRY = {
    "stage": "региональный",
    "subject": "Химия",
    "participants": 5,
    "winners": 1,
    "prizes": 2,
}


def staff(code=LAKE, year=2026, **changes):
    return (code, "", year, SOUND | changes)


def book(*rows, kind=ATTESTATION):
    return written(kind, rows)


def look(content, by, kind=ATTESTATION):
    return service.look(kind, content, "форма.xlsx", by=viewer_of(by))


def load(content, by, kind=ATTESTATION):
    return service.load(kind, content, "форма.xlsx", by=viewer_of(by))


def edited(content, **cells):
    changed = load_workbook(BytesIO(content))
    for address, value in cells.items():
        changed[SHEET][address] = value
    saved = BytesIO()
    changed.save(saved)
    return saved.getvalue()


def faults_of(content, by, kind=ATTESTATION):
    with pytest.raises(FaultyUpload) as caught:
        look(content, by, kind)
    return caught.value.faults


def text(response):
    return response.content.decode().replace("\u00a0", " ")


# which there are


def test_every_database_has_its_place_in_the_catalogue(db):
    catalogue.load()
    known = set(Procedure.objects.values_list("code", flat=True))

    assert {kind.procedure for kind in KINDS} <= known
    assert {code for database in WORK_DATABASES for code in database.procedures} <= known


def test_no_column_of_any_database_asks_for_a_name():
    titles = [column.title for kind in KINDS for column in kind.columns]

    assert not [title for title in titles if "фамил" in title.lower() or "фио" in title.lower()]


# the form


def test_the_form_stands_filled_with_the_schools_of_the_territory(cast):
    of_town = service.form(NOKO, 2026, by=viewer_of(cast.oleg))
    of_region = service.form(NOKO, 2026, by=viewer_of(cast.boris))

    def codes(content):
        return [row[0].value for row in load_workbook(BytesIO(content))[SHEET].iter_rows(min_row=2)]

    assert sorted(codes(of_town)) == [LAKE, WOOD]
    assert sorted(codes(of_region)) == [LAKE, WOOD, HILL]


def test_a_form_sent_back_untouched_changes_nothing(cast):
    content = service.form(ATTESTATION, 2026, by=viewer_of(cast.oleg))

    assert load(content, cast.oleg).lines == []
    assert not TableFile.objects.exists()


def test_a_kindergarten_has_staff_and_no_olympiads(cast):
    OrganizationFactory(code="dou420001", kind="kindergarten", parent=cast.north)
    row = ("dou420001", "", 2026)

    assert len(look(book((*row, SOUND)), cast.oleg).added) == 1
    olympiad = book((*row, CHEMISTRY), kind=OLYMPIADS)
    assert "код организации" in faults_of(olympiad, cast.oleg, OLYMPIADS)[0].message


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_what_is_written_out_is_read_back_the_same(kind, cast):
    values = {
        column.name: {Type.WHOLE: 0, Type.DECIMAL: 87.5, Type.TEXT: "Химия"}.get(column.type)
        or (column.choices[0] if column.choices else 0)
        for column in kind.columns
    }
    content = written(kind, [(LAKE, "Lake school", 2026, values)])

    table = read_table(content, kind, {LAKE})

    assert table.faults == []
    read = table.records[0].values
    assert {column.name: read[column.name] for column in kind.columns} == values


# faults


def test_all_faults_are_told_at_once_with_their_cells(cast):
    content = edited(
        book(staff(), staff(WOOD)), A2="edu429999", C2="26", D3="много", E3=-1, J3=None
    )

    found = {(fault.column, fault.row) for fault in faults_of(content, cast.oleg)}

    assert found == {("A", 2), ("C", 2), ("D", 3), ("E", 3), ("J", 3)}


def test_another_territorys_school_answers_as_one_that_does_not_exist(cast):
    foreign = faults_of(book(staff(HILL)), cast.oleg)[0]
    nobody = faults_of(book(staff("edu429999")), cast.oleg)[0]

    assert foreign.message.replace(HILL, "") == nobody.message.replace("edu429999", "")
    assert look(book(staff(HILL)), cast.svetlana).added


def test_parts_are_not_more_than_the_whole(cast):
    found = faults_of(book(staff(highest=20, first=20, fit=1)), cast.oleg)

    assert "= 41, а «Педагогов всего» 40" in found[0].message


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None, max_examples=60)
def test_just_those_rows_are_sound_whose_parts_fit_the_whole(participants, winners, prizes, other):
    values = CHEMISTRY | {"participants": participants, "winners": winners, "prizes": prizes}
    rows = [(LAKE, "", 2026, values), (WOOD, "", 2026, CHEMISTRY | {"participants": 5 + other})]

    table = read_table(book(*rows, kind=OLYMPIADS), OLYMPIADS, {LAKE, WOOD}, trusted=True)

    assert (len(table.records) == 2) == (winners + prizes <= participants)
    assert table.rows == len(table.records) + table.faulty


def test_one_organization_and_year_stands_once_unless_the_key_differs(cast):
    twice = faults_of(book(staff(), staff()), cast.oleg)
    physics = CHEMISTRY | {"subject": "Физика"}
    rows = [(LAKE, "", 2026, CHEMISTRY), (LAKE, "", 2026, physics)]

    assert "уже есть в строке 2" in twice[0].message
    assert len(look(book(*rows, kind=OLYMPIADS), cast.oleg, OLYMPIADS).added) == 2


def test_a_workbook_without_the_form_is_refused(cast):
    with pytest.raises(Refused, match="Код организации"):
        look(edited(book(staff()), A1="Школа"), cast.oleg)


# names of people


@pytest.mark.parametrize("heading", ["ФИО", "Фамилия", "Ф.И.О.", "ФИО педагога", "Учитель"])
def test_a_column_of_names_is_refused_by_its_letter(heading, cast):
    content = edited(book(staff()), K1=heading, K2="Кто-то")

    with pytest.raises(Refused, match="столбцы с именами людей: K"):
        look(content, cast.oleg)


@pytest.mark.parametrize(
    "name", ["Иванова Анна Петровна", "Иванов И. И.", "И.И. Иванов", "иное, Анна Петровна"]
)
def test_a_name_in_a_cell_is_refused_and_not_repeated(name, cast, client):
    content = edited(book((LAKE, "", 2026, CHEMISTRY), kind=OLYMPIADS), E2=name)
    client.force_login(cast.oleg)

    answer = client.post(
        reverse("procedures:table_upload", args=[OLYMPIADS.code]),
        {"file": SimpleUploadedFile("форма.xlsx", content)},
    )

    assert "Похоже на имена людей в клетках: E2" in text(answer)
    assert "Иванов" not in text(answer)
    assert "Петровна" not in text(answer)
    assert not TableRow.objects.exists()


def test_a_surname_alone_in_a_number_is_not_repeated_either(cast):
    found = faults_of(edited(book(staff()), D2="Сидоренко"), cast.oleg)

    assert "Сидоренко" not in str(found[0])


def test_the_title_of_a_school_may_name_its_hero(cast):
    row = (LAKE, "Школа имени Ивана Петровича Павлова", 2026, SOUND)

    assert len(look(book(row), cast.oleg).added) == 1


# writing


def test_looking_writes_nothing_and_loading_writes_what_was_shown(cast):
    shown = look(book(staff(), staff(WOOD)), cast.oleg)
    assert not TableRow.objects.exists()

    done = load(book(staff(), staff(WOOD)), cast.oleg)

    assert len(shown.added) == len(done.added) == TableRow.objects.count() == 2
    assert TableFile.objects.get().uploaded_by == cast.oleg
    assert Event.objects.filter(action="table.imported", user_id=cast.oleg.pk).count() == 1


def test_the_same_file_again_is_nothing_new(cast):
    load(book(staff()), cast.oleg)

    again = load(book(staff()), cast.oleg)

    assert (again.unchanged, again.is_idle) == (1, True)
    assert (TableRow.objects.count(), TableFile.objects.count()) == (1, 1)


def test_a_changed_row_is_a_new_version_and_the_old_one_stays(cast):
    load(book(staff(), staff(WOOD)), cast.oleg)

    done = load(book(staff(highest=11), staff(WOOD)), cast.boris)

    assert [line.differences(ATTESTATION) for line in done.changed] == [
        [("Высшая категория", 10, 11)]
    ]
    assert done.unchanged == 1
    rows = TableRow.objects.filter(organization=cast.lake_school).order_by("version")
    assert [(row.version, row.is_current, row.values["highest"]) for row in rows] == [
        (1, False, 10), (2, True, 11),
    ]  # fmt: skip


def test_rows_in_are_rows_added_changed_and_unchanged(cast):
    load(book(staff(), staff(WOOD)), cast.oleg)

    done = load(book(staff(first=1), staff(WOOD), staff(year=2025)), cast.oleg)

    assert (len(done.added), len(done.changed), done.unchanged) == (1, 1, 1)
    assert len(done.lines) == 3


def test_only_the_centre_and_coordinators_bring_databases_in(cast):
    for person in (cast.vera, cast.inna, cast.nina):
        with pytest.raises(NotAllowed):
            load(book(staff()), person)


# pages


def test_the_coordinator_goes_from_the_form_to_the_rows(cast, client):
    client.force_login(cast.oleg)
    upload = reverse("procedures:table_upload", args=[ATTESTATION.code])
    blank = client.get(reverse("procedures:table_blank", args=[ATTESTATION.code])).content
    filled = dict(zip("DEFGHIJ", SOUND.values(), strict=True))
    wrong = edited(blank, **{f"{letter}2": value for letter, value in filled.items()}, E3="x")

    told = client.post(upload, {"file": SimpleUploadedFile("ф.xlsx", wrong)})
    marked = client.get(reverse("procedures:table_marked", args=[told.context["marked"]]))
    right = edited(blank, **{f"{letter}2": value for letter, value in filled.items()})
    seen = client.post(upload, {"file": SimpleUploadedFile("ф.xlsx", right)})
    done = client.post(upload, {"key": seen.context["key"]}, follow=True)

    assert "«Высшая категория»" in text(told)
    assert load_workbook(BytesIO(marked.content))[SHEET]["E3"].comment
    assert not told.context.get("preview")
    assert "Проверьте, что изменится" in text(seen)
    assert "новых строк 1" in text(done)
    assert "Lake school" in text(done)


def test_a_preview_of_one_person_is_not_written_by_another(cast, client):
    client.force_login(cast.oleg)
    upload = reverse("procedures:table_upload", args=[ATTESTATION.code])
    seen = client.post(upload, {"file": SimpleUploadedFile("ф.xlsx", book(staff()))})
    client.force_login(cast.boris)

    answer = client.post(upload, {"key": seen.context["key"]}, follow=True)

    assert "Загрузите его снова" in text(answer)
    assert not TableRow.objects.exists()


def test_rows_are_narrowed_by_year_and_municipality(cast, client):
    load(book(staff(), staff(HILL), staff(year=2025)), cast.boris)
    client.force_login(cast.vera)
    page = reverse("procedures:table", args=[ATTESTATION.code])

    newest = client.get(page).context["page"].object_list
    older = client.get(page, {"year": 2025}).context["page"].object_list
    south = client.get(page, {"municipality": "reg42_m002"}).context["page"].object_list

    assert [row.organization.code for row in newest] == [LAKE, HILL]
    assert [row.year for row in older] == [2025]
    assert [row.organization.code for row in south] == [HILL]


def test_a_downloaded_table_loads_again_without_a_change(cast, client):
    load(book(staff(), staff(WOOD)), cast.oleg)
    client.force_login(cast.oleg)

    content = client.get(reverse("procedures:table_xlsx", args=[ATTESTATION.code])).content

    assert load(content, cast.oleg).unchanged == 2
    head = load_workbook(BytesIO(content))[SHEET][1]
    assert [cell.value for cell in head] == headings(ATTESTATION)


def test_the_versions_of_a_line_are_read_beside_each_other(cast, client):
    load(book(staff()), cast.oleg)
    load(book(staff(highest=11)), cast.oleg)
    client.force_login(cast.nina)
    row = TableRow.objects.current().get()

    page = client.get(reverse("procedures:table_row", args=[row.pk]))

    assert [version.version for version, _ in page.context["versions"]] == [2, 1]
    assert "форма.xlsx" not in text(page)  # it speaks of other schools too


def test_the_list_counts_the_newest_year_of_the_own_territory(cast):
    load(book(staff(), staff(WOOD), staff(HILL), staff(year=2025)), cast.boris)
    work = WorkFactory()
    ProtocolFactory(organization=cast.hill_school, work=work)

    def fill(person):
        rows = {row.kind.code: row for row in databases.table_fills(viewer_of(person), JUNE)}
        found = rows[ATTESTATION.code]
        vpr = next(
            row for row in databases.work_fills(viewer_of(person)) if row.database.title == "ВПР"
        )
        return found.year, found.organizations, found.expected, vpr.works, vpr.schools

    assert fill(cast.vera) == (2026, 3, 3, 1, 1)
    assert fill(cast.oleg) == (2026, 2, 2, 1, 0)
    assert fill(cast.igor) == (2026, 1, 1, 1, 1)


def test_a_database_that_does_not_exist_is_not_found(cast, client):
    client.force_login(cast.vera)

    assert client.get(reverse("procedures:table", args=["unknown"])).status_code == 404
    assert set(BY_CODE) == {OLYMPIADS.code, ATTESTATION.code, CERTIFICATION.code, NOKO.code}
