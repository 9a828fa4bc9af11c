"""What every journey does: sign in, go through the menu, hand in and fetch files."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Response, expect

from organizations.models import User

PASSWORD = "browser-demo-1"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
MOST_STOPS = 60


def sign_in(page: Page, person: User, password: str = PASSWORD) -> None:
    """Through the form; the person then stands on their first page."""
    page.goto("/account/login/")
    page.get_by_label("Имя пользователя").fill(person.username)
    page.get_by_label("Пароль").fill(password)
    page.get_by_role("button", name="Войти").click()


def menu_of(page: Page) -> dict[str, str]:
    """Section → its address, of all sections, those under «Ещё» too."""
    links = page.locator(".mainnav a").evaluate_all(
        "links => links.map(link => [link.textContent, link.getAttribute('href')])"
    )
    return dict(links)


def open_section(page: Page, title: str) -> Response:
    """Click the section, in the bar or under «Ещё»; the answer of its page."""
    link = page.locator(".mainnav").get_by_role("link", name=title, exact=True)
    if not link.is_visible():
        page.locator(".burger > summary").click()
        link = page.locator(".burger").get_by_role("link", name=title, exact=True)
    with page.expect_navigation() as answer:
        link.click()
    return answer.value


def file(name: str, content: bytes, mime_type: str) -> FilePayload:
    return {"name": name, "mimeType": mime_type, "buffer": content}


def fetch(page: Page, link: Locator) -> bytes:
    """The bytes behind a link that downloads."""
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    return Path(download.value.path()).read_bytes()


def follow(target: Locator) -> None:
    """Click what leads to another page and wait until all of that page is there."""
    with target.page.expect_navigation():
        target.click()


def press(page: Page, target: Locator) -> None:
    """By keyboard alone: go to the target, press Enter, wait for the page it leads to."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every element on the way shows where one is."""
    for _ in range(MOST_STOPS):
        before = page.evaluate_handle("document.activeElement")
        page.keyboard.press("Tab")
        # The parts of a date are stops of one element; its calendar has the browser's own ring.
        if not before.evaluate("element => element === document.activeElement"):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab never came to {target}")


def do(page: Page, button: str) -> None:
    """Press the first button whose name begins so; what leaves the house is confirmed."""
    buttons = page.get_by_role("main").get_by_role("button", name=re.compile(f"^{button}"))
    with page.expect_navigation():
        buttons.first.click()
        confirmed = page.locator("dialog").get_by_role("button", name=re.compile(f"^{button}"))
        if confirmed.count():
            confirmed.click()


def said(part: Locator) -> str:
    """All that is read there, spaces told alike."""
    return " ".join(part.inner_text().split())
