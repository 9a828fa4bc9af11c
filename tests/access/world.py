"""One row of everything for a school and its municipality, every text of it with a mark.

A mark is `<mark>-<kind>`: where it is read, the row of that kind is seen.
"""

from dataclasses import dataclass

from monitoring.models import (
    Campaign,
    Case,
    ExplanationFile,
    FederalMarker,
    IndicatorValue,
    MethodSettings,
    SchoolGroup,
    Signal,
    Statistic,
)
from organizations.models import (
    ApiToken,
    Document,
    DocumentVersion,
    Invitation,
    Membership,
    Notice,
    Organization,
    Run,
    Substitution,
    User,
)
from procedures.models import (
    Assignment,
    Candidate,
    Draw,
    Exemption,
    Observation,
    Protocol,
    Registration,
    Reopening,
    Schedule,
    ScheduleEntry,
    Staffing,
    TableRow,
    Work,
)
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
from tests.access.planted import monitoring, organizations, procedures, roadmaps
from tests.cast import Cast
from tests.factories.procedures import (
    ScaleFactory,
    WorkFactory,
)

LAKE, HILL = "lake", "zq-hill"
PARTICIPANTS = {HILL: 1_987_654_321}  # stands nowhere else: no row is numbered so high
USUAL_PARTICIPANT = 40001


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
    marker: FederalMarker
    campaign: Campaign
    group: SchoolGroup
    thresholds: MethodSettings
    statistic: Statistic
    case: Case
    case_file: ExplanationFile
    case_draft: Case
    draft_file: ExplanationFile
    signal: Signal
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
    participant = PARTICIPANTS.get(mark, USUAL_PARTICIPANT)
    return World(
        school=school,
        work=work,
        **organizations.rows(school, deputy, coordinator, mark),
        **roadmaps.rows(school, mark),
        **procedures.rows(school, work, participant, mark),
        **monitoring.rows(school, work, mark),
    )
