"""Reads of the holding of procedures: registrations, their totals, the frame of a draw."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from organizations.access import Permission, Viewer
from organizations.models import Organization, Profile
from organizations.models.organization import OrganizationQuerySet
from procedures.holding_rules import LARGE_SCHOOL, REGISTRATION_DAYS, SMALL_SCHOOL
from procedures.models import (
    Assignment,
    Draw,
    DrawnSchool,
    Protocol,
    RegisteredClass,
    Registration,
    Staffing,
    StaffKind,
    Work,
)
from procedures.queries import SENIOR_GRADES
from procedures.sampling import Unit

STATES = ("none", *Registration.State.values)


def deadline(work: Work) -> datetime.date | None:
    """The last day on which a school registers for the work; None while it has no day."""
    if work.held_on is None:
        return None
    return work.held_on - datetime.timedelta(days=REGISTRATION_DAYS.value)


def expected_classes(
    work: Work, schools: Iterable[Organization]
) -> dict[int, dict[int, int] | None]:
    """The registered classes of a work: school pk → serial number of the class → pupils.

    A school that said it takes no part has None; one that registered nothing is missing. One
    query.
    """
    rows = Registration.objects.filter(work=work, organization__in=schools).values_list(
        "organization_id", "state", "classes__number", "classes__pupils"
    )
    found: dict[int, dict[int, int] | None] = {}
    for school, state, number, pupils in rows:
        if state == Registration.State.ABSENT:
            found[school] = None
            continue
        classes = found.setdefault(school, {})
        if classes is not None and number is not None:
            classes[number] = pupils
    return found


@dataclass(frozen=True)
class Totals:
    """What a territory registered for one work."""

    registered: int = 0
    absent: int = 0
    classes: int = 0
    pupils: int = 0
    rooms: int = 0

    @property
    def answered(self) -> int:
        return self.registered + self.absent


def totals_by_work(viewer: Viewer, works: Iterable[Work]) -> dict[int, Totals]:
    """Work pk → totals of the viewer's territory; works without a registration are missing.

    Two queries: a join with classes would count the rooms once a class.
    """
    works = list(works)
    visible = Registration.objects.visible_to(viewer).filter(work__in=works)
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for work, state, count, rooms in (
        visible.order_by("work", "state")
        .values_list("work", "state")
        .annotate(count=Count("pk"), total=Coalesce(Sum("rooms"), 0))
    ):
        sums[work][state] = count
        sums[work]["rooms"] += rooms
    listed = RegisteredClass.objects.visible_to(viewer).filter(registration__work__in=works)
    for work, count, pupils in (
        listed.order_by("registration__work")
        .values_list("registration__work")
        .annotate(count=Count("pk"), total=Sum("pupils"))
    ):
        sums[work] |= {"classes": count, "pupils": pupils}
    return {work: Totals(**found) for work, found in sums.items()}


@dataclass(frozen=True)
class Registered:
    """One school beside what it registered, with its classes; None when it has not answered."""

    school: Organization
    work: Work
    registration: Registration | None = None

    @property
    def classes(self) -> list[RegisteredClass]:
        return list(self.registration.classes.all()) if self.registration else []

    @property
    def pupils(self) -> int:
        return sum(one.pupils for one in self.classes)


def _with_classes(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    listed = RegisteredClass.objects.order_by("number")
    return rows.prefetch_related(Prefetch("classes", listed)).select_related("registered_by")


def registered_of_work(work: Work, schools: Iterable[Organization]) -> list[Registered]:
    """Each of the schools with its registration for the work. Two queries."""
    schools = list(schools)
    rows = _with_classes(Registration.objects.filter(work=work, organization__in=schools))
    found = {row.organization_id: row for row in rows}
    return [Registered(school, work, found.get(school.pk)) for school in schools]


def registered_of_school(school: Organization, works: Iterable[Work]) -> list[Registered]:
    """The school's registration for each of the works. Two queries."""
    works = list(works)
    rows = _with_classes(Registration.objects.filter(organization=school, work__in=works))
    found = {row.work_id: row for row in rows}
    return [Registered(school, work, found.get(work.pk)) for work in works]


