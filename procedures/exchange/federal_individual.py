"""«Индивидуальные результаты» of ФИС ОКО (Ф1) read into arrays, a school at a time."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from organizations.exchange.cells import Unexpected, folded, is_dash, plain, shown, whole
from organizations.exchange.faults import Fault, Note
from organizations.exchange.table import Column, Complaint, Record, Table, letter, read
from procedures.exchange import layout, tokens
from procedures.exchange.bulk import MOST_FAULTS
from procedures.exchange.checks import task_name
from procedures.exchange.federal import UNIT_CODE, Export, disagreements, login_in
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

DECLARED = re.compile(r"кол(?:-|ичест)во участников[\s:|]*([0-9]+)", re.I)
FIRST = "Есть та же строка выше: повтор не записан."
MOST_LOGIN = 50  # signs, as in a table of many schools
MOST_VARIANT = 9  # as there


@dataclass(frozen=True, eq=False, slots=True)
class SchoolRows:
    """One school's pupils in an export, by its login."""

    school: str
    results: Results


@dataclass
class Individual:
    """A whole Ф1: in_file = written + repeated + faulty; `places` tell where a login stands."""

    parts: list[SchoolRows] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)  # row from 1, column letter
    in_file: int = 0
    repeated: int = 0
    off_scale: int = 0
    faulty: int = 0

    @property
    def written(self) -> int:
        return sum(len(part.results) for part in self.parts)


@dataclass
class _Group:
    """A row «<ОО>(<логин>) | Кол-во участников: N» and the rows counted below it."""

    row: int  # from 1
    column: str
    login: str
    text: str
    declared: int | None
    rows: int = 0


def read_individual(export: Export, work: WorkSpec) -> Individual:
    """The pupils of an export as results of the work; faults do not raise, all are told."""
    reading = _Reading(export, work)
    found = reading.run()
    found.faults.sort(key=lambda fault: fault.row or 0)
    if (more := len(found.faults) - MOST_FAULTS) > 0:
        message = f"И ещё {more} ошибок: исправьте эти, остальные будут названы потом."
        found.faults[MOST_FAULTS:] = [Fault(export.sheet, None, "", "", "", message)]
    return found


