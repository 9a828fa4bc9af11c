"""Reads of the territory's page: how each school's year and work stands; no ranks."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from monitoring.funnels import LEAST_P
from monitoring.models import IndicatorValue, Signal, Statistic, SystemNotch
from monitoring.queries.cases import is_out
from monitoring.stats.findings import Family, Method, Status
from organizations.access import Permission, Viewer
from organizations.models import Level, Organization
from procedures.models import Scale, Work

# Share of chance among the remarkable that is accepted for attention: 10 % (Benjamini & Hochberg;
# docs/indicators.md, q_value). A signal is a year's alone, and the engine makes it.
WATCH_Q = 0.10

TESTED = Q(status=Status.OK)
IS_LEVEL = Q(method=Method.LEVEL)
WATCH = TESTED & ((~IS_LEVEL & Q(q_value__lte=WATCH_Q)) | (IS_LEVEL & Q(p_value__lt=LEAST_P)))

# The tiers of a school's year under the names of their shapes.
TIER_OF = {
    "signal": Signal.Tier.RED,
    "watch": Signal.Tier.AMBER,
    "usual": Signal.Tier.NONE,
    "few": Signal.Tier.INSUFFICIENT,
}
SHAPE_OF = {tier: shape for shape, tier in TIER_OF.items()}

# The shape and the words of a signal that no longer counts.
CLEARED = "cleared"
GONE = "сигнал снят или погас"

# A heap at a border is called common from here on: our own decisions. In a whole region chance
# is so small that z alone would name heaps of no weight.
COMMON_Z = 3.0
COMMON_SHARE = 0.05


def shape_of_year(signal: Any) -> str:
    """The shape of a signal read with `signals_of`."""
    is_remarkable = signal.tier in Signal.REMARKABLE
    return CLEARED if signal.out and is_remarkable else SHAPE_OF[Signal.Tier(signal.tier)]


def shaped(rows: QuerySet[Statistic]) -> QuerySet[Any]:
    """Findings with the name of the shape that stands for each by itself: `shape`."""
    shape = Case(
        When(status__in=(Status.TOO_FEW, Status.POOLED), then=Value("few")),
        When(status__in=(Status.NO_SCALE, Status.NOT_HELD), then=Value("noscale")),
        When(WATCH, then=Value("watch")),
        default=Value("usual"),
        output_field=CharField(),
    )
    return rows.annotate(shape=shape)


def raise_to(signal: Signal, findings: Mapping[str | None, Mapping[str, Any]]) -> None:
    """Give what a school's signal rests on the signal's own shape, even if it is one class alone.

    `findings` are shaped rows by the code of their work (None: the year's works together) and by
    method; each learns the class, `of_class`. A level stays what it is: by itself it is nothing.
    """
    shape = SHAPE_OF[Signal.Tier(signal.tier)]
    for part in strong_parts(signal):
        found = findings.get(part["work"], {}).get(part["method"])
        if found is not None and part["method"] != Method.LEVEL:
            found.shape, found.of_class = shape, part["class_number"]


def strong_parts(signal: Signal) -> list[dict[str, Any]]:
    """The evidence that made the signal; empty where there is none."""
    if signal.tier not in Signal.REMARKABLE:
        return []
    return [part for part in signal.evidence if part["family"] in signal.families]


def rests_on(**part: str) -> Q:
    """Whether a signal rests on such a part: one of a family that made it. To filter `Signal`."""
    found = Q()
    for family in map(str, Family):
        found |= Q(families__contains=[family], evidence__contains=[{"family": family, **part}])
    return found & Q(tier__in=Signal.REMARKABLE)


def _resting_on(work: Work, tier: Signal.Tier) -> QuerySet[Any]:
    """Signals of this tier that rest on the work, as the keys of their schools."""
    rows = Signal.objects.filter(~is_out(), rests_on(work=work.code), tier=tier, year=work.year)
    return rows.values("organization")


def newest_year(viewer: Viewer) -> int | None:
    """The last year of which the viewer has signals, else findings; None when there are none."""
    for rows in (Signal.objects.visible_to(viewer), Statistic.objects.visible_to(viewer)):
        if (year := rows.order_by("-year").values_list("year", flat=True).first()) is not None:
            return year
    return None


def signals_by_work(viewer: Viewer, year: int) -> dict[str, int]:
    """How many of the viewer's schools have a signal that rests on a work, by code. One query."""
    rows = Signal.objects.visible_to(viewer).filter(~is_out(), year=year, tier=Signal.Tier.RED)
    works = [{part["work"] for part in strong_parts(signal)} for signal in rows]
    return Counter(code for codes in works for code in codes if code is not None)


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

    is_red = Q(organization__in=_resting_on(work, Signal.Tier.RED))
    is_amber = Q(organization__in=_resting_on(work, Signal.Tier.AMBER))
    found = rows.aggregate(
        schools=schools(Q()),
        signal=schools(is_red),
        watch=schools(~is_red & (WATCH | is_amber)),
        tested=schools(TESTED),
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
    is_red = Q(pk__in=_resting_on(work, Signal.Tier.RED))
    is_amber = Q(pk__in=_resting_on(work, Signal.Tier.AMBER))
    if state == "few":
        schools = schools.exclude(Exists(own.filter(TESTED)))
    elif state == "signal":
        schools = schools.filter(is_red)
    elif state == "watch":
        schools = schools.filter(Q(Exists(own.filter(WATCH))) | is_amber).exclude(is_red)
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
    """The lines of these schools, in their order. Three queries."""
    found = {school.pk: Line(school) for school in schools}
    for row in shaped(Statistic.objects.filter(work=work, organization__in=found)):
        found[row.organization_id].findings[row.method] = row
    for signal in Signal.objects.filter(~is_out(), year=work.year, organization__in=found):
        raise_to(signal, {work.code: found[signal.organization_id].findings})
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


# -- A year ------------------------------------------------------------------------------------
def _signals(viewer: Viewer, year: int, municipality: str) -> QuerySet[Signal]:
    rows = Signal.objects.visible_to(viewer).filter(year=year)
    return rows.filter(organization__parent__code=municipality) if municipality else rows


def year_counts(viewer: Viewer, year: int, municipality: str = "") -> Counts:
    """How many of the territory's schools stand how in the year, as it stands now. One query."""
    rows = _signals(viewer, year, municipality).order_by().values("tier", out=is_out())
    found = {(row["tier"], row["out"]): row["n"] for row in rows.annotate(n=Count("pk"))}
    return Counts(
        schools=sum(found.values()),
        signal=found.get((Signal.Tier.RED, False), 0),
        watch=found.get((Signal.Tier.AMBER, False), 0),
        few=sum(found.get((Signal.Tier.INSUFFICIENT, out), 0) for out in (False, True)),
    )


def signals_of(
    viewer: Viewer, year: int, *, state: str = "", municipality: str = ""
) -> QuerySet[Signal]:
    """The signals of the year, all or of one tier, by the name of the school.

    `out` tells those that no longer count; they are in no tier.
    """
    rows = _signals(viewer, year, municipality).annotate(out=is_out())
    if state:
        rows = rows.filter(tier=TIER_OF[state])
    if state in ("signal", "watch"):
        rows = rows.filter(out=False)
    return rows.select_related("organization__parent").order_by(
        "organization__short_name", "organization"
    )


@dataclass(frozen=True)
class CommonNotch:
    """A heap below which works are missing in a whole unit, so that no school made it alone."""

    work: Work
    border: int
    name: str
    share_missing: float


def common_notches(
    viewer: Viewer, *, year: int, work: Work | None = None, municipality: str = ""
) -> list[CommonNotch]:
    """What is common to the viewer's region, or to municipalities among those asked. Two queries.

    A municipality's heap is told to the region and to that municipality with its schools.
    """
    units = Q(level=SystemNotch.Level.MUNICIPALITY, organization__in=_municipalities(viewer))
    if municipality:
        units &= Q(organization__code=municipality)
    whole = Q(level=SystemNotch.Level.REGION, organization=region_of(viewer))
    rows = SystemNotch.objects.filter(
        whole | units,
        work__year=year,
        z__gte=COMMON_Z,
        share_missing__gt=F("placebo"),
        share_missing__gte=COMMON_SHARE,
    )
    if work is not None:
        rows = rows.filter(work=work)
    rows = rows.select_related("work", "organization")
    return [
        CommonNotch(row.work, row.border, row.organization.short_name, row.share_missing)
        for row in rows.order_by("work__grade", "work__subject", "work", "border", "level", "pk")
    ]


def work_borders(works: Collection[int]) -> dict[int, list[int]]:
    """The lowest scores of the marks 3, 4, 5 in each of the works that has a scale. One query."""
    scales = Scale.objects.filter(work__in=works).order_by("work_id", "-version")
    newest = scales.distinct("work_id")
    return {scale.work_id: [scale.three, scale.four, scale.five] for scale in newest}


def _municipalities(viewer: Viewer) -> QuerySet[Organization]:
    """The viewer's own municipality, or all of the viewer's region."""
    own = viewer.territory_id
    around = Q(pk=own) | Q(parent=own) | Q(children=own)
    return Organization.objects.filter(around, level=Level.MUNICIPALITY)
