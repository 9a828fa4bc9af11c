"""The federal «Форма сбора результатов» read into arrays, every row accounted for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from organizations.errors import Refused
from organizations.exchange.cells import folded, plain, whole
from organizations.exchange.faults import Fault, Note
from organizations.exchange.sheets import Sheet
from organizations.exchange.table import (
    Column,
    Record,
    Table,
    find_header,
    letter,
    read,
)
from organizations.exchange.workbook import read_sheets
from procedures.exchange import layout, privacy, tokens
from procedures.exchange.checks import check_row, task_name
from procedures.exchange.results import (
    ABSENT,
    MISSING,
    MOST_CLASSES,
    MOST_PARTICIPANT,
    NO_MARK,
    Results,
    results_of,
)
from procedures.exchange.works import WorkSpec

Source = bytes | Mapping[str, Sheet]

JOURNAL_ALSO = ("Отметка по журналу", "Отметка за предыдущий период")
FIXED = (
    Column("participant", layout.CODE, partial(whole, least=1, most=MOST_PARTICIPANT)),
    Column("variant", layout.VARIANT, tokens.variant),
    Column("class", layout.CLASS, partial(whole, least=1, most=MOST_CLASSES)),
    Column(
        "journal",
        layout.JOURNAL,
        tokens.journal_mark,
        required=False,
        also=JOURNAL_ALSO,
        note=tokens.journal_note,
    ),
)


class NotProtocol(Refused):
    """A workbook that is not the collection form; the sentence says what was looked for."""


@dataclass(frozen=True, slots=True)
class ProtocolHeader:
    """What a form says of itself; the codes are empty in a form that is not from the portal."""

    work: str
    organization: str
    tasks: tuple[str, ...]
    max_points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Every row of the file: in_file = sound + faulty + blank."""

    in_file: int
    sound: int
    faulty: int
    blank: int


@dataclass(frozen=True, slots=True)
class ProtocolTable:
    """What a form holds: the sound rows as arrays, all faults, all notes, the count of rows."""

    results: Results
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    balance: Balance


def open_form(content: bytes, *, trusted: bool = False) -> dict[str, Sheet]:
    """The sheets of a workbook, to give to both readings below.

    Raises Refused, and PersonalData for a workbook that says who the pupils are.
    """
    sheets = read_sheets(content, trusted=trusted)
    privacy.refuse_names(sheets)
    privacy.refuse_names_in_notes(content)
    return sheets


def refuse_people(content: bytes) -> None:
    """Raise PersonalData for a workbook that says who the pupils are, before it is kept.

    Parsed in a limited child process. One that cannot be read is left for the check to tell of.
    """
    try:
        open_form(content)
    except privacy.PersonalData:
        raise
    except Refused:
        return


def has_form(sheets: Mapping[str, Sheet]) -> bool:
    """Whether there is a sheet of results, be it in order or not."""
    return any(folded(name) == folded(layout.PROTOCOL) for name in sheets)


def read_header(source: Source, *, trusted: bool = False) -> ProtocolHeader:
    """Which work and organization a form is for, and its tasks. Raises NotProtocol, Refused."""
    sheets = _sheets(source, trusted)
    _, sheet, header = _protocol(sheets)
    headings = [found for text in sheet.rows[header] if (found := tokens.heading_of(text))]
    return ProtocolHeader(
        work=_service_value(sheets, layout.WORK_LABEL),
        organization=_service_value(sheets, layout.ORGANIZATION_LABEL),
        tasks=tuple(heading.label for heading in headings),
        max_points=tuple(heading.most for heading in headings),
    )


def read_protocol(source: Source, work: WorkSpec, *, trusted: bool = False) -> ProtocolTable:
    """The form's rows as results of the work. Raises NotProtocol, Refused.

    Faults do not raise: all of them are in the table, and the sound rows too.
    """
    sheets = _sheets(source, trusted)
    name, sheet, header = _protocol(sheets)
    headings = _task_headings(sheet.rows[header], work)
    total = _place(sheet.rows[header], layout.TOTAL)
    table = read(
        sheet.rows,
        _columns(work, headings),
        sheet=name,
        unique="participant",
        check=partial(check_row, work, tokens.first_criteria(work), sheet.formulas, total),
        skip=_reason_to_skip,
        unheaded=_is_list_value,
        formulas=sheet.formulas,
    )
    _compare_maxima(table, header, headings, work)
    _compare_codes(table, sheets, work)
    return _told(table, work)


def _sheets(source: Source, trusted: bool) -> Mapping[str, Sheet]:
    return open_form(source, trusted=trusted) if isinstance(source, bytes) else source


