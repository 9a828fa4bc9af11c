"""Plans: stored as read or begun empty, approved, or thrown away while still a draft."""

import datetime
from functools import partial
from pathlib import PurePath
from typing import cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Field, Model
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.exchange.gate import PAPER_BYTES
from organizations.models import Document, DocumentKind, Organization
from organizations.services import audit, documents, guard
from roadmaps.exchange.content import Item as ItemRead
from roadmaps.exchange.content import Plan
from roadmaps.models import Item, Responsible, Roadmap, Section
from roadmaps.services import adoption, announcements, assignment, drafts, versions

TITLE_MOST = 600


@transaction.atomic
def create(
    owner: Organization,
    *,
    title: str,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    by: Viewer,
) -> Roadmap:
    """Begin an empty draft that is then filled on its page. Raises NotAllowed."""
    guard.require(by, Permission.ROADMAP_EDIT, owner)
    order = Document.objects.create(organization=owner, kind=DocumentKind.ORDER, title=title[:400])
    roadmap = Roadmap.objects.create(
        owner=owner, order=order, title=title, starts_on=starts_on, ends_on=ends_on
    )
    drafts.recheck(roadmap)
    audit.record("roadmap.created", roadmap, by=by, organization=owner)
    return roadmap


@transaction.atomic
def import_plan(
    owner: Organization,
    plan: Plan,
    *,
    by: Viewer | None,
    file: tuple[bytes, str] | None = None,
) -> Roadmap:
    """Store a plan as a draft of its owner: its order, sections, items, bodies and doubts.

    `file` is what the plan was read from, kept as the order's first version. `by` is None for the
    operator's own console. Raises NotAllowed, or Conflict when the owner already has a plan of
    this order.
    """
    if by is not None:
        guard.require(by, Permission.ROADMAP_EDIT, owner)
    roadmap = Roadmap.objects.create(
        owner=owner,
        order=_order(owner, plan),
        title=plan.title[:TITLE_MOST],
        starts_on=plan.period.start if plan.period else None,
        ends_on=plan.period.end if plan.period else None,
        doubts=_doubts(plan),
    )
    _store_items(roadmap, plan)
    if file is not None and by is not None and roadmap.order is not None:
        _keep(roadmap.order, *file, by)
    audit.record(
        "roadmap.imported", roadmap, by=by, organization=owner,
        items=len(plan.items), doubts=len(plan.warnings),
    )  # fmt: skip
    return roadmap


def _keep(order: Document, content: bytes, name: str, by: Viewer) -> None:
    """Store the file as the order's first version; a plain text is no paper to keep."""
    if PurePath(name).suffix.lower().lstrip(".") in documents.KINDS:
        documents.add_version(order, content=content, name=name, by=by, most_bytes=PAPER_BYTES)


def _doubts(plan: Plan) -> list[dict[str, str | None]]:
    return [
        {
            "code": one.code,
            "item": one.item,
            "place": one.place,
            "message": one.message,
            "cure": one.cure,
        }
        for one in plan.warnings
    ]


def _order(owner: Organization, plan: Plan) -> Document:
    order = plan.order
    drafts.free_number(owner, order.number or "", order.date)
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
    bodies = drafts.bodies_of(roadmap.owner)
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
        evidence=_kept(Item, "evidence", read.evidence, f"Пункт {read.number}"),
        control_points=list(read.control_points),
    )


@transaction.atomic
def approve(roadmap: Roadmap, *, by: Viewer | None) -> Roadmap:
    """Put a draft into force: from now on all below its owner see it.

    A next version takes over from the one it replaces. Raises NotAllowed, or Conflict when it is
    no draft, has no order or no items.
    """
    roadmap = drafts.held(roadmap, by)
    _ready(roadmap)
    roadmap.status, roadmap.approved_at = Roadmap.Status.APPROVED, timezone.now()
    adoption.check(roadmap)
    roadmap.save(update_fields=["status", "approved_at", "updated_at"])
    knew = announcements.knew(roadmap)  # what they no longer owe is gone after the next step
    versions.take_over(roadmap, by=by)
    assigned = assignment.assign(roadmap)
    # Whoever is asked anew may be asked below already, and this plan's items above it.
    own = set(roadmap.items.values_list("pk", flat=True))
    carried = assignment.settle(assignment.uppers(roadmap) | own)
    adoption.hand_in_omissions(roadmap, by=by)
    audit.record(
        "roadmap.approved", roadmap, by=by, organization=roadmap.owner,
        executions=assigned, carried=carried,
    )  # fmt: skip
    announcements.came_into_force(roadmap, knew, by=by)
    return roadmap


def _ready(roadmap: Roadmap) -> None:
    order = roadmap.order
    if order is None or not order.number or not order.signed_on:
        which = "приказа о внесении изменений" if roadmap.supersedes_id else "приказа"
        raise Conflict(
            f"У плана нет номера или даты {which}, а без них его не утверждают. "
            "Нажмите «Изменить», впишите номер и дату и сохраните черновик."
        )
    if not roadmap.items.exists():
        raise Conflict("В плане нет ни одного пункта. Нажмите «Изменить» и добавьте пункты.")


@transaction.atomic
def delete(roadmap: Roadmap, *, by: Viewer | None) -> None:
    """Throw a draft away with its order. Raises NotAllowed, or Conflict when it is in force."""
    roadmap = drafts.held(roadmap, by)
    audit.record("roadmap.deleted", roadmap, by=by, organization=roadmap.owner)
    order = roadmap.order
    roadmap.delete()
    if order is not None:
        for name in order.versions.values_list("file", flat=True):
            transaction.on_commit(partial(default_storage.delete, name))
        order.delete()
