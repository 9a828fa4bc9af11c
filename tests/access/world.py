"""One row of everything for a school and its municipality, every text of it with a mark.

A mark is `<mark>-<kind>`: where it is read, the row of that kind is seen.
"""

import datetime
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.utils import timezone

from monitoring.models import IndicatorValue, Statistic
from organizations.access import Role
from organizations.models import (
    ApiToken,
    Document,
    DocumentKind,
    DocumentVersion,
    Invitation,
    Membership,
    Notice,
    Organization,
    OrganizationState,
    Run,
    State,
    Substitution,
    User,
)
from organizations.queries import viewer_of
from organizations.services import members, tokens
from procedures.exchange import layout
from procedures.models import (
    Assignment,
    Candidate,
    Draw,
    Exemption,
    Observation,
    Protocol,
    Registration,
    Reopening,
    Result,
    Schedule,
    ScheduleEntry,
    Staffing,
    TableFile,
    TableRow,
    Work,
)
from procedures.schedule_reads import year_of
from procedures.services import catalogue
from reports.models import YearlyReport
from roadmaps.models import (
    Cohort,
    Delivery,
    Execution,
    Item,
    Meeting,
    Participation,
    Roadmap,
    StandardItem,
)
from roadmaps.services import feeds
from tests.cast import Cast
from tests.factories.documents import DocumentFactory, EventFactory, RunFactory, VersionFactory
from tests.factories.documents import pdf as a_pdf
from tests.factories.holding import (
    AssignmentFactory,
    CandidateFactory,
    DrawFactory,
    DrawnSchoolFactory,
    ObservationFactory,
    RegistrationFactory,
    StaffingFactory,
)
from tests.factories.monitoring import CellFactory, IndicatorValueFactory, StatisticFactory
from tests.factories.notices import NoticeFactory
from tests.factories.organizations import MembershipFactory
from tests.factories.procedures import (
    FederalStatisticFactory,
    ProtocolFactory,
    ScaleFactory,
    WorkFactory,
    a_form,
)
from tests.factories.reports import CONTENT, ReportFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

LAKE, HILL = "lake", "zq-hill"
PARTICIPANTS = {HILL: 98765}  # a code that stands nowhere else
USUAL_PARTICIPANT = 40001
MONTH = datetime.timedelta(days=30)


@dataclass(frozen=True)
class World:
    """What the tables ask for; everything is of one school, the plan in force of those above."""

    school: Organization
    membership: Membership
    colleague: Membership
    invitation: Invitation
    secret: str
    substitution: Substitution
    token: ApiToken
    feed: str
    notice: Notice
    document: Document
    version: DocumentVersion
    run: Run
    waiting: Run
    work: Work
    protocol: Protocol
    table_row: TableRow
    ready: Protocol
    exemption: Exemption
    reopening: Reopening
    registration: Registration
    lot: Draw
    candidate: Candidate
    staffing: Staffing
    place: Assignment
    observation: Observation
    roadmap: Roadmap
    item: Item
    execution: Execution
    returned: Execution
    proof: Document
    draft: Roadmap
    cohort: Cohort
    standard: StandardItem
    delivery: Delivery
    meeting: Meeting
    participation: Participation
    value: IndicatorValue
    statistic: Statistic
    report: YearlyReport
    schedule: Schedule
    schedule_draft: Schedule
    schedule_entry: ScheduleEntry


def make_world(cast: Cast) -> World:
    """The rows of Lake school in North, beside the catalogue of procedures."""
    catalogue.load()
    return make_rows(cast.lake_school, deputy=cast.nina, coordinator=cast.oleg, work=a_work())


def make_neighbour(cast: Cast, work: Work) -> World:
    """The rows of Hill school in South, which the people of North must not see."""
    return make_rows(
        cast.hill_school, deputy=cast.igor, coordinator=cast.svetlana, work=work, mark=HILL
    )


def a_work(code: str = "ru4-2026", subject: str = "Русский язык") -> Work:
    work = WorkFactory(code=code, subject=subject)
    ScaleFactory(work=work)
    return work


