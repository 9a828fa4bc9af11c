"""The federal list of markers: its traps, what is kept, what expires, who sees it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from monitoring.exchange.markers import read_markers
from monitoring.models import FederalMarker, MarkerList
from monitoring.queries import markers as queries
from monitoring.services import markers as service
from organizations.errors import FaultyUpload, NotAllowed, Refused
from organizations.exchange import workbook
from organizations.exchange.gate import Kind
from organizations.models import Event, Organization
from organizations.queries import viewer_of
from tests.monitoring.test_pages import text

HEAD = "Год;Логин;Муниципалитет;ОО;4 РУ;4 МА;5 РУ;5 МА;Количество маркеров"
LAKE, WOOD, HILL = "edu420001", "edu420002", "edu420101"
PAGE = "/monitoring/markers/"


def a_list(*rows, head=HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def row(login=LAKE, year="2025", marks="1;0;0;0", count="1") -> str:
    return f"{year};{login};г. Север;Школа;{marks};{count}"


def look(content, by, name="список.csv"):
    return service.look(content, name, by=viewer_of(by))


def load(content, by, name="список.csv"):
    return service.load(content, name, by=viewer_of(by))


def faults_of(content, by):
    with pytest.raises(FaultyUpload) as caught:
        look(content, by)
    return [str(fault) for fault in caught.value.faults]


# -- The traps of the file ----------------------------------------------------------------------
def test_a_list_whose_every_row_stands_twice_is_explained_row_by_row(cast):
    rows = [row(LAKE), row(HILL, marks="0;1;1;0", count="2")]

    done = load(a_list(*rows, *rows), cast.boris)

    assert (done.rows, done.written, done.repeated, done.unchanged) == (4, 2, 2, 0)
    assert FederalMarker.objects.count() == 2


def test_the_same_school_with_other_markers_is_a_fault_with_both_places(cast):
    told = faults_of(a_list(row(), row(marks="0;1;0;0")), cast.boris)

    assert len(told) == 1
    assert "Строка 3" in told[0]
    assert "строке 2 с другими маркерами" in told[0]
    assert not FederalMarker.objects.exists()


def test_an_empty_cell_says_nothing_and_a_zero_says_no(cast):
    load(a_list(row(marks="1;;0;-")), cast.boris)

    assert queries.markers_of(cast.lake_school) == {
        2025: {"ru4": True, "ma4": None, "ru5": False, "ma5": None}
    }


def test_the_year_may_be_a_text_and_numbers_may_come_with_decimals(cast):
    book = workbook.write({
        "Лист1": [["Список школ региона"], [], HEAD.split(";"),
                  ["2025", LAKE.upper(), "", "", 1.0, 0, 0, "1", "2.0"]],
    })  # fmt: skip

    load(book, cast.boris, "список.xlsx")

    assert queries.markers_of(cast.lake_school)[2025]["ma5"] is True


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    "above",
    [["Список школ с маркерами, 2025 год"], ["Список; сводный, с маркерами", ""], ["", "", ",,,"]],
)
def test_the_list_may_stand_under_a_title_and_blank_lines_as_in_a_workbook(cast, above, separator):
    table = [line.replace(";", separator) for line in (HEAD, row(), row(HILL))]

    done = load("\n".join([*above, *table]).encode(), cast.boris)

    assert (done.rows, done.written) == (2, 2)
    assert queries.markers_of(cast.lake_school)[2025]["ru4"] is True


def test_headings_of_other_spelling_are_the_same_columns(cast):
    head = "№;Год;Логин ОО;Муниципальное образование;Наименование ОО;РУ4;МА 4 класс;5 класс РУ;5МА"

    load(a_list(f"1;2025;{LAKE};;;1;0;0;1", head=head), cast.boris)

    marked = {name for name, one in queries.markers_of(cast.lake_school)[2025].items() if one}
    assert marked == {"ru4", "ma5"}


def test_a_school_is_found_by_its_login_and_never_by_its_name(cast):
    Organization.objects.filter(pk=cast.lake_school.pk).update(fis_login="sch420007")

    load(a_list(row("sch420007")), cast.boris)
    told = faults_of(a_list(row("Lake school")), cast.boris)

    assert queries.markers_of(cast.lake_school)
    assert "логин школы вашей территории" in told[0]


def test_a_number_of_markers_that_is_not_their_sum_is_a_fault(cast):
    assert "маркеров в строке 1" in faults_of(a_list(row(count="3")), cast.boris)[0]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (row(year="25"), "год из четырёх цифр"),
        (row(marks="2;0;0;0"), "0 или 1"),
        (row(marks="да;0;0;0"), "0 или 1"),
        (row(login=""), "пусто"),
        (row(login="edu549999"), "логин школы"),
    ],
)
def test_each_fault_is_told_with_its_place(wrong, expected, cast):
    told = faults_of(a_list(row(WOOD), wrong), cast.boris)

    assert len(told) == 1
    assert told[0].startswith("Строка 3")
    assert expected in told[0]


def test_a_file_without_the_list_is_refused(cast):
    with pytest.raises(Refused, match="нет федерального списка"):
        look(workbook.write({"Лист1": [["Класс", "Отметка"], ["4А", 5]]}), cast.boris, "с.xlsx")


cells = st.sampled_from(["", "0", "1"])
lines = st.lists(
    st.tuples(st.sampled_from(["2023", "2024"]), st.integers(0, 5), cells, cells, cells, cells),
    max_size=20,
)


@given(lines)
def test_every_row_is_a_record_a_repeat_or_a_fault(drawn):
    logins = {f"edu42000{n}": n for n in range(6)}
    rows = [f"{year};edu42000{n};;;{';'.join(marks)};" for year, n, *marks in drawn]

    found = read_markers(a_list(*rows), Kind.CSV, logins)

    assert len(found.records) + len(found.repeated) + len(found.faults) == len(drawn)
    assert len({*drawn}) >= len(found.records)
    schools = {(year, n) for year, n, *_ in drawn}
    assert len(found.records) == len(schools)


# -- A year that comes again --------------------------------------------------------------------
def test_the_same_list_again_changes_nothing_and_is_not_kept_twice(cast):
    content = a_list(row(LAKE), row(HILL))
    load(content, cast.boris)

    again = load(content, cast.boris)

    assert again.is_idle
    assert (again.rows, again.unchanged) == (2, 2)
    assert MarkerList.objects.count() == 1


def test_a_corrected_year_replaces_the_old_one_which_stays(cast):
    load(a_list(row(LAKE), row(HILL), row(HILL, year="2024")), cast.boris)

    content = a_list(row(LAKE, marks="1;1;0;0", count="2"), row(WOOD), row(HILL, year="2024"))
    preview = look(content, cast.boris)
    of_2025 = next(one for one in preview.years if one.year == 2025)
    load(content, cast.boris)

    assert of_2025.added == [cast.wood_school]
    assert of_2025.gone == [cast.hill_school]
    assert of_2025.changed == [cast.lake_school]
    assert (preview.written, preview.unchanged) == (2, 1)
    assert set(queries.markers_of(cast.hill_school)) == {2024}
    assert FederalMarker.objects.filter(year=2025, is_current=False).count() == 2
    with MarkerList.objects.order_by("pk")[0].file.open() as kept:
        assert kept.read() == a_list(row(LAKE), row(HILL), row(HILL, year="2024"))


def test_a_load_is_told_in_the_journal(cast):
    load(a_list(row()), cast.boris)

    told = Event.objects.get(action="markers.imported")
    assert told.changes == {"years": [2025], "written": 1, "repeated": 0, "unchanged": 0}


def test_only_the_centre_loads_lists(cast):
    with pytest.raises(NotAllowed):
        load(a_list(row()), cast.vera)


# -- Over the years -----------------------------------------------------------------------------
@pytest.fixture
def three_years(cast):
    """Lake all three years, Hill two of them, Wood once; zeros alone are no marker."""
    load(
        a_list(
            row(LAKE, "2023"), row(LAKE, "2024"), row(LAKE, "2025"),
            row(HILL, "2023"), row(HILL, "2025"),
            row(WOOD, "2023"), row(WOOD, "2024", marks="0;0;0;0", count="0"),
        ),
        cast.boris,
    )  # fmt: skip


def test_once_in_three_years_and_steadily_are_two_lists(cast, three_years):
    viewer = viewer_of(cast.vera)

    once = queries.over_period(viewer, 2025)
    steady = queries.over_period(viewer, 2025, least=2)

    assert [one.school for one in once] == [cast.hill_school, cast.lake_school, cast.wood_school]
    assert [(one.school, one.times) for one in steady] == [
        (cast.hill_school, 2), (cast.lake_school, 3),
    ]  # fmt: skip


def test_a_marker_the_next_list_does_not_repeat_goes_out(cast, three_years, signed_in):
    of_2023 = text(signed_in(cast.vera).get(f"{PAGE}?year=2023"))
    of_2025 = text(signed_in(cast.vera).get(f"{PAGE}?year=2025"))

    assert of_2023.count("не подтверждён") == 2
    assert of_2023.count("подтверждён в следующем году") == 1
    assert of_2025.count("списка 2026 года ещё нет") == 2


def test_a_municipality_sees_its_own_schools_and_a_school_itself(cast, three_years, signed_in):
    of_town = text(signed_in(cast.svetlana).get(f"{PAGE}?over=any"))
    of_school = text(signed_in(cast.nina).get(f"{PAGE}?over=any"))

    assert "Hill school" in of_town
    assert "Lake school" not in of_town
    assert "Hill school" not in of_school
    assert ".csv" not in of_town


def test_a_school_not_listed_learns_that_the_list_has_come(cast, signed_in):
    load(a_list(row(HILL)), cast.boris)

    assert "Вашей школы в этом списке нет" in text(signed_in(cast.nina).get(PAGE))


# -- The page of loading ------------------------------------------------------------------------
def upload(content, name="список.csv"):
    return {"file": SimpleUploadedFile(name, content)}


def test_a_list_is_looked_through_first_and_then_written(cast, signed_in):
    client = signed_in(cast.boris)

    seen = client.post(f"{PAGE}upload/", upload(a_list(row(), row())))
    assert not FederalMarker.objects.exists()
    done = client.post(f"{PAGE}upload/", {"key": seen.context["key"]}, follow=True)

    assert "записано 1, повторов 1" in text(done)
    assert "Lake school" in text(done)


def test_faults_stand_on_the_page_and_in_the_marked_book(cast, signed_in):
    client = signed_in(cast.boris)
    book = workbook.write({"Лист1": [HEAD.split(";"), [2025, LAKE, "", "", 5, 0, 0, 0, 5]]})

    seen = client.post(f"{PAGE}upload/", upload(book, "список.xlsx"))
    marked = client.get(f"{PAGE}marked/{seen.context['marked']}/")

    assert "0 или 1" in text(seen)
    assert marked.content.startswith(b"PK")


def test_the_list_goes_out_by_name(cast, three_years, signed_in):
    answer = signed_in(cast.vera).get(f"{PAGE}file/?over=any")

    sheet = workbook.read_sheets(answer.content, trusted=True)["Федеральные маркеры"]
    assert [line[0] for line in sheet.rows] == ["Логин", HILL, LAKE, WOOD]
    assert sheet.rows[0][3:] == ["2023", "2024", "2025"]