def earlier_registration(school: Organization, work: Work) -> Registration | None:
    """The school's newest registration for another work of the same grade and year. Two queries."""
    same = Registration.objects.filter(
        organization=school,
        work__grade=work.grade,
        work__year=work.year,
        state=Registration.State.REGISTERED,
    ).exclude(work=work)
    return _with_classes(same).order_by("-registered_at").first()


def schools_in_state(schools: OrganizationQuerySet, work: Work, state: str) -> OrganizationQuerySet:
    """The schools whose registration is so; `none` is no answer, anything else all schools."""
    own = Registration.objects.filter(work=work, organization=OuterRef("pk"))
    if state == "none":
        return schools.filter(~Exists(own))
    if state in Registration.State.values:
        return schools.filter(Exists(own.filter(state=state)))
    return schools


def asked_of(schools: OrganizationQuerySet, work: Work) -> OrganizationQuerySet:
    """The schools that have the work's grade: a basic school has no senior ones."""
    return schools.exclude(profile=Profile.BASIC) if work.grade in SENIOR_GRADES else schools


def asked_counts(schools: OrganizationQuerySet) -> dict[bool, int]:
    """How many of the schools are asked: False for a usual grade, True for a senior one."""
    counted = schools.aggregate(
        every=Count("pk"), basic=Count("pk", filter=Q(profile=Profile.BASIC))
    )
    return {False: counted["every"], True: counted["every"] - counted["basic"]}


# Drawing a sample

TRAITS = {
    "area": "город или село",
    "size": "размер школы",
    "profile": "тип школы",
    "previous": "участие в прежней выборке",
}


def frame_of(
    territory: Organization, *, year: int, traits: Iterable[str], on: datetime.date
) -> list[Unit]:
    """Every working school of the territory with its stratum by the traits. Three queries at most.

    The size is the number of results of the year before in accepted protocols; previous
    participation is being in the sample of an earlier published draw.
    """
    traits = list(traits)
    schools = Organization.objects.under(territory).schools().working(on)
    sizes = _sizes(year - 1) if "size" in traits else {}
    drawn = _drawn_before(year) if "previous" in traits else set()
    return [
        Unit(school.code, stratum_of(school, traits, sizes, drawn))
        for school in schools.order_by("code")
    ]


def stratum_of(
    school: Organization, traits: Iterable[str], sizes: Mapping[int, int], drawn: set[int]
) -> str:
    """«село, малая, средняя школа»; one stratum of all without traits."""
    words = {
        "area": "село" if school.is_rural else "город",
        "size": _size_word(sizes.get(school.pk)),
        "profile": school.get_profile_display() or "тип не указан",
        "previous": "уже была в выборке" if school.pk in drawn else "ещё не была в выборке",
    }
    return ", ".join(words[trait] for trait in traits) or "все школы"


def _size_word(results: int | None) -> str:
    if not results:
        return "размер неизвестен"
    if results < SMALL_SCHOOL.value:
        return "малая"
    return "средняя по размеру" if results < LARGE_SCHOOL.value else "крупная"


def _sizes(year: int) -> dict[int, int]:
    rows = Protocol.objects.current().filter(work__year=year).order_by("organization")
    return dict(rows.values_list("organization").annotate(total=Sum("rows_written")))


def _drawn_before(year: int) -> set[int]:
    earlier = DrawnSchool.objects.filter(
        draw__year__lt=year, draw__published_at__isnull=False, is_reserve=False
    )
    return set(earlier.values_list("organization", flat=True))


def draws(viewer: Viewer) -> QuerySet[Draw]:
    """The draws the viewer sees, the newest first, each with what it is of."""
    return Draw.objects.visible_to(viewer).select_related("organization", "drawn_by")


# Observation


def places_of(viewer: Viewer) -> QuerySet[Assignment]:
    """Where this person of the portal is approved to observe."""
    return Assignment.objects.filter(
        candidate__user=viewer.user_id,
        staffing__status=Staffing.Status.APPROVED,
        staffing__kind=StaffKind.OBSERVER,
    )


def schools_to_observe(viewer: Viewer, work: Work) -> OrganizationQuerySet:
    """The schools of which the viewer may send a protocol of the work."""
    sent = places_of(viewer).filter(staffing__work=work).values("organization")
    own = Organization.objects.open_to(viewer, Permission.HOLDING_MANAGE).values("pk")
    return Organization.objects.schools().filter(Q(pk__in=own) | Q(pk__in=sent))
