"""What stands on the first page beside the duties: changes, runs, dates, where we are."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from monitoring.indicators.catalog import CATALOG
from monitoring.models import IndicatorValue
from monitoring.queries.indicators import ladder, values_of, years_of
from monitoring.stats.disclosure import publishable
from organizations import acts, vsoko
from organizations.access import Permission, Viewer
from organizations.models import Organization, Run
from organizations.queries import acts_seen_by
from organizations.templatetags.ru import day_short, percent
from procedures.models import Protocol, Work
from roadmaps.models import Execution
from roadmaps.queries import FINISHED, Standing, standing_of
from rsoko.home.duties import faulty, owed

WEEK = datetime.timedelta(days=7)
SHOWN_CHANGES = 8
SHOWN_RUNS = 5
SHOWN_DATES = 6
# What a school sees of itself first: how much of the work was done, and whether marks agree.
OWN_INDICATORS = ("mean_percent", "quality_share", "journal_confirmed")


@dataclass(frozen=True)
class Fact:
    """One number of a territory with the words around it."""

    title: str
    value: int
    words: str
    note: str
    url: str


@dataclass(frozen=True)
class Place:
    """One indicator of a school beside its municipality and region, shares shown as percents."""

    title: str
    url: str
    value: str
    note: str
    beside: str


def changes(viewer: Viewer) -> list[dict[str, Any]]:
    """What others did this week: in the territory, or with what the viewer's own house owns."""
    week = timezone.now() - WEEK
    events = acts_seen_by(viewer).filter(at__gte=week).exclude(user_id=viewer.user_id)
    events = events.exclude(action__in=acts.FOLLOWED)
    return [
        {
            "when": _when(event.at),
            "on": event.at,
            "text": acts.sentence(event),
            "note": acts.who(event),
            "url": acts.page_of(event.object_type, event.object_id),
        }
        for event in events.order_by("-pk")[:SHOWN_CHANGES]
    ]


def _when(at: datetime.datetime) -> str:
    """The hour of today, the day of any other day."""
    local = timezone.localtime(at)
    today = local.date() == timezone.localdate()
    return f"{local.hour}:{local.minute:02}" if today else day_short(local)


def running(viewer: Viewer) -> QuerySet[Run]:
    """What the portal is at work on in the territory."""
    return Run.objects.visible_to(viewer).active().order_by("-pk")[:SHOWN_RUNS]


def ahead(viewer: Viewer, executions: list[Execution]) -> list[dict[str, Any]]:
    """The next dates: last days of the viewer's actions, and days of assessment works."""
    rows = [
        (row.due_on, f"Срок п. {row.item.number}", row.item.title,
         reverse("roadmaps:item", args=[row.item.roadmap_id, row.item_id]))
        for row in executions
    ]  # fmt: skip
    if viewer.may(Permission.RESULT_READ):
        works = Work.objects.filter(held_on__gt=timezone.localdate())
        rows += [
            (work.held_on, f"{work.procedure}: {work.subject}, {work.grade} класс", "",
             reverse("procedures:works"))
            for work in works.select_related("procedure").order_by("held_on")[:SHOWN_DATES]
        ]  # fmt: skip
    rows.sort(key=lambda row: row[0] or datetime.date.max)
    return [
        {"day": day_short(on), "on": on, "title": title, "note": note, "url": url}
        for on, title, note, url in rows[:SHOWN_DATES]
    ]


def places(viewer: Viewer) -> list[Place]:
    """A school's own indicators of its last year beside those above it; three queries.

    A number over too few pupils is not shown.
    """
    if not viewer.may(Permission.INDICATOR_READ):
        return []
    school, *above = ladder(viewer)
    years = years_of(school)
    found = values_of([school, *above], years[0], None) if years else {}
    shown = {key: row for key, row in found.items() if publishable(row.pupils)}
    titles = {indicator.code: indicator.title for indicator in CATALOG}
    return [
        _place(titles[code], shown[school.pk, code], shown, above)
        for code in OWN_INDICATORS
        if (school.pk, code) in shown
    ]


def _place(
    title: str,
    own: IndicatorValue,
    values: dict[tuple[int, str], IndicatorValue],
    above: list[Organization],
) -> Place:
    beside = [
        f"{place.short_name} — {percent(found.value)}"
        for place in above
        if (found := values.get((place.pk, own.indicator)))
    ]
    return Place(
        title=title,
        url=reverse("monitoring:indicators"),
        value=percent(own.value),
        note=f"{own.year} год, участников: {own.pupils}",
        beside=", ".join(beside),
    )


def facts(viewer: Viewer) -> list[Fact]:
    """How far a territory is: protocols, school documents, actions; about ten queries."""
    found = []
    if viewer.may(Permission.RESULT_READ):
        found += _protocols(viewer)
    if viewer.may(Permission.DOCUMENT_READ):
        found.append(_papers(viewer))
    if viewer.may(Permission.EXECUTION_REPORT):
        found.append(_actions(viewer))
    return found


def _schools(viewer: Viewer) -> QuerySet[Organization]:
    schools = Organization.objects.visible_to(viewer).schools()
    return schools.working(timezone.localdate())


def _protocols(viewer: Viewer) -> list[Fact]:
    """Expected is a protocol of each school for each work of the year; none without works."""
    years = Work.objects.order_by("-year").values_list("year").annotate(Count("pk"))
    if not (newest := years.first()):
        return []
    year, works = newest
    rows = Protocol.objects.visible_to(viewer).current().filter(work__year=year)
    accepted = rows.order_by().values("organization", "work").distinct().count()
    expected = _schools(viewer).count() * works
    broken = faulty(viewer).filter(work__year=year).count()
    return [
        Fact(
            title=f"Протоколы {year} года приняты",
            value=accepted,
            words=f"из {expected}",
            note=f"с ошибками {broken}" if broken else "",
            url=reverse("procedures:works"),
        )
    ]


def _papers(viewer: Viewer) -> Fact:
    year = vsoko.year_of(timezone.localdate())
    schools = _schools(viewer)
    watched = vsoko.uploaded(viewer, year).filter(kind__in=vsoko.MONITORED)
    counts = vsoko.counts(schools, watched)
    total = counts.sent + counts.returned + counts.accepted + counts.missing
    return Fact(
        title="Документы ВСОКО приняты",
        value=counts.accepted,
        words=f"из {total}",
        note=f"ждут приёмки {counts.sent}, не загружено {counts.missing}",
        url=reverse("organizations:documents"),
    )


def _actions(viewer: Viewer) -> Fact:
    today = timezone.localdate()
    standings = Counter(standing_of(row, day=today) for row in owed(viewer))
    late = standings[Standing.LATE]
    return Fact(
        title="Наши мероприятия исполнены",
        value=sum(standings[one] for one in FINISHED),
        words=f"из {standings.total()}",
        note=f"просрочено {late}" if late else "просроченных нет",
        url=reverse("roadmaps:roadmaps"),
    )
