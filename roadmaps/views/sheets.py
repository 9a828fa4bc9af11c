"""The page of a draft as raw values and as forms: shown, rearranged, read back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict

from roadmaps.forms.plans import HeadingForm, ItemForm, Pair, SectionForm
from roadmaps.models import Item, Roadmap, Section
from roadmaps.services import drafts
from roadmaps.views.numbers import renumbered

MOST_ROWS = 300
NEW = "n"  # keys of sections that have no row yet begin with it
Values = dict[str, Any]
Rows = list[Values]
Posted = QueryDict


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands in the fields, right or wrong."""

    heading: Values
    sections: Sequence[Values]
    rows: Sequence[Values]


def stored(roadmap: Roadmap) -> Raw:
    """A draft as it is kept. Three queries."""
    items = roadmap.items.prefetch_related("responsible")
    return Raw(
        heading=_heading(roadmap),
        sections=[_section(one) for one in roadmap.sections.all()],
        rows=[_row(place, item) for place, item in enumerate(items, start=1)],
    )


def _heading(roadmap: Roadmap) -> Values:
    order = roadmap.order
    return {
        "number": order.number if order else "",
        "signed_on": order.signed_on if order else None,
        "issuer": order.issuer if order else "",
        "order_title": order.title if order else "",
        "title": roadmap.title,
        "starts_on": roadmap.starts_on,
        "ends_on": roadmap.ends_on,
    }


def _section(section: Section) -> Values:
    return {"key": str(section.pk), "number": section.number, "title": section.title}


def _row(place: int, item: Item) -> Values:
    return {
        "pk": item.pk,
        "place": place,
        "number": item.number,
        "title": item.title,
        "term_text": item.term_text,
        "bodies": drafts.bodies_text(item),
        "lead": drafts.lead_of(item),
        "section": str(item.section_id or ""),
        "result": item.result,
        "evidence": item.evidence,
        "points": ", ".join(f"{day:%d.%m.%Y}" for day in item.control_points),
        "cohort": str(item.cohort_id or ""),
    }


def typed(data: Posted) -> Raw:
    """What was posted, as it is."""
    return Raw(
        heading=_values(data, "", HeadingForm),
        sections=[_values(data, f"s{n}-", SectionForm) for n in _count(data, "sections")],
        rows=[_values(data, f"i{n}-", ItemForm) for n in _count(data, "rows")],
    )


def _count(data: Posted, name: str) -> range:
    said = data.get(name, "")
    return range(min(int(said), MOST_ROWS) if str(said).isdecimal() else 0)


def _values(data: Posted, prefix: str, form: type[forms.Form]) -> Values:
    return {name: data.get(prefix + name, "") for name in form.base_fields}


# Acts that only rearrange the page


def after(raw: Raw, act: str) -> Raw:
    """The page once a button was pressed: `up:3`, `down:3`, `remove:3`, `add:3`, `section`,
    `drop:1`, `place`, `renumber`; any other act changes nothing. Rows count from 0."""
    name, _, said = act.partition(":")
    row = int(said) if said.isdecimal() else -1
    if name == "section":
        return replace(raw, sections=[*raw.sections, _new_section(raw)])
    if name == "drop":
        return _without_section(raw, row)
    rearranged = ROWS.get(name, _same)(list(raw.rows), row)
    return replace(raw, rows=[one | {"place": n} for n, one in enumerate(rearranged, start=1)])


def _new_section(raw: Raw) -> Values:
    keys = {str(one["key"]) for one in raw.sections}
    number = next(n for n in range(1, len(keys) + 2) if f"{NEW}{n}" not in keys)
    return {"key": f"{NEW}{number}", "number": "", "title": ""}


def _without_section(raw: Raw, here: int) -> Raw:
    gone = [one["key"] for one in raw.sections[here : here + 1]] if here >= 0 else []
    return replace(
        raw,
        sections=[one for one in raw.sections if one["key"] not in gone],
        rows=[one | {"section": ""} if one["section"] in gone else one for one in raw.rows],
    )


