"""A real Chromium before the whole portal, and a real worker when a journey needs one."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from organizations.models import User
from tests.browser.visits import PASSWORD, sign_in
from tests.browser.world import World, make_world
from tests.worker import workers

NOT_FOUND = "Chromium не найден: apt-get install chromium"
OPTIONS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("RSOKO_CHROMIUM") or shutil.which("chromium")
    if program is None and os.environ.get("RSOKO_REQUIRE_BROWSER") == "1":
        pytest.fail(NOT_FOUND)
    if program is None:
        pytest.skip(NOT_FOUND)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps a loop in this thread, in which Django would refuse to reach the
        # database; nothing here is asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright.chromium.launch(executable_path=program, args=OPTIONS)


@pytest.fixture
def visit(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """`visit(cast.nina)` gives a page on which Nina has signed in, `visit()` a stranger's.

    What a page complained of in the console, a breach of its policy too, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        person: User | None = None, *, width: int = 1440, height: int = 900, scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale="ru-RU",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(_complaint(page, message)))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        if person is not None:
            sign_in(page, person)
        return page

    cache.clear()  # attempts to sign in are counted there
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _complaint(page: Page, message: ConsoleMessage) -> list[str]:
    return [f"{page.url}: {message.text}"] if message.type == "error" else []


@pytest.fixture
def cast(cast):
    """The same people, each with the password."""
    User.objects.update(password=make_password(PASSWORD))
    return cast


@pytest.fixture
def world(cast, transactional_db) -> World:
    return make_world(cast)


@pytest.fixture
def start_worker(world, settings, tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """From here on runs wait until a worker is started, in a process of its own."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    with workers(tmp_path / "worker.log", MEDIA_ROOT=str(settings.MEDIA_ROOT)) as start:
        yield start
