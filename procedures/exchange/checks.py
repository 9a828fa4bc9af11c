"""What may be wrong with a row of a collection form whose cells are sound one by one."""

from collections.abc import Iterator, Mapping
from functools import cache

from organizations.exchange.table import Complaint, Record
from procedures.exchange import tokens
from procedures.exchange.results import ABSENT
from procedures.exchange.works import WorkSpec


@cache
def task_name(number: int) -> str:
    """The name of the column of a task by its number from 0."""
    return f"t{number}"


@cache
def task_names(count: int) -> list[str]:
    """The names of the columns of so many tasks."""
    return [task_name(number) for number in range(count)]


def check_row(
    work: WorkSpec,
    criteria: Mapping[int, int],
    formulas: frozenset[tuple[int, int]],
    total: int,
    record: Record,
) -> Iterator[Complaint]:
    """What is wrong with a row whose cells are sound one by one."""
    if record.values["variant"] == ABSENT:
        yield from _check_absent(work, record)
        return
    points = [record.values[name] for name in task_names(len(work.tasks))]
    blank = [j for j, value in enumerate(points) if value is None]
    for j in blank:
        yield Complaint(task_name(j), "баллы или X", "пусто.", "Поставьте баллы; не приступал — X.")
    for j, first in criteria.items():
        yield from _check_criterion(work, record, j, first)
    # A formula's 0 is what the federal form comes with; programs that fill it do not recompute.
    untouched = record.texts.get("total") == "0" and (record.row - 1, total) in formulas
    if not blank and record.values["total"] is not None and not untouched:
        yield from _check_total(points, record)


def _check_absent(work: WorkSpec, record: Record) -> Iterator[Complaint]:
    entered = [work.tasks[j] for j in range(len(work.tasks)) if record.texts[task_name(j)]]
    if entered or record.values["total"]:
        where = f"заданиях {', '.join(entered)}" if entered else "итоге"
        yield Complaint(
            "variant",
            "вариант 1 или 2",
            f"«{tokens.AWAY}», но в {where} стоят баллы.",
            "Укажите вариант 1 или 2 либо очистите баллы.",
        )


def _check_criterion(work: WorkSpec, record: Record, j: int, first: int) -> Iterator[Complaint]:
    base, points = record.values[task_name(first)], record.values[task_name(j)]
    if base is not None and points is not None and base in (0, -1) and points > 0:
        stands = record.texts[task_name(first)]
        yield Complaint(
            task_name(j),
            "0 или X",
            f"нужно 0 или X, раз в {work.tasks[first]} стоит {stands}, а здесь «{points}».",
            "Сверьте оба критерия с работой участника.",
        )


def _check_total(points: list[int], record: Record) -> Iterator[Complaint]:
    added = sum([value for value in points if value > 0])
    if record.values["total"] != added:
        yield Complaint(
            "total",
            str(added),
            f"сумма баллов за задания {added}, а здесь «{record.texts['total']}».",
            "Сверьте баллы за задания; итог форма считает сама.",
        )
