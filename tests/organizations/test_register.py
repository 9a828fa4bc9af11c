"""The register of organizations: what is read, what is refused, what a load changes."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import FaultyUpload, NotAllowed, Refused
from organizations.exchange import register as exchange
from organizations.exchange import workbook
from organizations.exchange.cells import Unexpected
from organizations.exchange.register import COLUMNS, inn
from organizations.models import Event, Organization
from organizations.queries import places_as_of, viewer_of
from organizations.services import register
from tests.factories.organizations import OrganizationFactory

HEAD = "Код;Полное наименование;Краткое наименование;Вид;Код вышестоящей"
MUNICIPALITY, SCHOOL = "муниципальное образование", "общеобразовательная организация"


def csv(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode("utf-8-sig")


def load(content: bytes, name: str = "реестр.csv", by=None):
    return register.load(content, name, by=by, trusted=True)


def faults(content: bytes, name: str = "реестр.csv") -> str:
    with pytest.raises(FaultyUpload) as caught:
        load(content, name)
    return str(caught.value)


# one cell


def test_the_taxpayer_number_of_a_known_company_is_accepted():
    """ПАО Сбербанк, as its own site prints it."""
    assert inn("7707083893") == "7707083893"


@given(st.text("0123456789", min_size=9, max_size=9))
def test_exactly_one_last_digit_makes_ten_digits_a_taxpayer_number(beginning):
    assert sum(_accepted(f"{beginning}{last}") for last in range(10)) == 1


@given(st.text("0123456789", min_size=10, max_size=10))
def test_exactly_one_pair_of_last_digits_makes_twelve_digits_a_taxpayer_number(beginning):
    assert sum(_accepted(f"{beginning}{last:02}") for last in range(100)) == 1


def _accepted(number: str) -> bool:
    try:
        inn(number)
    except Unexpected:
        return False
    return True


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("ОКТМО", "3270100", "ОКТМО из 8 или 11 цифр"),
        ("ИНН", "7707083894", "ИНН с верной контрольной цифрой"),
        ("Логин ФИС ОКО", "shkola1", "логин ФИС ОКО вида edu420001"),
        ("Сайт", "school.example", "адрес сайта вида https://"),
        ("Тип школы", "кадетский корпус", "одно из:"),
        ("Сельская", "наверное", "одно из: «да», «нет»"),
        ("Дата открытия", "31.02.2020", "дату в виде 01.09.2026"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place_and_what_was_expected(cast, column, text, told):
    content = csv(f"edu420009;Школа 9;Школа 9;{SCHOOL};reg42_m001;{text}", head=f"{HEAD};{column}")

    message = faults(content)

    assert f"Строка 2, столбец «{column}»" in message
    assert told in message


def test_an_unknown_kind_is_told_with_all_there_are(cast):
    message = faults(csv("edu420009;Школа 9;Школа 9;школа;reg42_m001"))

    assert "вид организации из перечня, а здесь «школа»" in message
    assert "«общеобразовательная организация»" in message


# between rows


def test_all_faults_are_told_at_once_and_nothing_is_written(cast):
    content = csv(
        f"edu420009;Школа 9;Школа 9;{SCHOOL};reg42_m077",
        f"edu420010;;Школа 10;{SCHOOL};reg42_m078",
        f"edu420011;Школа 11;Школа 11;{SCHOOL};reg42_m001",
        f"edu420011;Школа 12;Школа 12;{SCHOOL};reg42_m001",
        f"reg42_m009;Город;Город;{MUNICIPALITY};edu420001",
    )

    message = faults(content)

    assert "Строка 2" in message
    assert "код, который есть в портале или в файле, а здесь «reg42_m077»" in message
    assert "Строка 3, столбец «Полное наименование»: пусто." in message
    assert "«reg42_m078»" in message
    assert "«edu420011» уже есть в строке 4" in message
    assert "Строка 6" in message
    assert "не может стоять под" in message
    assert not Organization.objects.filter(code__in=["edu420009", "edu420011"]).exists()


def test_a_parent_may_come_later_in_the_same_file(cast):
    content = csv(
        f"edu420301;Школа;Школа;{SCHOOL};reg42_m003",
        f"reg42_m003;Город;Город;{MUNICIPALITY};reg42",
    )

    loaded = load(content)

    school = Organization.objects.get(code="edu420301")
    assert (len(loaded.created), school.parent.code, school.level) == (2, "reg42_m003", 3)


def test_a_faulty_parent_row_does_not_make_its_children_faulty(cast):
    content = csv(
        f"reg42_m003;;Город;{MUNICIPALITY};reg42",
        f"edu420301;Школа;Школа;{SCHOOL};reg42_m003",
    )

    assert faults(content).count("Строка") == 1


def test_a_body_works_at_the_level_of_the_node_it_stands_beside(cast):
    kind = "орган местного самоуправления в сфере образования"

    load(csv(f"reg42_m001_mouo;Управление;УО;{kind};reg42_m001"))

    assert Organization.objects.get(code="reg42_m001_mouo").level == 2


def test_a_login_belongs_to_one_organization(cast):
    OrganizationFactory(code="edu420008", parent=cast.north, fis_login="edu420008")
    head = f"{HEAD};Логин ФИС ОКО"

    message = faults(csv(f"edu420009;Ш;Ш;{SCHOOL};reg42_m001;edu420008", head=head))

    assert "логин «edu420008» уже у организации «edu420008»" in message


def test_two_organizations_may_change_logins_with_each_other(cast):
    head = f"{HEAD};Логин ФИС ОКО"
    first, second = f"edu420008;А;А;{SCHOOL};reg42_m001;", f"edu420009;Б;Б;{SCHOOL};reg42_m001;"
    load(csv(f"{first}edu420008", f"{second}edu420009", head=head))

    load(csv(f"{first}edu420009", f"{second}edu420008", head=head))

    logins = Organization.objects.filter(code__in=["edu420008", "edu420009"]).order_by("code")
    assert [row.fis_login for row in logins] == ["edu420009", "edu420008"]


def test_the_kind_of_a_known_organization_is_not_changed_by_a_load(cast):
    message = faults(csv("edu420001;Л;Л;дошкольная образовательная организация;reg42_m001"))

    assert "вид загрузкой не меняют" in message


def test_a_municipality_with_an_open_school_is_not_closed(cast):
    head = f"{HEAD};Дата закрытия"

    message = faults(csv(f"reg42_m001;North;North;{MUNICIPALITY};reg42;01.09.2025", head=head))

    assert "ниже остаётся открытой" in message


def test_a_region_has_nothing_above_and_a_school_something(cast):
    message = faults(csv("reg43;Р;Р;регион;reg42", f"edu430001;Ш;Ш;{SCHOOL};"))

    assert "выше региона нет никого" in message
    assert "у всех, кроме региона, есть вышестоящая" in message


# what a load changes


def test_the_same_file_loaded_again_changes_nothing(cast):
    content = csv(f"edu420009;Школа 9;Школа 9;{SCHOOL};reg42_m001")
    load(content)

    again = load(content)

    assert (again.rows, again.created, again.changed, again.unchanged) == (1, [], [], 1)


def test_rows_in_are_rows_written_and_rows_left_as_they_were(cast):
    loaded = load(
        csv(
            f"edu420001;Lake school;Lake school;{SCHOOL};reg42_m001",
            f"edu420002;Лесная школа;Лесная;{SCHOOL};reg42_m001",
            f"edu420009;Школа 9;Школа 9;{SCHOOL};reg42_m001",
        )
    )

    counts = (len(loaded.created), len(loaded.changed), loaded.unchanged)
    assert (loaded.rows, counts) == (3, (1, 1, 1))


def test_a_new_name_and_a_new_parent_leave_the_old_ones_in_the_history(cast):
    load(csv(f"edu420001;Озёрная школа;Озёрная;{SCHOOL};reg42_m002"))

    then, now = cast.lake_school.states.order_by("since")
    assert (then.short_name, then.parent) == ("Lake school", cast.north)
    assert (now.short_name, now.parent) == ("Озёрная", cast.south)
    event = Event.objects.get(action="organization.changed")
    assert event.changes["before"]["short_name"] == "Lake school"


def test_two_corrections_on_one_day_are_one_state(cast):
    load(csv(f"edu420001;Озёрная школа;Озёрная;{SCHOOL};reg42_m001"))
    load(csv(f"edu420001;Озёрная школа № 1;Озёрная № 1;{SCHOOL};reg42_m001"))

    names = [state.short_name for state in cast.lake_school.states.order_by("since")]
    assert names == ["Lake school", "Озёрная № 1"]


def test_a_new_site_is_no_state_of_the_history(cast):
    head = f"{HEAD};Сайт"

    load(
        csv(f"edu420001;Lake school;Lake school;{SCHOOL};reg42_m001;https://a.example/", head=head)
    )

    cast.lake_school.refresh_from_db()
    assert cast.lake_school.site == "https://a.example/"
    assert not cast.lake_school.states.exists()


def test_an_empty_cell_changes_nothing(cast):
    Organization.objects.filter(pk=cast.lake_school.pk).update(oktmo="32701000", is_rural=True)
    head = f"{HEAD};ОКТМО;Сельская"

    loaded = load(csv(f"edu420001;Lake school;Lake school;{SCHOOL};reg42_m001;;", head=head))

    cast.lake_school.refresh_from_db()
    assert loaded.unchanged == 1
    assert (cast.lake_school.oktmo, cast.lake_school.is_rural) == ("32701000", True)


def test_what_the_portal_writes_out_it_reads_back_without_a_change(cast):
    Organization.objects.filter(pk=cast.centre.pk).update(functions="считает\nпроверяет")
    Organization.objects.filter(pk=cast.hill_school.pk).update(
        opened_on=datetime.date(1990, 9, 1), inn="7707083893", profile="lyceum"
    )
    places = places_as_of(Organization.objects.all(), datetime.date(2026, 6, 1))
    content = workbook.write({"Реестр": exchange.lines(places)})

    loaded = load(content, "реестр.xlsx")

    assert (loaded.rows, loaded.unchanged) == (len(places), len(places))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_columns_are_found_by_their_headings_in_any_order(cast, separator):
    head = ["Вид", "Код вышестоящей", "Краткое наименование", "Код", "Полное наименование"]
    line = [SCHOOL, "reg42_m001", "Школа 9", "edu420009", "Школа номер 9"]

    load(csv(separator.join(line), head=separator.join(head)))

    assert Organization.objects.get(code="edu420009").name == "Школа номер 9"


def test_an_empty_sheet_before_the_register_is_passed_over(cast):
    rows = [[column.title for column in COLUMNS]]
    rows.append(["edu420009", "Школа", "Школа", SCHOOL, "reg42_m001"])

    load(workbook.write({"Лист1": [], "Реестр": rows}), "реестр.xlsx")

    assert Organization.objects.filter(code="edu420009").exists()


def test_a_workbook_without_the_headings_is_refused(cast):
    with pytest.raises(Refused, match="нет заголовков реестра"):
        load(workbook.write({"Лист1": [["Фамилия", "Имя"]]}), "список.xlsx")


def test_a_load_of_many_rows_asks_the_database_no_more_to_read_them(
    cast, django_assert_num_queries
):
    few = csv(f"edu420001;Lake school;Lake school;{SCHOOL};reg42_m001")
    OrganizationFactory.create_batch(30, parent=cast.north)
    lines = [
        f"{row.code};{row.name};{row.short_name};{SCHOOL};reg42_m001"
        for row in Organization.objects.filter(parent=cast.north)
    ]
    with django_assert_num_queries(5):
        load(few)

    with django_assert_num_queries(5):
        assert load(csv(*lines)).unchanged == 32


# who may


def test_the_operator_loads_and_the_ministry_does_not(cast):
    content = csv(f"edu420009;Школа 9;Школа 9;{SCHOOL};reg42_m001")

    with pytest.raises(NotAllowed, match="загружать реестр"):
        load(content, by=viewer_of(cast.vera))
    load(content, by=viewer_of(cast.boris))

    assert Event.objects.get(action="register.imported").user_id == cast.boris.pk


def test_an_operator_changes_nothing_in_another_region(cast):
    content = csv("reg54;Чужой;Чужой;регион;")

    with pytest.raises(NotAllowed, match="«reg54» не относится"):
        load(content, by=viewer_of(cast.boris))


def test_an_operator_puts_nothing_under_another_region(cast):
    content = csv(f"reg54_m001;Город;Город;{MUNICIPALITY};reg54")

    with pytest.raises(NotAllowed, match="«reg54_m001» не относится"):
        load(content, by=viewer_of(cast.boris))


# the page and the command


def _upload(client, content: bytes, name: str):
    return client.post(reverse("organizations:register"), {"file": _file(content, name)})


def _file(content: bytes, name: str) -> io.BytesIO:
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def test_the_page_tells_what_a_load_came_to(cast, signed_in):
    content = csv(f"edu420001;Озёрная школа;Озёрная;{SCHOOL};reg42_m001")

    page = _upload(signed_in(cast.boris), content, "r.csv").content.decode()

    assert "Реестр записан." in page
    assert "Краткое наименование: Lake school → Озёрная" in page


def test_the_page_shows_the_faults_and_gives_the_marked_file_to_its_uploader_alone(cast, signed_in):
    rows = [
        [column.title for column in COLUMNS[:5]],
        ["edu420009", "Ш", "Ш", "школа", "reg42_m001"],
    ]
    content = workbook.write({"Реестр": rows})

    response = _upload(signed_in(cast.boris), content, "реестр.xlsx")

    assert "В файле 1 ошибка" in response.content.decode()
    address = reverse("organizations:register_marked", args=[response.context["marked"]])
    marked = signed_in(cast.boris).get(address)
    assert marked["Content-Disposition"].startswith("attachment")
    assert "Ошибки" in workbook.read_sheets(marked.getvalue(), trusted=True)
    assert signed_in(cast.anton).get(address).status_code == 404


def test_the_page_refuses_a_picture_in_words(cast, signed_in):
    response = _upload(signed_in(cast.boris), b"\x89PNG\r\n\x1a\n\x00", "реестр.xlsx")

    assert "Здесь принимают csv, xlsx, а это png" in response.content.decode()
    assert response.status_code == 200


def test_the_page_refuses_a_file_too_large_before_it_is_read(cast, signed_in, monkeypatch):
    monkeypatch.setattr("organizations.forms.fields.TABLE_BYTES", 100)
    content = csv(f"edu420001;Озёрная школа;Озёрная;{SCHOOL};reg42_m001").ljust(101)

    page = _upload(signed_in(cast.boris), content, "r.csv").content.decode()

    assert "Файл больше 10 МБ." in page
    assert not Organization.objects.filter(short_name="Озёрная").exists()


def test_the_empty_form_has_every_column(cast, signed_in):
    response = signed_in(cast.boris).get(reverse("organizations:register_blank"))

    (sheet,) = workbook.read_sheets(response.getvalue(), trusted=True).values()
    assert sheet.rows[0] == [column.title for column in COLUMNS]


def test_the_command_builds_a_region_from_nothing(db, tmp_path, capsys):
    file = tmp_path / "r.csv"
    file.write_bytes(
        csv("reg42;Регион;Регион;регион;", f"reg42_m001;Город;Город;{MUNICIPALITY};reg42")
    )

    call_command("import_organizations", str(file))

    assert "Новых: 2" in capsys.readouterr().out
    assert Organization.objects.get(code="reg42_m001").parent.code == "reg42"


def test_the_command_tells_the_faults_and_fails(db, tmp_path):
    file = tmp_path / "r.csv"
    file.write_bytes(csv(f"edu420009;Школа;Школа;{SCHOOL};reg42_m001"))

    with pytest.raises(CommandError, match=r"Ничего не записано\.\nСтрока 2"):
        call_command("import_organizations", str(file))


def test_the_command_names_a_missing_file(db, tmp_path):
    with pytest.raises(CommandError, match="не читается"):
        call_command("import_organizations", str(tmp_path / "нет.csv"))
