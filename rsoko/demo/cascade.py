"""Plans of the demonstration: passed down, adopted, carried out as far as they would be by now."""

import datetime
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from organizations.access import Role, Viewer
from organizations.models import Kind, Level, Organization, State
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Execution, Item, Meeting, Roadmap, Status
from roadmaps.queries.comparison import proposals
from roadmaps.queries.meetings import Circle
from roadmaps.services import adoption, deliveries, drafts, executions, library, meetings, roadmaps
from roadmaps.services.evidence import Proof
from rsoko.demo.place import Scale
from rsoko.demo.settle import acting_as, in_place

Tell = Callable[[int, int], None]
PLANS = Path(__file__).parent / "plans"
# Municipalities whose plan came as a file of its own; the others adopt the region's as it is.
OF_FILES = {"reg42_m001": "coordinator", "reg42_m002": "coordinator2"}
OF_BODIES = {"kcmko": "centre", "kripkipro": "institute"}
ADOPTING_SCHOOL = "edu420001"
NOT_ADOPTING = 7  # every seventh municipality has not got to it yet
OMITTED = 2  # the rest of what the own file lacks is taken as it stands
GROUND = "Исполняет регион: город участвует в его мероприятии."
ADOPTED_ON = datetime.date(2026, 7, 15)
REMARKS = ("Приложите протокол с датой и номером.", "Добавьте ссылку на размещённые материалы.")
MOST_REPORTS = {Scale.SMALL: 200, Scale.REGION: 900}
SOON = datetime.timedelta(days=45)


def bring_plans(scale: Scale, tell: Tell) -> int:
    """The region's plan approved and passed down, adopted below; returns how many plans."""
    ministry = acting_as("ministry")
    library.fill(Organization.objects.get(code="ministry"), by=ministry)
    region = roadmaps.approve(_of_file("ministry", ministry), by=ministry)
    deliveries.pass_on(region, by=ministry)
    places = list(Organization.objects.filter(kind=Kind.MUNICIPALITY).order_by("code"))
    for done, place in enumerate(places, start=1):
        _bring_below(region, place, done)
        tell(done, len(places))
    _adopted_by_school(Roadmap.objects.get(owner__code="reg42_m001", status=Status.APPROVED))
    return Roadmap.objects.count()


def _of_file(code: str, by: Viewer) -> Roadmap:
    file = PLANS / f"{code}.txt"
    owner = Organization.objects.get(code=code)
    return roadmaps.import_plan(owner, read_plan(file.read_bytes(), file.name), by=by)


def _bring_below(region: Roadmap, place: Organization, number: int) -> None:
    by = in_place(place.pk, Role.COORDINATOR)
    for delivery in region.deliveries.filter(organization=place):
        if number % NOT_ADOPTING:
            deliveries.acknowledge(delivery, by=by)
    if place.code in OF_FILES:
        plan = _of_file(place.code, by)
        plan = adoption.match(plan, region, by=by)
        found, _, _ = proposals(plan, by)
        pairs = [(one.item.pk, ours) for one in found for ours in one.ours]
        plan = adoption.link(plan, pairs, among=[one.item.pk for one in found], by=by)
    elif number % NOT_ADOPTING == 0:
        return
    else:
        plan = adoption.adopt(region, owner=place, by=by)
        _sign(plan, f"{200 + number}", place, by)
    for count, item in enumerate(adoption.dropped(plan)):
        if count < OMITTED:
            adoption.omit(plan, item, reason=GROUND, by=by)
        else:
            adoption.take(plan, item, by=by)
    deliveries.pass_on(roadmaps.approve(plan, by=by), by=by)


def _sign(plan: Roadmap, number: str, place: Organization, by: Viewer) -> None:
    """Write the order's requisites into an adopted draft; its items stay as they were copied."""
    heading = drafts.HeadingRow(
        title=plan.title,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        number=number,
        signed_on=ADOPTED_ON,
        issuer=f"Управление образования, {place.short_name}"[:200],
        order_title=plan.title[:400],
    )
    sections = [
        drafts.SectionRow(str(one.pk), one.pk, one.number, one.title) for one in plan.sections.all()
    ]
    rows = [_row(item) for item in plan.items.prefetch_related("responsible")]
    drafts.save(plan, drafts.Sheet(heading, sections, rows), by=by)


def _row(item: Item) -> drafts.ItemRow:
    return drafts.ItemRow(
        pk=item.pk,
        number=item.number,
        section=str(item.section_id or ""),
        title=item.title,
        term_text=item.term_text,
        bodies=drafts.bodies_text(item),
        lead=drafts.lead_of(item),
        result=item.result,
        evidence=item.evidence,
        points=tuple(item.control_points),
        cohort=item.cohort_id,
    )


