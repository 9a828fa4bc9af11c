"""Reports on items: what was handed in, what waits for whose decision, what leaves a doubt."""

import datetime
from collections.abc import Iterable

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.models import (
    Document,
    DocumentKind,
    Event,
    Level,
    Membership,
    Organization,
    State,
)
from roadmaps.models import Execution, Item, Outcome, Roadmap
from roadmaps.queries.answers import ROADS
from roadmaps.queries.lines import own_places

UNFINISHED_STATES = (State.DRAFT, State.RETURNED)


def readers(roadmap: Roadmap) -> int:
    """How many organizations of the tree see the plan once it is approved."""
    node = roadmap.owner.parent if roadmap.owner.is_body else roadmap.owner
    return Organization.objects.under(node or roadmap.owner).in_tree().count()


def reports_on(item: Item, viewer: Viewer) -> QuerySet[Execution]:
    """What the viewer's territory handed in on an item, or on items taken from it by lower plans:
    what waits first, then by name."""
    order = Case(
        When(state=State.SENT, then=Value(0)),
        When(state=State.RETURNED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = executions_on([item], viewer).exclude(state=State.DRAFT)
    return told(rows).order_by(order, "organization__short_name", "pk")


def owing(item: Item, viewer: Viewer) -> QuerySet[Execution]:
    """What the viewer's territory has not handed in yet on an item: the earliest day first."""
    rows = executions_on([item], viewer).filter(state__in=UNFINISHED_STATES, is_carried=False)
    named = rows.select_related("organization__parent", "item__roadmap__owner")
    return named.order_by(F("due_on").asc(nulls_last=True), "organization__short_name", "pk")


def executions_on(items: Iterable[Item], viewer: Viewer) -> QuerySet[Execution]:
    """What the viewer sees of these items, and of the items that lower plans took from them."""
    keys = [item.pk for item in items]
    found = Q()
    for road in ROADS:
        found |= Q(pk__in=Execution.objects.filter(**{f"{road}__in": keys}).values("pk"))
    return Execution.objects.visible_to(viewer).filter(found)


def told(rows: QuerySet[Execution]) -> QuerySet[Execution]:
    """Reports with all that a page tells of them. Three queries."""
    people = ("organization__parent", "sent_by", "decided_by", "holder", "item__roadmap__owner")
    return rows.select_related(*people).prefetch_related("evidence__versions")


def part_of(execution: Execution, viewer: Viewer) -> Execution | None:
    """One execution with all that its page tells: proofs, notes, postponements. Five queries."""
    rows = told(Execution.objects.visible_to(viewer).filter(pk=execution.pk))
    return rows.prefetch_related("notes__written_by", "postponements__decided_by").first()


def history(execution: Execution) -> QuerySet[Event]:
    """What was done with an execution, for those who see it; the newest act first."""
    return Event.objects.about(execution)


def may_decide(execution: Execution, viewer: Viewer) -> bool:
    """Whether this report, seen by the viewer, waits for a decision that is theirs to make."""
    return (
        viewer.may(Permission.EXECUTION_ACCEPT)
        and execution.state == State.SENT
        and (not _is_own(execution, viewer) or viewer.level == Level.REGION)
    )


def may_postpone(execution: Execution, viewer: Viewer) -> bool:
    """Whether the viewer may move the day of this execution, which they see."""
    return (
        viewer.may(Permission.EXECUTION_ACCEPT)
        and execution.state in UNFINISHED_STATES
        and (not _is_own(execution, viewer) or viewer.level == Level.REGION)
    )


def _is_own(execution: Execution, viewer: Viewer) -> bool:
    return execution.organization_id in (viewer.organization_id, viewer.territory_id)


def to_accept(viewer: Viewer) -> QuerySet[Execution]:
    """The reports that wait for the viewer: of the level directly below, the longest waiting first.

    The region's own bodies have nobody else above them. Who stands higher may decide on what
    waits below too (`may_decide`), but is not asked to. Two queries.
    """
    rows = Execution.objects.open_to(viewer, Permission.EXECUTION_ACCEPT).filter(state=State.SENT)
    if viewer.level == Level.REGION:
        own = Q(organization__parent=viewer.territory_id) | Q(organization=viewer.territory_id)
        waiting = rows.filter(own)
    else:
        waiting = rows.filter(organization__parent=viewer.territory_id)
        waiting = waiting.exclude(organization=viewer.organization_id)
    named = waiting.select_related("item__roadmap", "organization__parent", "sent_by")
    return named.prefetch_related("evidence__versions").order_by("sent_at", "pk")


def doubts_of_report(execution: Execution) -> list[str]:
    """Why a report must be read before it is accepted; nothing for a clean one.

    Reads the prefetched proofs.
    """
    proofs = list(execution.evidence.all())
    found = []
    if execution.outcome != Outcome.DONE:
        found.append(f"Итог: {execution.get_outcome_display()}.")
    if not execution.report.strip():
        found.append("Не сказано, что сделано.")
    if not proofs:
        found.append("Нет подтверждений.")
    if days := days_after(execution):
        found.append(f"Сдан после срока на {days} дн.")
    return [*found, *doubts_of_dates(execution, proofs)]


def days_after(execution: Execution) -> int:
    """By how many days the report came after its day; nothing when in time or without a day."""
    if execution.due_on is None or execution.sent_at is None:
        return 0
    return max((timezone.localdate(execution.sent_at) - execution.due_on).days, 0)


def doubts_of_dates(execution: Execution, proofs: Iterable[Document]) -> list[str]:
    """Proofs whose date lies outside the term: told, since a slip and a reason look alike."""
    return [
        f"«{proof}» от {proof.signed_on:%d.%m.%Y}: {words}."
        for proof in proofs
        if proof.signed_on and (words := _outside(execution, proof.signed_on))
    ]


def _outside(execution: Execution, day: datetime.date) -> str:
    if execution.starts_on and day < execution.starts_on:
        return f"раньше начала срока, {execution.starts_on:%d.%m.%Y}"
    end = execution.item.ends_on if execution.was_due_on is None else execution.due_on
    if end and day > end:
        return f"позже конца срока, {end:%d.%m.%Y}"
    return ""


def proofs_at_hand(execution: Execution, viewer: Viewer) -> QuerySet[Document]:
    """What the organization has attached elsewhere and may attach here too, the newest first."""
    own = Document.objects.visible_to(viewer).filter(
        organization=execution.organization_id, kind=DocumentKind.EVIDENCE
    )
    return own.exclude(proves=execution).order_by("-pk")


def may_hold(execution: Execution, viewer: Viewer) -> QuerySet[Membership]:
    """The people who may carry the viewer's own execution out: by name."""
    places = {*own_places(viewer), execution.organization_id}
    current = Membership.objects.visible_to(viewer).current().filter(user__is_active=True)
    named = current.filter(organization__in=places).select_related("user")
    return named.order_by("user__last_name", "user__first_name", "user__username")
