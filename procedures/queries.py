"""Reads of the procedures app: works and their scales, what schools handed in, known pupils."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet

from organizations.access import Viewer
from organizations.models import Organization, Profile, Run
from procedures.models import Protocol, Result, Scale, Work

SENIOR_GRADES = (10, 11)  # a basic school ends with grade 9 (273-ФЗ, ст. 66)
FAULTY = (Protocol.State.FAULTY, Protocol.State.REFUSED)


def newest_scale(work_id: int) -> Scale | None:
    return Scale.objects.filter(work=work_id).order_by("-version").first()


def years() -> list[int]:
    """The years in which works were held, the latest first."""
    found = Work.objects.order_by("-year").values_list("year", flat=True).distinct()
    return list(found)


def works_of(year: int, school: Organization | None = None) -> QuerySet[Work]:
    """The works of a year, of the grades the school has when one is given."""
    works = Work.objects.filter(year=year).select_related("procedure").order_by("grade", "subject")
    if school is not None and school.profile == Profile.BASIC:
        works = works.exclude(grade__in=SENIOR_GRADES)
    return works


@dataclass(frozen=True)
class Standing:
    """What one school handed in of one work: its files, the newest first."""

    work: Work
    school: Organization
    protocols: list[Protocol] = field(default_factory=list)

    @property
    def newest(self) -> Protocol | None:
        return self.protocols[0] if self.protocols else None

    @property
    def current(self) -> list[Protocol]:
        """The protocols whose rows count, by class."""
        found = [row for row in self.protocols if row.state == Protocol.State.ACCEPTED]
        return sorted(found, key=lambda row: row.classes)

    @property
    def rows(self) -> int:
        return sum(row.rows_written for row in self.current)

    @property
    def is_waiting(self) -> bool:
        """Whether the newest file is still to be checked."""
        return (
            self.newest is not None
            and self.newest.state == Protocol.State.CHECKING
            and not self.has_broken_off
        )

    @property
    def has_broken_off(self) -> bool:
        """Whether the check of the newest file ended before it came to a verdict."""
        newest = self.newest
        return (
            newest is not None
            and newest.state == Protocol.State.CHECKING
            and newest.run is not None
            and newest.run.status in (Run.Status.FAILED, Run.Status.CANCELLED)
        )

    @property
    def is_awaited(self) -> bool:
        """Whether nothing is there but what was taken back."""
        return all(row.state == Protocol.State.CANCELLED for row in self.protocols)

    @property
    def is_faulty(self) -> bool:
        return self.newest is not None and self.newest.state in FAULTY


def standings_of_school(school: Organization, works: Iterable[Work]) -> list[Standing]:
    """What the school handed in of each of the works. One query."""
    works = list(works)
    protocols = _listed(Protocol.objects.filter(organization=school, work__in=works))
    by_work = defaultdict(list)
    for row in protocols:
        by_work[row.work_id].append(row)
    return [Standing(work, school, by_work[work.pk]) for work in works]


def standings_of_work(work: Work, schools: Iterable[Organization]) -> list[Standing]:
    """What each of the schools handed in of the work. One query."""
    schools = list(schools)
    protocols = _listed(Protocol.objects.filter(work=work, organization__in=schools))
    by_school = defaultdict(list)
    for row in protocols:
        by_school[row.organization_id].append(row)
    return [Standing(work, school, by_school[school.pk]) for school in schools]


def _listed(protocols: QuerySet[Protocol]) -> QuerySet[Protocol]:
    """For lists: the number of faults instead of the faults themselves."""
    counted = Func(F("faults"), function="jsonb_array_length", output_field=IntegerField())
    return (
        protocols.annotate(fault_count=counted)
        .defer("faults", "notes")
        .select_related("run")
        .order_by("-version")
    )


@dataclass(frozen=True)
class Counts:
    """How many schools of a territory stand how in one work."""

    handed_in: int = 0
    accepted: int = 0
    faulty: int = 0


def counts_by_work(viewer: Viewer, works: Iterable[Work]) -> dict[int, Counts]:
    """How many schools of the viewer's territory handed each work in. Two queries."""
    protocols = Protocol.objects.visible_to(viewer).filter(work__in=list(works))
    protocols = protocols.exclude(state=Protocol.State.CANCELLED)
    accepted = Count("organization", filter=Q(state=Protocol.State.ACCEPTED), distinct=True)
    handed = (
        protocols.order_by()
        .values("work")
        .annotate(handed_in=Count("organization", distinct=True), accepted=accepted)
    )
    faulty = dict(
        newest(protocols).filter(state__in=FAULTY).order_by()
        .values("work").annotate(schools=Count("organization")).values_list("work", "schools")
    )  # fmt: skip
    return {
        row["work"]: Counts(row["handed_in"], row["accepted"], faulty.get(row["work"], 0))
        for row in handed
    }


def newest(protocols: QuerySet[Protocol]) -> QuerySet[Protocol]:
    """Those of the protocols after which their school handed in nothing more of the work."""
    later = Protocol.objects.filter(
        organization=OuterRef("organization"),
        work=OuterRef("work"),
        version__gt=OuterRef("version"),
    )
    return protocols.filter(~Exists(later))


STANDINGS = ("none", "faulty", "accepted")


def schools_standing(
    schools: QuerySet[Organization], work: Work, standing: str
) -> QuerySet[Organization]:
    """Those of the schools that stand so in the work: `none`, `faulty`, `accepted`; else all."""
    own = Protocol.objects.filter(organization=OuterRef("pk"), work=work)
    if standing == "none":
        return schools.filter(~Exists(own.exclude(state=Protocol.State.CANCELLED)))
    if standing == "faulty":
        return schools.filter(Exists(newest(own).filter(state__in=FAULTY)))
    if standing == "accepted":
        return schools.filter(Exists(own.filter(state=Protocol.State.ACCEPTED)))
    return schools


@dataclass(frozen=True)
class Roster:
    """The pupils of a parallel as codes, each with the serial number of the class."""

    class_numbers: list[int]
    participants: list[int]

    @classmethod
    def counted(cls, grade: int, pupils: Iterable[int]) -> "Roster":
        """So many pupils in each class, with codes that begin with the grade: 40001, 40002, …"""
        sizes = list(pupils)
        numbers = [number for number, size in enumerate(sizes, start=1) for _ in range(size)]
        first = grade * (1_000 if grade > 9 else 10_000) + 1
        return cls(numbers, list(range(first, first + len(numbers))))

    def of_classes(self, numbers: Iterable[int]) -> "Roster":
        kept = set(numbers)
        pairs = zip(self.class_numbers, self.participants, strict=True)
        chosen = [pair for pair in pairs if pair[0] in kept]
        return Roster([pair[0] for pair in chosen], [pair[1] for pair in chosen])

    def __len__(self) -> int:
        return len(self.participants)


def roster(school: Organization, work: Work) -> Roster:
    """The pupils the school named in any work of this grade and year; empty when in none.

    A pupil has one code in all works of the year. One query.
    """
    same = Result.objects.filter(organization=school, work__grade=work.grade, work__year=work.year)
    pairs = same.order_by("class_number", "participant").values_list("class_number", "participant")
    seen = dict.fromkeys(participant for _, participant in pairs)
    classes = {participant: number for number, participant in pairs}
    return Roster([classes[code] for code in seen], list(seen))
