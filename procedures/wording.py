"""How the state of a school's results in a work is told: shape, word, reason."""

from dataclasses import dataclass

from organizations.templatetags.ru import plural
from procedures.completeness import Cell, Receipt
from procedures.exchange.importer import classes_words
from procedures.models import Protocol
from procedures.queries import Standing


@dataclass(frozen=True)
class Told:
    """What a person sees of a state; `shape` is one of shapes.svg."""

    shape: str
    word: str
    why: str = ""


NOTHING = Told("planned", "ждём протокол")


def told(standing: Standing) -> Told:
    """The state of the newest file, and what counts meanwhile."""
    newest = standing.newest
    if newest is None:
        return NOTHING
    if standing.has_broken_off:
        return Told("late", "проверка прервалась", "Загрузите файл снова.")
    if standing.is_waiting:
        return Told("work", "проверяется", _counts(standing))
    if newest.state == Protocol.State.READY:
        return Told("done", "ждёт записи", _counts(standing))
    if newest.state == Protocol.State.FAULTY:
        return Told("late", _faults(newest), _counts(standing))
    if newest.state == Protocol.State.REFUSED:
        return Told("late", "файл не подошёл", _counts(standing))
    if standing.current:
        return Told("accepted", "принят", _rows(standing))
    return NOTHING


def _faults(protocol: Protocol) -> str:
    count = getattr(protocol, "fault_count", None)
    count = len(protocol.faults) if count is None else count
    return f"{count} {plural(count, 'ошибка,ошибки,ошибок')}"


def _counts(standing: Standing) -> str:
    """Which earlier version the results still rest on."""
    versions = ", ".join(str(row.version) for row in standing.current)
    return f"Действует версия {versions}." if versions else "Пока ничего не записано."


def _rows(standing: Standing) -> str:
    classes = sorted({number for row in standing.current for number in row.classes})
    rows = standing.rows
    return f"{classes_words(classes)}, {rows} {plural(rows, 'строка,строки,строк')}"


# The standings of the board of completeness, in the order of its filters.
RECEIPTS = {
    Receipt.OVERDUE: Told("late", "просрочен"),
    Receipt.FAULTY: Told("returned", "есть ошибки"),
    Receipt.READY: Told("done", "ждёт записи"),
    Receipt.CHECKING: Told("work", "проверяется"),
    Receipt.PARTIAL: Told("doubt", "не все классы"),
    Receipt.EXPECTED: Told("planned", "ждём протокол"),
    Receipt.LATE: Told("moved", "принят позже срока"),
    Receipt.ACCEPTED: Told("accepted", "принят"),
    Receipt.EXEMPT: Told("na", "не участвует"),
}


def told_cell(cell: Cell) -> Told:
    """How one work of one school stands, with the classes that have come or not."""
    told = RECEIPTS[cell.receipt]
    some = []
    if cell.received:
        some.append(f"есть {classes_words(cell.received)}")
    if cell.missing and cell.received:
        some.append(f"нет: {classes_words(cell.missing)}")
    if cell.exempt and cell.received:
        some.append(f"не участвует {classes_words(cell.exempt)}")
    return Told(told.shape, told.word, "; ".join(some))
