"""Pages examined by axe, the common checker of the WCAG: no serious barrier on any of them."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Page

from organizations.models import Document, DocumentKind
from organizations.queries import viewer_of
from organizations.services import documents
from reports.building import build
from reports.models import YearlyReport
from rsoko.demo.paper_texts import PaperKind
from rsoko.demo.papers import paper
from tests.browser import world as made
from tests.browser.visits import menu_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = Path(__file__).with_name("axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = {"serious", "critical"}
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


def barriers(page: Page) -> list[str]:
    """What hinders people on the page, each with the first place where it does.

    Evaluated through the debugger: the policy of the pages lets no foreign script in.
    """
    page.evaluate(AXE)
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [
        f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


def examined(page: Page, addresses: Iterable[str]) -> dict[str, list[str]]:
    """Address → its barriers, where there are any."""
    found = {}
    for address in addresses:
        page.goto(address)
        assert page.get_by_role("heading", level=1).count() == 1, address
        if here := barriers(page):
            found[address] = here
    return found


def test_the_checker_sees_a_barrier_where_there_is_one(visit):
    page = visit()
    page.goto("/account/login/")
    page.evaluate("document.querySelector('main').append(new Image())")

    assert [line.partition(":")[0] for line in barriers(page)] == ["image-alt"]


def test_the_sign_in_pages_have_no_barriers(visit, cast):
    assert examined(visit(), ["/account/login/", "/account/password/reset/"]) == {}


def test_the_schools_pages_have_no_barriers(visit, world):
    protocol = made.hand_in_faulty(world)
    document = a_document(world)
    page = visit(world.cast.nina)

    assert examined(page, [
        *menu_of(page).values(),
        f"/procedures/protocols/{protocol.pk}/",
        f"/procedures/{world.work.code}/upload/",
        f"/monitoring/federal/{world.work.code}/pupils/",
        f"/monitoring/federal/{world.work.code}/groups/",
        f"/monitoring/journal/{world.work.code}/",
        "/procedures/schedule/?view=month",
        "/procedures/schedule/classes/",
        "/procedures/completeness/",
        f"/organizations/documents/{document.pk}/",
        "/organizations/account/",
    ]) == {}  # fmt: skip


def test_the_coordinators_pages_have_no_barriers(visit, world):
    made.hand_in_faulty(world)
    document = a_document(world)
    page = visit(world.cast.oleg)

    assert examined(page, [
        *menu_of(page).values(),
        f"/organizations/documents/{document.pk}/",
        f"/monitoring/objectivity/schools/{made.LAKE}/",
        f"/procedures/{world.work.code}/",
        "/procedures/schedule/control/",
        "/procedures/schedule/rules/",
        "/procedures/completeness/",
    ]) == {}  # fmt: skip


def test_the_ministrys_pages_have_no_barriers(visit, world):
    report = a_report(world)
    item = world.roadmap.items.first()
    page = visit(world.cast.vera)

    assert examined(page, [
        *menu_of(page).values(),
        f"/roadmaps/{world.roadmap.pk}/",
        f"/roadmaps/{world.roadmap.pk}/items/{item.pk}/",
        f"/reports/{report.pk}/",
        "/monitoring/federal/",
        f"/monitoring/federal/{world.work.code}/tasks/",
        f"/monitoring/federal/{world.work.code}/journal/",
        "/organizations/runs/",
    ]) == {}  # fmt: skip


def a_document(world: made.World) -> Document:
    """Lake school's, waiting for acceptance."""
    return documents.upload(
        world.cast.lake_school,
        kind=DocumentKind.PROVISION,
        content=paper(made.PLACES[made.LAKE], PaperKind.REGULATION, 2026).content,
        name="Положение.pdf",
        by=viewer_of(world.cast.nina),
        most_bytes=settings.UPLOAD_MOST_BYTES,
    )


def a_report(world: made.World) -> YearlyReport:
    """The region's, with all its figures; they are not drawn in a thread that has a loop."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(_build, world).result()
    return YearlyReport.objects.get(organization=world.cast.region)


def _build(world: made.World) -> None:
    list(build([world.cast.region], world.work.year, by=None))
    connections.close_all()
