"""The world the tables speak of: built once a module, every test undone back to it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests.access.rows import undone
from tests.access.world import World, make_neighbour, make_world
from tests.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A table is hundreds of requests: their log lines would bury the one cell that differs."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _own_files(_own_files, settings, media) -> None:
    """The files of the world are there in every test."""
    settings.MEDIA_ROOT = media


@pytest.fixture(scope="module")
def _stage(django_db_setup, django_db_blocker, media) -> Iterator[None]:
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), undone():
        yield


@pytest.fixture(autouse=True)
def _undo(_stage, db) -> None:
    """Each test has its own savepoint on the stage."""


@pytest.fixture(scope="module")
def cast(_stage) -> Cast:
    return make_cast()


@pytest.fixture(scope="module")
def world(cast) -> World:
    """The rows of Lake school."""
    return make_world(cast)


@pytest.fixture(scope="module")
def neighbour(cast, world) -> World:
    """The rows of Hill school, beside those of Lake school."""
    return make_neighbour(cast, world.work)


@pytest.fixture(scope="module")
def clients(cast) -> dict[str, Client]:
    """Everyone signed in at a browser of their own, in the order of the tables."""
    browsers = {}
    for name, person in cast.people().items():
        browsers[name] = Client()
        browsers[name].force_login(person)
    return browsers
