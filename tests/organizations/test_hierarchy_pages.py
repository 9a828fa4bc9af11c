"""Pages of the tree: the list, the passport, the acts."""

import datetime

import pytest
from django.urls import reverse

from organizations.exchange import workbook
from organizations.models import Organization, Succession
from organizations.queries import viewer_of
from organizations.services import hierarchy
from tests.cast import JUNE
from tests.factories.organizations import OrganizationFactory

TREE = "organizations:organizations"


def get(client, **asked):
    return client.get(reverse(TREE), asked)


def shown(response) -> set[str]:
    return {place.organization.code for place, _ in response.context["rows"]}


def act(client, which: str, code: str, **typed):
    return client.post(reverse(f"organizations:{which}", args=[code]), typed)


def test_the_region_sees_municipalities_with_counts_and_its_bodies(cast, signed_in):
    page = get(signed_in(cast.vera))

    counts = {row.place.name: row.schools for row in page.context["territories"]}
    assert counts == {"North": 2, "South": 1}
    bodies = {place.organization.code for place in page.context["bodies"]}
    assert bodies == {"ministry", "kcmko", "kripkipro", "public"}


def test_a_municipality_opens_with_its_schools_and_bodies(cast, signed_in):
    OrganizationFactory(code="mouo1", kind="mouo", parent=cast.north)

    page = get(signed_in(cast.vera), territory="reg42_m001")

    assert shown(page) == {"edu420001", "edu420002", "mouo1"}


def test_a_coordinator_sees_their_municipality_at_once(cast, signed_in):
    assert shown(get(signed_in(cast.oleg))) == {"reg42_m001", "edu420001", "edu420002"}


def test_a_school_sees_itself_and_the_levels_above(cast, signed_in):
    page = get(signed_in(cast.nina))

    assert shown(page) == {"edu420001"}
    assert "North" in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "hill"}, {"edu420101"}),
        ({"q": "EDU420002"}, {"edu420002"}),
        ({"kind": "centre"}, {"kcmko"}),
        ({"q": "nothing like this"}, set()),
    ],
)
def test_organizations_are_found_by_name_code_and_kind(cast, signed_in, asked, found):
    assert shown(get(signed_in(cast.vera), **asked)) == found


def test_a_closed_school_stands_apart_and_out_of_the_counts(cast, signed_in):
    hierarchy.close(cast.lake_school, on=JUNE, by=viewer_of(cast.vera))
    client = signed_in(cast.vera)

    working = get(client, territory="reg42_m001")
    closed = get(client, territory="reg42_m001", state="closed")

    assert (shown(working), shown(closed)) == ({"edu420002"}, {"edu420001"})
    assert get(client).context["territories"][0].schools == 1


@pytest.mark.parametrize("written", ["01.05.2024", "2024-05-01"])
def test_the_tree_as_of_a_day_has_the_names_and_places_of_that_day(cast, signed_in, written):
    hierarchy.change(
        cast.lake_school,
        since=datetime.date(2025, 9, 1),
        short_name="Sea school",
        parent=cast.south,
        by=viewer_of(cast.vera),
    )
    client = signed_in(cast.vera)

    then, now = get(client, q="edu420001", as_of=written), get(client, q="edu420001")

    ((before, above_before),) = then.context["rows"]
    ((after, above_after),) = now.context["rows"]
    assert (before.name, above_before) == ("Lake school", "North")
    assert (after.name, above_after) == ("Sea school", "South")


def test_a_day_that_is_none_is_told_and_today_is_shown(cast, signed_in):
    page = get(signed_in(cast.vera), as_of="31.02.2024")

    assert "Показано на сегодня" in page.content.decode()
    assert len(page.context["territories"]) == 2


def test_the_download_is_the_filtered_view(cast, signed_in):
    client = signed_in(cast.vera)

    response = client.get(reverse("organizations:organizations_file"), {"q": "hill"})

    (sheet,) = workbook.read_sheets(response.getvalue(), trusted=True).values()
    assert [row[0] for row in sheet.rows] == ["Код", "edu420101"]
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"


def test_a_download_has_nothing_of_a_neighbour(cast, signed_in):
    response = signed_in(cast.oleg).get(reverse("organizations:organizations_file"))

    (sheet,) = workbook.read_sheets(response.getvalue(), trusted=True).values()
    codes = {row[0] for row in sheet.rows[1:]}
    assert codes == {"reg42_m001", "edu420001", "edu420002"}


def test_twice_the_schools_ask_the_database_as_often(
    cast, signed_in, django_assert_max_num_queries
):
    client = signed_in(cast.vera)
    get(client)  # the first page of a session also notes the session
    OrganizationFactory.create_batch(60, parent=cast.north)
    with django_assert_max_num_queries(15) as few:
        get(client, territory="reg42_m001")
    OrganizationFactory.create_batch(120, parent=cast.north, kind="kindergarten")

    with django_assert_max_num_queries(15) as many:
        page = get(client, territory="reg42_m001")

    assert len(many) == len(few)
    assert len(page.context["rows"]) == 50


