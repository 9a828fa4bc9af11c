"""The journal beside a work by codes: what is counted, what is kept (nothing), who sees it."""

import random
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from monitoring.federal.pairs import Pair, compared, with_marks
from organizations.exchange import workbook
from organizations.models import Event
from procedures.models import Result, Scale
from tests.access.rows import fingerprints
from tests.monitoring.test_federal import a_work, write_rows
from tests.monitoring.test_pages import text

HEAD = ["Код участника", "Отметка по журналу"]
marks = st.integers(2, 5)
pairs = st.lists(
    st.builds(Pair, st.integers(1, 60), st.integers(1, 3), marks, st.none() | marks),
    unique_by=lambda pair: pair.participant,
)


@pytest.fixture
def school(cast):
    work = a_work()
    write_rows(work, cast.lake_school, random.Random(5), (28, 27))  # noqa: S311 - made up rows
    return work, cast.lake_school


def address(work) -> str:
    return f"/monitoring/journal/{work.code}/"


def book(rows) -> SimpleUploadedFile:
    return SimpleUploadedFile("журнал.xlsx", workbook.write({"Лист1": [HEAD, *rows]}))


def table_of(lines, name="журнал.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(lines).encode())


# -- The counting -------------------------------------------------------------------------------
@given(pairs)
def test_every_pupil_is_a_pair_or_has_no_mark_in_the_journal(drawn):
    found = compared(drawn)

    by_sign = Counter(
        (one.mark > one.journal) - (one.mark < one.journal) for one in drawn if one.journal
    )
    assert found.sides == [by_sign[-1], by_sign[0], by_sign[1]]
    assert found.pairs + found.unmarked == len(drawn)
    wide = {one.participant for one in drawn if one.journal and abs(one.mark - one.journal) > 1}
    assert {one.participant for one in found.wide} == wide


@given(pairs, st.dictionaries(st.integers(1, 80), st.sampled_from([0, 2, 3, 4, 5])))
def test_the_rows_of_a_file_are_compared_or_explained(drawn, typed):
    found = with_marks(drawn, typed)

    assert found.rows == found.result.pairs + found.unknown + found.without
    known = {one.participant: one for one in drawn}
    both = [(known[code], mark) for code, mark in typed.items() if mark and code in known]
    assert found.result.sides[1] == sum(one.mark == mark for one, mark in both)


# -- The page -----------------------------------------------------------------------------------
def test_the_page_counts_the_schools_own_rows(cast, school, signed_in):
    work, place = school
    page = text(signed_in(cast.nina).get(address(work)))

    rows = Result.objects.filter(organization=place, mark__gt=0, journal_mark__gt=0)
    both = [(row.mark, row.journal_mark) for row in rows]
    assert f"сопоставлено {len(both)} " in page
    assert f"понизили, {sum(m < j for m, j in both)}" in page
    assert f"подтвердили, {sum(m == j for m, j in both)}" in page
    assert f"повысили, {sum(m > j for m, j in both)}" in page
    wide = [row for row in rows if abs(row.mark - row.journal_mark) >= 2]
    assert wide
    assert all(str(row.participant) in page for row in wide)
    close = [row for row in rows if abs(row.mark - row.journal_mark) < 2]
    assert not any(str(row.participant) in page for row in close)


def test_the_words_name_a_signal_and_never_a_verdict_or_a_teacher(cast, school, signed_in):
    page = text(signed_in(cast.nina).get(address(school[0]))).lower()
    assert "сигнал — не вывод" in page
    assert not any(word in page for word in ("необъективн", "нарушен", "учител", "завыш"))


def test_nobody_but_the_school_sees_the_codes(cast, school, signed_in):
    work, place = school
    for person in (cast.vera, cast.boris, cast.oleg, cast.inna):
        assert signed_in(person).get(address(work)).status_code == 403
    igors = signed_in(cast.igor).get(address(work))
    codes = Result.objects.filter(organization=place).values_list("participant", flat=True)
    assert not any(str(code) in text(igors) for code in codes)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_is_compared_in_memory_and_nothing_of_it_is_kept(cast, school, signed_in, kind):
    work, place = school
    wrote = Result.objects.filter(organization=place, score__isnull=False).order_by("participant")
    rows = [(row.participant, row.mark) for row in wrote]
    rows = [*rows[:-2], (rows[-2][0], "нет отметки"), (99999, 5)]
    file = book(rows) if kind == "xlsx" else table_of(
        [";".join(HEAD), *(f"{code};{mark}" for code, mark in rows)]
    )  # fmt: skip
    client, before = signed_in(cast.nina), fingerprints()

    page = text(client.post(address(work), {"file": file}))

    assert f"сопоставлено {len(rows) - 2} " in page
    assert "100,0 % подтвердили" in page
    assert "1 без отметки" in page
    assert "1 нет такого кода в протоколе" in page
    assert "нигде не сохранён" in page
    assert fingerprints() == before
    assert not Event.objects.filter(action__contains="journal").exists()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["Код участника;ФИО;Отметка по журналу", "40001;Секретова Анна;5"],
         "Такого столбца в форме нет"),
        (["Код участника;Секретова;Отметка по журналу", "40001;Анна;5"], "столбец «B»"),
        ([";".join(HEAD), "Секретова Анна;5"], "нужен код участника: только цифры, без имени"),
        ([";".join(HEAD), "40001;Секретова"], "нужна отметка 5, 4, 3, 2"),
        ([";".join(HEAD), "40001;5", "40001;4"], "уже есть в строке 2"),
        (["Секретова;5"], "Не найдена строка заголовков"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_told_place_by_place_and_no_name_comes_back(
    cast, school, signed_in, lines, said
):
    page = text(signed_in(cast.nina).post(address(school[0]), {"file": table_of(lines)}))
    assert said in page
    assert "Секретова" not in page


def test_a_file_of_another_kind_is_refused(cast, school, signed_in):
    file = SimpleUploadedFile("журнал.pdf", b"%PDF-1.4\n%%EOF\n")
    page = text(signed_in(cast.nina).post(address(school[0]), {"file": file}))
    assert "Здесь принимают csv, xlsx, а это pdf" in page


def test_a_work_without_a_scale_says_so(cast, signed_in):
    work = a_work()
    Scale.objects.all().delete()
    assert "Официальной шкалы нет" in text(signed_in(cast.nina).get(address(work)))