class _Reading:
    """The state of one reading: the group rows, the rows of each school."""

    def __init__(self, export: Export, work: WorkSpec) -> None:
        self.export = export
        self.work = work
        self.rows = export.table.rows
        self.groups = list(_groups(export))
        self.starts = [group.row for group in self.groups]
        self.group_texts = {group.text for group in self.groups}
        self.found = Individual(faults=disagreements(export, work))

    def run(self) -> Individual:
        headings = _headings(self.export, self.work)
        body = [*self.rows]
        for group in self.groups:  # they are no pupils, and stand in any column
            body[group.row - 1] = []
        table = read(
            body,
            _columns(self.work, headings),
            sheet=self.export.sheet,
            check=partial(_check, self.work),
            formulas=self.export.table.formulas,
        )
        self.found.faults += [*_other_maxima(self.export, self.work, headings), *table.faults]
        self.found.notes += table.notes
        self.found.in_file = table.rows
        self.found.faulty = table.faulty
        self._gather(table)
        self._compare_counts(body)
        if not self.found.faults and not table.rows:
            message = "В отчёте нет ни одного участника. Выгрузите отчёт заново."
            self._blame(self.export.header + 1, "", "", "хотя бы одна строка участника", message)
        return self.found

    def _blame(self, row: int, column: str, text: str, expected: str, message: str) -> None:
        fault = Fault(self.export.sheet, row, column, shown(text), expected, message)
        self.found.faults.append(fault)

    # rows to schools

    def _gather(self, table: Table) -> None:
        schools: dict[str, dict[int, Record]] = {}
        for record in table.records:
            if login := self._login(record, table):
                self._keep(record, login, schools.setdefault(login, {}), table)
        for login, records in schools.items():
            self._finish(login, list(records.values()))
        if self.found.repeated:
            message = f"Повторов, одинаковых с более ранней строкой: {self.found.repeated}."
            self.found.notes.append(Note(self.export.sheet, None, "", message))

    def _login(self, record: Record, table: Table) -> str:
        """The login of a row's school: its own, else that of the group; "" once it is blamed."""
        cells = ("unit", "school")
        own = next((login for name in cells if (login := login_in(record.texts.get(name, "")))), "")
        group = self._group(record.row)
        column = table.letters.get("unit", "")
        text = record.texts.get("unit", "")
        if own and group is not None and group.login and own != group.login:
            message = f"в строке логин «{own}», а над ней, в строке {group.row}, «{group.login}»."
            self._blame(record.row, column, text, group.login, message)
            return ""
        login = own or (group.login if group else "") or _bare_code(text)
        if not login:
            message = "не сказано, чья это строка: нет ни логина ОО, ни строки «ОО(логин)» выше."
            self._blame(record.row, column, text, "логин ОО, например edu420001", message)
            return ""
        place = (record.row, column) if own or group is None else (group.row, group.column)
        self.found.places.setdefault(login, place)
        return login

    def _group(self, row: int) -> _Group | None:
        index = bisect_right(self.starts, row) - 1
        return self.groups[index] if index >= 0 else None

    def _keep(self, record: Record, login: str, records: dict[int, Record], table: Table) -> None:
        """Keep the first row of each pupil; a repeat is counted, a contradiction blamed."""
        code = record.values["participant"]
        first = records.setdefault(code, record)
        if first is record:
            return
        if _content(first, self.work) == _content(record, self.work):
            self.found.repeated += 1
            return
        self.found.faulty += 1
        message = f"«{code}» уже есть в строке {first.row} с другими данными."
        column = table.letters["participant"]
        self._blame(record.row, column, str(code), "код без повторов", message)

    def _finish(self, login: str, records: Sequence[Record]) -> None:
        names = [task_name(j) for j in range(len(self.work.tasks))]
        values = [record.values for record in records]
        results = results_of(
            self.work,
            class_number=[row["class"] for row in values],
            participant=[row["participant"] for row in values],
            variant=[_variant_of(row) for row in values],
            points=[[_or_missing(row[name]) for name in names] for row in values],
            journal_mark=[row["journal"] or NO_MARK for row in values],
        )
        given = np.array([row["mark"] or NO_MARK for row in values], dtype=np.int16)
        off = (given != NO_MARK) & (given != results.mark)
        if self.work.borders is not None and off.any():
            self.found.off_scale += int(off.sum())
        mark = np.where(given == NO_MARK, results.mark, given)
        self.found.parts.append(SchoolRows(login, replace(results, mark=mark)))

    # declared counts

    def _compare_counts(self, body: Sequence[Sequence[str]]) -> None:
        for index in range(self.export.header + 1, len(body)):
            group = self._group(index + 1)
            if group is not None and any(body[index]):
                group.rows += 1
        for group in self.groups:
            told = (group.rows, self._rows_without_repeats(group))
            if group.declared is not None and group.declared not in told and group.login:
                message = f"объявлено участников {group.declared}, а строк ниже {group.rows}."
                self._blame(group.row, group.column, group.text, str(group.rows), message)

    def _rows_without_repeats(self, group: _Group) -> int:
        """The pupils of a group's school; a school may come in several groups."""
        parts = [part for part in self.found.parts if part.school == group.login]
        several = sum(other.login == group.login for other in self.groups) > 1
        return group.rows if several else sum(len(part.results) for part in parts)


def _groups(export: Export) -> Iterator[_Group]:
    for index in range(export.header + 1, len(export.table.rows)):
        row = export.table.rows[index]
        told = " | ".join(text for text in row if text)
        declared = DECLARED.search(told)
        if declared is None:
            continue
        column, text = next((c, text) for c, text in enumerate(row) if text)
        name = text[: text.lower().find("кол")] if DECLARED.search(text) else text
        code = UNIT_CODE.fullmatch(name.strip(" |"))
        login = login_in(told) or (folded(code["code"]) if code else "")
        is_school = not login.startswith("reg")
        yield _Group(index + 1, letter(column), login if is_school else "", text, int(declared[1]))


def _bare_code(text: str) -> str:
    """A code that stands alone in the cell of the school; a name of several words is none."""
    return text if text and len(text) <= MOST_LOGIN and len(text.split()) == 1 else ""


