"""An item carried out at a real browser: reported, accepted, moved, without scripts and a mouse."""

import datetime
import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import State
from organizations.queries import viewer_of
from roadmaps.models import Execution, Outcome
from roadmaps.services import executions
from roadmaps.services.evidence import Proof
from tests.browser.test_accessibility import barriers
from tests.browser.visits import file, follow
from tests.factories.documents import pdf
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def item(cast):
    """An item for schools and municipalities in its term, among four others."""
    today = timezone.localdate()
    plan = RoadmapFactory(owner=cast.ministry, title="План работы с результатами")
    days = {"starts_on": today - datetime.timedelta(30), "ends_on": today}
    for n in (2, 3, 4, 5):
        late = today - datetime.timedelta(n)
        ItemFactory(roadmap=plan, position=n, bodies=["mouo", "school"], ends_on=late,
                    title="Проведение совещания с заместителями директоров школ")  # fmt: skip
    return ItemFactory(
        roadmap=plan, position=1, bodies=["mouo", "school"], evidence="протокол совещания",
        title="Обсуждение итогов оценочных процедур на педагогическом совете", **days,
    )  # fmt: skip


def of(item, place):
    return Execution.objects.get(item=item, organization=place)


def address(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def looked_at(page, name):
    """The page has no grave barrier and is no wider than its window; kept when asked for."""
    page.emulate_media(reduced_motion="reduce")
    if folder := os.environ.get("RSOKO_PICTURES"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_report_is_made_and_accepted_without_scripts(cast, visit, item):
    school = visit(cast.nina, scripts=False)
    school.goto(address("item", item.roadmap_id, item.pk))
    school.get_by_role("button", name="Взять в работу").click()
    school.get_by_label("Что сделано, обоснование").fill("Обсудили на педсовете")
    school.get_by_label("Новое подтверждение").select_option("Протокол")
    school.get_by_label("Номер").fill("4")
    school.get_by_label("Файлы").set_input_files(
        [file("протокол.pdf", pdf("протокол"), "application/pdf")]
    )
    follow(school.get_by_role("button", name="Сдать отчёт"))
    assert "сдан на приёмку" in school.locator("main").inner_text().replace("\u00a0", " ")

    coordinator = visit(cast.oleg, scripts=False)
    coordinator.goto(address("acceptance"))
    coordinator.get_by_role("button", name="Принять отмеченные (1)").click()

    assert of(item, cast.lake_school).state == State.ACCEPTED


def test_a_card_is_moved_by_the_keyboard_alone(cast, visit, item):
    mine = of(item, cast.lake_school)
    page = visit(cast.nina)
    page.goto(address("board", item.roadmap_id))
    menu = page.locator(f"details:has(#to-{mine.pk})")

    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    mine.refresh_from_db()
    assert mine.started_at is not None


@pytest.mark.parametrize("width", [1440, 360])
def test_the_pages_of_execution_have_no_barriers(cast, visit, item, width):
    nina = viewer_of(cast.nina)
    proof = Proof("Протокол: педсовет", "4", timezone.localdate(), "https://example.org/4",
                  "протокол.pdf", pdf("протокол"))  # fmt: skip
    executions.keep(of(item, cast.lake_school), text="Готовим", proofs=[proof], by=nina)
    mine = visit(cast.nina, width=width)
    mine.goto(address("item", item.roadmap_id, item.pk))
    looked_at(mine, f"item-{width}")

    executions.report(item, text="Обсудили на педагогическом совете", by=nina)
    executions.report(
        item.roadmap.items.get(position=2), text="У нас нет таких классов",
        outcome=Outcome.NOT_APPLICABLE, by=nina,
    )  # fmt: skip
    page = visit(cast.oleg, width=width)
    for name, place in {
        "acceptance": address("acceptance"),
        "execution": address("execution", of(item, cast.lake_school).pk),
        "item-above": address("item", item.roadmap_id, item.pk),
        "board": address("board", item.roadmap_id) + "?place=edu420001",
    }.items():
        page.goto(place)
        looked_at(page, f"{name}-{width}")
