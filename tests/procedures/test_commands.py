"""The commands of works, forms and results as scripts use them."""

import datetime
import json
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import load_workbook

from organizations.models import Event
from procedures import listeners
from procedures.exchange import layout
from procedures.exchange.protocol import open_form, read_header
from procedures.models import Protocol, Result, Scale, Work
from procedures.services import batches
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ScaleFactory, WorkFactory, a_form

HEADER = "work,school,class,participant,gender,variant,journal_mark,mark,score,t1,t2,t3,t4"
FIELDS = {"file", "verdict", "kind", "work", "organization", "rows", "version", "message", "faults"}


@pytest.fixture
def work(db):
    work = WorkFactory()
    ScaleFactory(work=work)
    return work


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *map(str, args), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def verdicts(*args, **options):
    """The verdicts as JSON, and whether the command ended well."""
    out, good = StringIO(), True
    try:
        call_command(
            "import_results", *map(str, args), format="json", stdout=out, stderr=StringIO(),
            **options,
        )  # fmt: skip
    except CommandError:
        good = False
    return [json.loads(line) for line in out.getvalue().splitlines()], good


def federal(content):
    """The form as it comes without the portal's codes."""
    book = load_workbook(BytesIO(content))
    for row in book[layout.SERVICE].iter_rows():
        for cell in row:
            if cell.value in (layout.WORK_LABEL, layout.ORGANIZATION_LABEL):
                cell.value = None
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


# works


def works_file(tmp_path, **fields):
    item = {
        "code": "ru4-2026", "subject": "Русский язык", "grade": 4, "year": 2026,
        "max_points": [2, 1, 2, 3], "mark_borders": [3, 5, 7], **fields,
    }  # fmt: skip
    path = tmp_path / "works.json"
    path.write_text(json.dumps([item]), encoding="utf-8")
    return path


def test_works_come_from_their_list_and_again_with_a_new_scale(db, tmp_path):
    said = run("import_works", works_file(tmp_path))
    again = run("import_works", works_file(tmp_path, mark_borders=[2, 5, 8]))

    assert "заведена" in said
    assert "новая версия шкалы 2: 2, 5, 8" in again
    assert Work.objects.get().tasks == ["1", "2", "3", "4"]
    assert Scale.objects.get(version=1).source == "файл «works.json»"


def test_a_faulty_list_of_works_is_told_without_a_traceback(db, tmp_path):
    with pytest.raises(CommandError, match="три возрастающие границы"):
        run("import_works", works_file(tmp_path, mark_borders=[5, 3, 7]))

    assert not Work.objects.exists()


def test_a_list_that_is_not_there_is_told(db, tmp_path):
    with pytest.raises(CommandError, match="не читается"):
        run("import_works", tmp_path / "nothing.json")


# forms


def test_an_exported_form_holds_its_codes_and_the_class(cast, work, tmp_path):
    out = tmp_path / "form.xlsx"

    run("export_form", out, organization="edu420001", work="ru4-2026", classes=["4Б"], pupils=7)

    sheets = open_form(out.read_bytes(), trusted=True)
    header = read_header(sheets)
    assert (header.organization, header.work) == ("edu420001", "ru4-2026")
    rows = [row for row in sheets["Протокол"].rows[1:] if row[0]]
    assert len(rows) == 7
    assert {row[6] for row in rows} == {"2"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"organization": "edu499999"}, "Школы с кодом"),
        ({"organization": "reg42_m001"}, "Школы с кодом"),
        ({"work": "xx"}, "Работы с кодом"),
        ({"classes": ["5А"]}, "работа для 4 класса"),
        ({"classes": ["4Щ"]}, "нужно «4А» или номер"),
        ({"pupils": 0}, "--pupils"),
    ],
)
def test_what_cannot_be_exported_is_told(cast, work, tmp_path, options, reason):
    asked = {"organization": "edu420001", "work": "ru4-2026", "classes": ["4А"], **options}

    with pytest.raises(CommandError, match=reason):
        run("export_form", tmp_path / "form.xlsx", **asked)


