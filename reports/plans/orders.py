"""An order told as plain data becomes a paper that is printed and signed."""

import datetime

from reports.paper import Block, Look, Paper, Paragraph, Signature
from roadmaps.exchange.order_text import OrderText

REQUISITES = "«___» ______________ 20___ г.\t№ ________"
DECREES = "ПРИКАЗЫВАЮ:"
DRAFT = "Проект"


def order_paper(
    order: OrderText, *, made_on: datetime.date, annex: tuple[Block, ...] = ()
) -> Paper:
    """The order as a paper: its head, why, what is ordered, who signs; then what is put to it.

    Day and number are left to be written in, for the portal registers no orders.
    """
    head = (
        Paragraph(DRAFT, Look.RIGHT),
        Paragraph(order.issuer, Look.TITLE),
        Paragraph(order.kind, Look.TITLE),
        Paragraph(REQUISITES, Look.LEFT),
        *((Paragraph(order.place, Look.CENTRE),) if order.place else ()),
        Paragraph(order.title, Look.TITLE),
    )
    points = tuple(Paragraph(f"{one.number} {one.text}") for one in order.clauses)
    return Paper(
        title=order.title,
        author=order.issuer,
        made_on=made_on,
        blocks=(
            *head,
            *(Paragraph(text) for text in order.preamble),
            Paragraph(DECREES, Look.LEFT),
            *points,
            Paragraph(f"{order.control_number} {order.control}"),
            Signature(order.signature),
            *annex,
        ),
    )