def _content(record: Record, work: WorkSpec) -> list[object]:
    names = ["class", "variant", "mark", "journal", *map(task_name, range(len(work.tasks)))]
    return [record.values[name] for name in names]


def _or_missing(value: int | None) -> int:
    return MISSING if value is None else value


def _variant_of(values: Mapping[str, int | None]) -> int:
    return ABSENT if values["variant"] is None else values["variant"]


# columns


def _headings(export: Export, work: WorkSpec) -> dict[int, tuple[int, str, int]]:
    """Place, text and maximum of the heading of each of the work's tasks, by number."""
    numbers = {tokens.label_key(label): j for j, label in enumerate(work.tasks)}
    found: dict[int, tuple[int, str, int]] = {}
    for place, text in enumerate(export.headings):
        heading = tokens.heading_of(plain(text))
        number = numbers.get(tokens.label_key(heading.label)) if heading else None
        if heading and number is not None:
            found.setdefault(number, (place, text, heading.most))
    return found


def _other_maxima(
    export: Export, work: WorkSpec, headings: Mapping[int, tuple[int, str, int]]
) -> Iterator[Fault]:
    for j, (place, text, most) in headings.items():
        if most != work.max_points[j]:
            expected = layout.task_heading(work.tasks[j], work.max_points[j])
            message = f"нужно «{expected}», как в работе «{work.title}», а здесь «{shown(text)}»."
            cure = "Проверьте задания работы: import_works."
            yield Fault(
                export.sheet, export.header + 1, letter(place), shown(text), expected, message, cure
            )


def _columns(work: WorkSpec, headings: Mapping[int, tuple[int, str, int]]) -> list[Column]:
    tasks = [
        Column(
            task_name(j),
            headings[j][1] if j in headings else layout.task_heading(label, most),
            partial(_points, most=most),
            required=False,
            note=tokens.points_note,
        )
        for j, (label, most) in enumerate(zip(work.tasks, work.max_points, strict=True))
    ]
    return [
        Column("unit", "ОО", str, required=False, may_miss=True, also=("Логин", "Логин ОО")),
        Column("municipality", "Муниципалитет", str, required=False, may_miss=True),
        Column("school", "Название ОО", str, required=False, may_miss=True),
        Column("participant", "Код участника", partial(_whole, most=MOST_PARTICIPANT)),
        Column("class", "Класс", partial(_whole, most=MOST_CLASSES)),
        Column("variant", "Вариант", _variant, required=False),
        *tasks,
        Column("score", "Первичный балл", _score, required=False, formula=True),
        Column("mark", "Отметка", tokens.journal_mark, required=False, formula=True),
        Column("journal", "Отметка по журналу", tokens.journal_mark, required=False),
    ]


def _whole(text: str, *, most: int) -> int:
    return whole(tokens.whole_text(text), least=1, most=most)


def _points(text: str, *, most: int) -> int:
    return tokens.points(text, most=most)


def _score(text: str) -> int | None:
    return None if is_dash(text) else whole(tokens.whole_text(text), least=0, most=32_767)


def _variant(text: str) -> int:
    """The number of the variant; 0 for a pupil who was absent."""
    plain_text = tokens.whole_text(text)
    if plain_text.isdecimal() and plain_text.isascii() and 1 <= int(plain_text) <= MOST_VARIANT:
        return int(plain_text)
    if is_dash(text):
        return ABSENT
    try:
        return tokens.variant(text)
    except Unexpected:
        raise Unexpected(f"от 1 до {MOST_VARIANT} или «{tokens.AWAY}»", text) from None


def _check(work: WorkSpec, record: Record) -> Iterator[Complaint]:
    """What is wrong with a row whose cells are sound one by one."""
    values = record.values
    points = [values[task_name(j)] for j in range(len(work.tasks))]
    added = sum(value for value in points if value is not None and value > 0)
    if _variant_of(values) == ABSENT:
        if added or values["score"] or values["mark"]:
            message = "участник отсутствовал, а баллы или отметка стоят."
            yield Complaint("variant", f"вариант от 1 до {MOST_VARIANT}", message)
    elif values["score"] is not None and values["score"] != added:
        stands = record.texts["score"]
        message = f"сумма баллов за задания {added}, а здесь «{stands}»."
        yield Complaint("score", str(added), message, "Выгрузите отчёт заново.")