def make_rows(
    school: Organization, *, deputy: User, coordinator: User, work: Work, mark: str = LAKE
) -> World:
    Organization.objects.filter(pk=school.pk).update(name=f"{mark}-place")
    OrganizationState.objects.create(
        organization=school, since=datetime.date(2020, 1, 1), name=f"{mark}-place",
        short_name=school.short_name, parent=school.parent, basis=f"{mark}-place",
    )  # fmt: skip
    EventFactory(organization_id=school.pk, object_name=f"{mark}-act")
    return World(
        school=school,
        work=work,
        **_people(school, deputy, coordinator, mark),
        **_documents(school, mark),
        **_runs(school, mark),
        **_plans(school, mark),
        **_results(school, work, mark),
        table_row=_table_row(school, mark),
        **_holding(school, work, mark),
        **_numbers(school, work, mark),
        **_schedules(school, mark),
    )


def _people(school: Organization, deputy: User, coordinator: User, mark: str) -> dict[str, object]:
    membership = Membership.objects.get(user=deputy)
    Membership.objects.filter(pk=membership.pk).update(position=f"{mark}-person")
    colleague = MembershipFactory(
        organization=school, user__username=f"{mark}-colleague", user__last_name=f"{mark}-person"
    )
    invitation, secret = members.invite(
        school, role=Role.DEPUTY, email=f"{mark}-invited@example.org", by=viewer_of(coordinator)
    )
    token, _ = tokens.issue(name=f"{mark}-token", by=viewer_of(deputy))
    today = timezone.localdate()
    substitution = Substitution.objects.create(
        membership=colleague, substitute=deputy, since=today - MONTH, until=today + MONTH
    )
    return {
        "membership": membership,
        "colleague": colleague,
        "invitation": invitation,
        "secret": secret,
        "token": token,
        "feed": feeds.subscribe(by=viewer_of(deputy)),
        "notice": NoticeFactory(
            user=deputy, organization=school, subject=f"{mark}-notice", text=f"{mark}-notice"
        ),
        "substitution": substitution,
    }


def _documents(school: Organization, mark: str) -> dict[str, object]:
    """One that waits for acceptance with its file, one that came back."""
    document = DocumentFactory(organization=school, title=f"{mark}-document")
    DocumentFactory(
        organization=school, kind=DocumentKind.CONTROL_FORMS, title=f"{mark}-document",
        state=State.RETURNED, remark=f"{mark}-document", decided_at=timezone.now(),
    )  # fmt: skip
    version = VersionFactory(
        document=document, name=f"{mark}-document.pdf", content=a_pdf(f"{mark}-document")
    )
    return {"document": document, "version": version}


def _runs(school: Organization, mark: str) -> dict[str, object]:
    subject = f"organizations.organization:{school.pk}"
    failed = RunFactory(
        organization=school, subject=subject, title=f"{mark}-run", error=f"{mark}-run",
        status=Run.Status.FAILED, ended_at=timezone.now(),
    )  # fmt: skip
    waiting = RunFactory(organization=school, subject=f"{subject}0", title=f"{mark}-run")
    return {"run": failed, "waiting": waiting}


def _plans(school: Organization, mark: str) -> dict[str, object]:
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


def _results(school: Organization, work: Work, mark: str) -> dict[str, object]:
    """An accepted protocol with one pupil, a file that waits to be written, one with a fault."""
    accepted = ProtocolFactory(organization=school, work=work, name=f"{mark}-protocol.xlsx")
    Result.objects.create(
        protocol=accepted, organization=school, work=work, class_number=1, variant=1,
        participant=PARTICIPANTS.get(mark, USUAL_PARTICIPANT),
        points=[1, 1, 1, 1], score=4, mark=3, journal_mark=4,
    )  # fmt: skip
    other = Work.objects.filter(code="ma4-2025").first() or WorkFactory(
        code="ma4-2025", subject="Математика", year=2025
    )
    ready = ProtocolFactory(
        organization=school, work=other, state=Protocol.State.READY,
        name=f"{mark}-protocol.xlsx",
        file=ContentFile(a_form(other, school, first=50001), name="form.xlsx"),
    )  # fmt: skip
    fault = {
        "sheet": layout.PROTOCOL, "row": None, "column": "", "found": "", "expected": "",
        "message": f"{mark}-protocol", "cure": "", "title": "",
    }  # fmt: skip
    protocol = ProtocolFactory(
        organization=school, work=work, version=2, state=Protocol.State.FAULTY,
        name=f"{mark}-protocol.xlsx", message=f"{mark}-protocol", faults=[fault],
        file=ContentFile(a_form(work, school), name="form.xlsx"),
    )  # fmt: skip
    FederalStatisticFactory(organization=school, work=work, label=f"{mark}-protocol")
    return {"protocol": protocol, "ready": ready, **_intake(school, work, mark)}


