"""Rows of the intake, of databases, of holding and of schedules."""

from django.core.files.base import ContentFile
from django.utils import timezone

from organizations.models import Organization
from procedures.exchange import layout
from procedures.models import (
    Exemption,
    Protocol,
    Reopening,
    Result,
    Schedule,
    ScheduleEntry,
    TableFile,
    TableRow,
    Work,
)
from procedures.schedule_reads import year_of
from tests.factories.holding import (
    AssignmentFactory,
    CandidateFactory,
    DrawFactory,
    DrawnSchoolFactory,
    ObservationFactory,
    RegistrationFactory,
    StaffingFactory,
)
from tests.factories.procedures import (
    FederalStatisticFactory,
    ProtocolFactory,
    WorkFactory,
    a_form,
)


def rows(school: Organization, work: Work, participant: int, mark: str) -> dict[str, object]:
    return {
        **_results(school, work, participant, mark),
        "table_row": _table_row(school, mark),
        **_holding(school, work, mark),
        **_schedules(school, mark),
    }


def _results(school: Organization, work: Work, participant: int, mark: str) -> dict[str, object]:
    """An accepted protocol with one pupil, a file that waits to be written, one with a fault."""
    accepted = ProtocolFactory(organization=school, work=work, name=f"{mark}-protocol.xlsx")
    Result.objects.create(
        protocol=accepted, organization=school, work=work, class_number=1, variant=1,
        participant=participant,
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
