"""The library of standard items: kept, changed, taken into drafts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Organization
from organizations.services import audit, guard
from roadmaps.models import Item, Roadmap, StandardItem
from roadmaps.services import drafts

FIRST_ITEMS = Path(__file__).parents[1] / "standard_items.txt"
MOST_TERM, MOST_BODIES = 300, 600  # signs
COLUMNS = ("title", "term_text", "bodies_text", "result", "evidence")


@dataclass(frozen=True, slots=True)
class Words:
    """What a standard item says."""

    title: str
    term_text: str = ""
    bodies_text: str = ""
    result: str = ""
    evidence: str = ""


@transaction.atomic
def add(owner: Organization, words: Words, *, by: Viewer) -> StandardItem:
    """Keep an item for later plans. Raises NotAllowed, or Conflict when it is there already."""
    guard.require(by, Permission.ROADMAP_EDIT, owner)
    same = StandardItem.objects.filter(owner=owner, title__iexact=words.title)
    if same.exists():
        raise Conflict(f"Такой пункт в библиотеке «{owner}» уже есть: «{words.title[:80]}».")
    standard = StandardItem.objects.create(owner=owner, **_fields(words))
    audit.record("library.added", standard, by=by, organization=owner)
    return standard


def words_of(item: Item) -> Words:
    """A plan's item as a standard one: without its number, section and days."""
    words = Words(
        title=item.title,
        term_text=item.term_text,
        bodies_text=drafts.bodies_text(item),
        result=item.result,
        evidence=item.evidence,
    )
    return fitted(words)


def fitted(words: Words) -> Words:
    """Words of a plan cut to what the library holds."""
    return replace(
        words,
        term_text=words.term_text[:MOST_TERM],
        bodies_text=words.bodies_text[:MOST_BODIES],
        evidence=words.evidence[:MOST_TERM],
    )


@transaction.atomic
def change(standard: StandardItem, words: Words, *, by: Viewer) -> StandardItem:
    """Put other words into a standard item; plans that took it stay as they are.

    Raises NotAllowed.
    """
    guard.require(by, Permission.ROADMAP_EDIT, standard)
    standard = StandardItem.objects.select_for_update().get(pk=standard.pk)
    before = {name: getattr(standard, name) for name in COLUMNS}
    for name, text in _fields(words).items():
        setattr(standard, name, text)
    standard.save(update_fields=COLUMNS)
    audit.record(
        "library.changed", standard, by=by, organization=standard.owner_id,
        before=before, after=_fields(words),
    )  # fmt: skip
    return standard


@transaction.atomic
def remove(standard: StandardItem, *, by: Viewer) -> None:
    """Take a standard item out of the library. Raises NotAllowed."""
    guard.require(by, Permission.ROADMAP_EDIT, standard)
    audit.record("library.removed", standard, by=by, organization=standard.owner_id)
    standard.delete()


@transaction.atomic
def insert(roadmap: Roadmap, standards: Sequence[StandardItem], *, by: Viewer) -> list[Item]:
    """Put standard items at the end of a draft, their terms read for its period.

    Raises NotAllowed, or Conflict for a plan that is no draft or a choice of nothing.
    """
    draft = drafts.held(roadmap, by)
    if not standards:
        raise Conflict("Отметьте хотя бы один пункт, который нужно взять в план.")
    last = draft.items.order_by("-position").values_list("number", flat=True).first() or ""
    rows = [
        _row(standard, number)
        for standard, number in zip(standards, _numbers(last, len(standards)), strict=True)
    ]
    items = drafts.append(draft, rows)
    drafts.recheck(draft)
    audit.record("roadmap.edited", draft, by=by, organization=draft.owner, added=len(items))
    return items


def _row(standard: StandardItem, number: str) -> drafts.ItemRow:
    return drafts.ItemRow(
        pk=None,
        number=number,
        section="",
        title=standard.title,
        term_text=standard.term_text,
        bodies=standard.bodies_text,
        lead="",
        result=standard.result,
        evidence=standard.evidence,
        points=(),
        cohort=None,
    )


def _numbers(last: str, count: int) -> list[str]:
    """The numbers that follow the last one of a plan: «2.9» → «2.10», «2.11»."""
    upper, dot, end = last.rpartition(".")
    begun = int(end) if end.isdecimal() else 0
    return [f"{upper}{dot}{begun + step}" for step in range(1, count + 1)]


def _fields(words: Words) -> dict[str, str]:
    return {name: getattr(words, name) for name in COLUMNS}


@transaction.atomic
def fill(owner: Organization, *, by: Viewer | None) -> int:
    """Give an owner the first standard items, those it has not yet; tells how many were added.

    `by` is None for the operator's own console. Raises NotAllowed.
    """
    if by is not None:
        guard.require(by, Permission.ROADMAP_EDIT, owner)
    known = set(StandardItem.objects.filter(owner=owner).values_list("title", flat=True))
    fresh = [words for words in first_items() if words.title not in known]
    StandardItem.objects.bulk_create(StandardItem(owner=owner, **_fields(words)) for words in fresh)
    if fresh:
        audit.record("library.filled", owner, by=by, items=len(fresh))
    return len(fresh)


def first_items() -> Iterable[Words]:
    """The items of `standard_items.txt`: one a line, its parts divided by tabs."""
    for line in FIRST_ITEMS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Words(*(part.strip() for part in line.split("\t")))
