"""Hostile files are made here, byte by byte: none is kept in the repository."""

import io
import stat
import struct
import time
import zipfile

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment

from organizations.errors import Refused
from organizations.exchange.gate import MOST_NAME_BYTES, Kind, check_upload, clean_name

ALL = frozenset(Kind)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
BOOK = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
SHEET = "xl/worksheets/sheet1.xml"


def archive(parts, compression=zipfile.ZIP_DEFLATED):
    """An office file of the given parts, besides the two that make it a workbook."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as made:
        made.writestr("[Content_Types].xml", TYPES)
        made.writestr("xl/workbook.xml", BOOK)
        for name, part in parts:
            made.writestr(name, part)
    return written.getvalue()


def workbook():
    book = Workbook()
    book.active["A1"] = "Код"
    book.active["A1"].comment = Comment("как в протоколе", "портал")
    book.active["A2"].hyperlink = "https://example.org/"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def document():
    written = io.BytesIO()
    made = Document()
    made.add_paragraph("Положение")
    made.save(written)
    return written.getvalue()


def refusal(content, name="форма.xlsx", **limits):
    with pytest.raises(Refused) as refused:
        check_upload(content, name, kinds=ALL, **limits)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (workbook(), "Форма МА6.XLSX", Kind.XLSX),
        (document(), "положение.docx", Kind.DOCX),
        (b"%PDF-1.7\n%\xe2\xe3", "приказ.pdf", Kind.PDF),
        (b"\xff\xd8\xff\xe0" + bytes(20), "снимок.JPEG", Kind.JPG),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "экран.png", Kind.PNG),
        ("\ufeffwork,school\n".encode(), "results.csv", Kind.CSV),
        ("№\tМероприятие\n1\t<p>Совещание</p>\f".encode(), "план.txt", Kind.TXT),
    ],
)
def test_a_sound_file_is_known_by_its_content(content, name, kind):
    assert check_upload(content, name, kinds=ALL) == kind


def test_a_vml_drawing_may_be_no_xml_as_office_writes_it():
    content = archive([("xl/drawings/vmlDrawing1.vml", "<xml><br><p>x</p></xml>")])

    assert check_upload(content, "a.xlsx", kinds=ALL) == Kind.XLSX


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.xlsx", "пуст"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", r"старого вида .* \(.xlsx\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "паролем",
        ),
        (b"MZ\x90\x00" + bytes(60), "a.csv", "непечатные|не опознан"),
        ("школа;балл".encode("cp1251"), "a.csv", "CSV UTF-8"),
        (b"<html><script>alert(1)</script>", "a.csv", "веб-страница"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.txt", "веб-страница"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "a.txt", "веб-страница"),
        (workbook(), "a.pdf", "окончание .xlsx"),
        (b"%PDF-1.7", "a.xlsx", "окончание .pdf"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "окончание .png"),
        (b"PK\x03\x04" + bytes(40), "a.xlsx", "повреждён"),
        (workbook()[:-200], "a.xlsx", "повреждён"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_advice(content, name, reason):
    with pytest.raises(Refused, match=reason):
        check_upload(content, name, kinds=ALL)


def test_only_the_kinds_asked_for_are_taken():
    with pytest.raises(Refused, match="принимают xlsx, а это docx"):
        check_upload(document(), "a.docx", kinds=[Kind.XLSX])


def test_the_limit_of_size_is_the_callers():
    assert "больше 1 МБ" in refusal(bytes(2**20 + 1), most_bytes=2**20)


def test_a_bare_archive_is_refused_as_an_archive():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("форма.xlsx", workbook())

    assert "без архива" in refusal(written.getvalue())


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([("xl/vbaProject.bin", b"x")], "макросы"),
        ([("xl/macrosheets/sheet1.xml", "<a/>")], "макросы"),
        ([("xl/externalLinks/externalLink1.xml", "<a/>")], "внешние ссылки"),
        ([("xl/embeddings/oleObject1.bin", b"x")], "вложенные объекты"),
        ([("xl/activeX/activeX1.bin", b"x")], "элементы управления"),
        ([("../evil.xml", "<a/>")], "за его пределы"),
        ([("/etc/evil.xml", "<a/>")], "за его пределы"),
        ([("C:\\evil.xml", "<a/>")], "за его пределы"),
        ([(f"xl/media/{n}.png", b"x") for n in range(250)], "252 частей, допустимо 200"),
        ([(SHEET, "<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>")], "DOCTYPE"),
        (
            [(SHEET, "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".encode("utf-16"))],
            "DOCTYPE",
        ),
        ([("xl/drawings/v.vml", "<!DOCTYPE a><xml><br></xml>")], "DOCTYPE"),
        ([(SHEET, "<a>" * 65 + "</a>" * 65)], "вложены"),
        ([(SHEET, "<a><b></a>")], "повреждён"),
        (
            [("xl/_rels/a.rels", "<R><r Type='x/image' TargetMode='External' Target='//h'/></R>")],
            "внешние данные",
        ),
    ],
)
def test_an_archive_with_a_trick_is_refused(parts, reason):
    assert reason in refusal(archive(parts))


def test_a_hyperlink_may_lead_outside():
    parts = [("xl/_rels/a.rels", "<R><r Type='x/hyperlink' TargetMode='External' Target='h'/></R>")]

    assert check_upload(archive(parts), "a.xlsx", kinds=ALL) == Kind.XLSX


def test_a_bomb_is_refused_fast():
    content = archive([(SHEET, bytes(200 * 2**20))])

    started = time.process_time()
    assert "слишком велик" in refusal(content)

    assert time.process_time() - started < 1


def test_many_parts_that_are_large_only_together_are_refused():
    noise = "".join(f"<c r='A{n}'/>" for n in range(500_000))  # packs 10 times, not 200
    parts = [(f"xl/worksheets/sheet{n}.xml", f"<a>{noise}</a>") for n in range(8)]

    assert "слишком велик" in refusal(archive(parts))


def test_a_size_that_the_archive_lies_about_is_found_by_unpacking():
    content = bytearray(archive([("xl/media/a.bin", b"x" * 5000)]))
    where = content.rindex(b"PK\x01\x02")
    assert struct.unpack_from("<I", content, where + 24) == (5000,)
    struct.pack_into("<I", content, where + 24, 10)

    assert "повреждён" in refusal(bytes(content))


def test_two_names_for_one_part_are_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/A.xml", "xl/a.xml"):
            made.writestr(name, "<a/>")

    assert "повторяются" in refusal(written.getvalue())


def test_parts_that_share_bytes_are_refused():
    content = bytearray(archive([("xl/media/a.bin", b"x" * 9), ("xl/media/b.bin", b"x" * 9)]))
    first = content.index(b"PK\x03\x04", content.index(b"xl/workbook.xml") + 20)
    last = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, last + 42, first)

    assert "перекрываются" in refusal(bytes(content))


def test_a_symbolic_link_is_refused():
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "ссылка на другой файл" in refusal(archive([(link, "/etc/passwd")]))


def test_an_encrypted_part_is_refused():
    content = bytearray(archive([]))
    where = content.index(b"PK\x01\x02")
    content[where + 8] |= 1

    assert "паролем" in refusal(bytes(content))


def test_an_unusual_packing_is_refused():
    assert "необычным способом" in refusal(archive([], compression=zipfile.ZIP_LZMA))


def known_or_refused(content, name):
    """The kind, or the sentence of the refusal; any other end is a defect."""
    try:
        return check_upload(content, name, kinds=ALL)
    except Refused as refused:
        return str(refused)


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-"]))
def test_any_bytes_are_either_known_or_refused(content, start):
    answer = known_or_refused(start + content, "a.txt")

    assert answer == Kind.TXT or answer.endswith(".")


@given(st.data())
def test_a_workbook_with_one_byte_changed_is_either_known_or_refused(data):
    content = bytearray(SOUND)
    content[data.draw(st.integers(4, len(content) - 1))] ^= data.draw(st.integers(1, 255))

    answer = known_or_refused(bytes(content), "a.xlsx")

    assert answer == Kind.XLSX or answer.endswith(".")


SOUND = workbook()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Формы\\МА6.xlsx", "МА6.xlsx"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie b.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "файл"),
        ("<b>.pdf", "b.pdf"),
    ],
)
def test_a_name_loses_what_could_act(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=600))
def test_a_clean_name_fits_any_file_system(name):
    clean = clean_name(name)

    assert 0 < len(clean.encode()) <= MOST_NAME_BYTES
    assert not set(clean) & set('/\\<>:"|?*\r\n\x00')
    assert not clean.startswith(".")
    assert clean_name(clean) == clean
