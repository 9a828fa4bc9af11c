"""Groups of schools: made and changed by their owners, never heard of by anybody else."""

import json

import pytest
from django.urls import reverse

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event
from organizations.queries import viewer_of
from roadmaps.models import Cohort, Execution, Item, Roadmap
from roadmaps.queries.cohorts import candidates, read_members, written
from roadmaps.services import cohorts
from roadmaps.services.assignment import assign
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

CANARY = "zq-canary"
EVERYBODY = ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "elena", "pavel",
             "anton", "rita"]  # fmt: skip


@pytest.fixture
def oleg(cast):
    return viewer_of(cast.oleg)


@pytest.fixture
def group(cast, oleg):
    return cohorts.create(
        cast.north, title="Школы с признаками", basis="Приказ № 5", members=[cast.lake_school],
        by=oleg,
    )  # fmt: skip


def asked_by(plan, group, **fields):
    return ItemFactory(roadmap=plan, cohort=group, bodies=["school"], **fields)


# Acts


def test_a_group_is_made_of_schools_of_the_territory(cast, group):
    assert (group.owner, list(group.members.all())) == (cast.north, [cast.lake_school])
    assert Event.objects.get(action="cohort.created").changes["schools"] == "edu420001"


def test_no_group_of_nobody_or_of_a_foreign_school(cast, oleg):
    with pytest.raises(Conflict, match="хотя бы одну школу"):
        cohorts.create(cast.north, title="Пусто", members=[], by=oleg)
    with pytest.raises(Conflict, match="Hill school"):
        cohorts.create(cast.north, title="Чужие", members=[cast.hill_school], by=oleg)

    assert not Cohort.objects.exists()


def test_groups_are_made_by_their_own_level(cast):
    with pytest.raises(NotAllowed, match="не относится к вашей территории"):
        cohorts.create(cast.north, title="Г", members=[], by=viewer_of(cast.svetlana))
    with pytest.raises(NotAllowed, match="муниципалитет и регион"):
        cohorts.create(cast.lake_school, title="Г", members=[], by=viewer_of(cast.nina))
    with pytest.raises(NotAllowed, match="роль"):
        cohorts.create(cast.north, title="Г", members=[], by=viewer_of(cast.pavel))


def test_a_group_is_changed_while_no_plan_in_force_asks_it(cast, group, oleg):
    cohorts.change(group, title="Иначе", members=[cast.wood_school], by=oleg)
    assert list(group.members.all()) == [cast.wood_school]

    asked_by(RoadmapFactory(owner=cast.north), group)
    with pytest.raises(Conflict, match="стоит в действующем плане"):
        cohorts.change(group, title="Иначе", members=[cast.lake_school], by=oleg)
    cohorts.change(group, title="Новое имя", members=[cast.wood_school], by=oleg)

    group.refresh_from_db()
    assert (group.title, list(group.members.all())) == ("Новое имя", [cast.wood_school])


def test_a_group_that_stands_in_a_plan_is_not_thrown_away(cast, group, oleg):
    item = asked_by(RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT), group)

    with pytest.raises(Conflict, match="Группа стоит в черновике"):
        cohorts.delete(group, by=oleg)

    item.delete()
    cohorts.delete(group, by=oleg)
    assert not Cohort.objects.exists()


def test_a_neighbour_neither_changes_nor_deletes(cast, group):
    svetlana = viewer_of(cast.svetlana)

    with pytest.raises(NotAllowed):
        cohorts.change(group, title="Чужое", members=[cast.hill_school], by=svetlana)
    with pytest.raises(NotAllowed):
        cohorts.delete(group, by=svetlana)


def test_only_the_schools_of_the_group_owe_its_item(cast, group):
    item = asked_by(RoadmapFactory(owner=cast.north), group)

    assert list(Execution.objects.filter(item=item).values_list("organization", flat=True)) == [
        cast.lake_school.pk
    ]


# Reading of a typed list


def test_schools_are_read_by_code_and_by_name(cast, oleg):
    schools = candidates(cast.north, oleg)

    found, faults = read_members(
        "edu420002\n\n  «lake  SCHOOL» \nedu420001 · Lake school\n", schools
    )

    assert (found, faults) == ([cast.wood_school, cast.lake_school], [])


def test_what_names_no_school_or_several_is_told_with_its_line(cast, oleg):
    for code in ("edu420008", "edu420009"):
        OrganizationFactory(code=code, short_name="Школа № 1", parent=cast.north)

    found, faults = read_members("edu420001\nedu420101\nШкола № 1", candidates(cast.north, oleg))

    assert found == [cast.lake_school]
    assert [str(fault) for fault in faults] == [
        "Строка 2: «edu420101». Такой школы на вашей территории нет. Возьмите код из списка школ.",
        "Строка 3: «Школа № 1». Так называются несколько школ: edu420008, edu420009. Впишите код "
        "нужной.",
    ]


def test_what_is_written_is_read_back(cast, oleg):
    schools = candidates(cast.north, oleg)

    assert read_members(written(schools), schools) == (schools, [])


# Pages