def _intake(school: Organization, work: Work, mark: str) -> dict[str, object]:
    """A class that does not write the work, and a wish to have the intake opened again."""
    return {
        "exemption": Exemption.objects.create(
            organization=school, work=work, class_number=7, reason=f"{mark}-protocol"
        ),
        "reopening": Reopening.objects.create(
            organization=school,
            work=work,
            reason=f"{mark}-protocol",
            asked_by=school.memberships.first().user,
        ),
    }


def _table_row(school: Organization, mark: str) -> TableRow:
    """A line of the olympiads that the municipality brought in."""
    file = TableFile.objects.create(
        kind="olympiads", organization=school.parent, name=f"{mark}-table.xlsx",
        file=ContentFile(f"{mark}-table".encode(), name="table"), sha256="0" * 64,
    )  # fmt: skip
    values = {"stage": "региональный", "subject": f"{mark}-table", "participants": 2, "winners": 1,
              "prizes": 0}  # fmt: skip
    return TableRow.objects.create(
        kind="olympiads", organization=school, year=2026, key=f"{mark}-table", values=values,
        version=1, file=file,
    )  # fmt: skip


def _holding(school: Organization, work: Work, mark: str) -> dict[str, object]:
    """A registration that says the school takes no part; a published draw that chose it."""
    lot = DrawFactory(organization=school.parent, title=f"{mark}-lot", frame=[[school.code, "все"]])
    DrawnSchoolFactory(draw=lot, organization=school)
    return {
        "registration": RegistrationFactory(
            organization=school, work=work, reason=f"{mark}-registration"
        ),
        "lot": lot,
        "observation": ObservationFactory(
            organization=school, work=work, incidents=f"{mark}-observation"
        ),
        **_staff(school, work, mark),
    }


def _staff(school: Organization, work: Work, mark: str) -> dict[str, object]:
    """A candidate of the school, and one of the municipality proposed to go to the school."""
    sent = CandidateFactory(organization=school.parent, post=f"{mark}-sent")
    staffing = StaffingFactory(organization=school.parent, work=work)
    return {
        "candidate": CandidateFactory(organization=school, post=f"{mark}-candidate"),
        "staffing": staffing,
        "place": AssignmentFactory(
            staffing=staffing, organization=school, candidate=sent, reason=f"{mark}-assignment"
        ),
    }


def _numbers(school: Organization, work: Work, mark: str) -> dict[str, object]:
    """A year's value, a finding, and the report whose part 3 speaks of objectivity."""
    value = IndicatorValueFactory(
        organization=school, work=work, method_version=f"{mark}-value", indicator="mean_percent"
    )
    IndicatorValueFactory(organization=school, method_version=f"{mark}-value")
    CellFactory(organization=school, work=work)
    statistic = StatisticFactory(
        organization=school, work=work, method_version=f"{mark}-signal", q_value=0.01
    )
    said = {"2": f"{mark}-report", "3": f"{mark}-signal"}
    passages = [part | {"blocks": [{"text": said[part["number"]]}]} for part in CONTENT["passages"]]
    report = ReportFactory(
        organization=school,
        content=CONTENT | {"organization": school.short_name, "passages": passages},
        docx=ContentFile(f"{mark}-report {mark}-signal".encode(), name="docx"),
        pdf=ContentFile(f"{mark}-report {mark}-signal".encode(), name="pdf"),
    )
    return {"value": value, "statistic": statistic, "report": report}


def _schedules(school: Organization, mark: str) -> dict[str, object]:
    """A published schedule and the draft of its next version, a procedure in each."""
    year, today = year_of(timezone.localdate()), timezone.localdate()
    published = Schedule.objects.create(
        organization=school, year=year, state=Schedule.State.APPROVED, order_number="7",
        order_date=today, published_at=timezone.now(),
    )  # fmt: skip
    draft = Schedule.objects.create(organization=school, year=year, version=2)
    entries = [
        ScheduleEntry.objects.create(
            schedule=schedule, level="school", title=f"{mark}-{kind}", subject="Математика",
            grade=5, class_name="5А", day=today, minutes=45,
        )
        for schedule, kind in ((published, "schedule"), (draft, "agenda"))
    ]  # fmt: skip
    return {"schedule": published, "schedule_draft": draft, "schedule_entry": entries[1]}
