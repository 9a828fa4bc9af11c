"""What the documentation says, held against the code: names, files, links, words on screens."""

import io
import re
from pathlib import Path

import pytest
from django.apps import apps as registry
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.urls import reverse

from organizations.access import ROLE_TITLES, Permission, Role
from organizations.models import Run, State, Submission
from procedures.models import Protocol
from roadmaps.models import Roadmap
from rsoko.api import router

ROOT = Path(settings.BASE_DIR)
APPS = ["organizations", "roadmaps", "procedures", "monitoring", "reports"]
APP_FOLDERS = [ROOT / app for app in [*APPS, "rsoko"]]
MODELS = [model for app in APPS for model in registry.get_app_config(app).get_models()]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
GUIDE = sorted((DOCS / "ru").glob("*.md"))
PICTURES = {"home", "roadmap", "upload", "objectivity", "documents", "report"}

LINK = re.compile(r"\[[^\]]*\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<part>[^)]*))?\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
BOLD = re.compile(r"\*\*(.+?)\*\*")
# A file or a folder of the project: it has a slash, or the ending of a file.
PLACE = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|html|toml|json)")
# What runs leave behind, addresses of the portal, files a reader brings along.
ELSEWHERE = ("var/", "api/", "management/commands/", "works.json")
ROUTES = {f"{name}/" for name, _, _ in router.registry}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def words_of_code(path: Path) -> set[str]:
    """What stands in backticks, outside blocks of code."""
    return set(CODE.findall(FENCED.sub("", text(path))))


GLOSSARY = words_of_code(DOCS / "glossary.md")


def stands_in_glossary(name: str) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", word) for word in GLOSSARY)


# the glossary


@pytest.mark.parametrize("model", [*MODELS, Submission], ids=lambda model: model.__name__)
def test_every_model_has_its_word(model: type[models.Model]):
    assert stands_in_glossary(model.__name__)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_word(role: Role):
    assert f"Role.{role.name}" in GLOSSARY
    assert ROLE_TITLES[role] in text(DOCS / "glossary.md")


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_its_word(permission: Permission):
    assert stands_in_glossary(permission.name)


@pytest.mark.parametrize(
    "states",
    [State, Run.Status, Protocol.State, Roadmap.Status],
    ids=lambda kind: kind.__qualname__,
)
def test_every_state_is_told_with_its_word(states: type[models.TextChoices]):
    page = text(DOCS / "glossary.md")

    assert not [state for state in states if state.name not in GLOSSARY]
    assert not [state for state in states if str(state.label) not in page]


# files and folders


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_a_page_names_is_there(page: Path):
    """Named from the root of the project, or from the folder of the page's own neighbours."""
    places = {word for word in words_of_code(page) if PLACE.fullmatch(word)} - ROUTES
    missing = {
        place
        for place in places
        if not place.startswith(ELSEWHERE)
        and not any((base / place).exists() for base in (ROOT, ROOT / "templates", *APP_FOLDERS))
    }

    assert not missing


def test_every_folder_with_code_stands_in_the_architecture():
    """Top-level packages, and what lies in an app; migrations and empty folders explain nothing."""
    page = words_of_code(DOCS / "architecture.md")
    folders = [
        f"{named(folder)}/"
        for app in APP_FOLDERS
        for folder in [app, *app.iterdir()]
        if (folder / "__init__.py").exists() and folder.name != "migrations"
    ]

    assert len(folders) > 30
    assert not set(folders) - page


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path):
    links = [found for found in LINK.finditer(text(page)) if "pictures/" not in found["file"]]
    broken = [
        found[0]
        for found in links
        if not (target := (page.parent / found["file"] if found["file"] else page)).exists()
        or (found["part"] and found["part"] not in anchors(target))
    ]

    assert not broken