def test_the_form_keeps_what_was_typed_and_tells_every_fault(cast, signed_in):
    client = signed_in(cast.oleg)
    typed = {"title": "Группа", "basis": "", "members": "edu420001\nнет такой\nedu420101"}

    page = client.post(reverse("roadmaps:cohort_new"), typed).content.decode()

    assert "Строка 2" in page
    assert "Строка 3" in page
    assert "нет такой" in page
    assert not Cohort.objects.exists()


def test_a_group_is_made_opened_and_deleted_by_its_pages(cast, signed_in):
    client = signed_in(cast.oleg)
    typed = {"title": "Группа", "basis": "Приказ", "members": "Lake school"}

    client.post(reverse("roadmaps:cohort_new"), typed)
    group = Cohort.objects.get()
    page = client.get(reverse("roadmaps:cohort", args=[group.pk])).content.decode()
    assert "edu420001 · Lake school" in page

    typed["members"] = "edu420001\nedu420002"
    client.post(reverse("roadmaps:cohort", args=[group.pk]), typed)
    assert group.members.count() == 2
    assert "2 школы" in client.get(reverse("roadmaps:cohorts")).content.decode()

    client.post(reverse("roadmaps:cohort_delete", args=[group.pk]))
    assert not Cohort.objects.exists()


# Privacy: who learns of an item for a group


@pytest.fixture
def secret(cast):
    """The region's plan with an open item and one for Lake and Hill schools; both are in force."""
    group = Cohort.objects.create(
        owner=cast.ministry, title=f"{CANARY}-title", basis=f"{CANARY}-basis"
    )
    group.members.add(cast.lake_school, cast.hill_school)
    plan = RoadmapFactory(owner=cast.ministry)
    ItemFactory(roadmap=plan, position=1, number="1", bodies=["school"])
    item = asked_by(plan, group, position=2, number="2", title=f"{CANARY}-item",
                    result=f"{CANARY}-item", evidence=f"{CANARY}-item",
                    term_text=f"{CANARY}-item")  # fmt: skip
    plan.doubts = [{"code": "no_deadline", "item": "2", "message": f"{CANARY}-doubt"}]
    plan.save()
    assign(plan)
    return item


KNOW = {"vera", "boris", "inna", "oleg", "svetlana", "nina", "igor"}


def pages(item):
    plan = [item.roadmap_id]
    names = ("roadmap", "roadmap_xlsx", "difference", "difference_xlsx", "matrix", "matrix_xlsx",
             "board", "gantt", "deliveries", "plan_meetings")  # fmt: skip
    yield from (reverse(f"roadmaps:{name}", args=plan) for name in names)
    yield reverse("roadmaps:item", args=[*plan, item.pk])
    yield from (reverse(f"roadmaps:{name}") for name in ("roadmaps", "cohorts", "calendar"))
    yield reverse("api:roadmap-list")
    yield reverse("api:roadmap-detail", args=plan)


def said(client, page):
    answer = client.get(page)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


@pytest.mark.parametrize("name", EVERYBODY)
def test_an_item_for_a_group_is_seen_by_its_schools_and_those_above_them(cast, secret, name):
    visible = Item.objects.visible_to(viewer_of(getattr(cast, name)))

    assert visible.filter(pk=secret.pk).exists() == (name in KNOW)


@pytest.mark.parametrize("name", ["elena", "pavel", "anton", "rita"])
def test_outsiders_read_no_word_of_it_on_any_page(cast, secret, signed_in, name):
    client = signed_in(getattr(cast, name))

    leaks = [page for page in pages(secret) if CANARY in said(client, page)]

    assert leaks == []


def test_a_school_outside_the_group_reads_no_word_of_it(cast, secret, signed_in):
    other = OrganizationFactory(code="edu420003", parent=cast.north)
    membership = cast.nina.memberships.get()
    membership.organization = other
    membership.save()
    client = signed_in(cast.nina)

    leaks = [page for page in pages(secret) if CANARY in said(client, page)]

    assert leaks == []


@pytest.mark.parametrize("name", ["nina", "igor", "oleg", "svetlana"])
def test_who_is_in_a_group_of_the_region_is_not_told_below(cast, secret, signed_in, name):
    """Everybody below sees the item and their own schools, no other school of the group."""
    client = signed_in(getattr(cast, name))
    foreign = cast.lake_school if name in ("igor", "svetlana") else cast.hill_school

    for page in pages(secret):
        text = said(client, page)
        assert foreign.short_name not in text, page
        assert f"{CANARY}-basis" not in text, page


def test_the_api_counts_no_item_for_a_group_to_outsiders(cast, secret, signed_in):
    answer = signed_in(cast.elena).get(reverse("api:roadmap-detail", args=[secret.roadmap_id]))

    told = json.loads(answer.content)
    assert [item["number"] for item in told["items"]] == ["1"]
    assert told["item_count"] == 1


def test_a_group_itself_is_known_to_its_owner_level_only(cast, secret, group):
    def known(name):
        return set(Cohort.objects.visible_to(viewer_of(getattr(cast, name))))

    of_region = secret.cohort
    assert {name: known(name) for name in EVERYBODY} == {
        "vera": {of_region, group}, "boris": {of_region, group}, "inna": {of_region, group},
        "oleg": {group}, "svetlana": set(), "nina": set(), "igor": set(), "elena": set(),
        "pavel": set(), "anton": set(), "rita": set(),
    }  # fmt: skip
