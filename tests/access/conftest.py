"""The world the tables speak of."""

import pytest

from tests.access.world import World, make_neighbour, make_world


@pytest.fixture
def world(cast) -> World:
    """The rows of Lake school."""
    return make_world(cast)


@pytest.fixture
def neighbour(cast, world) -> World:
    """The rows of Hill school, beside those of Lake school."""
    return make_neighbour(cast, world.work)
