"""What each person gets through the API, by token and by session: own rows, and no others."""

import csv
import datetime
import io
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from monitoring.indicators.catalog import CATALOG
from monitoring.models import Case, IndicatorValue, Signal
from organizations.models import ApiToken, Organization, Run, User
from organizations.queries import viewer_of
from organizations.services import tokens
from procedures.models import Procedure, ScheduleEntry, Work
from roadmaps.models import Execution, Item, Roadmap
from rsoko.api import router
from tests.access.rows import fingerprints
from tests.access.tables import PEOPLE, SIGNS, read
from tests.access.world import World

ROWS = read("""
                   vera boris inna oleg svetlana nina igor elena pavel anton rita zoya
organization        +    +    +    +    -    +    -    +    +    +    -    x
roadmap             +    +    +    +    -    +    -    +    +    +    -    x
roadmap-item        +    +    +    +    -    +    -    +    +    +    -    x
execution           +    +    +    +    -    +    -    -    -    -    -    x
indicator-value     +    +    +    +    -    +    -    -    -    -    -    x
case                +    +    -    +    -    +    -    -    -    -    -    x
run                 +    +    +    +    -    +    -    -    -    +    -    x
schedule            +    +    +    +    -    +    -    -    -    -    -    x
signal              +    +    -    +    -    +    -    -    -    -    -    x
""")

MODELS = {
    "organization": Organization,
    "roadmap": Roadmap,
    "roadmap-item": Item,
    "execution": Execution,
    "indicator-value": IndicatorValue,
    "case": Case,
    "run": Run,
    "schedule": ScheduleEntry,
    "signal": Signal,
}
CODE = {
    "organization": "code",
    "roadmap": "owner",
    "roadmap-item": "owner",
}  # elsewhere the field is `organization`

NORTH = {"reg42_m001", "edu420001", "edu420002"}
SOUTH = {"reg42_m002", "edu420101"}
BODIES = {"reg42", "ministry", "kcmko", "kripkipro", "public"}
REGION = BODIES | NORTH | SOUTH
TREE = {
    "vera": REGION, "boris": REGION, "inna": REGION, "elena": REGION, "pavel": REGION,
    "anton": REGION, "oleg": NORTH, "svetlana": SOUTH, "nina": {"edu420001"},
    "igor": {"edu420101"}, "rita": {"reg54"}, "zoya": set(),
}  # fmt: skip
# The world has rows of Lake and Hill school, each a draft, and each municipality a plan in force.
SCHOOLS = {"edu420001", "edu420101"}
IN_FORCE = {"reg42_m001", "reg42_m002"}
FROM_ABOVE = {"nina": {"reg42_m001"}, "igor": {"reg42_m002"}}
NO_VALUES, NO_RUNS, NO_DRAFTS = {"elena", "pavel", "anton"}, {"elena", "pavel"}, {
    "elena", "pavel", "anton"}  # fmt: skip


NO_SIGNALS = {"inna", "elena", "pavel", "anton"}
NO_TOKENS = {"elena", "pavel"}  # a token outlives the role that issued it, its right does not


def owners(basename: str, person: str) -> set[str]:
    """Of which organizations a list holds rows, by hand."""
    own, schools = TREE[person], TREE[person] & SCHOOLS
    match basename:
        case "organization":
            return own
        case "roadmap" | "roadmap-item":
            drafts = set() if person in NO_DRAFTS else schools
            return own & IN_FORCE | drafts | FROM_ABOVE.get(person, set())
        case "execution":  # each school of North and South owes what its municipality's plan asks
            return set() if person in NO_DRAFTS else own & (SCHOOLS | {"edu420002"})
        case "indicator-value" | "schedule":
            return set() if person in NO_VALUES else schools
        case "case":
            return set() if person in NO_SIGNALS else schools
        case "signal":  # not the institute's either
            return set() if person in {*NO_VALUES, "inna"} else schools
        case _:
            return set() if person in NO_RUNS else schools


def listed(basename: str) -> str:
    return reverse(f"api:{basename}-list")