def _same(rows: Rows, _here: int) -> Rows:
    return rows


def _up(rows: Rows, here: int) -> Rows:
    return _swapped(rows, here - 1)


def _swapped(rows: Rows, here: int) -> Rows:
    if 0 <= here < len(rows) - 1:
        rows[here : here + 2] = rows[here + 1], rows[here]
    return rows


def _removed(rows: Rows, here: int) -> Rows:
    return [one for place, one in enumerate(rows) if place != here]


def _added(rows: Rows, here: int) -> Rows:
    """A blank row below this one, in its section; the last one when none is named."""
    here = here if 0 <= here < len(rows) else len(rows) - 1
    blank: Values = dict.fromkeys(ItemForm.base_fields, "")
    if rows:
        blank = blank | {"section": rows[here]["section"]}
    return [*rows[: here + 1], blank, *rows[here + 1 :]][:MOST_ROWS]


def _placed(rows: Rows, _here: int) -> Rows:
    """Each row where its own field wants it: before the one that has that place now when it goes
    up, behind it when it goes down."""

    def wanted(pair: tuple[int, Values]) -> float:
        here, row = pair
        said = str(row["place"]).strip()
        place = int(said) if said.isdecimal() else here
        return place + (place > here) / 2 - (place < here) / 2

    return [row for _, row in sorted(enumerate(rows, start=1), key=wanted)]


def _renumbered(rows: Rows, _here: int) -> Rows:
    numbers = renumbered([(str(row["section"]), str(row["number"])) for row in rows])
    return [row | {"number": number} for row, number in zip(rows, numbers, strict=True)]


ROWS: dict[str, Callable[[Rows, int], Rows]] = {
    "up": _up,
    "down": _swapped,
    "remove": _removed,
    "add": _added,
    "place": _placed,
    "renumber": _renumbered,
}


# The page as forms


class SheetForms:
    """The forms of a draft's page: given raw values they show them, given a post they check it."""

    def __init__(self, raw: Raw, cohorts: Sequence[Pair], data: Posted | None = None) -> None:
        choices = [
            (str(one["key"]), " ".join(filter(None, (str(one["number"]), str(one["title"])))))
            for one in raw.sections
        ]
        self.heading = HeadingForm(data, initial=raw.heading)
        self.sections = [
            SectionForm(data, initial=one, prefix=f"s{n}") for n, one in enumerate(raw.sections)
        ]
        self.items = [
            ItemForm(data, initial=one, prefix=f"i{n}", sections=choices, cohorts=cohorts)
            for n, one in enumerate(raw.rows)
        ]

    def is_valid(self) -> bool:
        """Whether nothing is wrong; every form is asked, so that all faults are told at once."""
        return sum(len(form.errors) for _, form in self._all()) == 0

    @property
    def faults(self) -> Iterator[tuple[str, str, str]]:
        """Where each fault stands: the field to go to, its name on the page, the words."""
        for place, form in self._all():
            for name, errors in form.errors.items():
                if name in form.fields:
                    field = form[name]
                    yield field.id_for_label, f"{place}{field.label}", str(errors[0])
                else:
                    yield "", "", str(errors[0])

    def _all(self) -> Iterator[tuple[str, forms.Form]]:
        yield "", self.heading
        yield from (("", form) for form in self.sections)
        for place, form in enumerate(self.items, start=1):
            said = str(form["number"].value() or "").strip()
            yield f"Пункт {said}, " if said else f"Строка {place}, ", form

    @property
    def sheet(self) -> drafts.Sheet:
        heading = {**self.heading.cleaned_data}
        heading.pop("checked")
        return drafts.Sheet(
            heading=drafts.HeadingRow(**heading),
            sections=[form.row for form in self.sections],
            rows=[form.row for form in self.items],
        )
