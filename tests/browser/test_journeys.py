"""Whole days of the people of the portal, lived in a real browser."""

import time
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from monitoring.indicators.catalog import BY_CODE
from organizations.models import DocumentKind, Run
from procedures.exchange import layout
from rsoko.demo.paper_texts import PaperKind
from rsoko.demo.papers import paper
from tests.browser import world as made
from tests.browser.visits import (
    PASSWORD,
    PDF,
    XLSX,
    fetch,
    file,
    follow,
    menu_of,
    open_section,
    press,
    sign_in,
    tab_to,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PLACED = ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "elena", "pavel", "anton"]
A_MINUTE = 60
PATIENCE = A_MINUTE * 1000  # milliseconds: a worker must start first
PHONE, ZOOMED = 360, 720  # the second is a screen of 1440 at 200 %


# Entering


def test_everyone_signs_in_and_opens_every_section_of_their_menu(visit, world):
    people = world.cast.people()
    for name in PLACED:
        page = visit(people[name])
        sections = menu_of(page)
        assert len(sections) >= 3, name

        for title in sections:
            answer = open_section(page, title)
            assert (name, title, answer.status) == (name, title, 200)
            expect(page.get_by_role("heading", level=1)).not_to_be_empty()
            assert page.locator(".mainnav [aria-current]").text_content() == title
        page.context.close()


def test_a_wrong_password_is_told_in_russian_and_who_leaves_must_sign_in_again(visit, cast):
    page = visit()
    sign_in(page, cast.nina, "not-my-password")
    expect(page.get_by_role("alert")).to_contain_text("пароль")
    assert page.locator(".mainnav").count() == 0

    sign_in(page, cast.nina)
    page.get_by_role("link", name="Lake school").click()
    page.get_by_role("link", name="Выйти").click()
    page.get_by_role("button", name="Выйти").click()
    page.goto("/organizations/documents/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Вход")


# A document goes to and fro


def test_a_returned_document_comes_back_corrected_and_is_accepted(visit, cast):
    first, second = (
        paper(made.PLACES[made.LAKE], PaperKind.REGULATION, year).content for year in (2025, 2026)
    )
    nina, oleg = visit(cast.nina), visit(cast.oleg)
    open_section(nina, "Документы")
    nina.get_by_role("link", name="Загрузить документ").click()
    _hand_in_document(nina, first)
    expect(nina.get_by_role("main")).to_contain_text("ждёт приёмки")

    _open_waiting_document(oleg)
    oleg.get_by_text("Вернуть с замечанием").click()
    oleg.get_by_label("Что исправить").fill("Добавьте номер протокола.")
    oleg.get_by_role("button", name="Вернуть школе").click()
    expect(oleg.get_by_role("main")).to_contain_text("возвращён")

    nina.goto("/")
    duty = nina.locator(".todo li").first
    expect(duty).to_contain_text("Загрузить с правкой")
    expect(duty).to_contain_text("Добавьте номер протокола.")
    duty.get_by_role("link").click()
    _hand_in_document(nina, second)

    _open_waiting_document(oleg)
    oleg.get_by_role("button", name="Принять", exact=True).click()
    expect(oleg.get_by_role("main")).to_contain_text("Документ принят.")

    nina.reload()
    expect(nina.get_by_role("main")).to_contain_text("Документ принят.")
    versions = nina.get_by_role("table", name="Версии документа").get_by_role("link")
    assert [fetch(nina, link) for link in versions.all()] == [second, first]
    open_section(oleg, "Журнал")
    lines = oleg.locator("ul.dates > li").filter(has_text="Положение")
    assert [_act(line) for line in lines.all()] == [
        "Документ принят",
        "Документ сдан на приёмку",
        "Загружен файл документа",
        "Документ возвращён с замечанием",
        "Документ сдан на приёмку",
        "Загружен файл документа",
    ]


def _act(line: Locator) -> str:
    """«Документ принят» of a line that goes on with the document's name."""
    act = line.locator("p").first.inner_text().partition(": ")[0]
    return " ".join(act.split())  # the spaces that hold are spaces too


def _hand_in_document(page: Page, content: bytes) -> None:
    page.get_by_label("Что это за документ").select_option(DocumentKind.PROVISION)
    page.get_by_label("Файл").set_input_files(file("Положение.pdf", content, PDF))
    page.get_by_role("button", name="Загрузить и сдать").click()


def _open_waiting_document(page: Page) -> None:
    """From the first duty of the day."""
    page.goto("/")
    page.locator(".todo li").first.get_by_role("link").click()
    page.get_by_role("main").get_by_role("link", name="Положение").first.click()


# A form with faults

QUALITY = BY_CODE["quality_share"].title


