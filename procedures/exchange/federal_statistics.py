"""Statistics of ФИС ОКО by units: marks, comparison with the journal, scores, tasks, groups."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from organizations.exchange.cells import Unexpected, decimal, folded, is_dash, shown, whole
from organizations.exchange.faults import Fault, Note
from organizations.exchange.table import letter
from procedures.exchange import federal, tokens
from procedures.exchange.bulk import MOST_FAULTS
from procedures.exchange.federal import Export, Report, login_in
from procedures.exchange.works import WorkSpec

SUM_TOLERANCE = 0.05  # percent points: 100.01 is met in real files (objectivity.md §2)
ROUNDING = 0.005  # of a percent with two decimals
SHARE_TOLERANCE = 0.05  # between a percent and the count beside it
MOST_PARTICIPANTS = 10_000_000  # more than all pupils of one grade in the country
MOST_LABEL = 400
MOST_NAMED = 5  # units named in one note

ALL = "Вся выборка"
JOURNAL_COLUMNS = ("lower_percent", "lower", "equal_percent", "equal", "higher_percent", "higher")
PARTS = (federal.LOWER, federal.EQUAL, federal.HIGHER)


@dataclass(frozen=True, slots=True)
class Unit:
    """The figures of one unit in one work: percents of participants, and counts of the journal."""

    row: int  # from 1
    column: str
    label: str
    code: str  # login of a school or municipality, else ""
    group: str
    work: WorkSpec
    schools: int | None
    participants: int
    columns: tuple[str, ...]
    values: tuple[float | None, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.work.code, self.code or folded(self.label), self.group

    @property
    def is_school(self) -> bool:
        return bool(login_in(self.code))

    @property
    def is_municipality(self) -> bool:
        return self.code.startswith("reg")


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
        self.found = Statistics()
        self.places: dict[str, int] = {}
        self.value_places: list[int] = []
        self.labels: list[str] = []
        self.maxima_row: int | None = None
        self.first_rows: dict[tuple[str, str, str], Unit] = {}

    def run(self) -> None:
        if self.work is not None and not self.export.is_listed:
            self.found.faults += federal.disagreements(self.export, self.work)
        self._place(len(self.found.faults))
        if not self.found.faults:
            units = self._old_journal() if self.is_old_journal else self._plain_units()
            for unit in units:
                self._keep(unit)
            self._note_totals()
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

    # the header

    def _place(self, told: int) -> None:
        """Find what each column is; a strange or repeated one is a fault, beside those `told`."""
        header = self.export.header
        seen: dict[str, int] = {}
        for place, text in enumerate(self.export.headings):
            if not text:
                self._refuse_unheaded(place)
                continue
            name = self._name_of(text)
            if name is None:
                self._blame(header, place, text, "столбец отчёта", "Такого столбца в отчёте нет.")
            elif name in seen:
                self._blame(header, place, text, "столбец один раз", "Такой столбец уже есть.")
            else:
                seen[name] = place
        self.places = {name: place for name, place in seen.items() if not name.startswith("=")}
        self.labels = [name[1:] for name in seen if name.startswith("=")]
        self.value_places = [place for name, place in seen.items() if name.startswith("=")]
        if len(self.found.faults) == told and not self.is_old_journal:
            self._check_values()

    def _name_of(self, text: str) -> str | None:
        """The name of a column; that of a value begins with «=»."""
        key = folded(text)
        if key == federal.UNIT:
            return "unit"
        if key == federal.SCHOOLS:
            return "schools"
        if key in federal.PARTICIPANTS:
            return "participants"
        for name, title in federal.LISTED.items():
            if key == folded(title):
                return name
        if self.export.report == Report.JOURNAL:
            return self._journal_name(key)
        if self.export.report in (Report.TASKS, Report.GROUPS):
            heading = tokens.heading_of(text)
            return "=" + tokens.label_key(heading.label if heading else text)
        number = tokens.whole_text(key)
        return f"={number}" if number.isdecimal() else None

    def _journal_name(self, key: str) -> str | None:
        if key == "%":
            return "percent"
        for part, name in zip(PARTS, ("lower", "equal", "higher"), strict=True):
            if key.startswith(part):
                return f"={name}_percent" if key.endswith("%") else f"={name}"
        return None

    def _refuse_unheaded(self, place: int) -> None:
        below = self.export.table.rows[self.export.header + 1 :]
        if any(place < len(row) and row[place] for row in below):
            message = "В столбце без заголовка есть данные. Удалите этот столбец."
            self._blame(self.export.header, place, "", "пустой столбец", message)

    def _check_values(self) -> None:
        wanted = self._wanted()
        if wanted is None:
            return
        for label in wanted:
            if label not in self.labels:
                self._blame(
                    self.export.header, None, "", f"столбец «{label}»", f"Нет столбца «{label}»."
                )
        for label, place in zip(self.labels, self.value_places, strict=True):
            if label not in wanted:
                text = self.export.headings[place]
                message = f"В этом отчёте нет столбца «{shown(text)}»: столбцы до «{wanted[-1]}»."
                self._blame(self.export.header, place, text, f"до «{wanted[-1]}»", message)
        if sorted(self.labels) == sorted(wanted):
            self._order(wanted)

    def _order(self, wanted: Sequence[str]) -> None:
        """Put the columns of values in the report's own order, however they stand."""
        places = dict(zip(self.labels, self.value_places, strict=True))
        self.labels = list(wanted)
        self.value_places = [places[label] for label in wanted]

    def _wanted(self) -> Sequence[str] | None:
        """The names of the columns of values that the report must have; None when any may be."""
        if self.export.report == Report.MARKS:
            return federal.MARKS
        if self.export.report == Report.JOURNAL:
            return JOURNAL_COLUMNS
        if self.export.is_listed:  # as many scores as the longest work of the file has
            return [str(score) for score in range(len(self.labels))]
        if self.work is None:
            return None
        if self.export.report == Report.DISTRIBUTION:
            return [str(score) for score in range(self.work.most + 1)]
        return [tokens.label_key(label) for label in self.work.tasks]

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
            column = letter(self._place_of_unit())
            columns = tuple(self.labels)
            unit = Unit(row.number, column, label, code, group, work, schools, participants,
                        columns, tuple(values))  # fmt: skip
            if self._adds_up(unit):
                yield self._cut(unit)
            else:
                self.found.faulty += 1

    def _place_of_unit(self) -> int:
        return self.places.get("unit", self.places.get("login", 0))

    def _unit_of(self, row: _Row) -> tuple[str, str]:
        """The label and the code of a row's unit."""
        if "unit" not in self.places:
            school, login = row.texts.get("school", ""), row.texts.get("login", "")
            label = school or row.texts.get("municipality", "")
            if not login:
                message = "не сказано, чья это строка: нет логина."
                self._blame(row.number - 1, self._place_of_unit(), "", "логин ОО", message)
            return label[:MOST_LABEL], login_in(login) or folded(login)
        text = row.texts["unit"]
        if not text:
            message = "не сказано, чья это строка: клетка пуста."
            self._blame(row.number - 1, self._place_of_unit(), "", "название единицы", message)
        found = federal.UNIT_CODE.fullmatch(text)
        code = folded(found["code"]) if found else login_in(text)
        if not (login_in(code) or re.fullmatch(r"reg[0-9]{2}(?:_m[0-9]+)?", code)):
            return text[:MOST_LABEL], ""
        return (found["name"] if found else text)[:MOST_LABEL], code

    def _work_of(self, row: _Row) -> WorkSpec | None:
        """The work of a row; None once it is blamed."""
        if not self.export.is_listed:
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

    # sums

    def _adds_up(self, unit: Unit) -> bool:
        """Whether the percents of a unit give 100 and agree with the counts; blamed when not."""
        told = len(self.found.faults)
        if self.export.report in (Report.MARKS, Report.DISTRIBUTION):
            self._check_sum(unit, unit.values)
            self._check_beyond(unit)
        if self.export.report == Report.JOURNAL:
            self._check_sum(unit, unit.values[0::2])
            self._check_counts(unit)
        return len(self.found.faults) == told

    def _check_sum(self, unit: Unit, percents: Sequence[float | None]) -> None:
        given = [value for value in percents if value is not None]
        if not unit.participants and not any(given):
            return
        added = sum(given)
        if abs(added - 100) > max(SUM_TOLERANCE, ROUNDING * len(given)) + 1e-9:
            text = f"{added:.2f}".replace(".", ",")
            message = f"сумма процентов {text}, а должна быть 100 (±0,05)."
            self._blame(unit.row - 1, None, text, "100", message, "Выгрузите отчёт заново.")

    def _check_beyond(self, unit: Unit) -> None:
        if self.export.report != Report.DISTRIBUTION:
            return
        for label, place, value in zip(self.labels, self.value_places, unit.values, strict=True):
            if value and int(label) > unit.work.most:
                message = (
                    f"в работе «{unit.work.title}» баллов до {unit.work.most}, а здесь «{value}»."
                )
                self._blame(unit.row - 1, place, str(value), "пусто или 0", message)

    def _check_counts(self, unit: Unit) -> None:
        counts = unit.values[1::2]
        added = sum(int(value) for value in counts if value is not None)
        if added > unit.participants:  # fewer are sound: some have no mark in the journal
            message = f"по трём столбцам участников {added}, а всего {unit.participants}."
            place, text = self.places.get("participants"), str(unit.participants)
            cure = "Выгрузите отчёт заново."
            self._blame(unit.row - 1, place, text, f"не меньше {added}", message, cure)
            return
        for percent, count, name in zip(unit.values[0::2], counts, PARTS, strict=True):
            share = 100 * (count or 0) / added if added else 0
            if abs((percent or 0) - share) > SHARE_TOLERANCE:
                wanted = f"{share:.2f}".replace(".", ",")
                message = f"{int(count or 0)} участников — это {wanted} %, а здесь «{percent}»."
                index = PARTS.index(name) * 2
                place = self.value_places[index] if index < len(self.value_places) else None
                self._blame(unit.row - 1, place, str(percent), wanted, message)

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
            place = self._place_of_unit()
            self._blame(unit.row - 1, place, unit.label, "единица один раз", message)

    def _note_totals(self) -> None:
        """Tell where schools together have more participants than their municipality."""
        beyond = []
        municipality: Unit | None = None
        inside: dict[tuple[str, str, str], int] = defaultdict(int)
        owners: dict[tuple[str, str, str], Unit] = {}
        for unit in self.found.units:
            if unit.is_municipality:
                municipality = unit
                owners[unit.key] = unit
            elif unit.is_school and municipality is not None and _same_kind(unit, municipality):
                inside[municipality.key] += unit.participants
        beyond = [owner for key, owner in owners.items() if inside[key] > owner.participants]
        for owner in beyond[:MOST_NAMED]:
            self._note(
                f"У школ «{shown(owner.label)}» вместе участников {inside[owner.key]}, "
                f"а у муниципалитета {owner.participants}: числа оставлены как в файле."
            )


def _same_kind(one: Unit, other: Unit) -> bool:
    return (one.work.code, one.group) == (other.work.code, other.group)


def _percent(text: str) -> float:
    bare = text.removesuffix("%").strip()
    try:
        return decimal(bare, least=0, most=100)
    except Unexpected as error:
        raise Unexpected(f"процент: {error.expected}", text) from None
