"""The world the tables speak of."""

import logging
from collections.abc import Iterator

import pytest

from tests.access.world import World, make_neighbour, make_world


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A table is hundreds of requests: their log lines would bury the one cell that differs."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(cast) -> World:
    """The rows of Lake school."""
    return make_world(cast)


@pytest.fixture
def neighbour(cast, world) -> World:
    """The rows of Hill school, beside those of Lake school."""
    return make_neighbour(cast, world.work)