def test_a_faulty_form_is_shown_corrected_and_changes_the_schools_indicator(
    visit, world, start_worker
):
    page = visit(world.cast.nina)
    before = _quality_share(page)
    assert "%" in before
    _hand_in_form(page, made.faulty_form())
    expect(page.get_by_text("в очереди")).to_be_visible()

    start_worker()
    expect(page.get_by_role("heading", name="Что исправить")).to_be_visible(timeout=PATIENCE)
    _faults_lead_to_their_cells(page)
    marked = fetch(page, page.get_by_role("link", name="Скачать файл с пометками"))
    sheet = load_workbook(BytesIO(marked))[layout.PROTOCOL]
    assert "9" in sheet[made.TOO_MANY_POINTS].comment.text
    assert sheet[made.REPEATED_CODE].comment is not None
    assert _quality_share(page) == before

    _hand_in_form(page, made.lower_form())
    expect(page.get_by_role("heading", name="Что изменится")).to_be_visible(timeout=PATIENCE)
    assert _quality_share(page) == before
    page.go_back()
    page.get_by_role("button", name="Записать").click()
    expect(page.locator(".duty")).to_contain_text("Принято", timeout=PATIENCE)
    ends = time.monotonic() + A_MINUTE
    while _quality_share(page) == before:
        assert time.monotonic() < ends, "the indicator is the same a minute later"
        time.sleep(0.3)


def _hand_in_form(page: Page, content: bytes) -> None:
    open_section(page, "Процедуры")
    page.get_by_role("main").get_by_role("link", name="Русский язык, 4 класс", exact=True).click()
    page.get_by_role("link", name="Загрузить протокол").click()
    page.get_by_label("Заполненная форма").set_input_files(file("Форма.xlsx", content, XLSX))
    page.get_by_role("button", name="Загрузить и проверить").click()


def _faults_lead_to_their_cells(page: Page) -> None:
    """Each of the two faults names its cell, and the cell names its fault."""
    cells = page.locator("td.fault")
    assert [cell.get_attribute("id") for cell in cells.all()] == [
        f"c-{made.TOO_MANY_POINTS}",
        f"c-{made.REPEATED_CODE}",
    ]
    page.locator(".faults").get_by_role("link").first.click()
    expect(page.locator(f"td#c-{made.TOO_MANY_POINTS}:target")).to_be_in_viewport()
    cells.first.get_by_role("link").click()
    expect(page.locator(f"li#f-{made.TOO_MANY_POINTS}:target")).to_be_in_viewport()


def _quality_share(page: Page) -> str:
    """The school's own share of good marks as «Показатели» tells it."""
    open_section(page, "Показатели")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=QUALITY, exact=True))
    return row.get_by_role("cell").nth(1).text_content() or ""


# A report


def test_the_ministry_has_the_yearly_report_built_and_takes_both_files(visit, world, start_worker):
    page = visit(world.cast.vera)
    open_section(page, "Отчёты")
    page.get_by_role("button", name="Собрать отчёт за 2026").click()
    run = page.locator("article.run")
    expect(run).to_contain_text("в очереди")

    start_worker()
    expect(run).to_contain_text("готово", timeout=PATIENCE)
    open_section(page, "Отчёты")
    follow(page.get_by_role("main").get_by_role("link", name="Region", exact=True))

    expect(page.get_by_role("heading", level=1)).to_contain_text("за 2026 год")
    assert page.locator("figure svg").count() > 0
    assert fetch(page, page.get_by_role("link", name="Скачать DOCX")).startswith(b"PK")
    assert fetch(page, page.get_by_role("link", name="Скачать PDF")).startswith(b"%PDF-")


# Other ways to use a page


def test_a_document_is_handed_in_by_keyboard_alone(visit, cast):
    page = visit()
    page.goto("/account/login/")
    tab_to(page, page.get_by_label("Имя пользователя"))
    page.keyboard.type(cast.nina.username)
    tab_to(page, page.get_by_label("Пароль"))
    page.keyboard.type(PASSWORD)
    press(page, page.get_by_role("button", name="Войти"))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)

    page.goto("/")
    press(page, page.locator(".mainnav").get_by_role("link", name="Документы"))
    press(page, page.get_by_role("link", name="Загрузить документ"))
    # The field is reached by keyboard; the window that picks a file is the system's, not ours.
    tab_to(page, page.get_by_label("Файл"))
    content = paper(made.PLACES[made.LAKE], PaperKind.REGULATION, 2026).content
    page.get_by_label("Файл").set_input_files(file("Положение.pdf", content, PDF))
    press(page, page.get_by_role("button", name="Загрузить и сдать"))

    expect(page.get_by_role("main")).to_contain_text("ждёт приёмки")


def test_without_scripts_a_page_says_everything_it_says_with_them(visit, world):
    protocol = made.hand_in_faulty(world)
    run = Run.objects.get(status=Run.Status.DONE, task__endswith="compute_objectivity")

    page = visit(world.cast.nina, scripts=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Что сделать сегодня")
    expect(page.locator(".todo")).to_contain_text("Исправить протокол")
    page.goto(f"/procedures/protocols/{protocol.pk}/")
    expect(page.locator("td.fault")).to_have_count(2)
    expect(page.locator(".faults li")).to_have_count(2)
    page = visit(world.cast.vera, scripts=False)
    page.goto(f"/organizations/runs/{run.pk}/")
    expect(page.locator("article.run")).to_contain_text("готово")
    expect(page.locator("dl.passport").first).to_contain_text("12")


@pytest.mark.parametrize("name", ["vera", "oleg", "nina"])
def test_no_section_scrolls_sideways_on_a_phone_or_at_double_size(visit, world, name):
    made.hand_in_faulty(world)
    page = visit(world.cast.people()[name], width=PHONE)

    too_wide = []
    for title, address in menu_of(page).items():
        page.goto(address)
        for width in (PHONE, ZOOMED):
            page.set_viewport_size({"width": width, "height": 800})
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width + 1:
                too_wide.append((title, width, found))

    assert too_wide == []
