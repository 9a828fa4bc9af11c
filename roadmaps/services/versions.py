"""A plan over time: its next version, its closing, the plan of the next year."""

import datetime
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, Max, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Document, DocumentKind, State
from organizations.services import audit, guard
from roadmaps.models import (
    Execution,
    Item,
    Link,
    Meeting,
    Omission,
    Responsible,
    Roadmap,
    Section,
)
from roadmaps.queries import is_doubtful
from roadmaps.queries.closing import waiting
from roadmaps.services import assignment, drafts
from roadmaps.terms import Period, control_points, read_term, shifted

UNREPORTED = (State.DRAFT, State.RETURNED)
# What a next version takes along of an item, unless it says otherwise itself.
COPIED = (
    "position", "number", "title", "term_text", "term_kind", "starts_on", "ends_on", "recurrence",
    "result", "evidence", "control_points", "cohort_id",
)  # fmt: skip
TERM = ("term_text", "term_kind", "starts_on", "ends_on", "control_points")


# A draft made from a plan


@transaction.atomic
def next_version(roadmap: Roadmap, *, by: Viewer) -> Roadmap:
    """Begin the next version of a plan in force: a draft of the same items under an order of its
    own, which is still to be named.

    Raises NotAllowed, or Conflict when the plan is not in force or has a next version already.
    """
    old = _held(roadmap, by)
    if old.status != Roadmap.Status.APPROVED:
        raise Conflict(
            f"План сейчас не действует ({old.get_status_display()}): новую версию делают "
            "у действующего."
        )
    if old.successors.exists():
        raise Conflict("Новая версия этого плана уже заведена. Откройте её и правьте дальше.")
    new = _copied(old, version=old.version + 1, supersedes=old, above=old.above)
    items = _copy_items(old, new)
    Link.objects.bulk_create(
        Link(upper_id=upper, lower=items[lower])
        for upper, lower in Link.objects.filter(lower__roadmap=old).values_list("upper", "lower")
    )
    Omission.objects.bulk_create(
        Omission(roadmap=new, item_id=one.item_id, reason=one.reason, stated_by_id=one.stated_by_id)
        for one in old.omissions.all()
    )
    drafts.recheck(new)
    audit.record(
        "roadmap.versioned", new, by=by, organization=new.owner, version=new.version,
        items=len(items),
    )  # fmt: skip
    return new


@transaction.atomic
def next_year(roadmap: Roadmap, *, by: Viewer) -> Roadmap:
    """Begin the plan of the next year: a draft of the same items with every year moved by one.

    Raises NotAllowed.
    """
    old = _held(roadmap, by)
    new = _copied(
        old,
        title=shifted(old.title, 1),
        starts_on=year_later(old.starts_on),
        ends_on=year_later(old.ends_on),
    )
    items = _copy_items(old, new, with_lineage=False, change=_year_mover(drafts.period_of(new)))
    drafts.recheck(new)
    audit.record(
        "roadmap.continued", new, by=by, organization=new.owner, of=old.pk, items=len(items)
    )
    return new


def year_later(day: datetime.date | None) -> datetime.date | None:
    """The same day a year later; the last day of February stays the last one."""
    if day is None:
        return None
    following = day + datetime.timedelta(days=1)
    if (day.month, following.month) == (2, 3):
        return datetime.date(day.year + 1, 3, 1) - datetime.timedelta(days=1)
    return day.replace(year=day.year + 1)


def _year_mover(period: Period | None) -> Callable[[Item], None]:
    def move(item: Item) -> None:
        term = read_term(shifted(item.term_text, 1)[:300], period=period)
        drafts.put_term(item, term)
        item.control_points = list(control_points(term, period))
        item.title, item.result = shifted(item.title, 1), shifted(item.result, 1)

    return move


def _held(roadmap: Roadmap, by: Viewer) -> Roadmap:
    guard.require(by, Permission.ROADMAP_EDIT, roadmap)
    rows = Roadmap.objects.select_for_update(of=("self",))
    return rows.select_related("owner", "order", "above").get(pk=roadmap.pk)