def _adopted_by_school(upper: Roadmap) -> None:
    """One school has its own plan too, so that all three levels can be looked at."""
    school = Organization.objects.get(code=ADOPTING_SCHOOL)
    by = in_place(school.pk, Role.DEPUTY)
    plan = adoption.adopt(upper, owner=school, by=by)
    _sign(plan, "41-о", school, by)
    roadmaps.approve(plan, by=by)


def bring_executions(scale: Scale, tell: Tell) -> int:
    """What would be done by today: most of what is due reported and accepted, some returned,
    some waiting, a little of it late; returns how many were handed in."""
    today = timezone.localdate()
    rows = (
        Execution.objects.counted()
        .unfinished()
        .filter(due_on__lte=today + SOON, item__roadmap__status=Status.APPROVED)
    )
    chosen = rows.select_related("item__roadmap", "organization").order_by("due_on", "pk")
    brought = list(chosen[: MOST_REPORTS[scale]])
    for done, execution in enumerate(brought, start=1):
        _carry_out(execution, execution.pk * 7 % 20, today)
        tell(done, len(brought))
    return Execution.objects.exclude(state=State.DRAFT).count()


def _carry_out(execution: Execution, fate: int, today: datetime.date) -> None:
    """`fate`, 0 to 19, decides: 0–1 untouched, 2–4 begun, 5–6 returned, 7–9 waiting, else done."""
    due = execution.due_on or today
    if fate < 2 or (due > today and fate < 10):
        return
    by = _who(execution.organization)
    if fate < 5 or execution.item.is_window:
        executions.tell(execution, text="Работа идёт по плану, первые итоги есть.", by=by)
        return
    executions.hand_in(
        execution,
        text="Мероприятие проведено, итоги обсуждены, материалы разосланы участникам.",
        proofs=[
            Proof(
                title=f"Протокол по пункту {execution.item.number}",
                number=str(execution.item.position),
                signed_on=min(due, today),
            )
        ],
        by=by,
    )
    if 7 <= fate < 10:
        return
    reported = Execution.objects.get(pk=execution.pk)
    if fate < 7:
        remark = REMARKS[fate - 5]
        executions.send_back(reported, remark=remark, by=_above(execution.organization))
    else:
        executions.accept(reported, by=_above(execution.organization))


def _who(organization: Organization) -> Viewer:
    if organization.level == Level.SCHOOL:
        return in_place(organization.pk, Role.DEPUTY)
    if organization.level == Level.MUNICIPALITY:
        return in_place(organization.pk, Role.COORDINATOR)
    return acting_as(
        {"kcmko": "centre", "kripkipro": "institute"}.get(organization.code, "ministry")
    )


def _above(organization: Organization) -> Viewer:
    if organization.level == Level.SCHOOL:
        return in_place(organization.parent_id or 0, Role.COORDINATOR)
    return acting_as("ministry")


def bring_meetings() -> int:
    """A conference held in August and a seminar ahead, with who came and who is registered."""
    ministry = acting_as("ministry")
    region = Roadmap.objects.get(owner__code="ministry")
    first, seminar = region.items.get(position=1), region.items.get(position=13)
    held = meetings.plan(
        first,
        meetings.Details(
            kind=Meeting.Kind.CONFERENCE,
            title="Внутренняя оценка, которой можно верить",
            starts_at=_at(datetime.date(2026, 8, 26)),
            place="Кемерово, актовый зал министерства",
            audience="МОУО, ММС, муниципальные координаторы",
        ),
        by=ministry,
    )
    meetings.invite(held, Circle.MUNICIPALITIES, by=ministry)
    people = {row.organization_id: 2 + row.pk % 3 for row in held.participations.all()}
    meetings.attend(held, people, by=ministry)
    meetings.hold(
        held, outcome="Принять муниципальные планы до 1 августа, назвать ответственных.",
        by=ministry,
    )  # fmt: skip
    ahead = meetings.plan(
        seminar,
        meetings.Details(
            kind=Meeting.Kind.SEMINAR,
            title="Разбор результатов своей школы",
            starts_at=_at(timezone.localdate() + datetime.timedelta(days=9)),
            link="https://example.org/seminar",
            audience="заместители директоров школ",
        ),
        by=ministry,
    )
    meetings.invite(ahead, Circle.MUNICIPALITIES, by=ministry)
    return Meeting.objects.count()


def _at(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(10)))
