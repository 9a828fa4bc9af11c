"""The order that sends observers or checkers to schools, from an approved list, with its annex."""

import datetime
from collections.abc import Sequence

from organizations.templatetags.ru import NBSP, day
from procedures.models import Assignment, Staffing, StaffKind
from reports.paper import Block, Grid, Look, PageBreak, Paragraph
from roadmaps.exchange.order_text import Clause, OrderText

CONTROL = "Контроль за исполнением приказа оставляю за собой."
HEAD = ("№", "Школа", "День", "Кто направлен", "Где работает")
WHOM = {StaffKind.OBSERVER: "независимых наблюдателей", StaffKind.CHECKER: "проверяющих работы"}
DUTY = {
    StaffKind.OBSERVER: (
        "Независимым наблюдателям присутствовать при проведении работы и в тот же день заполнить "
        "протокол наблюдения, не называя имён."
    ),
    StaffKind.CHECKER: (
        "Проверяющим проверить работы по критериям оценивания; работы своей школы никто не "
        "проверяет."
    ),
}


def holding_order(
    staffing: Staffing, days: tuple[datetime.date, datetime.date] | None
) -> OrderText:
    """The text of the order; who signs corrects it. `days` are the first and the last day."""
    kind, work = StaffKind(staffing.kind), staffing.work
    return OrderText(
        kind="ПРИКАЗ",
        issuer=staffing.organization.name,
        place="",
        title=f"О направлении в школы: {WHOM[kind]}",
        preamble=(
            f"В целях объективности при проведении процедуры «{work.procedure.title}» "
            f"(работа: {work.subject}, {work.grade}{NBSP}класс{_when(days)})",
        ),
        clauses=(
            Clause("1.", f"Направить в школы {WHOM[kind]} по списку (приложение)."),
            Clause("2.", DUTY[kind]),
            Clause("3.", "Руководителям школ обеспечить допуск и место для работы направленных."),
        ),
        control=CONTROL,
        signature="",
    )


def _when(days: tuple[datetime.date, datetime.date] | None) -> str:
    if days is None:
        return ""
    first, last = days
    return f", {day(first)}" if first == last else f", с{NBSP}{day(first)} по{NBSP}{day(last)}"


def annex(places: Sequence[Assignment]) -> tuple[Block, ...]:
    """The list: a row a filled place; those known by their post have the portal's number."""
    filled = [place for place in places if place.candidate]
    rows = tuple(_row(number, place) for number, place in enumerate(filled, start=1))
    return (
        PageBreak(),
        Paragraph("Приложение к приказу", Look.RIGHT),
        Paragraph("Список направленных", Look.TITLE),
        Grid(HEAD, rows, shares=(6, 28, 14, 28, 24), align="lllll"),
    )


def _row(number: int, place: Assignment) -> tuple[str, ...]:
    who = place.candidate
    works_at = who.organization.short_name if who else ""
    return (
        str(number), place.organization.short_name, day(place.held_on), str(who or ""), works_at,
    )  # fmt: skip
