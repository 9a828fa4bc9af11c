"""What of Hill school each person comes to read: pages, files, the API, crawled link by link.

Every text of a row of Hill school carries its kind (`tests/access/world.py`). What a person reads
must be exactly what the table says: one kind more is a leak; one kind less, and the crawl would
not have found the leak either.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from rsoko.api import router
from tests.access.addresses import address, of_one_row
from tests.access.world import HILL, PARTICIPANTS

TREE = {"place", "plan", "meeting"}
WORK = {"draft", "document", "execution", "run", "report", "value", "table"}
RESULTS = {"protocol", "signal"}
INTAKE = {"participant"}  # the codes of pupils stand in the form that a school fills in
JOURNAL = {"act", "invited", "token"}  # who was invited and which token issued, by its name
PEOPLE = {"person", "colleague"}
GROUPS = {"cohort", "grouped"}  # who is in a group, and the item that only its schools see
LIBRARY = {"standard"}  # standard items come down to the levels below
SCHEDULE = {"schedule", "agenda"}  # the published one and the draft of its next version

# Who holds works sees registrations and candidates; a chosen school sees its published draw.
HOLDING = {"registration", "lot", "candidate", "observation"}
CASES = {"case"}  # what the signal says, what the school answered; its draft (reply) is its own
STAFF = {"sent", "assignment"}  # who goes where is known to those who send, not to the school

SEEN = {
    "svetlana": TREE
    | WORK
    | RESULTS
    | INTAKE
    | JOURNAL
    | PEOPLE
    | GROUPS
    | LIBRARY
    | SCHEDULE
    | HOLDING
    | STAFF
    | CASES
    | {"gathered"},
    # A deputy has no journal, but reads on the first page what others did with the school's own.
    "igor": TREE
    | WORK
    | RESULTS
    | INTAKE
    | LIBRARY
    | SCHEDULE
    | HOLDING
    | CASES
    | {"act", "invited", "token", "person", "notice", "grouped", "reply"},
    "inna": TREE | WORK | GROUPS | SCHEDULE,
    "anton": TREE | {"run"} | JOURNAL | PEOPLE,
    "elena": TREE,
    "pavel": TREE,
    "oleg": set(),
    "nina": set(),
    "rita": set(),
}
NAMES_OF_PLACE = ("Hill school", "edu420101")
STRANGERS = ("oleg", "nina", "rita")

MOST_PAGES = 150
MOST_OF_A_ROUTE = 3  # the same page of other rows, or narrowed in other ways
MENU = ("home", "roadmaps:roadmaps", "procedures:works", "procedures:completeness",
        "procedures:schedule", "procedures:schedule_control", "monitoring:objectivity",
        "monitoring:cases", "monitoring:indicators", "organizations:documents", "reports:reports",
        "organizations:organizations", "organizations:members", "organizations:journal",
        "organizations:runs", "organizations:account", "organizations:inbox",
        "procedures:holdings", "procedures:holding_draws", "procedures:holding_candidates",
        "procedures:holding_observations", "monitoring:markers",
        "monitoring:campaign", "monitoring:groups", "monitoring:group_new",
        "monitoring:method")  # fmt: skip
# Whoever knows these addresses is let in, and only their owner does.
BY_SECRET = ("organizations:join", "calendar_feed")
# A published schedule is everyone's, without signing in.
FOR_EVERYONE = ("procedures:schedule_public",)
# What a curious person types: other people's codes in every filter there is.
TYPED = "?school=edu420101&organization=edu420101&municipality=reg42_m002&territory=reg42_m002&q=zq"
FORMATS = ("json", "csv")


class Links(HTMLParser):
    """The addresses of a page's links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found = page, []

    def handle_starttag(self, tag, attributes):
        href = dict(attributes).get("href")
        if tag == "a" and href:
            self.found.append(urljoin(self.page, href).partition("#")[0])


def crawl(client: Client, start: list[str]) -> Iterator[tuple[str, HttpResponse]]:
    """Every page that can be reached by links from these, each once, 150 at most."""
    waiting, known, times = [*start], set(start), Counter[str]()
    for _ in range(MOST_PAGES + len(start)):
        if not waiting:
            return
        page = waiting.pop(0)
        answer = client.get(page, follow=True)
        yield page, answer
        for link in links(page, answer):
            route = resolve(urlsplit(link).path).view_name
            if link not in known and times[route] < MOST_OF_A_ROUTE:
                times[route] += 1
                known.add(link)
                waiting.append(link)


def links(page: str, answer: HttpResponse) -> list[str]:
    if not answer.headers["Content-Type"].startswith("text/html"):
        return []
    parser = Links(page)
    parser.feed(answer.content.decode())
    return [link for link in parser.found if link.startswith("/") and "/account/log" not in link]


def text_of(answer: HttpResponse) -> str:
    """All that an answer says: its body, or the parts of a packed one, and its headers."""
    body = answer.content
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return f"{body.decode(errors='replace')}\n{answer.headers}"


def kinds_in(text: str) -> set[str]:
    found = set(re.findall(rf"{HILL}-([a-z]+)", text))
    return found | ({"participant"} if str(PARTICIPANTS[HILL]) in text else set())


def everything(client: Client, neighbour) -> Iterator[tuple[str, HttpResponse]]:
    """What a person can ask for: the crawl, typed filters, rows by number, the API."""
    menu = [reverse(name) for name in MENU]
    rows = [
        address(name, neighbour) for name in of_one_row() if name not in BY_SECRET + FOR_EVERYONE
    ]
    yield from crawl(client, [*menu, *rows, *(f"{page}{TYPED}" for page in menu)])
    for _, _, basename in router.registry:
        path = reverse(f"api:{basename}-list")
        for format_ in FORMATS:
            yield path, client.get(path, {"format": format_})


@pytest.mark.parametrize("person", SEEN)
def test_a_person_reads_what_is_theirs_and_nothing_else(person, world, neighbour, clients):
    where: dict[str, str] = {}
    for page, answer in everything(clients[person], neighbour):
        text = text_of(answer)
        for kind in kinds_in(text):
            where.setdefault(kind, page)
        if person in STRANGERS:
            assert not any(name in _said(text) for name in NAMES_OF_PLACE), page

    assert set(where) == SEEN[person], where


def _said(text: str) -> str:
    """The text without the codes that the person typed into the address themselves."""
    return text.replace(TYPED, "").replace(TYPED.replace("&", "&amp;"), "")
