"""A list costs the same number of queries whatever its length; the numbers are kept beside.

Write `query_counts.json` anew with `RSOKO_WRITE_COUNTS=1`, and look at the difference before it
is committed.
"""

import datetime
import json
import os
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.access import Role
from organizations.models import Organization, OrganizationState, Substitution
from organizations.queries import viewer_of
from organizations.services import tokens
from rsoko.api import router
from tests.access.addresses import address
from tests.access.world import World, a_work, make_rows
from tests.cast import Cast
from tests.factories.documents import EventFactory, VersionFactory
from tests.factories.monitoring import (
    CaseFactory,
    IndicatorValueFactory,
    SignalFactory,
    StatisticFactory,
)
from tests.factories.notices import NoticeFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.procedures import ProtocolFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory

KEPT = Path(__file__).with_name("query_counts.json")
TIMES = 3
# Every page that holds a list, whole or of one row's own; Vera's unless another is named.
LISTS = (
    "home",
    "organizations:organizations", "organizations:organizations_file",
    "organizations:organization", "organizations:members", "organizations:account",
    "organizations:journal", "organizations:journal_file",
    "organizations:documents", "organizations:document", "organizations:runs",
    "organizations:inbox",
    "roadmaps:roadmaps", "roadmaps:roadmap", "roadmaps:roadmap_xlsx", "roadmaps:item",
    "roadmaps:roadmaps_xlsx", "roadmaps:gantt", "roadmaps:gantt_xlsx", "roadmaps:calendar",
    "roadmaps:calendar_xlsx",
    "roadmaps:execution", "roadmaps:board", "roadmaps:acceptance",
    "roadmaps:deliveries", "roadmaps:deliveries_xlsx",
    "roadmaps:meetings", "roadmaps:plan_meetings", "roadmaps:meeting",
    "procedures:works", "procedures:work",
    "procedures:schedule", "procedures:schedule_control", "procedures:schedule_xlsx",
    "procedures:schedule_rules", "procedures:schedule_difference",
    "procedures:catalogue", "procedures:procedure",
    "procedures:tables", "procedures:table", "procedures:table_xlsx", "procedures:table_row",
    "procedures:completeness", "procedures:completeness_xlsx",
    "procedures:holdings", "procedures:holding_work", "procedures:holding_registration",
    "procedures:holding_xlsx",
    "procedures:holding_draws", "procedures:holding_draw",
    "procedures:holding_candidates", "procedures:holding_staffing",
    "procedures:holding_observations",
    "procedures:works", "procedures:work", "procedures:received",
    "monitoring:objectivity", "monitoring:objectivity_xlsx", "monitoring:school",
    "monitoring:federal_reports", "monitoring:federal_report", "monitoring:federal_report_xlsx",
    "monitoring:journal", "monitoring:markers", "monitoring:markers_xlsx",
    "monitoring:cases", "monitoring:cases_xlsx", "monitoring:case",
    "monitoring:campaign", "monitoring:groups", "monitoring:group_new", "monitoring:method",
    "monitoring:indicators", "monitoring:indicator", "monitoring:indicator_xlsx",
    "reports:reports", "reports:execution_report",
)  # fmt: skip
WHOSE = {
    "organizations:members": "anton",
    "roadmaps:acceptance": "oleg",
    "monitoring:journal": "nina",
}


def asked(world: World) -> dict[str, tuple[str, str]]:
    """Name of a list → whose it is and its address."""
    pages = {name: (WHOSE.get(name, "vera"), address(name, world)) for name in LISTS}
    rows = {
        f"api:{basename}": ("vera", reverse(f"api:{basename}-list"))
        for _, _, basename in router.registry
    }
    return pages | rows


def counts(clients: dict[str, Client], world: World) -> dict[str, int]:
    found = {}
    for name, (person, page) in asked(world).items():
        clients[person].get(page)  # what is done once a session is not the page's
        with CaptureQueriesContext(connection) as queries:
            status = clients[person].get(page).status_code
        assert status == 200, f"{name}: {status}"
        found[name] = len(queries)
    return found


def grow(cast: Cast, world: World, neighbour: World) -> None:
    """Make three of everything there is one of, in the region and in what is Lake school's own."""
    for n in range(1, TIMES):
        town = OrganizationFactory(code=f"town{n}", kind="municipality", parent=cast.region)
        school = OrganizationFactory(code=f"school{n}", parent=town)
        make_rows(
            school,
            deputy=MembershipFactory(organization=school).user,
            coordinator=MembershipFactory(organization=town, role=Role.COORDINATOR).user,
            work=world.work,
            mark=f"more{n}",
        )
        _more_of_the_school(world, n)
        _more_of_the_plan(world, (school, neighbour.school)[n - 1])
        _more_of_the_viewer(cast, n)


def _more_of_the_school(world: World, n: int) -> None:
    school, work = world.school, a_work(f"ma{n}-2026", f"Предмет {n}")
    since = datetime.date(2020 + n, 1, 1)
    OrganizationState.objects.create(organization=school, since=since, parent=school.parent)
    for row in (school, world.document):
        EventFactory(
            organization_id=school.pk, object_type=row._meta.label_lower, object_id=str(row.pk)
        )
    VersionFactory(document=world.document, number=n + 1)
    ProtocolFactory(organization=school, work=work)
    IndicatorValueFactory(organization=school, work=work, indicator=world.value.indicator)
    StatisticFactory(organization=school, work=work)
    CaseFactory(organization=school, year=2020 + n)
    SignalFactory(organization=school, year=2010 + n)


def _more_of_the_plan(world: World, reporter: Organization) -> None:
    ExecutionFactory(item=world.item, organization=reporter)
    for code in ("school", "mouo"):
        item = ItemFactory(roadmap=world.roadmap, bodies=[code, "teachers"])
        ExecutionFactory(item=item, organization=reporter)


def _more_of_the_viewer(cast: Cast, n: int) -> None:
    NoticeFactory(user=cast.vera)
    tokens.issue(name=f"Выгрузка {n}", by=viewer_of(cast.vera))
    today = timezone.localdate()
    Substitution.objects.create(
        membership=cast.vera.memberships.get(), substitute=cast.boris, since=today, until=today
    )


def test_a_longer_list_asks_the_database_no_more(cast, world, neighbour, clients):
    tokens.issue(name="Выгрузка", by=viewer_of(cast.vera))
    _more_of_the_plan(world, world.school.parent)
    _more_of_the_viewer(cast, 0)
    short = counts(clients, world)

    grow(cast, world, neighbour)

    assert counts(clients, world) == short


def test_every_list_costs_what_is_kept_beside(world, neighbour, clients):
    now = counts(clients, world)
    if os.environ.get("RSOKO_WRITE_COUNTS"):
        KEPT.write_text(f"{json.dumps(now, indent=2)}\n")

    assert now == json.loads(KEPT.read_text())
