"""The shape of the house, tested like behaviour."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps as registry
from django.conf import settings
from django.db import models
from django.urls import get_resolver
from rest_framework import mixins

from organizations.models import ScopedQuerySet
from rsoko.api import router

ROOT = Path(settings.BASE_DIR)
APPS = ["organizations", "roadmaps", "procedures", "monitoring", "reports"]
BARE = re.compile(
    r"\b(?P<model>\w+)\.(?:objects|_default_manager)(?!\.(?:visible_to|open_to|above|none)\()"
)


def own_models() -> list[type[models.Model]]:
    return [model for app in APPS for model in registry.get_app_config(app).get_models()]


def _is_scoped(model: type[models.Model]) -> bool:
    rows = model._default_manager.all()
    return isinstance(rows, ScopedQuerySet) or hasattr(rows, "visible_to")


SCOPED = {model.__name__ for model in own_models() if _is_scoped(model)}
OUTSIDE = [
    path
    for app in [*APPS, "rsoko/home"]
    for folder in ["views", "api", "forms", "."]
    for path in sorted((ROOT / app / folder).glob("*.py"))
    if folder != "." or path.name == "forms.py" or app == "rsoko/home"
]


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at():
    assert len(OUTSIDE) > 20
    assert {"Organization", "Document", "Result", "Statistic", "Run"} <= SCOPED


@pytest.mark.parametrize("path", OUTSIDE, ids=_named)
def test_pages_and_api_reach_scoped_rows_only_through_the_viewer(path):
    """Outside services, `Model.objects` goes on with visible_to or open_to.

    A view set's `queryset = …` is let through: ScopedViewSet narrows it.
    """
    lines = [
        line for line in path.read_text().splitlines() if not line.strip().startswith("queryset = ")
    ]
    bare = {found["model"] for line in lines for found in BARE.finditer(line)} & SCOPED
    allowed = {"ApiToken"} if path.name == "authentication.py" else set()
    assert not bare - allowed


def test_the_api_has_no_writer_of_its_own():
    """A change through the API is an action that calls a service."""
    writers = (mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin)
    routes = [viewset for _, viewset, _ in router.registry]

    assert routes
    assert not [route for route in routes if issubclass(route, writers)]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model.__name__)
def test_every_model_says_what_it_is(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model.__name__)
def test_no_model_hides_rules_in_save(model):
    assert "save" not in vars(model)
    assert "delete" not in vars(model)


def test_every_module_begins_with_a_sentence():
    missing = [
        _named(path)
        for app in [*APPS, "rsoko"]
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and path.name not in {"__init__.py", "apps.py"}
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not missing


def test_templates_carry_no_script_style_or_foreign_address():
    """The policy `default-src 'self'` refuses them; a page must not need them."""
    forbidden = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|<style|\son\w+=|=[\"']https?://"
    )
    found = {
        _named(path)
        for path in (ROOT / "templates").rglob("*.html")
        if forbidden.search(path.read_text())
    }
    assert not found


def test_no_file_names_a_package_index_or_a_path_of_a_machine():
    names = re.compile(r"--index-url|--extra-index-url|--find-links|/root/|pypi\.org")
    files = [*ROOT.glob("requirements/*"), ROOT / "pyproject.toml", ROOT / "Makefile"]
    assert not [_named(path) for path in files if names.search(path.read_text())]


def test_every_page_has_a_name():
    patterns = get_resolver().url_patterns
    assert patterns
    assert not [p for p in patterns if not hasattr(p, "url_patterns") and not p.name]