# results


def test_a_form_of_ours_needs_no_options(cast, work, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(a_form(work, cast.lake_school))

    [verdict], good = verdicts(path)

    assert good
    assert set(verdict) == FIELDS
    assert (verdict["verdict"], verdict["rows"], verdict["version"]) == ("accepted", 3, 1)
    assert (verdict["work"], verdict["organization"]) == ("ru4-2026", "edu420001")
    assert verdict["file"] == str(path)
    assert Result.objects.count() == 3


def test_the_same_file_again_is_unchanged_and_well(cast, work, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(a_form(work, cast.lake_school))
    verdicts(path)

    [verdict], good = verdicts(path)

    assert good
    assert (verdict["verdict"], verdict["version"], verdict["rows"]) == ("unchanged", 1, 3)


def test_a_faulty_file_ends_the_command_badly_and_names_each_fault(cast, work, tmp_path):
    book = load_workbook(BytesIO(a_form(work, cast.lake_school)))
    book["Протокол"]["C2"] = 9
    path = tmp_path / "form.xlsx"
    book.save(path)

    [verdict], good = verdicts(path)

    assert not good
    assert (verdict["verdict"], verdict["rows"]) == ("faulty", 0)
    fault = verdict["faults"][0]
    assert set(fault) == {"sheet", "row", "column", "found", "expected", "message"}
    assert (fault["sheet"], fault["row"], fault["column"], fault["found"]) == (
        "Протокол", 2, "C", "9",
    )  # fmt: skip
    assert not Result.objects.exists()


def test_a_federal_form_needs_its_school_and_work_named(cast, work, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(federal(a_form(work, cast.lake_school)))

    [nameless], _ = verdicts(path)
    [schoolless], _ = verdicts(path, work="ru4-2026")
    [named], good = verdicts(path, work="ru4-2026", organization="edu420001")

    assert nameless["verdict"] == "refused"
    assert "--work" in nameless["message"]
    assert "--organization" in schoolless["message"]
    assert (named["verdict"], good) == ("accepted", True)


def test_a_dry_run_gives_the_verdict_and_writes_nothing(cast, work, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(a_form(work, cast.lake_school))
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(a_form(work, OrganizationFactory(parent=cast.north)))

    [dry], _ = verdicts(path, dry_run=True)
    [faulty], _ = verdicts(wrong, dry_run=True, organization="edu420001")

    assert (dry["verdict"], dry["rows"], dry["version"]) == ("accepted", 3, None)
    assert faulty["verdict"] == "faulty"
    assert not Protocol.objects.exists()
    verdicts(path)
    [again], _ = verdicts(path, dry_run=True)
    assert again["verdict"] == "unchanged"


def test_folders_and_zips_are_searched_through(cast, work, tmp_path):
    folder = tmp_path / "north"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(a_form(work, cast.lake_school))
    (folder / "~$a.xlsx").write_bytes(b"lock")
    (folder / "readme.txt").write_text("notes")
    with ZipFile(tmp_path / "south.zip", "w") as archive:
        archive.writestr("deep/b.xlsx", a_form(work, cast.wood_school))
        archive.writestr("deep/c.xlsx", b"not a workbook at all \xff")

    found, good = verdicts(folder, tmp_path / "south.zip")

    assert [row["verdict"] for row in found] == ["accepted", "accepted", "refused"]
    assert found[1]["file"].endswith("south.zip/deep/b.xlsx")
    assert not good
    assert Result.objects.count() == 6


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_what_is_no_sound_workbook_is_refused(cast, work, tmp_path, content):
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)

    [verdict], good = verdicts(path)

    assert (verdict["verdict"], verdict["kind"], good) == ("refused", None, False)
    assert verdict["message"]


def test_a_path_without_files_is_told(db, tmp_path):
    with pytest.raises(CommandError, match="не найдено"):
        run("import_results", tmp_path)
    with pytest.raises(CommandError, match="нет"):
        run("import_results", tmp_path / "nothing.xlsx")


def test_the_words_for_a_person_carry_place_and_cure(cast, work, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(a_form(work, cast.lake_school))

    assert "принят. Принято 3 строки: класс 1." in run("import_results", path)


# tables of many schools


def table(tmp_path, *rows, header=HEADER):
    path = tmp_path / "results.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


ROWS = (
    "ru4-2026,edu420001,1,40001,f,1,4,,5,2,1,2,X",
    "ru4-2026,edu420001,1,40002,m,,3,,,,,,",
    "ru4-2026,edu420101,2,40001,m,2,5,5,8,2,1,2,3",
)


def test_a_table_of_many_schools_becomes_a_protocol_for_each(cast, work, tmp_path):
    [verdict], good = verdicts(table(tmp_path, *ROWS))

    assert (verdict["verdict"], verdict["kind"], verdict["rows"], good) == (
        "accepted", "csv", 3, True,
    )  # fmt: skip
    assert verdict["work"] is verdict["organization"] is verdict["version"] is None
    assert Protocol.objects.current().count() == 2
    one = Result.objects.get(organization=cast.lake_school, participant=40001)
    assert (one.points, one.score, one.mark, one.journal_mark) == ([2, 1, 2, -1], 5, 4, 4)
    absent = Result.objects.get(participant=40002)
    assert (absent.variant, absent.score, absent.mark) == (None, None, None)


def test_the_same_table_again_is_unchanged(cast, work, tmp_path):
    verdicts(table(tmp_path, *ROWS))

    [verdict], good = verdicts(table(tmp_path, *reversed(ROWS)))

    assert (verdict["verdict"], good) == ("unchanged", True)
    assert Protocol.objects.count() == 2


def test_a_dry_run_of_a_table_says_what_the_run_would_and_writes_nothing(cast, work, tmp_path):
    path = table(tmp_path, *ROWS)

    [first], _ = verdicts(path, dry_run=True)
    assert not Protocol.objects.exists()
    verdicts(path)
    [again], _ = verdicts(path, dry_run=True)
    [fewer], good = verdicts(
        table(tmp_path, ROWS[0].replace("edu420001,1,", "edu420001,2,")), dry_run=True
    )

    assert (first["verdict"], first["rows"], again["verdict"]) == ("accepted", 3, "unchanged")
    assert (fewer["verdict"], good) == ("refused", False)
    assert Protocol.objects.count() == 2


def test_one_fault_in_a_table_keeps_all_schools_out(cast, work, tmp_path):
    wrong = "ru4-2026,edu420101,2,40002,m,2,5,,8,2,1,2,4"

    [verdict], good = verdicts(table(tmp_path, *ROWS, wrong))

    assert (verdict["verdict"], good) == ("faulty", False)
    assert (verdict["faults"][0]["row"], verdict["faults"][0]["column"]) == (5, "t4")
    assert not Result.objects.exists()


def test_a_school_nobody_knows_is_named(cast, work, tmp_path):
    stranger = "ru4-2026,edu429999,1,40001,f,1,4,,5,2,1,2,X"

    [verdict], _ = verdicts(table(tmp_path, *ROWS, stranger))

    assert verdict["verdict"] == "faulty"
    assert [fault["found"] for fault in verdict["faults"]] == ["edu429999"]
    assert not Result.objects.exists()


def test_after_a_table_the_listeners_hear_of_every_school(
    cast, work, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    ours = [lambda work_id, schools: told.append((work_id, schools))]
    monkeypatch.setattr(listeners, "AFTER_IMPORT", ours)

    with django_capture_on_commit_callbacks(execute=True):
        verdicts(table(tmp_path, *ROWS))

    assert told == [(work.pk, sorted([cast.lake_school.pk, cast.hill_school.pk]))]


def test_after_a_form_the_listeners_hear_of_its_school(
    cast, work, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    ours = [lambda work_id, schools: told.append((work_id, schools))]
    monkeypatch.setattr(listeners, "AFTER_IMPORT", ours)
    path = tmp_path / "form.xlsx"
    path.write_bytes(a_form(work, cast.lake_school))

    with django_capture_on_commit_callbacks(execute=True):
        verdicts(path)
        verdicts(path)

    assert told == [(work.pk, [cast.lake_school.pk])]


# many files at once


def both_ways(folder, monkeypatch):
    """The verdicts and what is stored, of the files one by one and of all of them together."""
    said = []
    for few in (10_000, 1):
        monkeypatch.setattr(batches, "FEW", few)
        monkeypatch.setattr(batches, "BATCH", 4)
        first, second = verdicts(folder), verdicts(folder)
        rows = Result.objects.order_by("work", "organization", "participant").values_list(
            "work", "organization", "participant", "class_number", "variant", "points", "score",
            "mark", "journal_mark", "protocol__version",
        )  # fmt: skip
        protocols = Protocol.objects.order_by("work", "organization", "version").values_list(
            "work", "organization", "version", "state", "name", "size", "sha256", "classes",
            "scale", "rows_in", "rows_written", "message", "notes", "faults",
        )  # fmt: skip
        acts = Event.objects.filter(object_type="procedures.protocol").order_by("pk")
        journal = sorted(map(str, acts.values_list("action", "object_name", "changes")))
        said.append((first, second, list(rows), list(protocols), journal))
        Result.objects.all().delete()
        Protocol.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE organizations_event")
    return said


def test_many_files_together_come_to_the_same_as_one_by_one(cast, work, tmp_path, monkeypatch):
    closed = OrganizationFactory(parent=cast.north, closed_on=datetime.date(2020, 1, 1))
    schools = [OrganizationFactory(parent=cast.north) for _ in range(9)]
    forms = {f"a{n}.xlsx": a_form(work, school, seed=n) for n, school in enumerate(schools)}
    forms["b1-same.xlsx"] = forms["a1.xlsx"]
    forms["b2-other-class.xlsx"] = a_form(work, schools[2], classes=(2,), first=50001)
    forms["b3-same-codes.xlsx"] = a_form(work, schools[3], classes=(2,))
    forms["b4-corrected.xlsx"] = a_form(work, schools[4], seed=44)
    forms["b5-two-classes.xlsx"] = a_form(work, schools[5], classes=(1, 2), seed=55)
    forms["b6-fewer-classes.xlsx"] = a_form(work, schools[5], classes=(1,), seed=56)
    book = load_workbook(BytesIO(forms["a6.xlsx"]))
    book["Протокол"]["C2"], book["Протокол"]["C3"] = 9, "—"
    book.save(tmp_path / "b7-faulty.xlsx")
    forms["c1-federal.xlsx"] = federal(forms["a1.xlsx"])
    forms["c2-closed.xlsx"] = a_form(work, closed)
    forms["c3-broken.xlsx"] = forms["a1.xlsx"][:-200]
    forms["c4-text.xlsx"] = b"text"
    forms["c5-nobody.xlsx"] = a_form(work, OrganizationFactory.build(code="edu499999"))
    forms["d-last.xlsx"] = a_form(work, cast.lake_school)
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "c6-table.csv").write_text("\n".join([HEADER, ROWS[2]]), encoding="utf-8")

    one_by_one, together = both_ways(tmp_path, monkeypatch)

    assert together == one_by_one
    told = {Path(row["file"]).name: row["verdict"] for row in together[0][0]}
    assert told["a0.xlsx"] == told["b2-other-class.xlsx"] == told["b4-corrected.xlsx"] == "accepted"
    assert told["b1-same.xlsx"] == "unchanged"
    assert told["b3-same-codes.xlsx"] == told["b7-faulty.xlsx"] == "faulty"
    assert told["c3-broken.xlsx"] == told["c2-closed.xlsx"] == "refused"
