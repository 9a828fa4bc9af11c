"""A school's results from the empty form to the board of its municipality, in a real browser."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from procedures.exchange import layout
from procedures.models import Protocol, Result
from tests.browser.visits import XLSX, fetch, file, follow, open_section, press, tab_to
from tests.factories.procedures import ScaleFactory, WorkFactory

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PATIENCE = 60_000  # milliseconds: a worker must start first
TITLE = "Математика, 4 класс"
WRONG = {"C2": 9, "H4": "4-"}  # more points than the task has, a mark with a minus
NAME = "Форма.xlsx"


@pytest.fixture
def work(world):
    """A work that no school has handed in yet."""
    work = WorkFactory(
        code="ma4-2026", subject="Математика", max_points=[2, 1, 2, 3],
        procedure=world.work.procedure,
    )  # fmt: skip
    ScaleFactory(work=work)
    return work


def filled(content: bytes, wrong: dict[str, object] | None = None) -> bytes:
    """The form as a school fills it in for all its pupils: a point for each task, a mark."""
    book = load_workbook(BytesIO(content))
    sheet = book[layout.PROTOCOL]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    tasks = [column for head, column in heads.items() if head.endswith("б)")]
    for row in range(2, 2 + pupils_in(content)):
        sheet.cell(row, heads[layout.VARIANT], 1 + row % 2)
        for column in tasks:
            sheet.cell(row, column, 1)
        sheet.cell(row, heads[layout.JOURNAL], 4)
    for address, value in (wrong or {}).items():
        sheet[address] = value
    return saved(book)


def pupils_in(content: bytes) -> int:
    """How many rows of the form carry a code."""
    codes = load_workbook(BytesIO(content))[layout.PROTOCOL]["A"][1:]
    return sum(cell.value is not None for cell in codes)


def saved(book) -> bytes:
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def corrected(marked: bytes, **cells: object) -> bytes:
    """The school's own workbook as it came back, with the marked cells put right."""
    book = load_workbook(BytesIO(marked))
    for address, value in cells.items():
        book[layout.PROTOCOL][address] = value
    return saved(book)


def open_work(page: Page) -> None:
    open_section(page, "Процедуры")
    page.get_by_role("main").get_by_role("link", name=TITLE, exact=True).click()


def upload(page: Page, content: bytes) -> None:
    page.get_by_label("Заполненная форма").set_input_files(file(NAME, content, XLSX))
    page.get_by_role("button", name="Загрузить и проверить").click()


def on_the_board(page: Page) -> str:
    """How Lake school stands in the work, as the coordinator reads it."""
    open_section(page, "Процедуры")
    follow(page.get_by_role("link", name="Полнота", exact=True))
    table = page.get_by_role("table")
    heads = table.locator("thead th").all_text_contents()
    column = next(n for n, head in enumerate(heads) if head.startswith("Математика, 4"))
    row = table.get_by_role("row").filter(has=page.get_by_role("link", name="Lake school"))
    return row.locator("th, td").nth(column).text_content() or ""


def test_a_form_goes_from_the_template_over_its_faults_to_the_coordinators_board(
    visit, world, work, start_worker
):
    nina, oleg = visit(world.cast.nina), visit(world.cast.oleg)
    assert on_the_board(oleg) == "ждём протокол"
    open_work(nina)
    blank = fetch(nina, nina.get_by_role("link", name="Скачать форму"))
    nina.get_by_role("link", name="Загрузить протокол").click()
    upload(nina, filled(blank, WRONG))
    start_worker()

    expect(nina.get_by_role("heading", name="Что исправить")).to_be_visible(timeout=PATIENCE)
    marked = fetch(nina, nina.get_by_role("link", name="Скачать файл с пометками"))
    sheet = load_workbook(BytesIO(marked))[layout.PROTOCOL]
    assert [sheet[address].comment is not None for address in WRONG] == [True, True]
    assert on_the_board(oleg) == "есть ошибки"

    nina.get_by_role("link", name="Загрузить исправленный").click()
    upload(nina, corrected(marked, C2=2, H4=4))
    expect(nina.get_by_role("heading", name="Что будет записано")).to_be_visible(timeout=PATIENCE)
    expect(nina.get_by_role("main")).to_contain_text("все строки новые")
    assert on_the_board(oleg) == "ждёт записи"
    assert not Result.objects.filter(work=work).exists()
    nina.get_by_role("button", name="Записать").dblclick()
    expect(nina.locator(".duty")).to_contain_text("Принято")
    assert Result.objects.filter(work=work).count() == pupils_in(blank)
    assert on_the_board(oleg) == "принят"

    nina.get_by_role("link", name="Загрузить новый").click()
    upload(nina, corrected(marked, C2=1, H4=5))
    changes = nina.get_by_role("table", name="Чем строки различаются")
    expect(changes).to_be_visible(timeout=PATIENCE)
    assert [" ".join(row.split()) for row in changes.locator("tbody td:last-child")
            .all_inner_texts()] == ["Задание 1: 2 1", "Отметка в журнале: 4 5"]  # fmt: skip
    nina.get_by_role("button", name="Отменить").click()
    expect(nina.get_by_role("main")).to_contain_text("Прежние результаты не изменились")
    assert [row.state for row in Protocol.objects.filter(work=work).order_by("version")] == [
        "faulty", "accepted", "cancelled",
    ]  # fmt: skip


def test_a_checked_file_is_written_by_keyboard_alone(visit, world, work, start_worker):
    page = visit(world.cast.nina)
    start_worker()
    open_work(page)
    blank = fetch(page, page.get_by_role("link", name="Скачать форму"))
    press(page, page.get_by_role("link", name="Загрузить протокол"))
    # The field is reached by keyboard; the window that picks a file is the system's, not ours.
    tab_to(page, page.get_by_label("Заполненная форма"))
    page.get_by_label("Заполненная форма").set_input_files(file(NAME, filled(blank), XLSX))
    press(page, page.get_by_role("button", name="Загрузить и проверить"))
    expect(page.get_by_role("heading", name="Что изменится")).to_be_visible(timeout=PATIENCE)

    press(page, page.get_by_role("button", name="Записать"))

    expect(page.locator(".duty")).to_contain_text("Принято")


@pytest.mark.parametrize("name", ["vera", "oleg", "nina"])
def test_the_board_does_not_scroll_sideways_on_a_phone(visit, world, work, name):
    page = visit(world.cast.people()[name], width=360)
    page.goto("/procedures/completeness/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 361
