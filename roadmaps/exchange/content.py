"""What a plan says, as frozen dataclasses, and the JSON other programs rely on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from roadmaps.bodies import Body
from roadmaps.exchange.order import Order
from roadmaps.terms import Period, Term

Json = Mapping[str, "Json"] | Sequence["Json"] | str | None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a plan; the number is the printed one, or follows from its items."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item: what is done, when, by whom, with what result; `section` is a number.

    `control_points` are the days on which it is looked at: the printed ones, or those that
    follow from its term.
    """

    number: str
    section: str | None
    title: str
    term: Term
    bodies: tuple[Body, ...]
    result: str | None
    evidence: str | None = None
    control: str | None = None  # when it is looked at, as printed
    control_points: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Warning:
    """Something in a plan that a person should look at; `item` is a number."""

    code: str
    item: str | None
    message: str
    cure: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """An order's plan as read from a file."""

    order: Order
    title: str
    period: Period | None
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    warnings: tuple[Warning, ...]

    def as_json(self) -> dict[str, Json]:
        """The plan as `import_roadmap --format json` prints it."""
        return {
            "order": _order(self.order),
            "title": self.title,
            "period": _period(self.period),
            "sections": [{"number": one.number, "title": one.title} for one in self.sections],
            "items": [_item(item) for item in self.items],
            "warnings": [
                {
                    "code": one.code,
                    "item": one.item,
                    "message": one.message,
                    "place": one.place,
                    "cure": one.cure,
                }
                for one in self.warnings
            ],
        }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _order(order: Order) -> Json:
    return {
        "number": order.number,
        "date": _day(order.date),
        "title": order.title,
        "issuer": order.issuer,
    }


def _period(period: Period | None) -> Json:
    return {"start": _day(period.start), "end": _day(period.end)} if period else None


def _item(item: Item) -> Json:
    return {
        "number": item.number,
        "section": item.section,
        "title": item.title,
        "deadline": _term(item.term),
        "responsible": [{"text": body.text, "body": body.code} for body in item.bodies],
        "result": item.result,
        "evidence": item.evidence,
        "control_points": [day.isoformat() for day in item.control_points],
    }


def _term(term: Term) -> Json:
    return {
        "text": term.text,
        "kind": term.kind.value,
        "start": _day(term.start),
        "end": _day(term.end),
        "recurrence": term.recurrence,
    }
