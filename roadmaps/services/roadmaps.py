"""Plans: stored as read, approved, or thrown away while still a draft."""

from typing import cast

from django.db import transaction
from django.db.models import Field, Model

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Document, DocumentKind, Kind, Organization
from organizations.services import audit, guard
from roadmaps.exchange.content import Item as ItemRead
from roadmaps.exchange.content import Plan
from roadmaps.models import Item, Responsible, Roadmap, Section

TITLE_MOST = 600
# A body of the plan's words → the kind of organization it is beside the owner's territory.
BESIDE_OWNER = {"mouo": Kind.MOUO, "mms": Kind.MMS}


@transaction.atomic
def import_plan(owner: Organization, plan: Plan, *, by: Viewer | None) -> Roadmap:
    """Store a plan as a draft of its owner: its order, sections, items, bodies and doubts.

    `by` is None for the operator's own console. Raises NotAllowed, or Conflict when the owner
    already has a plan of this order.
    """
    if by is not None:
        guard.require(by, Permission.ROADMAP_EDIT, owner)
    roadmap = Roadmap.objects.create(
        owner=owner,
        order=_order(owner, plan),
        title=plan.title[:TITLE_MOST],
        starts_on=plan.period.start if plan.period else None,
        ends_on=plan.period.end if plan.period else None,
        doubts=[{"code": w.code, "item": w.item, "message": w.message} for w in plan.warnings],
    )
    _store_items(roadmap, plan)
    audit.record(
        "roadmap.imported", roadmap, by=by, organization=owner,
        items=len(plan.items), doubts=len(plan.warnings),
    )  # fmt: skip
    return roadmap


def _order(owner: Organization, plan: Plan) -> Document:
    order = plan.order
    same = Roadmap.objects.filter(
        owner=owner, order__number=order.number or "", order__signed_on=order.date
    )
    if order.number and same.exclude(status=Roadmap.Status.SUPERSEDED).exists():
        raise Conflict(
            f"План по приказу № {order.number} у «{owner}» уже есть. "
            "Удалите прежний черновик или загрузите другой приказ."
        )
    return Document.objects.create(
        organization=owner,
        kind=DocumentKind.ORDER,
        title=(order.title or plan.title)[:400],
        number=_kept(Document, "number", order.number, "Приказ"),
        signed_on=order.date,
        issuer=_kept(Document, "issuer", order.issuer, "Приказ"),
    )


def _kept(model: type[Model], name: str, text: str | None, place: str) -> str:
    """The text itself, or Conflict when it is longer than its column: such a one is misread."""
    field = cast("Field[str, str]", model._meta.get_field(name))
    if text and len(text) > (field.max_length or len(text)):
        raise Conflict(
            f"{place}: в графе «{field.verbose_name}» {len(text)} знаков, а бывает не больше "
            f"{field.max_length}. Проверьте в файле, не слились ли соседние графы."
        )
    return text or ""


def _store_items(roadmap: Roadmap, plan: Plan) -> None:
    sections = {
        section.number: Section.objects.create(
            roadmap=roadmap,
            number=_kept(Section, "number", section.number, f"Раздел {position}"),
            title=_kept(Section, "title", section.title, f"Раздел {position}"),
            position=position,
        )
        for position, section in enumerate(plan.sections, start=1)
    }
    items = Item.objects.bulk_create(
        _item(roadmap, read, position, sections.get(read.section or ""))
        for position, read in enumerate(plan.items, start=1)
    )
    bodies = _bodies(roadmap.owner)
    Responsible.objects.bulk_create(
        Responsible(
            item=item,
            position=position,
            text=_kept(Responsible, "text", body.text, f"Пункт {item.number}, ответственные"),
            body=body.code,
            organization=bodies.get(body.code),
        )
        for item, read in zip(items, plan.items, strict=True)
        for position, body in enumerate(read.bodies, start=1)
    )


def _item(roadmap: Roadmap, read: ItemRead, position: int, section: Section | None) -> Item:
    return Item(
        roadmap=roadmap,
        section=section,
        position=position,
        number=_kept(Item, "number", read.number, f"Строка {position}"),
        title=read.title,
        term_text=_kept(Item, "term_text", read.term.text, f"Пункт {read.number}"),
        term_kind=read.term.kind,
        starts_on=read.term.start,
        ends_on=read.term.end,
        recurrence=read.term.recurrence or "",
        result=read.result or "",
    )


def _bodies(owner: Organization) -> dict[str, Organization]:
    """Body code → the organization it is for this owner; the regional ones by their own codes."""
    known = {row.code: row for row in Organization.objects.filter(level=1)}
    beside = Organization.objects.filter(parent=owner.territory_id)
    for code, kind in BESIDE_OWNER.items():
        if found := [row for row in beside if row.kind == kind]:
            known[code] = found[0]
    return known


@transaction.atomic
def approve(roadmap: Roadmap, *, by: Viewer | None) -> Roadmap:
    """Put a draft into force: from now on all below its owner see it.

    Raises NotAllowed, or Conflict when it is no draft or has no order.
    """
    roadmap = _draft(roadmap, by)
    if roadmap.order is None or not roadmap.order.number or not roadmap.order.signed_on:
        raise Conflict(
            "В файле не нашлось номера или даты приказа, а без них план не утверждают. "
            "Допишите их в начало файла («ПРИКАЗ от 30.06.2026 № 1874»), удалите этот черновик "
            "и загрузите файл снова."
        )
    roadmap.status = Roadmap.Status.APPROVED
    roadmap.save(update_fields=["status", "updated_at"])
    audit.record("roadmap.approved", roadmap, by=by, organization=roadmap.owner)
    return roadmap


@transaction.atomic
def delete(roadmap: Roadmap, *, by: Viewer | None) -> None:
    """Throw a draft away with its order. Raises NotAllowed, or Conflict when it is in force."""
    roadmap = _draft(roadmap, by)
    audit.record("roadmap.deleted", roadmap, by=by, organization=roadmap.owner)
    order = roadmap.order
    roadmap.delete()
    if order is not None:
        order.delete()


def _draft(roadmap: Roadmap, by: Viewer | None) -> Roadmap:
    if by is not None:
        guard.require(by, Permission.ROADMAP_EDIT, roadmap)
    roadmap = Roadmap.objects.select_for_update(of=("self",)).get(pk=roadmap.pk)
    if roadmap.status != Roadmap.Status.DRAFT:
        raise Conflict(f"План уже {roadmap.get_status_display()}: менять можно только черновик.")
    return roadmap
