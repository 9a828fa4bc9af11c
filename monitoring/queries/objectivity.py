"""Reads of the objectivity pages: how each school stands by each method; no ranks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from monitoring.funnels import LEAST_P
from monitoring.models import Cell, IndicatorValue, Statistic
from monitoring.stats.findings import Method, Status
from organizations.access import Permission, Viewer
from organizations.models import Level, Organization
from procedures.models import Work

# Share of chance among the remarkable that is accepted: 5 % for a signal, 10 % for attention
# (Benjamini & Hochberg; docs/indicators.md, q_value).
SIGNAL_Q = 0.05
WATCH_Q = 0.10

TESTED = Q(status=Status.OK)
IS_LEVEL = Q(method=Method.LEVEL)

# Level alone is never a signal: a strong school is not a dishonest one.
SIGNAL = TESTED & ~IS_LEVEL & Q(q_value__lte=SIGNAL_Q)
WATCH = TESTED & ((~IS_LEVEL & Q(q_value__lte=WATCH_Q)) | (IS_LEVEL & Q(p_value__lt=LEAST_P)))

YEARS_SHOWN = 3


def shaped(rows: QuerySet[Statistic]) -> QuerySet[Any]:
    """Findings with the name of the shape that stands for each: `shape`."""
    shape = Case(
        When(status=Status.TOO_FEW, then=Value("few")),
        When(status=Status.NO_SCALE, then=Value("noscale")),
        When(SIGNAL, then=Value("signal")),
        When(WATCH, then=Value("watch")),
        default=Value("usual"),
        output_field=CharField(),
    )
    return rows.annotate(shape=shape)


def newest_year(viewer: Viewer) -> int | None:
    """The last year of which the viewer has findings; None when there are none."""
    own = Statistic.objects.visible_to(viewer).filter(work=OuterRef("pk"))
    years = Work.objects.filter(Exists(own)).order_by("-year").values_list("year", flat=True)
    return years.first()


def signals_by_work(viewer: Viewer, year: int) -> dict[int, int]:
    """How many of the viewer's schools have a signal in each work of the year. One query."""
    rows = Statistic.objects.visible_to(viewer).filter(SIGNAL, work__year=year).order_by()
    counted = rows.values("work").annotate(schools=Count("organization", distinct=True))
    return {row["work"]: row["schools"] for row in counted}


@dataclass(frozen=True)
class Counts:
    """Schools of a territory in one work: how many were compared, and how they stand."""

    schools: int = 0
    signal: int = 0
    watch: int = 0
    few: int = 0


def counts(viewer: Viewer, work: Work, municipality: str = "") -> Counts:
    """Few are the schools in which no method could test anything. One query."""
    rows = _of_territory(Statistic.objects.visible_to(viewer).filter(work=work), municipality)

    def schools(where: Q) -> Count:
        return Count("organization", filter=where, distinct=True)

    found = rows.aggregate(
        schools=schools(Q()), signal=schools(SIGNAL), watch=schools(WATCH), tested=schools(TESTED)
    )
    tested = found.pop("tested")
    return Counts(**found, few=found["schools"] - tested)


def schools_of(
    viewer: Viewer, work: Work, *, state: str = "", municipality: str = ""
) -> QuerySet[Organization]:
    """The schools that have findings in the work, all or in one state, by name."""
    own = Statistic.objects.filter(work=work, organization=OuterRef("pk"))
    schools = Organization.objects.open_to(viewer, Permission.OBJECTIVITY_READ)
    schools = schools.filter(Exists(own)).select_related("parent")
    if municipality:
        schools = schools.filter(parent__code=municipality)
    if state == "few":
        schools = schools.exclude(Exists(own.filter(TESTED)))
    elif state:
        schools = schools.filter(Exists(own.filter({"signal": SIGNAL, "watch": WATCH}[state])))
    return schools.order_by("short_name", "pk")


