"""Rows of plans: one in force with reports, a draft, a group, an event."""

import datetime

from django.utils import timezone

from organizations.models import (
    DocumentKind,
    Organization,
    State,
)
from roadmaps.models import (
    Cohort,
    Delivery,
    Item,
    Meeting,
    Participation,
    Roadmap,
    StandardItem,
)
from tests.factories.documents import DocumentFactory, VersionFactory
from tests.factories.documents import pdf as a_pdf
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

MONTH = datetime.timedelta(days=30)


def rows(school: Organization, mark: str) -> dict[str, object]:
    """The municipality's plan in force with two reports of the school, the returned one with a
    proof, and the school's draft."""
    above = school.parent
    plan = RoadmapFactory(
        owner=above, title=f"{mark}-plan", order__title=f"{mark}-plan", order__issuer=f"{mark}-plan"
    )
    VersionFactory(document=plan.order, name=f"{mark}-plan.pdf", content=a_pdf(f"{mark}-plan"))
    item, other = (
        ItemFactory(roadmap=plan, position=n, title=f"{mark}-plan", bodies=["school"])
        for n in (1, 2)
    )
    execution = ExecutionFactory(item=item, organization=school, report=f"{mark}-execution")
    returned = ExecutionFactory(
        item=other, organization=school, report=f"{mark}-execution", state=State.RETURNED,
        remark=f"{mark}-execution", decided_at=timezone.now(),
    )  # fmt: skip
    draft = RoadmapFactory(
        owner=school, title=f"{mark}-draft", status=Roadmap.Status.DRAFT,
        order__title=f"{mark}-draft", order__issuer=f"{mark}-draft",
    )  # fmt: skip
    ItemFactory(roadmap=draft, title=f"{mark}-draft", bodies=["school"])
    proof = DocumentFactory(
        organization=school, kind=DocumentKind.EVIDENCE, title=f"{mark}-execution",
        state=State.DRAFT, sent_at=None,
    )  # fmt: skip
    returned.evidence.add(proof)
    return {
        "roadmap": plan,
        "item": item,
        "execution": execution,
        "returned": returned,
        "proof": proof,
        "draft": draft,
        **_passed(item, school, mark),
        **_grouped(plan, school, mark),
        "standard": StandardItem.objects.create(owner=above, title=f"{mark}-standard"),
    }


def _grouped(plan: Roadmap, school: Organization, mark: str) -> dict[str, object]:
    """A group that nothing asks yet, and an item that only the school of another group sees."""
    free, asked = (
        Cohort.objects.create(owner=school.parent, title=f"{mark}-cohort", basis=f"{mark}-cohort")
        for _ in range(2)
    )
    free.members.add(school)
    asked.members.add(school)
    ItemFactory(roadmap=plan, position=3, title=f"{mark}-grouped", bodies=["school"], cohort=asked)
    return {"cohort": free}


def _passed(item: Item, school: Organization, mark: str) -> dict[str, object]:
    """The plan passed on to the school, and an event of the municipality it is invited to."""
    meeting = Meeting.objects.create(
        item=item, organization=school.parent, kind=Meeting.Kind.SEMINAR, title=f"{mark}-meeting",
        starts_at=timezone.now() + MONTH, place=f"{mark}-meeting",
    )  # fmt: skip
    material = DocumentFactory(
        organization=school.parent, kind=DocumentKind.EVIDENCE, title=f"{mark}-meeting"
    )
    VersionFactory(document=material, name=f"{mark}-meeting.pdf", content=a_pdf(f"{mark}-meeting"))
    meeting.materials.add(material)
    return {
        "delivery": Delivery.objects.create(roadmap=item.roadmap, organization=school),
        "meeting": meeting,
        "participation": Participation.objects.create(meeting=meeting, organization=school),
    }