def _copied(old: Roadmap, **changes: Any) -> Roadmap:
    """A draft after a plan; its order has a title and an issuer, but no number and no date yet."""
    title = changes.get("title", old.title)
    order = Document.objects.create(
        organization=old.owner,
        kind=DocumentKind.ORDER,
        title=title[:400],
        issuer=old.order.issuer if old.order else "",
    )
    fields = {"title": old.title, "starts_on": old.starts_on, "ends_on": old.ends_on} | changes
    return Roadmap.objects.create(owner=old.owner, order=order, **fields)


def _copy_items(
    old: Roadmap,
    new: Roadmap,
    *,
    with_lineage: bool = True,
    change: Callable[[Item], None] | None = None,
) -> dict[int, Item]:
    """Sections, items and bodies anew; gives old item → its copy. Six queries."""
    sections = _copy_sections(old, new)
    copies: dict[int, Item] = {}
    for item in old.items.all():
        copy = Item(roadmap=new, **{name: getattr(item, name) for name in COPIED})
        copy.section = sections.get(item.section_id or 0)
        copy.replaces = item if with_lineage else None
        if change:
            change(copy)
        copies[item.pk] = copy
    Item.objects.bulk_create(copies.values())
    Responsible.objects.bulk_create(
        Responsible(
            item=copies[body.item_id],
            position=body.position,
            text=body.text,
            body=body.body,
            organization_id=body.organization_id,
            is_lead=body.is_lead,
        )
        for body in Responsible.objects.filter(item__roadmap=old)
    )
    return copies


def _copy_sections(old: Roadmap, new: Roadmap) -> dict[int, Section]:
    copies = {
        one.pk: Section(roadmap=new, number=one.number, title=one.title, position=one.position)
        for one in old.sections.all()
    }
    Section.objects.bulk_create(copies.values())
    return copies


# A next version comes into force


def take_over(roadmap: Roadmap, *, by: Viewer | None) -> None:
    """Let a version that has just come into force take the place of the one it replaces: what was
    done, linked and called together under it goes on here.

    Raises Conflict when the older one is no longer in force.
    """
    if roadmap.supersedes_id is None:
        return
    old = Roadmap.objects.select_for_update(of=("self",)).get(pk=roadmap.supersedes_id)
    # The plans below are pointed here in the end; one that comes into force now holds itself first.
    list(old.below.select_for_update(of=("self",)).order_by("-pk").values_list("pk", flat=True))
    if old.status != Roadmap.Status.APPROVED:
        raise Conflict(
            f"Прежняя версия уже не действует ({old.get_status_display()}): заменить её нельзя. "
            "Удалите этот черновик и начните новую версию с действующего плана."
        )
    old.status = Roadmap.Status.SUPERSEDED
    old.save(update_fields=["status", "updated_at"])
    touched = assignment.uppers(old) | set(roadmap.items.values_list("pk", flat=True))
    moved, dropped = _move_executions(old, roadmap)
    _relink(old, roadmap)
    assignment.settle(touched)
    audit.record(
        "roadmap.superseded", old, by=by, organization=old.owner_id, version=roadmap.version,
        moved=moved, dropped=dropped,
    )  # fmt: skip


def _move_executions(old: Roadmap, new: Roadmap) -> tuple[int, int]:
    """Put the executions of replaced items under the items that replace them.

    Empty ones of those who owe no longer are deleted; with a text, a note or a proof they are
    kept. The rows are matched here: joined by the database, a region's thousands took minutes.
    """
    heirs = {was: item for item in new.items.all() if (was := item.replaces_id)}
    before = {item.pk: was for was, item in heirs.items()}
    wanted = {
        (before[row.item_id], row.organization_id): row.is_lead
        for row in assignment.owed(new)
        if row.item_id in before
    }
    olds = Execution.objects.filter(item__roadmap=old)
    held = olds.select_for_update(of=("self",)).order_by("pk")  # nobody hands in meanwhile
    stand = list(held.values_list("pk", "item", "organization", "is_lead", "state", "report"))
    unowed = {
        pk
        for pk, item, organization, _, state, _ in stand
        if (item, organization) not in wanted and state in UNREPORTED
    }
    empty = olds.filter(pk__in=unowed, state=State.DRAFT, report="", notes=None, evidence=None)
    dropped = empty.count()
    empty.delete()
    leads = {
        pk: wanted.get((item, organization), lead) for pk, item, organization, lead, *_ in stand
    }
    for lead in (True, False):
        changed = [pk for pk, *_, was, _, _ in stand if leads[pk] is lead and was is not lead]
        olds.filter(pk__in=changed).update(is_lead=lead)
    _take_terms(olds.filter(pk__in=_owing(stand, wanted)), _redated(new))
    heir = Case(*(When(item=was, then=Value(now.pk)) for was, now in heirs.items()))
    return olds.filter(item__in=heirs).update(item=heir) if heirs else 0, dropped


