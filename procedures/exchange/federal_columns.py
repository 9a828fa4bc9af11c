"""The columns of a report of statistics: what each is, and which the report must have."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from organizations.exchange.cells import folded, shown
from organizations.exchange.faults import Fault
from organizations.exchange.table import letter
from procedures.exchange import federal, tokens
from procedures.exchange.federal import Export, Report
from procedures.exchange.works import WorkSpec

JOURNAL_COLUMNS = ("lower_percent", "lower", "equal_percent", "equal", "higher_percent", "higher")
PARTS = (federal.LOWER, federal.EQUAL, federal.HIGHER)


@dataclass
class Columns:
    """Where the columns stand: the fixed ones by name, those of values in the report's order."""

    places: dict[str, int] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    value_places: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def of_unit(self) -> int:
        return self.places.get("unit", self.places.get("login", 0))

    def place_of(self, label: str) -> int | None:
        """The place of a column of values; None when there is none of that name."""
        return next(
            (at for name, at in zip(self.labels, self.value_places, strict=True) if name == label),
            None,
        )


def read_columns(export: Export, work: WorkSpec | None) -> Columns:
    """The columns of an export; a strange, repeated or missing one is a fault among `faults`."""
    reading = _Header(export, work)
    reading.place()
    return reading.found


class _Header:
    """The state of one reading of a header."""

    def __init__(self, export: Export, work: WorkSpec | None) -> None:
        self.export = export
        self.work = work
        self.found = Columns()

    def _blame(self, place: int | None, text: str, expected: str, message: str) -> None:
        column = "" if place is None else letter(place)
        row = self.export.header + 1
        self.found.faults.append(
            Fault(self.export.sheet, row, column, shown(text), expected, message)
        )

    def place(self) -> None:
        """Find what each column is; a strange or repeated one is a fault."""
        seen: dict[str, int] = {}
        for place, text in enumerate(self.export.headings):
            if not text:
                self._refuse_unheaded(place)
                continue
            name = self._name_of(text)
            if name is None:
                self._blame(place, text, "столбец отчёта", "Такого столбца в отчёте нет.")
            elif name in seen:
                self._blame(place, text, "столбец один раз", "Такой столбец уже есть.")
            else:
                seen[name] = place
        self.found.places = {
            name: place for name, place in seen.items() if not name.startswith("=")
        }
        self.found.labels = [name[1:] for name in seen if name.startswith("=")]
        self.found.value_places = [place for name, place in seen.items() if name.startswith("=")]
        if not self.found.faults and "percent" not in self.found.places:
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
            self._blame(place, "", "пустой столбец", message)

    def _check_values(self) -> None:
        wanted = self._wanted()
        if wanted is None:
            return
        for label in wanted:
            if label not in self.found.labels:
                self._blame(None, "", f"столбец «{label}»", f"Нет столбца «{label}».")
        for label, place in zip(self.found.labels, self.found.value_places, strict=True):
            if label not in wanted:
                text = self.export.headings[place]
                message = f"В этом отчёте нет столбца «{shown(text)}»: столбцы до «{wanted[-1]}»."
                self._blame(place, text, f"до «{wanted[-1]}»", message)
        if sorted(self.found.labels) == sorted(wanted):
            self._order(wanted)

    def _order(self, wanted: Sequence[str]) -> None:
        """Put the columns of values in the report's own order, however they stand."""
        places = dict(zip(self.found.labels, self.found.value_places, strict=True))
        self.found.labels = list(wanted)
        self.found.value_places = [places[label] for label in wanted]

    def _wanted(self) -> Sequence[str] | None:
        """The names of the columns of values that the report must have; None when any may be."""
        if self.export.report == Report.MARKS:
            return federal.MARKS
        if self.export.report == Report.JOURNAL:
            return JOURNAL_COLUMNS
        if self.export.is_listed:  # as many scores as the longest work of the file has
            return [str(score) for score in range(len(self.found.labels))]
        if self.work is None:
            return None
        if self.export.report == Report.DISTRIBUTION:
            return [str(score) for score in range(self.work.most + 1)]
        return [tokens.label_key(label) for label in self.work.tasks]