def _of_territory(rows: QuerySet[Statistic], municipality: str) -> QuerySet[Statistic]:
    return rows.filter(organization__parent__code=municipality) if municipality else rows


@dataclass
class Line:
    """One school in one work: how many wrote, how well, and how it stands by each method."""

    school: Organization
    pupils: int = 0
    mean: float | None = None
    findings: dict[str, Any] = field(default_factory=dict)

    def shape(self, method: str) -> str:
        found = self.findings.get(method)
        return found.shape if found else "few"


def lines(schools: Iterable[Organization], work: Work) -> list[Line]:
    """The lines of these schools, in their order. Two queries."""
    found = {school.pk: Line(school) for school in schools}
    for row in shaped(Statistic.objects.filter(work=work, organization__in=found)):
        found[row.organization_id].findings[row.method] = row
    means = IndicatorValue.objects.filter(
        work=work, organization__in=found, indicator="mean_percent"
    )
    for owner, value, pupils in means.values_list("organization", "value", "pupils"):
        found[owner].mean, found[owner].pupils = value, pupils
    return list(found.values())


@dataclass(frozen=True)
class LevelPoint:
    """A school of the region in the funnel of one work; nameless unless it is the viewer's own."""

    is_own: bool
    pupils: int
    mean: float
    effect: float
    z: float
    p: float


def level_points(viewer: Viewer, work: Work) -> list[LevelPoint]:
    """The schools of the viewer's region that the level method tested. Four queries.

    Those of other territories are points and nothing else: no name goes out of here.
    """
    own = set(
        Organization.objects.open_to(viewer, Permission.OBJECTIVITY_READ)
        .schools()
        .values_list("pk", flat=True)
    )
    values = IndicatorValue.objects.filter(work=work, indicator="mean_percent").order_by()
    means = dict(values.values_list("organization", "value"))
    everybody = Organization.objects.under(region_of(viewer)).values("pk")
    tested = Statistic.objects.filter(TESTED & IS_LEVEL, work=work, organization__in=everybody)
    # Tested findings carry all their numbers, which the columns' types cannot say.
    columns: Iterable[tuple[Any, ...]] = tested.order_by("organization").values_list(
        "organization", "n", "effect", "statistic", "p_value"
    )
    return [LevelPoint(pk in own, n, means[pk], *found) for pk, n, *found in columns if pk in means]


def region_of(viewer: Viewer) -> Organization:
    """The region in which the viewer's territory lies. One query."""
    own = viewer.territory_id
    below = Q(pk=own) | Q(children=own) | Q(children__children=own)
    return Organization.objects.filter(below, level=Level.REGION, parent=None).distinct().get()


@dataclass(frozen=True)
class Column:
    """One work in a school's dossier: what each method found in it."""

    work: Work
    findings: dict[str, Any]

    @property
    def pupils(self) -> int:
        found = self.findings.get(Method.LEVEL)
        return found.n if found else 0


def dossier(school: Organization) -> list[Column]:
    """The works of the school's last three years, oldest first. One query."""
    rows = shaped(Statistic.objects.filter(organization=school)).select_related("work")
    by_work: dict[Work, dict[str, Any]] = defaultdict(dict)
    for row in rows.order_by("work__year", "work__grade", "work__subject", "work"):
        by_work[row.work][row.method] = row
    last = max((work.year for work in by_work), default=0)
    return [
        Column(work, findings)
        for work, findings in by_work.items()
        if work.year > last - YEARS_SHOWN
    ]


def histogram_of_peers(school: Organization, work: Work, region: int) -> Sequence[Sequence[int]]:
    """The score counts of all other classes of the region, one a row. One query."""
    inside = Organization.objects.filter(Q(parent=region) | Q(parent__parent=region))
    others = Cell.objects.filter(work=work, organization__in=inside.values("pk"))
    return list(others.exclude(organization=school).values_list("histogram", flat=True))
