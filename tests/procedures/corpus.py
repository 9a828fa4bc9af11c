"""Over a hundred broken and hostile files, each made by code, and what each has to come to."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpyxl import Workbook, load_workbook

from organizations.models import Organization
from procedures.models import Work
from tests.factories.procedures import a_form
from tests.procedures import exports
from tests.procedures.exports import group, individual, pupil

SHEET = "xl/worksheets/sheet1.xml"
NAME = "Сидоров Пётр Иванович"
CSV_HEAD = "work,school,class,participant,gender,variant,journal_mark,mark,score,t1,t2,t3,t4"
CSV_ROW = "ru4-2026,edu420001,1,40001,f,1,4,,5,2,1,2,X"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Case:
    """One file. `cells` are the addresses of its faults, `words` stand in what is told of it."""

    title: str
    build: Callable[["Makings"], bytes]
    verdicts: tuple[str, ...]
    words: str = ""
    cells: tuple[str, ...] | None = None
    rows: int | None = None
    name: str = "файл.xlsx"
    secret: str = ""  # must be neither kept nor repeated

    @property
    def verdict(self) -> str:
        return "|".join(self.verdicts)


class Makings:
    """A work of four tasks and its sound form of three pupils, to be spoilt."""

    def __init__(self, work: Work, school: Organization) -> None:
        self.form = a_form(work, school)

    def part(self, name: str = SHEET) -> str:
        with zipfile.ZipFile(io.BytesIO(self.form)) as archive:
            return archive.read(name).decode()

    def with_parts(self, parts: dict[str, bytes | str | None], compression: int = 8) -> bytes:
        """The form with parts replaced or added; None takes a part away."""
        written = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self.form)) as old,
            zipfile.ZipFile(written, "w", compression) as new,
        ):
            for name in old.namelist():
                if name not in parts:
                    new.writestr(name, old.read(name))
            for name, part in parts.items():
                if part is not None:
                    new.writestr(name, part)
        return written.getvalue()

    def changed(self, old: str, new: str, name: str = SHEET) -> bytes:
        """The form with a text of one part replaced."""
        text = self.part(name)
        assert old in text, old
        return self.with_parts({name: text.replace(old, new, 1)})

    def edited(self, change: Callable[[Workbook], None]) -> bytes:
        book = load_workbook(io.BytesIO(self.form))
        change(book)
        written = io.BytesIO()
        book.save(written)
        return written.getvalue()

    def cells(self, **values: object) -> bytes:
        """The form with other values in cells of its sheet."""

        def change(book: Workbook) -> None:
            for address, value in values.items():
                book["Протокол"][address] = value

        return self.edited(change)


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", 8) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


def cases() -> list[Case]:
    """All of them; titles are unique."""
    return [
        *_other_kinds(), *_archives(), *_parts(), *_geometry(), *_form_cells(), *_form_sheets(),
        *_names(), *_individual(), *_statistics(), *_tables(),
    ]  # fmt: skip


def _refused(title: str, build: Callable[[Makings], bytes], words: str, **more: object) -> Case:
    return Case(title, build, ("refused",), words, **more)


def _faulty(
    title: str, build: Callable[[Makings], bytes], *cells: str | None, **more: object
) -> Case:
    """A file whose faults stand in these cells; in any when None is given."""
    return Case(title, build, ("faulty",), cells=None if None in cells else cells, **more)


def _accepted(title: str, build: Callable[[Makings], bytes], rows: int = 3, **more: object) -> Case:
    return Case(title, build, ("accepted",), rows=rows, **more)


# what is no workbook


def _other_kinds() -> Iterator[Case]:
    damaged = "повреждён"
    kinds: list[tuple[str, bytes, str]] = [
        ("nothing", b"", "пуст"),
        ("one byte", b"P", ""),
        ("random bytes", bytes(range(128, 256)) * 40, "не опознан"),
        ("zeros", bytes(5000), "непечатные"),
        ("text", "Код участника;Вариант".encode(), ""),
        ("a web page", b"<!DOCTYPE html><html><table>", "веб-страница"),
        ("a web page saved as a book", b"MIME-Version: 1.0\r\n<html>", "веб-страница"),
        ("xml of Excel 2003", b"<?xml version='1.0'?><Workbook/>", "веб-страница"),
        ("svg with a script", b"<svg onload='alert(1)'></svg>", "веб-страница"),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        ("png", b"\x89PNG\r\n\x1a\n" + bytes(20), "png"),
        ("jpg", b"\xff\xd8\xff\xe0" + bytes(20), "jpg"),
        ("old book .xls", OLE2 + bytes(600), "старого вида"),
        ("encrypted book", OLE2 + "EncryptedPackage".encode("utf-16-le"), "паролем"),
        ("gzip", b"\x1f\x8b\x08\x00" + bytes(30), ""),
        ("7z", b"7z\xbc\xaf\x27\x1c" + bytes(30), "не опознан"),
        ("rar", b"Rar!\x1a\x07\x01\x00" + bytes(30), "непечатные"),
        ("program", b"MZ\x90\x00" + bytes(60), "не опознан"),
        ("rtf", rb"{\rtf1\ansi table}", ""),
        ("json", b'[{"work": "ru4"}]', ""),
        ("a bare signature", b"PK\x03\x04", damaged),
        ("an empty archive", b"PK\x05\x06" + bytes(18), "непечатные"),
        ("ods", zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
         "OpenDocument"),
        ("xlsb", zipped(**{"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}), ".xlsb"),
        ("docx", zipped(**{"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "docx"),
        ("archive of nothing known", zipped(a=b"b"), "архив"),
    ]  # fmt: skip
    for title, content, words in kinds:
        yield _refused(title, lambda _, content=content: content, words)
    yield _refused("a form inside an archive", lambda m: zipped(**{"a.xlsx": m.form}), "без архива")
    yield _refused("a form named .csv", lambda m: m.form, "принимают csv", name="a.csv")
    yield _refused("a form named .xls", lambda m: m.form, "окончание .xlsx", name="a.xls")
    yield _refused("a form without an ending", lambda m: m.form, "окончание .xlsx", name="форма")


# archives


def _archives() -> Iterator[Case]:
    damaged = "повреждён"
    yield _refused("the first half", lambda m: m.form[: len(m.form) // 2], damaged)
    yield _refused("without the last bytes", lambda m: m.form[:-30], damaged)
    yield _refused("without the first bytes", lambda m: m.form[30:], "")
    yield _refused("zeros in the middle", _zeros_inside, damaged)
    yield _refused("a bomb of zeros", lambda m: m.with_parts({SHEET: bytes(200 * 2**20)}), "велик")
    yield _refused("large parts together", _large_together, "велик")
    yield _refused("a nested bomb", _nested_bomb, "вложенные файлы")
    yield _refused("a false size", _false_size, damaged)
    yield _refused("one part under two names", _two_names, "повторяются")
    yield _refused("parts that overlap", _overlapping, "перекрываются")
    yield _refused("a symbolic link", _symbolic_link, "ссылка на другой файл")
    yield _refused("an encrypted part", _encrypted, "паролем")
    yield _refused("lzma", lambda m: m.with_parts({}, zipfile.ZIP_LZMA), "необычным способом")
    yield _refused("bzip2", lambda m: m.with_parts({}, zipfile.ZIP_BZIP2), "необычным способом")
    many = {f"xl/media/{n}.png": b"x" for n in range(250)}
    yield _refused("250 parts", lambda m: m.with_parts(many), "допустимо 200")
    for name in ("../evil.xml", "/etc/evil.xml", "xl/../../evil.xml"):
        yield _refused(
            f"a way out: {name}",
            lambda m, name=name: m.with_parts({name: "<a/>"}),
            "за его пределы",
        )
    yield _accepted("bytes before the archive's comment", lambda m: m.form[:-2] + b"\x05\x00hello")
    yield _accepted("not packed at all", lambda m: m.with_parts({}, zipfile.ZIP_STORED))


def _zeros_inside(makings: Makings) -> bytes:
    content = bytearray(makings.form)
    with zipfile.ZipFile(io.BytesIO(makings.form)) as archive:
        where = archive.getinfo(SHEET).header_offset + 80
    content[where : where + 60] = bytes(60)
    return bytes(content)


def _large_together(makings: Makings) -> bytes:
    noise = "".join(f"<c r='A{n}'/>" for n in range(500_000))
    parts = {f"xl/worksheets/sheet{n}.xml": f"<a>{noise}</a>" for n in range(4, 12)}
    return makings.with_parts(dict(parts))


def _nested_bomb(makings: Makings) -> bytes:
    inner = zipped(a=bytes(50 * 2**20))
    return makings.with_parts({"xl/media/a.zip": zipped(a=inner * 400)})


def _false_size(makings: Makings) -> bytes:
    content = bytearray(makings.with_parts({"xl/media/a.bin": b"x" * 5000}))
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 24, 10)
    return bytes(content)


def _two_names(makings: Makings) -> bytes:
    return makings.with_parts({"xl/A.xml": "<a/>", "xl/a.xml": "<a/>"})


def _overlapping(makings: Makings) -> bytes:
    content = bytearray(makings.with_parts({"xl/a.bin": b"x" * 9, "xl/b.bin": b"x" * 9}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.getinfo("xl/a.bin").header_offset
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 42, first)
    return bytes(content)


def _symbolic_link(makings: Makings) -> bytes:
    written = io.BytesIO(makings.form)
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return written.getvalue()


def _encrypted(makings: Makings) -> bytes:
    content = bytearray(makings.form)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


# parts of the workbook


def _parts() -> Iterator[Case]:
    laughs = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    doctypes = {
        "a billion laughs": f"{laughs}]><l>&j;</l>".encode(),
        "an entity from a file": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "a DTD from the net": b"<!DOCTYPE a SYSTEM 'http://example.org/a.dtd'><a/>",
        "a DOCTYPE in UTF-16": "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".encode("utf-16"),
    }
    for title, part in doctypes.items():
        for name in (SHEET, "xl/workbook.xml"):
            yield _refused(
                f"{title} in {name}",
                lambda m, name=name, part=part: m.with_parts({name: part}),
                "DOCTYPE",
            )
    acting = {
        "xl/vbaProject.bin": "макросы",
        "xl/macrosheets/sheet1.xml": "макросы",
        "xl/dialogsheets/sheet1.xml": "макросы",
        "customUI/customUI.xml": "макросы",
        "xl/externalLinks/externalLink1.xml": "внешние ссылки",
        "xl/connections.xml": "внешние ссылки",
        "xl/queryTables/queryTable1.xml": "внешние ссылки",
        "xl/embeddings/oleObject1.bin": "вложенные объекты",
        "xl/activeX/activeX1.bin": "элементы управления",
        "xl/ctrlProps/ctrlProp1.xml": "элементы управления",
    }
    for name, words in acting.items():
        yield _refused(f"with {name}", lambda m, name=name: m.with_parts({name: "<a/>"}), words)
    picture = "<R><r Type='x/image' TargetMode='External' Target='//host/a'/></R>"
    link = "<R><r Type='x/hyperlink' TargetMode='External' Target='http://example.org'/></R>"
    yield _refused(
        "a picture from outside",
        lambda m: m.with_parts({"xl/drawings/_rels/a.rels": picture}),
        "внешние данные",
    )
    yield _accepted("a hyperlink", lambda m: m.with_parts({"xl/drawings/_rels/a.rels": link}))
    deep = "<a>" * 5000 + "</a>" * 5000
    yield _refused("deep elements", lambda m: m.with_parts({SHEET: deep}), "вложены")
    yield _refused("an unclosed element", lambda m: m.with_parts({SHEET: "<a><b></a>"}), "повреж")
    yield _refused("a NUL in a part", lambda m: m.with_parts({SHEET: b"<a>\0</a>"}), "повреж")
    yield _refused(
        "an unknown encoding",
        lambda m: m.with_parts({SHEET: b"<?xml version='1.0' encoding='utf-7'?><a/>"}),
        "повреж",
    )
    yield _refused("no relations", lambda m: m.with_parts({"xl/_rels/workbook.xml.rels": None}),
                   "не читается")  # fmt: skip
    yield _refused("no sheet of the list", lambda m: m.with_parts({SHEET: None}), "")
    yield _refused("no list of types", lambda m: m.with_parts({"[Content_Types].xml": None}), "")
    yield _refused("no workbook", lambda m: m.with_parts({"xl/workbook.xml": None}), "")
    yield _refused(
        "a workbook of nothing", lambda m: m.with_parts({"xl/workbook.xml": "<workbook/>"}), ""
    )
    yield Case("a shared text that is not there", _no_shared_text, ("refused", "faulty"))


def _no_shared_text(makings: Makings) -> bytes:
    return makings.changed('<c r="A2"><v>', '<c r="A2" t="s"><v>')


# rows and columns


def _geometry() -> Iterator[Case]:
    size = '<dimension ref="'
    yield _accepted("a dimension too small", lambda m: _resized(m, f'{size}A1:A1"/>'))
    yield _accepted("a dimension too large", lambda m: _resized(m, f'{size}A1:XFD1048576"/>'))
    yield _refused("a dimension that is none", lambda m: _resized(m, f'{size}nonsense"/>'),
                   "не читается")  # fmt: skip
    yield _accepted("no dimension", lambda m: _resized(m, ""))
    yield Case("a cell in the last corner", _far_cell, ("refused", "faulty"))
    yield Case("a million empty formatted rows", _empty_rows, ("accepted", "refused"))
    yield Case("forty thousand empty formatted rows", lambda m: _empty_rows(m, 40_000),
               ("accepted",), rows=3)  # fmt: skip
    yield Case("fifteen thousand columns", _wide, ("accepted", "faulty", "refused"))
    yield Case("row number zero", lambda m: m.changed('<row r="2"', '<row r="0"'),
               ("accepted", "refused", "faulty"))  # fmt: skip
    yield Case("a row number of 20 digits", lambda m: m.changed('<row r="4"', f'<row r="{9**20}"'),
               ("accepted", "refused", "faulty"))  # fmt: skip
    yield Case("a row twice", lambda m: m.changed('<row r="3"', '<row r="2"'),
               ("accepted", "refused", "faulty"))  # fmt: skip
    yield _faulty("a text of 100,000 signs", lambda m: _long_text(m), "C2")
    yield _refused("a file over 10 MB", _large_sheet, "больше 10 МБ")
    yield _accepted("merged cells beside the table", lambda m: m.edited(
        lambda book: book["Протокол"].merge_cells("M1:P1")))  # fmt: skip
    yield _faulty("merged cells in the table", lambda m: m.edited(
        lambda book: book["Протокол"].merge_cells("C2:D2")), "D2")  # fmt: skip
    yield _accepted("frozen, filtered, coloured", _decorated)
    yield _accepted("inline texts for numbers", _inline_numbers)


def _resized(makings: Makings, dimension: str) -> bytes:
    text = makings.part()
    start = text.index("<dimension")
    end = text.index("/>", start) + 2
    return makings.with_parts({SHEET: text[:start] + dimension + text[end:]})


def _more_rows(makings: Makings, rows: str) -> bytes:
    return makings.changed("</sheetData>", rows + "</sheetData>")


def _far_cell(makings: Makings) -> bytes:
    far = '<row r="1048576"><c r="XFD1048576"><v>777</v></c></row>'
    return _more_rows(makings, far)


def _empty_rows(makings: Makings, many: int = 1_000_000) -> bytes:
    return _more_rows(makings, "".join(f'<row r="{n}" s="1"/>' for n in range(10, many + 10)))


def _wide(makings: Makings) -> bytes:
    letters = [chr(a) + chr(b) + chr(c) for a in range(65, 88) for b in range(65, 91)
               for c in range(65, 91)]  # fmt: skip
    return _more_rows(
        makings, '<row r="9">' + "".join(f'<c r="{at}9"><v>7</v></c>' for at in letters) + "</row>"
    )


def _long_text(makings: Makings) -> bytes:
    text = makings.part()
    start = text.index('<c r="C2"')
    end = text.index("</c>", start) + 4
    cell = f'<c r="C2" t="inlineStr"><is><t>{"Ы" * 100_000}</t></is></c>'
    return makings.with_parts({SHEET: text[:start] + cell + text[end:]})


def _large_sheet(makings: Makings) -> bytes:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 99991}</v></c></row>'
                   for n in range(10, 1_500_000))  # fmt: skip
    return _more_rows(makings, rows)


def _decorated(makings: Makings) -> bytes:
    def change(book: Workbook) -> None:
        sheet = book["Протокол"]
        sheet.freeze_panes = "D5"
        sheet.auto_filter.ref = "A1:I4"
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    return makings.edited(change)


def _inline_numbers(makings: Makings) -> bytes:
    def change(book: Workbook) -> None:
        for row in book["Протокол"].iter_rows(min_row=2, max_row=4, max_col=8):
            for cell in row:
                if isinstance(cell.value, int):
                    cell.value = str(cell.value)
                    cell.data_type = "s"

    return makings.edited(change)


# cells of the form; A code, B variant, C–F tasks of 2, 1, 2, 3, G class, H journal, I total


def _form_cells() -> Iterator[Case]:
    wrong = {
        "points beyond the maximum": ({"C2": 3}, "C2"),
        "negative points": ({"C2": -1}, "C2"),
        "half a point": ({"C2": 1.5}, "C2"),
        "half a point with a comma": ({"C2": "1,5"}, "C2"),
        "huge points": ({"C2": 1e300}, "C2"),
        "a date for points": ({"C2": "01.02.2026"}, "C2"),
        "a boolean": ({"C2": True}, "C2"),
        "an error value": ({"C2": "#REF!"}, "C2"),
        "a formula": ({"C2": "=1+1"}, "C2"),
        "a formula that calls out": ({"C2": '=WEBSERVICE("http://example.org")'}, "C2"),
        "a DDE call as a text": ({"C2": "@SUM(1)|cmd"}, "C2"),
        "arabic digits": ({"C2": "٢"}, "C2"),
        "full-width digits": ({"C2": "２"}, "C2"),
        "a word for points": ({"C2": "два"}, "C2"),
        "an empty task": ({"C2": None}, "C2"),
        "no code": ({"A2": None}, "A2"),
        "a negative code": ({"A2": -40001}, "A2"),
        "a code of 20 digits": ({"A2": "9" * 20}, "A2"),
        "a code with a letter": ({"A2": "4000l"}, "A2"),
        "a third variant": ({"B2": 3}, "B2"),
        "no variant": ({"B2": None}, "B2"),
        "class 51": ({"G2": 51}, "G2"),
        "class 4А": ({"G2": "4А"}, "G2"),
        "mark 1": ({"H2": 1}, "H2"),
        "mark 4-": ({"H2": "4-"}, "H2"),
        "a wrong total": ({"I2": 99}, "I2"),
        "absent with points": ({"B2": "отсутствовал", "C2": 1}, "B2"),
        "a code twice": ({"A3": 40001}, "A3"),
        "a row of words between pupils": ({"A9": "Класс 4Б", "B9": 1, "G9": 1}, "A9"),
    }
    for title, (cells, fault) in wrong.items():
        yield _faulty(title, lambda m, cells=cells: m.cells(**cells), fault)
    read = {
        "Cyrillic Х": {"C2": "Х", "I2": None},
        "Cyrillic х, small": {"C2": "х", "I2": None},
        "Latin x, small": {"C2": "x", "I2": None},
        "a dash": {"C2": "—", "I2": None},
        "not covered": {"C2": "н/п", "I2": None},
        "no mark": {"H2": "нет отметки"},
        "a dash for no mark": {"H2": "-"},
        "absent, feminine": {"B4": "Отсутствовала"},
        "a decimal comma": {"C2": "2,0", "I2": None},
        "leading zeros": {"A2": "0040001", "C2": "02", "I2": None},
        "spaces no one sees": {"C2": "\u00a02\u200b ", "I2": None},
        "a blank row between": {"A9": None},
        "a total of 0 in a blank row": {"I9": 0},
        "points of a criterion as «2.0»": {"C2": "2.0", "I2": None},
    }
    for title, cells in read.items():
        yield _accepted(title, lambda m, cells=cells: m.cells(**cells))


def _form_sheets() -> Iterator[Case]:
    yield _accepted("empty sheets added", lambda m: m.edited(lambda b: b.create_sheet("Лист4")))
    yield _accepted("a hidden sheet added", _hidden_sheet)
    yield _accepted("sheets in another order", lambda m: m.edited(
        lambda b: b.move_sheet("Протокол", 2)))  # fmt: skip
    yield _accepted("columns in another order", _reordered)
    yield _accepted("Latin letters in the headings", lambda m: m.cells(A1="Kод учаcтника"))
    yield _accepted("a heading of two lines", lambda m: m.cells(A1="Код\nучастника "))
    yield _accepted("a title above the header", lambda m: m.edited(
        lambda b: b["Протокол"].insert_rows(1, 2)))  # fmt: skip
    yield _faulty("a heading twice", lambda m: m.cells(J1="Вариант", J2=1), "J1")
    yield _faulty("a strange column", lambda m: m.cells(J1="Примечание", J2="да"), "J1")
    yield _faulty("data without a heading", lambda m: m.cells(K2="да"), "K1")
    yield _faulty("a task of another maximum", lambda m: m.cells(C1="1 (5б)"), "C1")
    yield _faulty("a task of another name", lambda m: m.cells(C1="7 (2б)"), "C1", "1")
    yield _faulty("a task taken away", lambda m: m.edited(
        lambda b: b["Протокол"].delete_cols(3)), "1")  # fmt: skip
    yield _refused("no header", lambda m: m.edited(
        lambda b: b["Протокол"].delete_rows(1)), "нет заголовков формы")  # fmt: skip
    yield _refused("another sheet's name", lambda m: m.edited(_renamed), "нет листа «Протокол»")
    yield _refused("an unknown table", lambda _: workbook(Лист1=[["Школа", "Балл"], ["1", 2]]),
                   "не форма сбора")  # fmt: skip
    yield _refused("an empty book", lambda _: workbook(Лист1=[]), "не форма сбора")
    yield _faulty("nothing filled in", _not_filled, "")
    yield _refused("the code of no school", lambda m: m.edited(
        lambda b: _service(b, "edu420001", "edu499999")), "нет")  # fmt: skip
    yield _refused("the code of no work", lambda m: m.edited(
        lambda b: _service(b, "ru4-2026", "xx-2026")), "нет")  # fmt: skip
    yield _refused("a municipality for a school", lambda m: m.edited(
        lambda b: _service(b, "edu420001", "reg42_m001")), "не школа")  # fmt: skip


def _hidden_sheet(makings: Makings) -> bytes:
    def change(book: Workbook) -> None:
        sheet = book.create_sheet("Скрытый")
        sheet["A1"] = "служебное"
        sheet.sheet_state = "veryHidden"

    return makings.edited(change)


def _reordered(makings: Makings) -> bytes:
    def change(book: Workbook) -> None:
        sheet = book["Протокол"]
        for row in range(1, 5):
            one, other = sheet.cell(row, 7), sheet.cell(row, 3)
            one.value, other.value = other.value, one.value
            sheet.cell(row, 9).value = None  # no total at all, its heading neither

    return makings.edited(change)


def _renamed(book: Workbook) -> None:
    book["Протокол"].title = "Результаты"


def _not_filled(makings: Makings) -> bytes:
    def change(book: Workbook) -> None:
        book["Протокол"].delete_rows(2, 3)

    return makings.edited(change)


def _service(book: Workbook, old: str, new: str) -> None:
    for row in book["Служебный"].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new


# names of people


def _names() -> Iterator[Case]:
    told = "сведения о людях"
    hidden: dict[str, Callable[[Makings], bytes]] = {
        "a column ФИО": lambda m: m.cells(J1="ФИО", J2=NAME),
        "a column Ф.И.О. ученика": lambda m: m.cells(J1="Ф.И.О. ученика", J2="Сидоров"),
        "three columns": lambda m: m.cells(J1="Фамилия", K1="Имя", L1="Отчество", J2=NAME),
        "a column СНИЛС": lambda m: m.cells(J1="СНИЛС", J2="112-233-445 95"),
        "a date of birth": lambda m: m.cells(J1="Дата рождения", J2="01.02.2016"),
        "a name for a code": lambda m: m.cells(A2=NAME),
        "a name beside a code": lambda m: m.cells(A2=f"40001 {NAME}"),
        "a name in capitals": lambda m: m.cells(A2=NAME.upper()),
        "a short name for a code": lambda m: m.cells(A2="Сидоров Пётр"),
        "a name with initials": lambda m: m.cells(A2="Сидоров П.И."),
        "a name without a heading": lambda m: m.cells(K3=NAME),
        "a name far below": lambda m: m.cells(A900=NAME),
        "a name on the service sheet": lambda m: m.edited(
            lambda b: b["Служебный"].__setitem__("Z9", NAME)
        ),
        "a name on a hidden sheet": lambda m: m.edited(_hidden_name),
        "a name in rich text": lambda m: _long_cell(
            m, "<r><t>Сидоров Пётр </t></r><r><t>Иванович</t></r>"
        ),
    }  # fmt: skip
    for title, build in hidden.items():
        yield _refused(title, build, told, secret="Сидоров")
    yield _refused("a name as a sheet's title", lambda m: m.edited(
        lambda b: b.create_sheet(NAME)), "названии листа", secret="Сидоров")  # fmt: skip
    yield _refused(
        "a name in individual results",
        lambda _: individual(group(exports.LAKE, 1), [*pupil(40001, 2, 1, 2, 3), NAME]),
        told,
        secret="Сидоров",
    )
    yield _refused(
        "a name in statistics",
        lambda _: exports.marks([NAME, None, 89, 25, 25, 25, 25]),
        told,
        secret="Сидоров",
    )
    yield _refused(
        "a name in a table", lambda _: _table(CSV_ROW.replace("40001", NAME)), told,
        name="a.csv", secret="Сидоров",
    )  # fmt: skip
    yield _refused(
        "a column of names in a table",
        lambda _: _table(f"{CSV_ROW},Сидоров", head=f"{CSV_HEAD},ФИО"), told,
        name="a.csv", secret="Сидоров",
    )  # fmt: skip


def _hidden_name(book: Workbook) -> None:
    sheet = book.create_sheet("Список")
    sheet["B7"] = NAME
    sheet.sheet_state = "hidden"


def _long_cell(makings: Makings, inside: str) -> bytes:
    text = makings.part()
    start = text.index('<c r="A2"')
    end = text.index("</c>", start) + 4
    cell = f'<c r="A2" t="inlineStr"><is>{inside}</is></c>'
    return makings.with_parts({SHEET: text[:start] + cell + text[end:]})


# exports of ФИС ОКО


def _individual() -> Iterator[Case]:
    lake, sound = group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3)
    yield _accepted("individual results", lambda _: individual(lake, sound), 1)
    yield _accepted("group rows between rows", lambda _: individual(
        lake, sound, group(exports.WOOD, 1), pupil(40001, 0, 0, 0, 0, login=None)), 2)  # fmt: skip
    yield _accepted("every row twice", lambda _: individual(lake, sound, sound), 1,
                    words="повторов 1")  # fmt: skip
    yield _accepted("a year as a text", lambda _: individual(
        lake, sound, work=None, date="2026-04-20"), 1)  # fmt: skip
    yield _faulty("rows that contradict", lambda _: individual(
        group(exports.LAKE, 2), sound, pupil(40001, 0, 0, 0, 0)), "D11")  # fmt: skip
    yield _faulty("a false count", lambda _: individual(group(exports.LAKE, 9), sound), "A9")
    yield _faulty("a false sum", lambda _: individual(lake, pupil(40001, 2, 1, 2, 3, score=1)),
                  "K10")  # fmt: skip
    yield _faulty("an unknown school", lambda _: individual(
        group("СОШ(edu429999)", 1), pupil(40001, 2, 1, 2, 3, login=None)), "A9")  # fmt: skip
    yield _faulty("another maximum in the head", lambda _: individual(lake, sound, most=24), "B5")
    yield _faulty("no school at all", lambda _: individual(pupil(40001, 2, 1, 2, 3, login=None)),
                  "A9")  # fmt: skip
    yield _faulty("no pupils", lambda _: individual(), "8")
    yield _faulty("a task column missing", lambda _: individual(
        lake, pupil(40001, 2, 1, 2, score=5), tasks=exports.TASKS[:3]), "8")  # fmt: skip
    yield _refused("a work of another year", lambda _: individual(
        lake, sound, work="ВПР 2019 Русский язык 4 класс"), "import_works")  # fmt: skip
    yield _refused("a head that says nothing", lambda _: individual(
        lake, sound, work=None, subject=None, date=None, sheet="Лист1"), "--work")  # fmt: skip
    yield _refused("a title only", lambda _: exports.export("Индивидуальные результаты", []),
                   "без строки заголовков")  # fmt: skip


def _statistics() -> Iterator[Case]:
    lake = [exports.LAKE, None, 89]
    yield _accepted("marks of a school", lambda _: exports.marks(
        [*lake, 12.36, 52.81, 26.97, 7.87]), 1)  # fmt: skip
    yield _accepted("percents as texts", lambda _: exports.marks(
        [*lake, "12,36", "52,81", "26,97", "7,87"]), 1)  # fmt: skip
    yield _accepted("a unit twice", lambda _: exports.marks(
        [*lake, 25, 25, 25, 25], [*lake, 25, 25, 25, 25]), 1, words="Повторов")  # fmt: skip
    yield _faulty("percents of 101", lambda _: exports.marks([*lake, 26, 25, 25, 25]), "9")
    yield _faulty("a percent below 0", lambda _: exports.marks([*lake, -1, 51, 25, 25]), "D9")
    yield _faulty("shares for percents", lambda _: exports.marks([*lake, 0.25, 0.25, 0.25, 0.25]),
                  "9")  # fmt: skip
    yield _faulty("a count of participants in words", lambda _: exports.marks(
        [exports.LAKE, None, "сто", 25, 25, 25, 25]), "C9")  # fmt: skip
    yield _faulty("a unit without a code", lambda _: exports.marks(
        ["Район", 1, 89, 25, 25, 25, 25], ["Город", 1, 89, 25, 25, 25, 25]),
        "A9", "A10")  # fmt: skip
    yield _faulty("counts of the journal beyond the total", lambda _: exports.journal(
        [exports.LAKE, 10, 50, 5, 50, 5, 10, 1]), "9", "B9")  # fmt: skip
    yield _faulty("an older comparison without a line", lambda _: exports.old_journal(
        [exports.LAKE], ["Понизили", 1, 50], ["Всего", 2, 100]), "A9")  # fmt: skip
    yield _faulty("a distribution too short", lambda _: exports.distribution(
        [*lake, 50, 50], most=1), "B5", *["8"] * 7)  # fmt: skip
    yield _faulty("a listed year that is none", lambda _: exports.listed(
        ["две тысячи", 4, "РУ", "Север", "СОШ", "edu420001", 9, *[0] * 8, 100]), "C2")  # fmt: skip
    yield _refused("two reports in one book", _two_reports, "несколько отчётов")
    yield _refused("a report the portal computes", lambda _: exports.export(
        "Достижение планируемых результатов", [["№ задания"]]), "считает сам")  # fmt: skip
    yield _refused("a title beside its table", lambda _: exports.export(
        "Индивидуальные результаты", [["Группы участников", "Кол-во участников", "%"]]),
        "столбцы — отчёта")  # fmt: skip


def _copied(book: Workbook) -> None:
    source = book.active
    sheet = book.create_sheet("Ещё один")
    for row in source.iter_rows(values_only=True):
        sheet.append(row)


def _two_reports(_: Makings) -> bytes:
    book = load_workbook(io.BytesIO(exports.marks([exports.LAKE, None, 89, 25, 25, 25, 25])))
    _copied(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


# tables in CSV


def _table(*rows: str, head: str = CSV_HEAD, end: str = "\n") -> bytes:
    return end.join([head, *rows, ""]).encode()


def _tables() -> Iterator[Case]:
    for case in (*_sound_tables(), *_spoilt_tables(), *_other_tables()):
        yield Case(
            case.title, case.build, case.verdicts, case.words, case.cells, case.rows, "таблица.csv"
        )


def _sound_tables() -> Iterator[Case]:
    yield _accepted("a table", lambda _: _table(CSV_ROW), 1)
    yield _accepted("a byte order mark", lambda _: b"\xef\xbb\xbf" + _table(CSV_ROW), 1)
    yield _accepted("line ends of Windows", lambda _: _table(CSV_ROW, end="\r\n"), 1)
    yield Case("line ends of old Macs", lambda _: _table(CSV_ROW, end="\r"),
               ("accepted", "refused"))  # fmt: skip
    yield _accepted("blank lines at the end", lambda _: _table(CSV_ROW) + b"\n\n,,,,,,,,,,,,\n", 1)
    yield _accepted("quoted cells", lambda _: _table(CSV_ROW.replace("40001", '"40001"')), 1)
    yield _accepted("Cyrillic Х in a table", lambda _: _table(CSV_ROW.replace("X", "Х")), 1)
    zeros = CSV_ROW.replace("40001", "040001")
    yield _accepted("leading zeros in a table", lambda _: _table(zeros), 1)


def _spoilt_tables() -> Iterator[Case]:
    rows = {
        "a cell too few": (CSV_ROW.removesuffix(",X"), "2"),
        "a cell too many": (CSV_ROW + ",1", "2"),
        "another work": (CSV_ROW.replace("ru4-2026", "xx"), "work2"),
        "another school": (CSV_ROW.replace("edu420001", "edu429999"), "school"),
        "negative points in a table": (CSV_ROW.replace(",5,2,", ",5,-2,"), "t12"),
        "huge points in a table": (CSV_ROW.replace(",5,2,", f",5,{'9' * 400},"), "t12"),
        "a comma for a point": (CSV_ROW.replace(",5,2,", ',5,"1,5",'), "t12"),
        "a wrong sum in a table": (CSV_ROW.replace(",5,2,", ",6,2,"), "score2"),
        "a formula in a table": (CSV_ROW.replace("40001", "=1+1"), "participant2"),
        "100,000 signs in a table": (CSV_ROW.replace("40001", "7" * 100_000), "participant2"),
    }
    for title, (row, fault) in rows.items():
        yield _faulty(title, lambda _, row=row: _table(row), fault)
    yield _faulty("a pupil twice in a table", lambda _: _table(CSV_ROW, CSV_ROW), "participant3")


def _other_tables() -> Iterator[Case]:
    cyrillic = CSV_ROW.replace("X", "Х")
    yield _refused("Windows encoding", lambda _: _table(cyrillic).decode().encode("cp1251"),
                   "CSV UTF-8")  # fmt: skip
    yield _refused("UTF-16", lambda _: _table(CSV_ROW).decode().encode("utf-16"), "CSV UTF-8")
    yield _refused("semicolons", lambda _: _table(CSV_ROW).replace(b",", b";"), "через запятую")
    yield _refused("tabs", lambda _: _table(CSV_ROW).replace(b",", b"\t"), "через запятую")
    yield _refused("a NUL in a table", lambda _: _table(CSV_ROW.replace("f", "\0")), "непечатные")
    yield _refused("an unclosed quote", lambda _: _table('"' + CSV_ROW, *[CSV_ROW] * 9000), "CSV")
    yield _refused("an empty table", lambda _: b"", "пуст")
    yield _faulty("quotes in pairs around rows", lambda _: _table(*['"' + CSV_ROW] * 3), None)
    yield _refused("a header only", lambda _: _table(), "нет ни одной строки")
    yield _refused("no header in a table", lambda _: _table(head=CSV_ROW), "нет столбцов")
    yield _refused("a heading twice in a table", lambda _: _table(
        CSV_ROW + ",1", head=CSV_HEAD + ",t4"), "повторяются")  # fmt: skip
    yield _refused("a strange column in a table", lambda _: _table(
        CSV_ROW + ",1", head=CSV_HEAD + ",note"), "лишние столбцы")  # fmt: skip
    yield _refused("tasks with a gap", lambda _: _table(
        CSV_ROW, head=CSV_HEAD.replace("t3", "t9")), "подряд")  # fmt: skip
    yield _refused("Cyrillic т for t", lambda _: _table(
        CSV_ROW, head=CSV_HEAD.replace("t1", "т1")), "лишние столбцы")  # fmt: skip
    yield _refused("a web page as a table", lambda _: b"<html><table></table>", "веб-страница")
    yield _refused("a picture as a table", lambda _: b"\x89PNG\r\n\x1a\n", "png")
    yield _refused(
        "50,000 columns", lambda _: _table(head=",".join(["a"] * 50_000)), "нет столбцов"
    )
    yield Case("100,000 faulty rows", lambda _: _table(*[CSV_ROW[:-1] + "9"] * 100_000),
               ("faulty",))  # fmt: skip