def anchors(page: Path) -> set[str]:
    """The parts of a page by the names under which they are linked."""
    headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_only_the_pictures_that_are_taken_are_shown():
    shown = {Path(found["file"]) for page in PAGES for found in LINK.finditer(text(page))}

    assert {one.stem for one in shown if one.parent.name == "pictures"} == PICTURES


@pytest.mark.skipif(
    not (DOCS / "pictures").exists(), reason="pictures are taken from a running demo"
)
@pytest.mark.parametrize("picture", sorted(PICTURES))
def test_every_picture_is_there(picture: str):
    assert (DOCS / "pictures" / f"{picture}.png").exists()


# commands and environment


def commands() -> list[str]:
    found = [
        path.stem
        for config in registry.get_app_configs()
        if Path(config.path).is_relative_to(ROOT / config.label)
        for path in Path(config.path).glob("management/commands/*.py")
    ]
    return sorted(name for name in found if not name.startswith("_"))


def test_there_are_commands_to_tell_of():
    assert {"demo", "import_results", "issue_token"} <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_told_to_the_administrator(command: str):
    told = words_of_code(DOCS / "ru" / "administrator.md")

    assert any(word.split()[0] == command for word in told)


def test_every_variable_of_the_environment_is_explained():
    code = "".join(text(path) for path in (ROOT / "rsoko").glob("*.py"))
    compose = text(ROOT / "docker-compose.yml")
    example = text(ROOT / ".env.example")
    read = set(re.findall(r"\benv\.(?:text|words|flag|number)\(\s*\"(\w+)\"", code))
    read |= set(re.findall(r"os\.environ\.get\(\"(\w+)\"", code))
    asked = set(re.findall(r"\$\{(\w+):\?", compose))
    explained = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))

    assert len(read) > 15
    assert explained == read | asked


# the programming interface


def test_every_route_is_told_with_its_filters():
    """The table of docs/ru/api.md: a route, what it gives, the parameters that narrow it."""
    rows = re.findall(
        r"^\| `([\w-]+)/` \|.*\| (.*) \|$", text(DOCS / "ru" / "api.md"), re.MULTILINE
    )
    told = {route: set(CODE.findall(filters)) for route, filters in rows}
    routes = {
        name: set(getattr(getattr(viewset, "filterset_class", None), "base_filters", ()))
        for name, viewset, _ in router.registry
    }

    assert told == routes


# the user's guide


@pytest.fixture(scope="module")
def screens() -> str:
    """Everything a person may read on a screen, spaces told alike."""
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(path for app in APP_FOLDERS for path in app.rglob("*.py") if "demo" not in path.parts),
    ]
    return flat(" ".join(text(path) for path in sources))


def flat(words: str) -> str:
    words = re.sub(r"&nbsp;|\{NBSP\}|\\u00a0|\u00a0", " ", words)
    return re.sub(r"\s+", " ", words)


@pytest.mark.parametrize("page", GUIDE, ids=named)
def test_bold_words_of_the_guide_stand_on_a_screen(page: Path, screens: str):
    said = BOLD.findall(FENCED.sub("", text(page)))

    assert said
    assert not [words for words in said if flat(words) not in screens]


def test_every_role_finds_its_page_of_the_guide():
    contents = text(DOCS / "ru" / "README.md").lower()

    assert not [title for title in ROLE_TITLES.values() if title.lower() not in contents]
    assert {page.name for page in GUIDE} == {"README.md"} | set(
        re.findall(r"\]\((\w[\w-]+\.md)\)", contents)
    )


def test_the_first_administrator_gets_in_as_the_guide_says(client, cast, monkeypatch):
    guide = text(DOCS / "ru" / "administrator.md")
    [line] = re.findall(r"manage.py (appoint_administrator .*)", guide)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "lake-and-wood-42")
    name, username, *rest = line.replace("admin ", "first ").split()

    call_command(name, username, *rest, stdout=io.StringIO())

    assert client.login(username=username, password="lake-and-wood-42")
    assert client.get(reverse("organizations:members")).status_code == 200