def _protocol(sheets: Mapping[str, Sheet]) -> tuple[str, Sheet, int]:
    """The name of the sheet of results, the sheet, the row of its header from 0."""
    wanted = folded(layout.PROTOCOL)
    name = next((name for name in sheets if folded(name) == wanted), None)
    if name is None:
        raise NotProtocol(
            f"Это не форма сбора результатов: в книге нет листа «{layout.PROTOCOL}». "
            "Скачайте форму заново и заполните её."
        )
    sheet = sheets[name]
    header = find_header(sheet.rows, FIXED[:2])
    if header is None or not any(map(tokens.heading_of, sheet.rows[header])):
        raise NotProtocol(
            f"На листе «{name}» нет заголовков формы: «{layout.CODE}», «{layout.VARIANT}» "
            "и заданий вида «1 (2б)». Скачайте форму заново и заполните её."
        )
    return name, sheet, header


def _service_value(sheets: Mapping[str, Sheet], label: str) -> str:
    """The text to the right of a label on the service sheet."""
    service = sheets.get(layout.SERVICE)
    for row in service.rows if service else ():
        for here, right in pairwise(row):
            if here == label:
                return right
    return ""


def _place(header: Sequence[str], title: str) -> int:
    return next((i for i, text in enumerate(header) if folded(text) == folded(title)), -1)


@dataclass(frozen=True, slots=True)
class _TaskHeading:
    text: str
    place: int
    most: int


def _task_headings(header: Sequence[str], work: WorkSpec) -> dict[int, _TaskHeading]:
    """The heading of each of the work's tasks that the form has, by number of the task."""
    numbers = {tokens.label_key(label): j for j, label in enumerate(work.tasks)}
    found: dict[int, _TaskHeading] = {}
    for place, text in enumerate(header):
        heading = tokens.heading_of(plain(text))
        number = numbers.get(tokens.label_key(heading.label)) if heading else None
        if heading and number is not None:
            found.setdefault(number, _TaskHeading(text, place, heading.most))
    return found


def _columns(work: WorkSpec, headings: Mapping[int, _TaskHeading]) -> list[Column]:
    tasks = [
        Column(
            task_name(j),
            headings[j].text if j in headings else layout.task_heading(label, most),
            partial(tokens.points, most=most),
            required=False,
            note=tokens.points_note,
        )
        for j, (label, most) in enumerate(zip(work.tasks, work.max_points, strict=True))
    ]
    parse_total = partial(whole, least=0, most=work.most)
    total = Column("total", layout.TOTAL, parse_total, required=False, may_miss=True, formula=True)
    return [*FIXED, *tasks, total]


def _is_list_value(text: str) -> bool:
    """Whether a text without a heading is one of the form's own hidden lists of points."""
    return folded(text) == "x" or (text.isdecimal() and len(text) <= 2)


def _reason_to_skip(texts: Mapping[str, str]) -> str | None:
    """A row is a pupil's when anything was entered; the form itself fills in code and class."""
    if texts.get("variant"):
        return None
    entered = {name for name, text in texts.items() if text} - {"participant", "class", "total"}
    if entered or texts.get("total", "") not in ("", "0"):
        return None
    if not texts.get("participant"):
        return ""
    return "Есть код участника, но нет варианта и баллов: строка не заполнена и не записана."


def _compare_maxima(
    table: Table, header: int, headings: Mapping[int, _TaskHeading], work: WorkSpec
) -> None:
    for j, heading in headings.items():
        if heading.most != work.max_points[j]:
            expected = layout.task_heading(work.tasks[j], work.max_points[j])
            message = f"нужно «{expected}», как в работе «{work.title}», а здесь «{heading.text}»."
            cure = "Проверьте, та ли это форма и та ли работа."
            place = letter(heading.place)
            table.faults.append(
                Fault(table.sheet, header + 1, place, heading.text, expected, message, cure)
            )


def _compare_codes(table: Table, sheets: Mapping[str, Sheet], work: WorkSpec) -> None:
    code = _service_value(sheets, layout.WORK_LABEL)
    if code and code != work.code:
        message = f"форма выдана для работы «{code}», а загружается «{work.code}»."
        cure = "Выберите другую работу или скачайте её форму."
        table.faults.append(Fault(layout.SERVICE, None, "", code, work.code, message, cure))


def _told(table: Table, work: WorkSpec) -> ProtocolTable:
    sound = table.records
    balance = Balance(table.rows, len(sound), table.faulty, table.blank)
    notes = [*table.notes, *_unmarked(table)]
    return ProtocolTable(
        _results(sound, work),
        tuple(table.faults),
        tuple(sorted(notes, key=lambda note: note.row or 0)),
        balance,
    )


def _unmarked(table: Table) -> Iterator[Note]:
    for record in table.records:
        if record.values["variant"] != ABSENT and record.values["journal"] is None:
            message = f"пусто: прочитано как «{tokens.UNMARKED}»."
            yield Note(table.sheet, record.row, table.letters["journal"], message)


def _results(records: Sequence[Record], work: WorkSpec) -> Results:
    names = [task_name(j) for j in range(len(work.tasks))]
    points = [
        [MISSING if (value := record.values[name]) is None else value for name in names]
        for record in records
    ]
    return results_of(
        work,
        class_number=[record.values["class"] for record in records],
        participant=[record.values["participant"] for record in records],
        variant=[record.values["variant"] for record in records],
        points=points,
        journal_mark=[record.values["journal"] or NO_MARK for record in records],
    )