def _owing(stand: Iterable[Any], wanted: Container[tuple[int, int]]) -> list[int]:
    return [pk for pk, item, organization, *_ in stand if (item, organization) in wanted]


def _take_terms(rows: QuerySet[Execution], redated: Mapping[int, Item]) -> None:
    """Days are taken from the new version where the term changed and nothing is handed in. A day
    that was moved before stays noted as the former one."""
    rows = rows.filter(item__in=redated, state__in=UNREPORTED)
    ahead = _after_told(rows)
    for was, item in redated.items():
        doubtful = is_doubtful(item.roadmap, item)
        due = None if doubtful else assignment.due_of(item)
        rows.filter(item=was).update(starts_on=item.starts_on, due_on=due, is_doubtful=doubtful)
    Execution.objects.bulk_update(ahead, ["due_on"])


def _redated(new: Roadmap) -> dict[int, Item]:
    """The replaced items whose term is another one now, each with its heir."""
    return {
        item.replaces.pk: item
        for item in new.items.select_related("replaces", "roadmap")
        if item.replaces and any(getattr(item, x) != getattr(item.replaces, x) for x in TERM)
    }


def _after_told(rows: QuerySet[Execution]) -> list[Any]:
    """Those that told of a control point already, due at the first one after it."""
    told = rows.annotate(point=Max("notes__point")).filter(point__isnull=False)
    found: list[Any] = list(told.prefetch_related("item__replaced_by"))
    for execution in found:
        heir = execution.item.replaced_by.all()[0]
        last = max(heir.control_points, default=None)
        execution.due_on = assignment.due_of(heir, after=execution.point) or last
    return found


def _relink(old: Roadmap, new: Roadmap) -> None:
    """Point at the new version what lower plans and meetings have of the old one.

    The old version's own links are dropped, for the new one has its own: an item above would
    otherwise be counted under both.
    """
    Link.objects.filter(lower__roadmap=old).delete()
    of_upper = Item.objects.filter(roadmap=new, replaces=OuterRef("upper")).values("pk")[:1]
    of_item = Item.objects.filter(roadmap=new, replaces=OuterRef("item")).values("pk")[:1]
    Link.objects.filter(upper__replaced_by__roadmap=new).update(upper=Subquery(of_upper))
    Omission.objects.filter(item__replaced_by__roadmap=new).update(item=Subquery(of_item))
    Meeting.objects.filter(item__replaced_by__roadmap=new).update(item=Subquery(of_item))
    old.below.update(above=new)


# The end of a plan


@transaction.atomic
def close(roadmap: Roadmap, *, summary: str, by: Viewer) -> Roadmap:
    """Close a plan in force with what it came to; nothing can be reported on it afterwards.

    Raises NotAllowed, or Conflict without a summary, while reports wait for a decision, or while
    a next version is being prepared.
    """
    roadmap = _held(roadmap, by)
    if roadmap.status != Roadmap.Status.APPROVED:
        raise Conflict(f"Завершают действующий план, а этот {roadmap.get_status_display()}.")
    if not summary.strip():
        raise Conflict("Напишите итоги: без них план не завершают.")
    if count := waiting(roadmap):
        raise Conflict(
            f"Ждут приёмки отчёты: {count}. Примите их или верните, тогда план можно завершить."
        )
    if roadmap.successors.exists():
        raise Conflict("Заведена новая версия плана. Утвердите её или удалите её черновик.")
    roadmap.status, roadmap.closed_at = Roadmap.Status.CLOSED, timezone.now()
    roadmap.summary = summary.strip()
    roadmap.save(update_fields=["status", "closed_at", "summary", "updated_at"])
    assignment.settle(assignment.uppers(roadmap))
    audit.record("roadmap.closed", roadmap, by=by, organization=roadmap.owner)
    return roadmap
