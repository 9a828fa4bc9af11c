"""Statistics of ФИС ОКО by units: marks, comparison with the journal, scores, tasks, groups."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from organizations.exchange.cells import Unexpected, decimal, folded, is_dash, shown, whole
from organizations.exchange.faults import Fault, Note
from organizations.exchange.table import letter
from procedures.exchange import federal, federal_units, tokens
from procedures.exchange.bulk import MOST_FAULTS
from procedures.exchange.federal import Export, Report, login_in
from procedures.exchange.federal_columns import JOURNAL_COLUMNS, PARTS, read_columns
from procedures.exchange.federal_units import Unit
from procedures.exchange.works import WorkSpec

MOST_PARTICIPANTS = 10_000_000  # more than all pupils of one grade in the country
MOST_LABEL = 400

ALL = "Вся выборка"


@dataclass
class Statistics:
    """A whole export: rows in = rows of units + repeated + faulty + rows of words."""

    units: list[Unit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    in_file: int = 0
    repeated: int = 0
    faulty: int = 0


Finder = Callable[[int, str, int], WorkSpec | None]  # year, subject, grade


def read_statistics(export: Export, work: WorkSpec | None, find: Finder) -> Statistics:
    """The units of an export; faults do not raise, all are told.

    `work` is that of the whole file; where each row names its own, `find` gives it.
    """
    reading = _Reading(export, work, find)
    reading.run()
    return reading.found


@dataclass(frozen=True, slots=True)
class _Row:
    """The texts of one row by name of the column."""

    number: int
    texts: dict[str, str]
    values: Sequence[str]


class _Reading:
    """The state of one reading: where the columns stand, what was seen, what was found."""

    def __init__(self, export: Export, work: WorkSpec | None, find: Finder) -> None:
        self.export = export
        self.work = work
        self.find = find
        self.is_listed = export.is_listed
        self.found = Statistics()
        self.columns = read_columns(export, work)
        self.places = self.columns.places
        self.labels = self.columns.labels
        self.value_places = self.columns.value_places
        self.first_rows: dict[tuple[str, str, str], Unit] = {}

    def run(self) -> None:
        if self.work is not None and not self.is_listed:
            self.found.faults += federal.disagreements(self.export, self.work)
        self.found.faults += self.columns.faults
        if not self.found.faults:
            units = self._old_journal() if self.is_old_journal else self._plain_units()
            for unit in units:
                self._keep(unit)
            for told in federal_units.beyond_totals(self.found.units):
                self._note(told)
        if not self.found.faults and not self.found.units:
            self._blame(self.export.header, None, "", "хотя бы одна строка", "В отчёте нет строк.")
        if self.found.repeated:
            self._note(f"Повторов, одинаковых с более ранней строкой: {self.found.repeated}.")
        if (more := len(self.found.faults) - MOST_FAULTS) > 0:
            del self.found.faults[MOST_FAULTS:]
            message = f"И ещё {more} ошибок: исправьте эти, остальные будут названы потом."
            self.found.faults.append(Fault(self.export.sheet, None, "", "", "", message))

    @property
    def is_old_journal(self) -> bool:
        return self.export.report == Report.JOURNAL and "percent" in self.places

    def _blame(
        self, row: int, place: int | None, text: str, expected: str, message: str, cure: str = ""
    ) -> None:
        """A fault of a cell; row from 0."""
        column = "" if place is None else letter(place)
        self.found.faults.append(
            Fault(self.export.sheet, row + 1, column, shown(text), expected, message, cure)
        )

    def _note(self, message: str) -> None:
        self.found.notes.append(Note(self.export.sheet, None, "", message))

    # the rows

    def _rows(self) -> Iterator[_Row]:
        """The rows below the header in which something stands."""
        wanted = [(name, place) for name, place in self.places.items()]
        for index in range(self.export.header + 1, len(self.export.table.rows)):
            row = self.export.table.rows[index]
            if not any(row):
                continue
            texts = {name: row[place] if place < len(row) else "" for name, place in wanted}
            values = [row[place] if place < len(row) else "" for place in self.value_places]
            if self._is_row_of_maxima(index, texts, values):
                continue
            self.found.in_file += 1
            yield _Row(index + 1, texts, values)

    def _is_row_of_maxima(self, index: int, texts: dict[str, str], values: Sequence[str]) -> bool:
        """Whether a row is the second of the header: the maximum of each task."""
        if self.export.report not in (Report.TASKS, Report.GROUPS) or self.work is None:
            return False
        if index != self.export.header + 1 or texts.get("participants"):
            return False
        maxima = dict(
            zip(map(tokens.label_key, self.work.tasks), self.work.max_points, strict=True)
        )
        for label, place, text in zip(self.labels, self.value_places, values, strict=True):
            if tokens.whole_text(text) != str(maxima.get(label)):
                message = f"максимум задания {maxima.get(label)}, а здесь «{shown(text)}»."
                self._blame(index, place, text, str(maxima.get(label)), message)
        return True

    def _plain_units(self) -> Iterator[Unit]:
        """A row a unit; four rows a unit, one a mark, in the report by groups."""
        above = ("", "")
        for row in self._rows():
            told = len(self.found.faults)
            label, code = self._unit_of(row)
            group = ""
            if self.export.report == Report.GROUPS:
                mark = label.strip('«»" ')
                if mark not in federal.MARKS:
                    above = (label, code)
                    if not any(row.values):  # a line with the name only
                        continue
                else:
                    (label, code), group = above, mark
            work = self._work_of(row)
            participants = self._count(row, "participants")
            schools = self._count(row, "schools") if row.texts.get("schools") else None
            values = self._values(row, work)
            if work is None or participants is None or len(self.found.faults) > told:
                self.found.faulty += 1
                continue
            column = letter(self.columns.of_unit)
            columns = tuple(self.labels)
            unit = Unit(row.number, column, label, code, group, work, schools, participants,
                        columns, tuple(values))  # fmt: skip
            if self._adds_up(unit):
                yield self._cut(unit)
            else:
                self.found.faulty += 1

    def _unit_of(self, row: _Row) -> tuple[str, str]:
        """The label and the code of a row's unit."""
        if "unit" not in self.places:
            school, login = row.texts.get("school", ""), row.texts.get("login", "")
            label = school or row.texts.get("municipality", "")
            if not login:
                message = "не сказано, чья это строка: нет логина."
                self._blame(row.number - 1, self.columns.of_unit, "", "логин ОО", message)
            return label[:MOST_LABEL], login_in(login) or folded(login)
        text = row.texts["unit"]
        if not text:
            message = "не сказано, чья это строка: клетка пуста."
            self._blame(row.number - 1, self.columns.of_unit, "", "название единицы", message)
        found = federal.UNIT_CODE.fullmatch(text)
        code = folded(found["code"]) if found else login_in(text)
        if not (login_in(code) or re.fullmatch(r"reg[0-9]{2}(?:_m[0-9]+)?", code)):
            return text[:MOST_LABEL], ""
        return (found["name"] if found else text)[:MOST_LABEL], code

    def _work_of(self, row: _Row) -> WorkSpec | None:
        """The work of a row; None once it is blamed."""
        if not self.is_listed:
            return self.work
        year, grade = (tokens.whole_text(row.texts[name]) for name in ("year", "grade"))
        subject = row.texts["subject"]
        work = None
        if year.isdecimal() and grade.isdecimal() and len(year) == 4 and len(grade) <= 2:
            work = self.find(int(year), subject, int(grade))
        words = f"{subject}, {grade} класс, {year} год"
        if work is None:
            message = f"нет работы «{shown(words)}»: загрузите её командой import_works."
            self._blame(
                row.number - 1, self.places["subject"], subject, "известная работа", message
            )
        elif self.work is not None and work.code != self.work.code:
            message = f"строка о работе «{shown(words)}», а загружается «{self.work.title}»."
            self._blame(row.number - 1, self.places["subject"], subject, self.work.title, message)
        return work

    def _count(self, row: _Row, name: str) -> int | None:
        text = row.texts.get(name, "")
        try:
            return whole(tokens.whole_text(text), least=0, most=MOST_PARTICIPANTS)
        except Unexpected as error:
            self._blame(row.number - 1, self.places.get(name), text, error.expected, str(error))
            return None

    def _values(self, row: _Row, work: WorkSpec | None) -> list[float | None]:
        return [
            self._value(row.number - 1, place, text, is_count=self._is_count(label))
            for label, place, text in zip(self.labels, self.value_places, row.values, strict=True)
        ]

    def _is_count(self, label: str) -> bool:
        return self.export.report == Report.JOURNAL and not label.endswith("_percent")

    def _value(self, row: int, place: int, text: str, *, is_count: bool) -> float | None:
        """A percent or a count; None for an empty cell or a dash."""
        if not text or is_dash(text):
            return None
        try:
            if is_count:
                return whole(tokens.whole_text(text), least=0, most=MOST_PARTICIPANTS)
            return _percent(text)
        except Unexpected as error:
            self._blame(row, place, text, error.expected, str(error), "Выгрузите отчёт заново.")
            return None

    def _cut(self, unit: Unit) -> Unit:
        """Without the scores beyond the work's own: the consolidation leaves them empty."""
        if self.export.report != Report.DISTRIBUTION:
            return unit
        keep = unit.work.most + 1
        return replace(unit, columns=unit.columns[:keep], values=unit.values[:keep])

    def _adds_up(self, unit: Unit) -> bool:
        """Whether the figures of a unit agree with one another; blamed when not."""
        report, sheet = self.export.report, self.export.sheet
        found = federal_units.disagreements(unit, report, self.columns, sheet)
        self.found.faults += found
        return not found

    # the older shape of the comparison

    def _old_journal(self) -> Iterator[Unit]:
        """Three rows a unit and «Всего» below the row with its name."""
        name: _Row | None = None
        parts: dict[str, _Row] = {}
        for row in self._rows():
            key = folded(row.texts["unit"])
            part = next((word for word in (*PARTS, federal.ALL) if key.startswith(word)), "")
            if part and name is None:
                message = "нет строки с названием ОО или муниципалитета над этой строкой."
                text = row.texts["unit"]
                self._blame(row.number - 1, self.places["unit"], text, "название", message)
            elif part in parts:
                message = f"у «{shown(name.texts['unit'] if name else '')}» эта строка уже есть."
                text = row.texts["unit"]
                self._blame(row.number - 1, self.places["unit"], text, "строка один раз", message)
            elif part:
                parts[part] = row
            else:
                yield from self._joined(name, parts)
                name, parts = row, {}
        yield from self._joined(name, parts)

    def _joined(self, name: _Row | None, parts: dict[str, _Row]) -> Iterator[Unit]:
        if name is None:
            return
        if missing := [word for word in PARTS if word not in parts]:
            message = "под этой единицей нет строк «Понизили», «Подтвердили» и «Повысили»."
            text = name.texts["unit"]
            self._blame(name.number - 1, self.places["unit"], text, "три строки", message)
            self.found.faulty += 1 + len(PARTS) - len(missing)
            return
        told = len(self.found.faults)
        label, code = self._unit_of(name)
        values: list[float | None] = []
        for word in PARTS:
            row = parts[word]
            place = self.places["percent"]
            values.append(self._value(row.number - 1, place, row.texts["percent"], is_count=False))
            values.append(self._count(row, "participants"))
        total = self._count(parts[federal.ALL], "participants") if federal.ALL in parts else None
        if len(self.found.faults) > told or self.work is None:
            self.found.faulty += 1 + len(parts)
            return
        added = sum(int(value or 0) for value in values[1::2])
        column = letter(self.places["unit"])
        unit = Unit(name.number, column, label, code, "", self.work, None,
                    added if total is None else total, JOURNAL_COLUMNS, tuple(values))  # fmt: skip
        if self._adds_up(unit):
            yield unit
        else:
            self.found.faulty += 1 + len(parts)

    # units together

    def _keep(self, unit: Unit) -> None:
        """Keep the first row of each unit; a repeat is counted, a contradiction blamed."""
        first = self.first_rows.setdefault(unit.key, unit)
        if first is unit:
            self.found.units.append(unit)
        elif (first.participants, first.values) == (unit.participants, unit.values):
            self.found.repeated += 1
        else:
            self.found.faulty += 1
            message = f"«{shown(unit.label)}» уже есть в строке {first.row} с другими числами."
            place = self.columns.of_unit
            self._blame(unit.row - 1, place, unit.label, "единица один раз", message)


@lru_cache(maxsize=4_096)  # a consolidation repeats few different texts
def _percent(text: str) -> float:
    bare = text.removesuffix("%").strip()
    try:
        return decimal(bare, least=0, most=100)
    except Unexpected as error:
        raise Unexpected(f"процент: {error.expected}", text) from None
