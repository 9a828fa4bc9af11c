"""Who may open what: every page × every person, written by hand; a page without a line fails.

    +  the page (200)      >  led elsewhere (302)
    x  refused (403)       -  does not exist for them (404)

The rows asked for all belong to Lake school in North. Vera is of the ministry, Boris of the
monitoring centre, Inna of the institute; Oleg coordinates North, Svetlana South; Nina is of Lake
school, Igor of Hill school in South; Elena is an expert, Pavel an observer, Anton the
administrator; Rita is of another region's ministry, Zoya has no place.
"""

import pytest
from django.urls import reverse

from tests.access.routes import names
from tests.access.tables import PEOPLE, SIGNS, read
from tests.access.world import World, make_world

PAGES = read("""PAGES_TABLE""")

# Open without signing in: the health checks, and a link that is itself the secret.
PUBLIC = {"healthz", "readyz", "organizations:join"}

# Acts: only POST, in the table of tests/access/test_acts.py.
from tests.access.test_acts import ACTS  # noqa: E402 - beside the tables it completes


@pytest.fixture
def world(cast) -> World:
    return make_world(cast)


def arguments(name: str, world: World) -> dict[str, object]:
    return KWARGS.get(name, lambda world: {})(world)


KWARGS = {}


def test_every_page_has_its_line():
    assert names() == set(PAGES) | set(ACTS) | PUBLIC


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_seen_by_those_it_is_for(name, cast, world, client):
    address = reverse(name, kwargs=arguments(name, world))

    seen = {}
    for person, user in cast.people().items():
        client.force_login(user)
        seen[person] = SIGNS.get(client.get(address).status_code, "?")

    assert "".join(seen[person] for person in PEOPLE) == PAGES[name]


@pytest.mark.parametrize("name", sorted(set(PAGES) | set(ACTS)))
def test_nobody_gets_in_without_signing_in(name, world, client):
    address = reverse(name, kwargs=arguments(name, world))

    answer = client.get(address)

    assert answer.status_code in {302, 405}
    if answer.status_code == 302:
        assert answer.url.startswith(reverse("account_login"))
