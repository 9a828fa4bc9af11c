"""The catalogue, a work's scale and a database on a wide and on a narrow screen: no barriers."""

import pytest
from django.urls import reverse

from organizations.queries import viewer_of
from procedures.exchange.tables import written
from procedures.services import catalogue, tables
from procedures.tables import KINDS, OLYMPIADS
from rsoko.demo.tables import lines
from tests.browser.test_accessibility import barriers
from tests.browser.visits import follow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def filled(world):
    catalogue.load()
    by = viewer_of(world.cast.boris)
    for kind in KINDS:
        content = written(kind, list(lines(kind, list(tables.circle_of(kind, by)))))
        tables.load(kind, content, "форма.xlsx", by=by)
    return world


def addresses(world):
    work = [world.work.code]
    return {
        "catalogue": reverse("procedures:catalogue"),
        "procedure": reverse("procedures:procedure", args=["vpr"]),
        "procedure_edit": reverse("procedures:procedure_edit", args=["niko"]),
        "work": reverse("procedures:work", args=work),
        "scale": reverse("procedures:scale", args=work),
        "test-points": reverse("procedures:conversion", args=work),
        "tasks": reverse("procedures:tasks", args=work),
        "tables": reverse("procedures:tables"),
        "table": reverse("procedures:table", args=[OLYMPIADS.code]),
        "table_upload": reverse("procedures:table_upload", args=[OLYMPIADS.code]),
    }


@pytest.mark.parametrize("width", [1440, 360])
def test_the_pages_fit_the_screen_and_put_no_barrier(width, filled, visit):
    page = visit(filled.cast.boris, width=width)

    found = {}
    for name, address in addresses(filled).items():
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0 or (grave := barriers(page)):
            found[name] = (wider, [] if wider > 0 else grave)

    assert found == {}


def test_a_new_scale_is_looked_at_and_then_written(filled, visit):
    page = visit(filled.cast.boris)
    page.goto(reverse("procedures:scale", args=[filled.work.code]))
    for label, value in (("«3» с балла", "9"), ("«4» с балла", "15"), ("«5» с балла", "21")):
        page.get_by_label(label).fill(value)
    page.get_by_label("Источник").fill("Приказ № 7")

    follow(page.get_by_role("button", name="Показать, что изменится"))
    assert "Изменится" in page.get_by_role("main").inner_text()
    assert filled.work.scales.count() == 1
    page.get_by_role("button", name="Записать шкалу").click()

    page.get_by_text("Записана версия 2 шкалы").wait_for()
    assert filled.work.scales.count() == 2
