"""Taking a plan from the level above: linked items, own ones, and reasons for what is left out."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Document, DocumentKind, Organization, State
from organizations.services import audit, guard, submissions
from roadmaps.models import Execution, Item, Link, Omission, Outcome, Roadmap
from roadmaps.queries.comparison import asked_in
from roadmaps.services import announcements, assignment, copying, drafts

Pair = tuple[int, int]  # an item above, an item of the lower plan


# A draft out of the plan above


@transaction.atomic
def adopt(upper: Roadmap, *, owner: Organization, by: Viewer) -> Roadmap:
    """Begin the owner's own plan with the items of the plan above that ask its territory.

    Raises NotAllowed, or Conflict when the plan above is not in force, asks nobody here, or has
    been taken already.
    """
    guard.require(by, Permission.ROADMAP_EDIT, owner)
    owner = Organization.objects.select_for_update(no_key=True).get(pk=owner.pk)
    _check_above(upper, owner)
    items = list(_whole(asked_in(upper, owner)))
    if not items:
        raise Conflict("В этом плане нет пунктов, которые исполняют на вашей территории.")
    order = Document.objects.create(
        organization=owner, kind=DocumentKind.ORDER, title=upper.title[:400]
    )
    draft = Roadmap.objects.create(
        owner=owner,
        order=order,
        title=upper.title,
        starts_on=upper.starts_on,
        ends_on=upper.ends_on,
        above=upper,
    )
    copying.copy(items, draft)
    drafts.recheck(draft)
    audit.record(
        "roadmap.adopted", draft, by=by, organization=owner, above=str(upper), items=len(items)
    )
    return draft


def _whole(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items in their order with all that a copy needs."""
    whole = items.select_related("section", "cohort").prefetch_related("responsible")
    return whole.order_by("position")


def _check_above(upper: Roadmap, owner: Organization) -> None:
    """Raise unless the plan is in force above this owner and not taken here yet."""
    node = Organization.objects.get(pk=upper.owner.territory_id)
    within = Organization.objects.under(node).filter(pk=owner.territory_id).exists()
    if not within or upper.owner.level >= owner.level:
        raise NotAllowed(
            "План берут ниже: муниципалитет из плана региона, школа из плана муниципалитета или "
            "региона."
        )
    if upper.status != Roadmap.Status.APPROVED:
        raise Conflict(f"План выше сейчас не действует ({upper.get_status_display()}).")
    standing = [Roadmap.Status.DRAFT, Roadmap.Status.APPROVED]
    for one in upper.below.filter(status__in=standing).select_related("owner"):
        if one.owner.territory_id == owner.territory_id:
            state = one.get_status_display()
            raise Conflict(f"Этот план у вас уже взят: «{one}» ({state}). Работайте с ним.")


# Links between a plan and the plan above


@transaction.atomic
def match(roadmap: Roadmap, upper: Roadmap, *, by: Viewer) -> Roadmap:
    """Name the plan above of a plan that came as a file of its own; links are still to be made.

    Raises NotAllowed, or Conflict when the plan has another one above already.
    """
    roadmap = _held(roadmap, by)
    if roadmap.above_id not in (None, upper.pk):
        raise Conflict(f"План уже сопоставлен: выше стоит «{roadmap.above}».")
    if roadmap.above_id is None:
        _check_above(upper, roadmap.owner)
        roadmap.above = upper
        roadmap.save(update_fields=["above", "updated_at"])
        audit.record(
            "roadmap.matched", roadmap, by=by, organization=roadmap.owner, above=str(upper)
        )
    return roadmap


@transaction.atomic
def link(
    roadmap: Roadmap, pairs: Collection[Pair], *, among: Collection[int], by: Viewer
) -> Roadmap:
    """Make these the links of a plan to the items above that are `among` those shown.

    What is linked needs no reason any more. In a plan in force the executions above are settled
    anew. Raises NotAllowed, or Conflict for an item of another plan.
    """
    roadmap = _held(roadmap, by)
    _check_pairs(roadmap, pairs)
    before = assignment.uppers(roadmap)
    shown = Link.objects.filter(lower__roadmap=roadmap, upper__in=among)
    kept = {(one.upper_id, one.lower_id): one.pk for one in shown}
    Link.objects.filter(pk__in=[pk for pair, pk in kept.items() if pair not in pairs]).delete()
    Link.objects.bulk_create(
        Link(upper_id=upper, lower_id=lower) for upper, lower in set(pairs) - set(kept)
    )
    roadmap.omissions.filter(item__in={upper for upper, _ in pairs}).delete()
    if roadmap.status == Roadmap.Status.APPROVED:
        assignment.settle(before | assignment.uppers(roadmap))
    audit.record("roadmap.linked", roadmap, by=by, organization=roadmap.owner, links=len(pairs))
    return roadmap


def _check_pairs(roadmap: Roadmap, pairs: Collection[Pair]) -> None:
    above = set(Item.objects.filter(roadmap=roadmap.above_id).values_list("pk", flat=True))
    ours = set(roadmap.items.values_list("pk", flat=True))
    if any(upper not in above or lower not in ours for upper, lower in pairs):
        raise Conflict("Пункты этих планов изменились. Откройте страницу снова и проверьте пары.")