def one(basename: str, world: World) -> str:
    rows = {"organization": world.school, "roadmap": world.roadmap, "run": world.run,
            "indicator-value": world.value, "roadmap-item": world.item,
            "execution": world.execution, "schedule": world.schedule_entry,
            "case": world.case, "signal": world.signal}  # fmt: skip
    return reverse(f"api:{basename}-detail", kwargs={"pk": rows[basename].pk})


def by_token(user: User, scope: str = "read") -> Client:
    """A token is made past the service, which gives none to an expert: roles change later."""
    _, secret = ApiToken.objects.create(user=user, name="test", scope=scope)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def by_session(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


SIGN_IN = {"token": by_token, "session": by_session}


def as_json(client: Client, basename: str) -> list[dict[str, object]]:
    answer = client.get(listed(basename))
    return answer.json()["results"] if answer.status_code == 200 else []


def test_every_route_has_its_line():
    assert {basename for _, _, basename in router.registry} == set(ROWS) | {"indicator", *REFERENCE}


@pytest.mark.parametrize("way", SIGN_IN)
@pytest.mark.parametrize("basename", ROWS)
def test_a_row_is_given_to_those_who_see_it(basename, way, cast, world):
    found = {
        person: SIGNS[SIGN_IN[way](user).get(one(basename, world)).status_code]
        for person, user in cast.people().items()
    }

    expected = dict(zip(PEOPLE, ROWS[basename], strict=True))
    if way == "token":
        expected |= dict.fromkeys(NO_TOKENS, "x")
    assert found == expected


@pytest.mark.parametrize("way", SIGN_IN)
@pytest.mark.parametrize("basename", ROWS)
def test_a_list_holds_own_rows_and_no_others(basename, way, cast, world, neighbour):
    found, expected, seen = {}, {}, {}
    for person, user in cast.people().items():
        rows = as_json(SIGN_IN[way](user), basename)
        found[person] = {row[CODE.get(basename, "organization")] for row in rows}
        refused = way == "token" and person in NO_TOKENS
        expected[person] = set() if refused else owners(basename, person)
        visible = MODELS[basename].objects.visible_to(None if refused else viewer_of(user))
        seen[person] = {row["id"] for row in rows} == set(visible.values_list("pk", flat=True))

    assert found == expected
    assert all(seen.values()), seen


@pytest.mark.parametrize("basename", ROWS)
def test_what_is_not_seen_answers_as_what_never_was(basename, cast, world):
    """Nothing tells a foreign row from none: neither the status nor the words."""
    client = by_token(cast.rita)
    foreign = client.get(one(basename, world))
    nothing = client.get(reverse(f"api:{basename}-detail", kwargs={"pk": 987_654_321}))

    assert (foreign.status_code, foreign.content) == (nothing.status_code, nothing.content)


def test_the_catalog_of_indicators_is_open_to_everyone_with_a_place(cast):
    found = {
        person: [row["code"] for row in as_json(by_session(user), "indicator")]
        for person, user in cast.people().items()
    }

    codes = [indicator.code for indicator in CATALOG]
    assert found == {person: [] if person == "zoya" else codes for person in PEOPLE}


# Rows of the whole installation: who is given all of them, and who none.
REFERENCE = {"procedure": set[str](), "work": {"inna", "elena", "pavel", "anton"}}
EVERY_LIST = [*ROWS, "indicator", *REFERENCE]


@pytest.mark.parametrize("basename", REFERENCE)
def test_reference_rows_are_given_whole_or_not_at_all(basename, cast, world):
    model = {"procedure": Procedure, "work": Work}[basename]
    everything = set(model.objects.values_list("pk", flat=True))

    found = {
        person: {row["id"] for row in as_json(by_session(user), basename)}
        for person, user in cast.people().items()
    }

    nothing = REFERENCE[basename] | {"zoya"}
    assert found == {person: set() if person in nothing else everything for person in PEOPLE}


def paths(basename: str, world: World) -> list[str]:
    return [listed(basename), *([one(basename, world)] if basename in ROWS else [])]


@pytest.mark.parametrize("basename", EVERY_LIST)
def test_without_signing_in_there_is_nothing(basename, client, world):
    for path in paths(basename, world):
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("basename", EVERY_LIST)
def test_a_token_past_its_day_opens_nothing(basename, cast, client):
    token, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))
    token.expiry = timezone.now() - datetime.timedelta(seconds=1)
    token.save(update_fields=["expiry"])

    answer = client.get(listed(basename), headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 401


@pytest.mark.parametrize("basename", EVERY_LIST)
def test_the_api_only_reads(basename, cast, world):
    """A reading token is refused; for a writing one, and for a session, there is no such act."""
    clients = [by_token(cast.vera), by_token(cast.vera, "write"), by_session(cast.vera)]
    clients[0].get(listed(basename))
    clients[1].get(listed(basename))  # notes the day of the token's last use
    before = fingerprints()

    for method in ("post", "put", "patch", "delete"):
        for path in paths(basename, world):
            statuses = [getattr(client, method)(path).status_code for client in clients]
            assert statuses == [403, 405, 405], f"{method} {path}"
    assert fingerprints() == before


@pytest.mark.parametrize("basename", EVERY_LIST)
def test_a_parameter_nobody_declared_is_told_in_russian(basename, cast):
    client = by_token(cast.oleg)
    for format_ in ("json", "csv", "xlsx"):
        answer = client.get(listed(basename), {"shcool": "edu420101", "format": format_})

        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "shcool: нет такого отбора" in json.loads(answer.content)["detail"]


@pytest.mark.parametrize("basename", ROWS)
def test_a_table_carries_the_rows_of_the_list(basename, cast, world, neighbour):
    for person in (cast.vera, cast.oleg, cast.igor, cast.anton, cast.rita):
        client = by_token(person)
        rows = as_json(client, basename)

        assert of_csv(client, basename) == [
            {name: in_a_cell(value) for name, value in row.items()} for row in rows
        ]
        assert keys_of_xlsx(client, basename) == [row["id"] for row in rows]


def in_a_cell(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def of_csv(client: Client, basename: str) -> list[dict[str, str]]:
    text = client.get(listed(basename), {"format": "csv"}).content.decode()
    return list(csv.DictReader(io.StringIO(text)))


def keys_of_xlsx(client: Client, basename: str) -> list[int]:
    book = client.get(listed(basename), {"format": "xlsx"}).content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    return [int(row[0]) for row in sheet.to_python()[1:]]


@pytest.mark.parametrize("basename", EVERY_LIST)
def test_who_has_the_rows_already_gets_304(basename, cast, world):
    client = by_token(cast.oleg)
    tag = client.get(listed(basename)).headers["ETag"]

    again = client.get(listed(basename), headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("basename", ROWS)
def test_a_tag_of_anothers_rows_is_no_key_to_ones_own(basename, cast, world, neighbour):
    tag = by_token(cast.oleg).get(listed(basename)).headers["ETag"]

    answer = by_token(cast.svetlana).get(listed(basename), headers={"If-None-Match": tag})

    assert answer.status_code == 200
    assert "private" in answer.headers["Cache-Control"]


FOREIGN = {
    "organization": {"municipality": "reg42_m002", "parent": "reg42_m002", "search": "edu420101"},
    "roadmap": {"owner": "reg42_m002"},
    "roadmap-item": {"owner": "reg42_m002"},
    "execution": {"owner": "reg42_m002", "organization": "edu420101"},
    "indicator-value": {"organization": "edu420101", "municipality": "reg42_m002"},
    "schedule": {"organization": "edu420101"},
    "case": {"organization": "edu420101"},
    "signal": {"organization": "edu420101"},
}


@pytest.mark.parametrize("basename", FOREIGN)
def test_a_filter_names_the_neighbour_in_vain(basename, cast, world, neighbour):
    client = by_token(cast.oleg)

    found = {
        name: client.get(listed(basename), {name: value}).json()["results"]
        for name, value in FOREIGN[basename].items()
    }

    assert all(rows == [] for rows in found.values()), found


def test_the_description_shows_no_rows(client, world):
    answer = client.get(reverse("api:schema"), {"format": "json"})

    assert answer.status_code == 200
    assert b"lake-" not in answer.content
