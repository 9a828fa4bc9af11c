"""The holding of the demonstration's works: registrations, people sent, one draw, protocols."""

from collections import Counter
from collections.abc import Callable

from django.utils import timezone

from organizations.access import Role
from organizations.models import Organization
from procedures.checklists import CHECKLISTS, CURRENT
from procedures.classlists import LETTERS
from procedures.holdings import frame_of
from procedures.models import Draw, RegisteredClass, Registration, StaffKind, Work
from procedures.services import draws, observations, staffings
from rsoko.demo.deliver import SEED
from rsoko.demo.place import Place, Scale
from rsoko.demo.places import schools_of
from rsoko.demo.population import sitting
from rsoko.demo.settle import acting_as, deputy_of, in_place
from rsoko.demo.works import YEAR, DemoWork, works

Tell = Callable[[int, int], None]
TOWN, SECOND_TOWN = "reg42_m001", "reg42_m002"
SENT_WORK = "ru4-2026"
SILENT = 11  # every eleventh school has not registered
TRAITS = ("area", "profile")
DRAWN_SHARE = 10  # a tenth of the schools, and at least one a stratum
LOT_SEED = 20260420
POSTS = ("учитель начальных классов", "заместитель директора", "учитель математики")


def bring_holdings(scale: Scale, tell: Tell) -> int:
    """Registrations of this year's works, people and protocols of two towns, one draw."""
    registered = _register(scale, tell)
    for town, login in ((TOWN, "coordinator"), (SECOND_TOWN, "coordinator2")):
        _send(Organization.objects.get(code=town), login)
    _draw()
    _observe()
    return registered


def _register(scale: Scale, tell: Tell) -> int:
    """All registrations at once: seventeen thousand of the region are not typed one by one."""
    rows = {work.code: work for work in Work.objects.filter(year=YEAR)}
    schools = {row.code: row for row in Organization.objects.schools()}
    places = [place for place in schools_of(scale) if place.number % SILENT]
    brought = 0
    for done, place in enumerate(places, start=1):
        if place.closed_on is None:
            brought += _register_school(schools[place.code], place, rows, scale)
        tell(done, len(places))
    return brought


def _register_school(
    school: Organization, place: Place, rows: dict[str, Work], scale: Scale
) -> int:
    registrations, classes = [], []
    for work in works(scale):
        if work.spec.year == YEAR:
            row = _registration(school, rows[work.spec.code], work, sizes := _sizes(place, work))
            registrations.append(row)
            classes += [
                RegisteredClass(
                    registration=row, number=number, pupils=pupils,
                    name=f"{work.spec.grade}{LETTERS[number - 1]}",
                )
                for number, pupils in sizes.items()
            ]  # fmt: skip
    Registration.objects.bulk_create(registrations)
    RegisteredClass.objects.bulk_create(classes)
    return len(registrations)


def _sizes(place: Place, work: DemoWork) -> dict[int, int]:
    """Class number → pupils of the classes that write the work."""
    children, _ = sitting(place, work.spec, SEED)
    return dict(sorted(Counter(int(number) for number in children.class_number).items()))


def _registration(
    school: Organization, row: Work, work: DemoWork, sizes: dict[int, int]
) -> Registration:
    if not sizes:
        absent = Registration.State.ABSENT
        return Registration(
            organization=school, work=row, state=absent, reason="нет классов, которые её пишут"
        )
    return Registration(
        organization=school,
        work=row,
        state=Registration.State.REGISTERED,
        held_on=work.held_on,
        rooms=len(sizes),
    )


def _send(town: Organization, login: str) -> None:
    """A candidate of every school of a town, and an approved list of observers of one work."""
    by = acting_as(login)
    schools = Organization.objects.filter(parent=town).schools().working(timezone.localdate())
    for number, school in enumerate(schools.order_by("code")):
        for kind in StaffKind.values:
            post = POSTS[number % len(POSTS)]
            staffings.enter(school, kind=kind, post=post, user=None, interests=[], most=2, by=by)
    work = Work.objects.get(code=SENT_WORK)
    sent = staffings.propose(town, work, kind=StaffKind.OBSERVER, each="school", by=by)
    staffings.approve(sent, by=by)
    staffings.propose(town, work, kind=StaffKind.CHECKER, each="school", by=by)


def _draw() -> Draw:
    by = acting_as("centre")
    region = Organization.objects.get(pk=by.territory_id)
    frame = frame_of(region, year=YEAR, traits=TRAITS, on=timezone.localdate())
    size = max(len({unit.stratum for unit in frame}), len(frame) // DRAWN_SHARE)
    row = draws.draw(
        region, title="ВПР с контролем объективности", year=YEAR, size=size, traits=TRAITS,
        seed=LOT_SEED, by=by,
    )  # fmt: skip
    return draws.publish(row, by=by)


def _observe() -> None:
    """Two protocols of one school: one read without remarks, one that waits with a remark."""
    school = Organization.objects.select_related("parent").get(code="edu420001")
    work = Work.objects.get(code=SENT_WORK)
    good = {question.code: question.expected for question in CHECKLISTS[CURRENT]}
    for name, answers, incidents in (
        ("4А", good, ""),
        ("4Б", good | {"left": "yes"}, "В 9.40 ученик вышел один, вернулся через четыре минуты."),
    ):
        row = observations.send(
            school,
            work,
            class_name=name,
            room="12",
            held_on=work.held_on or timezone.localdate(),
            answers=answers,
            incidents=incidents,
            by=deputy_of(school),
        )
        if not incidents:
            reader = in_place(school.parent_id or 0, Role.COORDINATOR)
            observations.read(row, conclusion="Замечаний нет.", by=reader)