@transaction.atomic
def take(roadmap: Roadmap, item: Item, *, by: Viewer) -> Item:
    """Put an item of the plan above into a draft, at its end. Raises NotAllowed, Conflict."""
    roadmap = _held(roadmap, by)
    drafts.check_draft(roadmap)
    _check_free(roadmap, item)
    [copied] = copying.copy(list(_whole(Item.objects.filter(pk=item.pk))), roadmap)
    roadmap.omissions.filter(item=item).delete()
    drafts.recheck(roadmap)
    audit.record("roadmap.took", roadmap, by=by, organization=roadmap.owner, item=item.number)
    return copied


@transaction.atomic
def omit(roadmap: Roadmap, item: Item, *, reason: str, by: Viewer) -> Omission:
    """Say why an item of the plan above is left out; of a plan in force it is handed in at once.

    Raises NotAllowed, or Conflict without a reason or when the item is taken.
    """
    roadmap = _held(roadmap, by)
    if not reason.strip():
        raise Conflict(f"Пункт {item.number}: напишите, почему его нет в вашем плане.")
    _check_free(roadmap, item)
    omission, _ = roadmap.omissions.update_or_create(
        item=item, defaults={"reason": reason.strip(), "stated_by_id": by.user_id}
    )
    audit.record(
        "roadmap.omitted", roadmap, by=by, organization=roadmap.owner, item=item.number,
        reason=omission.reason,
    )  # fmt: skip
    if roadmap.status == Roadmap.Status.APPROVED:
        hand_in_omissions(roadmap, by=by, only=item)
    return omission


def _check_free(roadmap: Roadmap, item: Item) -> None:
    if item.roadmap_id != roadmap.above_id:
        raise Conflict(f"Пункт {item.number} не из того плана, с которым сопоставлен ваш.")
    if item.taken.filter(lower__roadmap=roadmap).exists():
        raise Conflict(f"Пункт {item.number} уже взят в ваш план. Обновите страницу.")


def _held(roadmap: Roadmap, by: Viewer) -> Roadmap:
    """The draft or the plan in force as it is now, kept from others to the transaction's end."""
    guard.require(by, Permission.ROADMAP_EDIT, roadmap)
    rows = Roadmap.objects.select_for_update(of=("self",)).select_related("owner", "above")
    held = rows.get(pk=roadmap.pk)
    if held.status not in (Roadmap.Status.DRAFT, Roadmap.Status.APPROVED):
        raise Conflict(f"План {held.get_status_display()}: сопоставлять его поздно.")
    return held


# At approval


def dropped(roadmap: Roadmap) -> list[Item]:
    """Items of the plan above that ask the owner's territory and that this plan neither takes nor
    leaves out with a reason."""
    if roadmap.above is None:
        return []
    items = asked_in(roadmap.above, roadmap.owner)
    taken = items.filter(taken__lower__roadmap=roadmap)
    omitted = items.filter(omitted_by__roadmap=roadmap)
    free = items.exclude(pk__in=taken.values("pk")).exclude(pk__in=omitted.values("pk"))
    return list(free.order_by("position"))


def check(roadmap: Roadmap) -> None:
    """Raise Conflict while an item of the plan above is left out without a reason."""
    if left := dropped(roadmap):
        numbers = ", ".join(item.number for item in left)
        raise Conflict(
            f"В план не взяты пункты плана выше: {numbers}. Возьмите их или укажите причину "
            "у каждого, тогда план можно утвердить."
        )


@transaction.atomic
def hand_in_omissions(roadmap: Roadmap, *, by: Viewer | None, only: Item | None = None) -> None:
    """Hand the reasons for what is left out, or for `only` one item, in to the level above as
    «не применимо». What was returned under an older version waits for its own answer."""
    if by is None:  # the operator's console is nobody who could hand in
        return
    taken = Link.objects.filter(lower__roadmap=roadmap)
    left_out = roadmap.omissions.exclude(item__in=taken.values("upper"))
    reasons = dict(left_out.values_list("item", "reason"))
    is_again = only is None and roadmap.supersedes_id is not None
    if only is not None:
        reasons = {pk: reason for pk, reason in reasons.items() if pk == only.pk}
    unfinished = Q(state__in=[State.DRAFT] if is_again else [State.DRAFT, State.RETURNED])
    waiting = Q(state=State.SENT, outcome=Outcome.NOT_APPLICABLE)
    owed = Execution.objects.select_for_update(of=("self",)).filter(
        unfinished | waiting,
        item__in=reasons,
        organization=roadmap.owner.territory_id,
        is_carried=False,
    )
    handed = []
    for execution in owed.order_by("pk"):
        reason = reasons[execution.item_id]
        if execution.state == State.SENT and execution.report == reason:
            continue
        execution.report, execution.outcome = reason, Outcome.NOT_APPLICABLE
        execution.save(update_fields=["report", "outcome"])
        handed.append(submissions.send(execution, by=by, permission=Permission.EXECUTION_REPORT))
    announcements.sent(handed, by=by)
