"""One unit's figures in a report of statistics, and whether they agree with one another."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from organizations.exchange.cells import folded, shown
from organizations.exchange.faults import Fault
from organizations.exchange.table import letter
from procedures.exchange.federal import Report, login_in
from procedures.exchange.federal_columns import Columns
from procedures.exchange.works import WorkSpec

SUM_TOLERANCE = 0.05  # percent points: 100.01 is met in real files (objectivity.md §2)
ROUNDING = 0.005  # of a percent with two decimals
SHARE_TOLERANCE = 0.05  # between a percent and the count beside it
MOST_NAMED = 5  # units named in notes
CURE = "Выгрузите отчёт заново."


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


def disagreements(unit: Unit, report: Report, columns: Columns, sheet: str) -> list[Fault]:
    """Percents of a unit that do not give 100, or that its counts contradict."""
    found: list[Fault] = []

    def blame(place: int | None, text: str, expected: str, message: str) -> None:
        column = "" if place is None else letter(place)
        found.append(Fault(sheet, unit.row, column, shown(text), expected, message, CURE))

    if report in (Report.MARKS, Report.DISTRIBUTION):
        _check_sum(unit, unit.values, blame)
    if report == Report.DISTRIBUTION:
        _check_beyond(unit, columns, blame)
    if report == Report.JOURNAL:
        _check_sum(unit, unit.values[0::2], blame)
        _check_counts(unit, columns, blame)
    return found


Blame = Callable[[int | None, str, str, str], None]  # place, text, expected, message


def _check_sum(unit: Unit, percents: Sequence[float | None], blame: Blame) -> None:
    given = [value for value in percents if value is not None]
    if not unit.participants and not any(given):
        return
    added = sum(given)
    if abs(added - 100) > max(SUM_TOLERANCE, ROUNDING * len(given)) + 1e-9:
        text = f"{added:.2f}".replace(".", ",")
        blame(None, text, "100", f"сумма процентов {text}, а должна быть 100 (±0,05).")


def _check_beyond(unit: Unit, columns: Columns, blame: Blame) -> None:
    most = unit.work.most
    for label, place, value in zip(columns.labels, columns.value_places, unit.values, strict=True):
        if value and int(label) > most:
            message = f"в работе «{unit.work.title}» баллов до {most}, а здесь «{value}»."
            blame(place, str(value), "пусто или 0", message)


def _check_counts(unit: Unit, columns: Columns, blame: Blame) -> None:
    counts = [int(value or 0) for value in unit.values[1::2]]
    added = sum(counts)
    if added > unit.participants:  # fewer are sound: some have no mark in the journal
        message = f"по трём столбцам участников {added}, а всего {unit.participants}."
        place = columns.places.get("participants")
        blame(place, str(unit.participants), f"не меньше {added}", message)
        return
    for percent, count, name in zip(unit.values[0::2], counts, unit.columns[0::2], strict=True):
        share = 100 * count / added if added else 0
        if abs((percent or 0) - share) > SHARE_TOLERANCE:
            wanted = f"{share:.2f}".replace(".", ",")
            message = f"{count} участников — это {wanted} %, а здесь «{percent}»."
            blame(columns.place_of(name), str(percent), wanted, message)


def beyond_totals(units: Iterable[Unit]) -> Iterator[str]:
    """Sentences on municipalities whose schools together have more participants than they."""
    municipality: Unit | None = None
    inside: dict[tuple[str, str, str], int] = defaultdict(int)
    owners: list[Unit] = []
    for unit in units:
        if unit.is_municipality:
            municipality = unit
            owners.append(unit)
        elif unit.is_school and municipality is not None and _same_kind(unit, municipality):
            inside[municipality.key] += unit.participants
    beyond = [owner for owner in owners if inside[owner.key] > owner.participants]
    for owner in beyond[:MOST_NAMED]:
        yield (
            f"У школ «{shown(owner.label)}» вместе участников {inside[owner.key]}, "
            f"а у муниципалитета {owner.participants}: числа оставлены как в файле."
        )


def _same_kind(one: Unit, other: Unit) -> bool:
    return (one.work.code, one.group) == (other.work.code, other.group)