# the passport


def passport(client, code: str):
    return client.get(reverse("organizations:organization", args=[code]))


def test_a_passport_out_of_the_territory_does_not_exist(cast, signed_in):
    assert passport(signed_in(cast.oleg), "edu420101").status_code == 404
    assert passport(signed_in(cast.nina), "edu420002").status_code == 404
    assert passport(signed_in(cast.rita), "reg42").status_code == 404


def test_the_passport_tells_history_and_kin_with_their_basis(cast, signed_in):
    by = viewer_of(cast.vera)
    hierarchy.change(
        cast.wood_school, since=JUNE, short_name="Forest school", by=by, basis="Приказ № 7"
    )
    hierarchy.succeed(
        cast.lake_school,
        cast.wood_school,
        kind=Succession.Kind.MERGED,
        on=JUNE,
        by=by,
        basis="Постановление № 8",
    )
    client = signed_in(cast.vera)

    successor = passport(client, "edu420002").content.decode()
    predecessor = passport(client, "edu420001").content.decode()

    assert "Wood school" in successor
    assert "Приказ № 7" in successor.replace("\u00a0", " ")
    assert "К ней присоединена" in successor
    assert "Присоединена к" in predecessor
    assert "Постановление № 8" in predecessor.replace("\u00a0", " ")


def test_people_and_journal_are_shown_to_those_who_may_see_them(cast, signed_in):
    hierarchy.change(cast.lake_school, since=JUNE, oktmo="32701000", by=viewer_of(cast.vera))

    pages = {
        name: passport(signed_in(getattr(cast, name)), "edu420001")
        for name in ("oleg", "vera", "nina")
    }

    people = {name for name, page in pages.items() if page.context["people"]}
    journal = {name for name, page in pages.items() if page.context["events"]}
    assert (people, journal) == ({"oleg"}, {"oleg", "vera"})


def test_only_those_who_manage_are_offered_the_acts(cast, signed_in):
    close = reverse("organizations:close", args=["edu420001"])

    assert close in passport(signed_in(cast.vera), "edu420001").content.decode()
    assert close not in passport(signed_in(cast.oleg), "edu420001").content.decode()


# the acts


@pytest.mark.parametrize("name", ["close", "change", "succeed"])
def test_the_acts_are_seen_by_some_refused_to_some_hidden_from_some(cast, signed_in, name):
    address = reverse(f"organizations:{name}", args=["edu420001"])

    answers = [
        signed_in(person).get(address).status_code
        for person in (cast.vera, cast.anton, cast.oleg, cast.nina, cast.igor, cast.rita)
    ]

    assert answers == [200, 200, 403, 403, 404, 404]


def test_a_form_closes_a_school(cast, signed_in):
    answer = act(signed_in(cast.vera), "close", "edu420001", on="2026-06-01")

    cast.lake_school.refresh_from_db()
    assert answer.status_code == 302
    assert cast.lake_school.closed_on == JUNE


def test_a_refusal_is_told_in_the_form(cast, signed_in):
    page = act(signed_in(cast.vera), "close", "reg42_m001", on="2026-06-01")

    assert "Ниже ещё открыта организация" in page.content.decode()


def changed(**typed):
    now = {
        "name": "Lake school",
        "short_name": "Lake school",
        "since": "2026-06-01",
        "basis": "№ 1",
    }
    return now | typed


def test_a_form_renames_and_moves_a_school(cast, signed_in):
    client = signed_in(cast.vera)
    typed = changed(short_name="Sea school", parent=cast.south.pk)

    answer = act(client, "change", "edu420001", **typed)

    cast.lake_school.refresh_from_db()
    assert answer.status_code == 302
    assert (cast.lake_school.short_name, cast.lake_school.parent) == ("Sea school", cast.south)


def test_a_form_in_which_nothing_changed_writes_nothing(cast, signed_in):
    client = signed_in(cast.vera)

    page = act(client, "change", "edu420001", **changed(parent=cast.north.pk))

    assert "Ничего не изменено" in page.content.decode()
    assert not cast.lake_school.states.exists()


def test_a_form_names_a_successor(cast, signed_in):
    typed = {"kind": "merged", "successor": cast.wood_school.pk, "on": "2026-06-01", "basis": "№ 8"}

    act(signed_in(cast.vera), "succeed", "edu420001", **typed)

    assert Succession.objects.get().successor == cast.wood_school
    assert Organization.objects.get(code="edu420001").closed_on == JUNE


def test_an_act_is_not_posted_over_the_border(cast, signed_in):
    answer = act(signed_in(cast.rita), "close", "edu420001", on="2026-06-01")

    assert answer.status_code == 404
    assert Organization.objects.get(code="edu420001").closed_on is None
