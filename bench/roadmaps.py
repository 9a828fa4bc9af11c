"""A region-wide plan's pages, against the emptiest signed-in page of the same run.

20 items × 684 organizations (34 municipalities, 650 schools), each municipality with a plan of its
own taken from the region's: the region's 13,680 executions are counted through as many of the
municipal plans. All of it is built in a database of its own, so no demonstration is needed and
none is changed. Each page is asked for once unmeasured, then 20 times in a row; what counts is the
95th percentile, and it may not exceed 300 ms on two cores. The night of reminders may take 10 s.
"""

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Mod
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.measure import CALLS, Measure, measured_pages, p95
from bench.region import own_database, place, region_and_ministry
from organizations.access import Role
from organizations.models import (
    Document,
    DocumentKind,
    Kind,
    Level,
    Membership,
    Organization,
    State,
    User,
)
from roadmaps.models import Execution, Item, Link, Responsible, Roadmap
from roadmaps.reminders import remind
from roadmaps.services.assignment import assign, carry
from roadmaps.terms import TermKind

ITEMS, MUNICIPALITIES, SCHOOLS = 20, 34, 650
# Of a hundred executions: those below the number are in the state, the rest are not handed in.
STATES = ((State.RETURNED, 68), (State.SENT, 65), (State.ACCEPTED, 55))


def measure() -> list[Measure]:
    """p95 of each view of the plan in milliseconds, with one baseline for all; the night of
    reminders, every organization of it told by its own person, against one read of what is due."""
    with _region() as (plan, client):
        return [*measured_pages(client, _pages(plan), of="roadmaps"), _night(plan)]


def _night(plan: Roadmap) -> Measure:
    region, today = Organization.objects.get(pk=plan.owner.parent_id), timezone.localdate()
    rows = Execution.objects.counted().unfinished().select_related("item", "organization")
    read = p95(lambda: list(rows.all()), CALLS)
    began = time.perf_counter()
    told = remind(region, day=today)
    took = (time.perf_counter() - began) * 1000
    assert told > 0, "nobody was reminded"
    return Measure(name="roadmaps.night", ours=took, baseline=read, unit="ms", n=1)


def _pages(plan: Roadmap) -> dict[str, str]:
    item = plan.items.order_by("position")[0]
    gantt = reverse("roadmaps:gantt", args=[plan.pk])
    return {
        "plans": reverse("roadmaps:roadmaps"),
        "list": reverse("roadmaps:roadmap", args=[plan.pk]),
        "list_xlsx": reverse("roadmaps:roadmap_xlsx", args=[plan.pk]),
        "matrix": reverse("roadmaps:matrix", args=[plan.pk]),
        "gantt": gantt,
        "gantt_of_item": f"{gantt}?item={item.pk}",
        "calendar": reverse("roadmaps:calendar"),
    }


@contextmanager
def _region() -> Iterator[tuple[Roadmap, Client]]:
    """The region's plan and the ministry signed in, in a database that is gone afterwards."""
    with own_database("bench_roadmaps"):
        region, ministry = region_and_ministry()
        plan = _adopted(ministry, _municipalities(region))
        _handed_in()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        client = Client()
        client.force_login(_people({ministry: Role.MINISTRY})[0])
        yield plan, client


def _municipalities(region: Organization) -> list[Organization]:
    towns = Organization.objects.bulk_create(
        place(Kind.MUNICIPALITY, Level.MUNICIPALITY, number, region)
        for number in range(MUNICIPALITIES)
    )
    schools = Organization.objects.bulk_create(
        place(Kind.SCHOOL, Level.SCHOOL, number, towns[number % MUNICIPALITIES])
        for number in range(SCHOOLS)
    )
    _people(dict.fromkeys(towns, Role.COORDINATOR) | dict.fromkeys(schools, Role.DEPUTY))
    return towns


def _people(roles: dict[Organization, Role]) -> list[User]:
    """One person in each place."""
    users = User.objects.bulk_create(
        User(username=place.code, email=f"{place.code}@example.org", first_name="Вера")
        for place in roles
    )
    Membership.objects.bulk_create(
        Membership(user=user, organization=place, role=role, since=timezone.localdate())
        for user, (place, role) in zip(users, roles.items(), strict=True)
    )
    return users


def _adopted(ministry: Organization, towns: list[Organization]) -> Roadmap:
    """The region's plan in force, and one of each municipality with every item linked to it."""
    plan = _plan(ministry)
    assign(plan)
    upper = list(plan.items.order_by("position"))
    for town in towns:
        own = _plan(town, above=plan)
        lower = own.items.order_by("position")
        Link.objects.bulk_create(
            Link(upper=one, lower=other) for one, other in zip(upper, lower, strict=True)
        )
        assign(own)
        carry(own)
    return plan


def _plan(owner: Organization, above: Roadmap | None = None) -> Roadmap:
    today = timezone.localdate()
    order = Document.objects.create(
        organization=owner, kind=DocumentKind.ORDER, title="О плане", number="1", signed_on=today
    )
    plan = Roadmap.objects.create(
        owner=owner, above=above, order=order, title=f"План: {owner.short_name}",
        status=Roadmap.Status.APPROVED, starts_on=today - datetime.timedelta(days=120),
        ends_on=today + datetime.timedelta(days=240),
    )  # fmt: skip
    items = Item.objects.bulk_create(_item(plan, position) for position in range(1, ITEMS + 1))
    Responsible.objects.bulk_create(
        Responsible(item=item, position=position, text=code.upper(), body=code)
        for item in items
        for position, code in enumerate(("mouo", "school"), start=1)
    )
    return plan


def _item(plan: Roadmap, position: int) -> Item:
    """Every third item is a window of the whole year with control points."""
    starts = plan.starts_on + datetime.timedelta(days=14 * position)
    window = position % 3 == 0
    points = [plan.starts_on + datetime.timedelta(days=90 * n) for n in (1, 2, 3)]
    return Item(
        roadmap=plan,
        position=position,
        number=str(position),
        title=f"Проведение мероприятия {position} по объективности оценочных процедур",
        term_text="в течение учебного года" if window else f"{starts:%m.%Y}",
        term_kind=TermKind.SCHOOL_YEAR if window else TermKind.PERIOD,
        starts_on=plan.starts_on if window else starts,
        ends_on=plan.ends_on if window else starts + datetime.timedelta(days=30),
        control_points=points if window else [],
    )


def _handed_in() -> None:
    share = Execution.objects.annotate(hundredth=Mod(F("pk") * 37, Value(100)))
    for state, below in STATES:
        rows = share.filter(item__roadmap__owner__code__startswith="bench-", hundredth__lt=below)
        rows.update(state=state, sent_at=timezone.now(), report="Проведено.")
