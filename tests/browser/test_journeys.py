"""Whole days of the people of the portal, lived in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.visits import menu_of, open_section, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PLACED = ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "elena", "pavel", "anton"]


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
