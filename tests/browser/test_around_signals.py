"""The centre's day around signals: a federal list, the journal, a group, thresholds."""

import pytest
from playwright.sync_api import expect

from monitoring.computation import sandbox
from monitoring.models import FederalMarker, SchoolGroup, Signal
from monitoring.stats.simulation.plan import Plan
from tests.browser.test_accessibility import barriers
from tests.browser.visits import file

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LIST = "Год;Логин;4 РУ;4 МА;5 РУ;5 МА\n2026;edu420001;1;0;0;0\n2026;edu420001;1;0;0;0\n"
PAGES = ("markers/", "markers/?over=stable", "markers/upload/", "campaign/", "groups/",
         "groups/new/?ground=marker", "method/")  # fmt: skip
WIDTHS = (1440, 360)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(sandbox, "PLAN", Plan(schools=40, municipalities=4, works=2))
    monkeypatch.setattr(sandbox, "HONEST_SEEDS", (1,))
    monkeypatch.setattr(sandbox, "MIXED_SEEDS", (2,))


def test_the_centres_day_around_signals(visit, world, small):
    Signal.objects.filter(organization=world.cast.lake_school).update(tier=Signal.Tier.RED)
    page = visit(world.cast.boris)

    page.goto("/monitoring/markers/upload/")
    page.get_by_label("Федеральный список").set_input_files(
        file("список.csv", LIST.encode(), "text/csv")
    )
    page.get_by_role("button", name="Проверить").click()
    page.get_by_role("button", name="Записать").click()
    expect(page.get_by_text("Строк в файле 2: записано 1, повторов 1").first).to_be_visible()
    assert FederalMarker.objects.count() == 1

    page.goto("/monitoring/campaign/")
    page.get_by_label("Внести отметки до").fill("2030-10-01")
    page.get_by_role("button", name="Объявить").click()
    expect(page.get_by_text("Сопоставление объявлено")).to_be_visible()

    page.goto("/monitoring/groups/new/")
    page.get_by_role("button", name="Собрать группу").click()
    assert SchoolGroup.objects.get().codes == ["edu420001"]

    page.goto("/monitoring/method/")
    page.get_by_role("button", name="Завести копию").click()
    page.get_by_label("Доля случайных среди сигналов", exact=True).fill("0,04")
    page.get_by_label("Что изменено и почему").fill("Строже.")
    page.get_by_role("button", name="Записать копию").click()
    page.get_by_role("button", name="Посчитать на копии").click()
    expect(page.get_by_text("посчитано на этих порогах")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_label("Номер приказа").fill("12")
    page.get_by_role("button", name="Опубликовать приказом").click()
    expect(page.get_by_text("Пороги опубликованы")).to_be_visible()

    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for address in PAGES:
            page.goto(f"/monitoring/{address}")
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            if here := [*barriers(page), *(["sideways scroll"] if wide else [])]:
                found[f"{address} {width}"] = here
    assert found == {}
