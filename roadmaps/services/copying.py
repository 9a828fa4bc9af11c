"""Items of a plan above copied into a lower one: in its own bodies' words, linked to them."""

from collections.abc import Sequence

from django.db.models import Max

from organizations.models import Organization
from roadmaps.models import Cohort, Item, Link, Responsible, Roadmap, Section
from roadmaps.names import OTHER
from roadmaps.queries import COMMON_BODIES

COPIED = (
    "title", "term_text", "term_kind", "starts_on", "ends_on", "recurrence", "result", "evidence",
    "control_points",
)  # fmt: skip


def copy(items: Sequence[Item], into: Roadmap) -> list[Item]:
    """Append copies of these items to a draft of a lower level, each linked to its original.

    Bodies that only the level above has are left out where others stay. An item for a group goes
    to the group's members of this territory only, as one of the owner's own. A constant number of
    queries; `items` come with their sections, cohorts and bodies.
    """
    places = _places(into.owner)
    sections, cohorts = _sections(items, into), _cohorts(items, into.owner, places)
    copies = [
        Item(
            roadmap=into,
            position=position,
            number=number,
            section=sections.get(_title(item.section)),
            cohort=cohorts.get(item.cohort_id or 0),
            **{name: getattr(item, name) for name in COPIED},
        )
        for item, (position, number) in zip(items, _numbers(items, into), strict=True)
    ]
    Item.objects.bulk_create(copies)
    Responsible.objects.bulk_create(
        Responsible(
            item=lower,
            position=position,
            text=body.text,
            body=body.body,
            organization_id=body.organization_id,
            is_lead=body.is_lead,
        )
        for upper, lower in zip(items, copies, strict=True)
        for position, body in enumerate(_bodies(upper, into.owner, places), start=1)
    )
    Link.objects.bulk_create(
        Link(upper=upper, lower=lower) for upper, lower in zip(items, copies, strict=True)
    )
    return copies


def _places(owner: Organization) -> set[int]:
    """The owner's territory with the bodies beside it."""
    node = Organization.objects.get(pk=owner.territory_id)
    return set(Organization.objects.under(node).values_list("pk", flat=True))


def _bodies(item: Item, owner: Organization, places: set[int]) -> list[Responsible]:
    bodies = list(item.responsible.all())
    return [body for body in bodies if _is_below(body, owner, places)] or bodies


def _is_below(body: Responsible, owner: Organization, places: set[int]) -> bool:
    """Whether a body is one of the owner's level or lower; what nobody recognised may be."""
    if body.organization_id is not None:
        return body.organization_id in places
    common = {
        code for level, codes in COMMON_BODIES.items() if level >= owner.level for code in codes
    }
    return body.body in common | {OTHER}


def _numbers(items: Sequence[Item], into: Roadmap) -> list[tuple[int, str]]:
    """Where each copy stands: numbered on where the plans number 1, 2, 3, else as printed."""
    last = into.items.aggregate(last=Max("position"))["last"] or 0
    printed = [*into.items.values_list("number", flat=True), *(item.number for item in items)]
    places = range(last + 1, last + 1 + len(items))
    if all(number.isdecimal() for number in printed):
        return [(place, str(place)) for place in places]
    return [(place, item.number) for place, item in zip(places, items, strict=True)]


def _title(section: Section | None) -> tuple[str, str] | None:
    return (section.number, section.title) if section else None


def _sections(items: Sequence[Item], into: Roadmap) -> dict[tuple[str, str] | None, Section]:
    """The sections of these items in the lower plan; those that it lacks are made."""
    found = {_title(section): section for section in into.sections.all()}
    asked = {_title(item.section): item.section for item in items if item.section}
    missing = [section for title, section in asked.items() if title not in found]
    last = into.sections.aggregate(last=Max("position"))["last"] or 0
    fresh = Section.objects.bulk_create(
        Section(roadmap=into, number=one.number, title=one.title, position=position)
        for position, one in enumerate(missing, start=last + 1)
    )
    return found | {_title(section): section for section in fresh}


def _cohorts(items: Sequence[Item], owner: Organization, places: set[int]) -> dict[int, Cohort]:
    """Group of the level above → the owner's own group of its members in this territory."""
    asked = {item.cohort_id: item.cohort for item in items if item.cohort is not None}
    through = Cohort.members.through
    rows = through.objects.filter(cohort__in=asked, organization__in=places)
    members = list(rows.values_list("cohort", "organization"))
    own = {
        pk: Cohort(owner=owner, title=cohort.title, basis=cohort.basis)
        for pk, cohort in asked.items()
        if pk is not None
    }
    Cohort.objects.bulk_create(own.values())
    through.objects.bulk_create(
        through(cohort_id=own[cohort].pk, organization_id=place) for cohort, place in members
    )
    return own
