"""The order that ends a plan: what it came to, what is done with, what goes on next year."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from monitoring.wording import NBSP, decimal
from organizations.templatetags.ru import day as named_day
from reports.paper import Block, Grid, Look, PageBreak, Paragraph
from reports.plans.execution import Execution
from reports.plans.figures import Answer
from reports.plans.wording import order_of, summed_up
from roadmaps.exchange.order_text import Clause, OrderText
from roadmaps.models import Item, Roadmap
from roadmaps.queries import FINISHED, WORDS, Standing, together

CONTROL = "Контроль за исполнением приказа оставляю за собой."
HEAD = ("№", "Мероприятие", "Срок", "Ответственные", "Состояние", "Не исполнили")


def closing_order(found: Execution) -> OrderText:
    """The order on the end of a plan, proposed from how it was carried out.

    The points are those the figures call for; the person who signs corrects them.
    """
    plan = found.roadmap
    order = plan.order
    return OrderText(
        kind="ПРИКАЗ",
        issuer=(order.issuer if order else "") or plan.owner.name,
        place="",
        title=f"О завершении исполнения плана «{plan.title}»",
        preamble=tuple(one for one in (_occasion(plan), _outcome(found), *_summary(plan)) if one),
        clauses=tuple(_numbered(_points(found))),
        control=CONTROL,
        signature="",
    )


def annex(found: Execution) -> tuple[Block, ...]:
    """The items that are not done, with their bodies and with how many have not done them."""
    left = undone(found)
    if not left:
        return ()
    rows = tuple(_row(item, found.by_item[item.pk]) for item in left)
    return (
        PageBreak(),
        Paragraph("Приложение к приказу", Look.RIGHT),
        Paragraph("Мероприятия, которые не исполнены полностью", Look.TITLE),
        Grid(HEAD, rows, shares=(6, 31, 16, 19, 14, 14), align="lllllr"),
    )


def undone(found: Execution) -> list[Item]:
    """Items that somebody owes still; in the order of the plan."""
    return [item for item in found.items if _left(found.by_item.get(item.pk, ()))]


def _left(answers: Iterable[Answer]) -> int:
    return sum(answer.standing not in FINISHED for answer in answers)


def _row(item: Item, answers: Sequence[Answer]) -> tuple[str, ...]:
    standing = together(Counter(answer.standing for answer in answers))
    bodies = ", ".join(one.text for one in item.responsible.all())
    left = f"{decimal(_left(answers), 0)} из{NBSP}{decimal(len(answers), 0)}"
    return item.number, item.title, item.term_text, bodies, WORDS[standing], left


def _occasion(plan: Roadmap) -> str:
    """«План … утверждён приказом от … № … и исполнялся с 1 августа 2025 г. по …»"""
    signed = f" утверждён приказом {order_of(plan)}" if order_of(plan) else ""
    if plan.starts_on and plan.ends_on:
        lasted = f"исполнялся с{NBSP}{named_day(plan.starts_on)} по{NBSP}{named_day(plan.ends_on)}"
        return f"План «{plan.title}»{signed + ' и' if signed else ''} {lasted}"
    return f"План «{plan.title}»{signed}." if signed else ""


def _outcome(found: Execution) -> str:
    """The figures, and how many items are done by all who owed them."""
    items = [item for item in found.items if found.by_item.get(item.pk)]
    done = len(items) - len(undone(found))
    said = summed_up(found.figures, found.day)
    if not items:
        return said
    return f"{said} Полностью исполнено мероприятий: {done} из{NBSP}{len(items)}."


def _summary(plan: Roadmap) -> list[str]:
    """What was written when the plan was closed, a paragraph for each line."""
    return [line.strip() for line in plan.summary.splitlines()]


def _numbered(points: Iterable[str]) -> Iterator[Clause]:
    numbers = count(1)
    for text in points:
        yield Clause(f"{next(numbers)}.", text)


def _points(found: Execution) -> Iterator[str]:
    plan, left = found.roadmap, undone(found)
    signed = f", утверждённого приказом {order_of(plan)}" if order_of(plan) else ""
    yield f"Завершить исполнение плана «{plan.title}»{signed}."
    done = [item for item in found.items if found.by_item.get(item.pk) and item not in left]
    for items, point in (
        (_given_up(done, found), "Признать не применимыми по представленным обоснованиям пункты"),
        (_carried_out(done, found), "Снять с контроля как исполненные пункты"),
    ):
        if items:
            yield f"{point} плана: {_numbers(items)}."
    if left:
        yield (
            "Перенести в план следующего года мероприятия, которые не исполнены полностью "
            f"(приложение), пункты: {_numbers(left)}."
        )
        yield (
            "Исполнителям мероприятий, указанных в приложении, до «___» ______________ 20___ г. "
            "сообщить, почему они не исполнены и когда будут исполнены."
        )
    yield "Довести приказ до сведения исполнителей плана."


def _given_up(items: Iterable[Item], found: Execution) -> list[Item]:
    """Items to which none of those asked had to do anything."""
    return [item for item in items if _is_given_up(found.by_item[item.pk])]


def _carried_out(items: Iterable[Item], found: Execution) -> list[Item]:
    return [item for item in items if not _is_given_up(found.by_item[item.pk])]


def _is_given_up(answers: Iterable[Answer]) -> bool:
    return all(answer.standing is Standing.NOT_APPLICABLE for answer in answers)


def _numbers(items: Iterable[Item]) -> str:
    return ", ".join(item.number for item in items)
