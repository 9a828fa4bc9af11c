"""The library of standard items: kept, looked through, taken into drafts."""

import datetime

import pytest
from django.urls import reverse

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event
from organizations.queries import viewer_of
from roadmaps.bodies import are_bodies
from roadmaps.models import StandardItem
from roadmaps.services import library
from roadmaps.terms import Period, TermKind, read_term
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

LIBRARY, NEW = reverse("roadmaps:library"), reverse("roadmaps:standard_new")
WORDS = library.Words("Разбор работ", "до 1 октября", "МОУО; ОО", "Темы названы", "протокол")
YEAR = Period(datetime.date(2026, 8, 1), datetime.date(2027, 8, 31))


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def text_of(answer):
    return answer.content.decode().replace("\u00a0", " ")


@pytest.fixture
def standards(cast):
    """One item of each level and of a neighbour."""
    owners = {"региона": cast.ministry, "Севера": cast.north, "Юга": cast.south,
              "школы": cast.lake_school}  # fmt: skip
    return {
        whose: StandardItem.objects.create(owner=owner, title=f"Дело {whose}")
        for whose, owner in owners.items()
    }


@pytest.fixture
def draft(cast):
    plan = RoadmapFactory(owner=cast.north, status="draft")
    ItemFactory(roadmap=plan, position=1, number="2.9")
    return plan


# Who sees and who changes


@pytest.mark.parametrize(
    ("name", "seen"),
    [("vera", {"региона"}), ("oleg", {"региона", "Севера"}), ("svetlana", {"региона", "Юга"}),
     ("nina", {"региона", "Севера", "школы"}), ("rita", set())],
)  # fmt: skip
def test_own_items_and_those_of_the_levels_above(cast, signed_in, standards, name, seen):
    page = text_of(signed_in(getattr(cast, name)).get(LIBRARY))

    assert {whose for whose in standards if f"Дело {whose}" in page} == seen


@pytest.mark.parametrize("name", ["elena", "pavel", "anton"])
def test_the_library_is_closed_to_roles_without_plans(cast, signed_in, name):
    client = signed_in(getattr(cast, name))

    assert client.get(LIBRARY).status_code == 403
    assert client.get(NEW).status_code == 403


@pytest.mark.parametrize(("whose", "status"), [("Севера", 200), ("региона", 404), ("Юга", 404),
                                               ("школы", 404)])  # fmt: skip
def test_only_ones_own_items_are_changed(cast, signed_in, standards, whose, status):
    client, row = signed_in(cast.oleg), standards[whose]

    assert client.get(url("standard", row.pk)).status_code == status
    answer = client.post(url("standard_delete", row.pk))
    assert answer.status_code == (302 if status == 200 else 404)
    assert StandardItem.objects.filter(pk=row.pk).exists() == (status == 404)


def test_services_refuse_what_is_not_theirs(cast, standards, draft):
    svetlana = viewer_of(cast.svetlana)

    for act in (
        lambda: library.add(cast.north, WORDS, by=svetlana),
        lambda: library.change(standards["Севера"], WORDS, by=svetlana),
        lambda: library.remove(standards["Севера"], by=svetlana),
        lambda: library.insert(draft, [standards["Юга"]], by=svetlana),
        lambda: library.fill(cast.north, by=svetlana),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert StandardItem.objects.count() == 4


# Kept and changed


def test_an_item_is_added_changed_and_removed(cast, signed_in):
    client = signed_in(cast.oleg)
    typed = {"title": "Разбор работ", "term_text": "до 1 октября", "bodies_text": "ОО"}

    client.post(NEW, typed)
    row = StandardItem.objects.get()
    client.post(url("standard", row.pk), typed | {"title": "Разбор итогов"})
    row.refresh_from_db()
    assert (row.owner, row.title, row.term_text) == (cast.north, "Разбор итогов", "до 1 октября")
    client.post(url("standard_delete", row.pk))

    assert not StandardItem.objects.exists()
    acts = list(Event.objects.order_by("pk").values_list("action", flat=True))
    assert acts == ["library.added", "library.changed", "library.removed"]


def test_the_same_words_are_kept_once(cast, signed_in):
    library.add(cast.north, WORDS, by=viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="уже есть"):
        library.add(cast.north, WORDS, by=viewer_of(cast.oleg))
    page = text_of(signed_in(cast.oleg).post(NEW, {"title": "РАЗБОР РАБОТ", "result": "Иначе"}))

    assert "уже есть" in page
    assert "Иначе" in page
    assert StandardItem.objects.count() == 1


def test_an_item_of_a_plan_that_is_read_is_kept(cast, signed_in):
    upper = ItemFactory(
        roadmap=RoadmapFactory(owner=cast.ministry), title="Совещание", bodies=["mouo", "school"]
    )
    client = signed_in(cast.oleg)

    answer = client.post(url("keep", upper.roadmap_id, upper.pk))

    row = StandardItem.objects.get()
    assert answer.status_code == 302
    assert (row.owner, row.title, row.bodies_text) == (cast.north, "Совещание", "mouo; school")
    assert client.post(url("keep", upper.roadmap_id, upper.pk)).status_code == 409


def test_an_item_that_is_not_seen_is_not_kept(cast, signed_in):
    foreign = ItemFactory(roadmap=RoadmapFactory(owner=cast.south))

    assert signed_in(cast.oleg).post(url("keep", foreign.roadmap_id, foreign.pk)).status_code == 404


# Looked for


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", {"a", "b"}), ("РАБОТ", {"a"}), ("протокол совет", {"b"}), ("%", set())],
)
def test_words_are_looked_for(cast, signed_in, asked, found):
    StandardItem.objects.create(owner=cast.north, title="a: разбор работ")
    StandardItem.objects.create(owner=cast.north, title="b: совет", result="протокол")

    page = text_of(signed_in(cast.oleg).get(LIBRARY, {"q": asked}))

    assert {one for one in "ab" if f"{one}: " in page} == found


def test_nonsense_in_the_address_is_not_asked_for(cast, signed_in, standards):
    page = text_of(signed_in(cast.oleg).get(LIBRARY, {"plan": "x", "page": "-1"}))

    assert "Дело Севера" in page
    assert "Взять отмеченные" not in page


# Taken into a draft


def test_chosen_items_stand_at_the_end_of_the_draft(cast, signed_in, draft):
    rows = [library.add(cast.north, WORDS, by=viewer_of(cast.oleg)),
            StandardItem.objects.create(owner=cast.ministry, title="Дело сверху")]  # fmt: skip
    client = signed_in(cast.oleg)

    page = text_of(client.get(LIBRARY, {"plan": draft.pk}))
    answer = client.post(url("library_take", draft.pk), {"standard": [row.pk for row in rows]})

    assert "Взять отмеченные в план" in page
    assert answer.headers["Location"] == url("edit", draft.pk)
    items = list(draft.items.all())
    assert [item.number for item in items] == ["2.9", "2.10", "2.11"]
    taken = next(item for item in items if item.title == "Разбор работ")
    assert (taken.term_text, taken.ends_on) == ("до 1 октября", datetime.date(2025, 10, 1))
    assert [one.body for one in taken.responsible.all()] == ["mouo", "school"]
    assert (taken.result, taken.evidence) == ("Темы названы", "протокол")
    draft.refresh_from_db()
    assert "no_deadline" in {doubt["code"] for doubt in draft.doubts}


def test_nothing_chosen_is_told(cast, signed_in, draft):
    answer = signed_in(cast.oleg).post(url("library_take", draft.pk), follow=True)

    assert "Отметьте пункты" in text_of(answer)
    assert draft.items.count() == 1


def test_what_is_not_seen_is_not_taken(cast, signed_in, draft, standards):
    chosen = {"standard": [standards["Юга"].pk]}

    answer = signed_in(cast.oleg).post(url("library_take", draft.pk), chosen)

    assert answer.status_code == 409
    assert draft.items.count() == 1


def test_nothing_is_taken_into_a_plan_in_force(cast, signed_in, standards):
    plan = RoadmapFactory(owner=cast.north)
    chosen = {"standard": [standards["Севера"].pk]}

    answer = signed_in(cast.oleg).post(url("library_take", plan.pk), chosen)

    assert answer.status_code == 409
    assert not plan.items.exists()


# The first items


def test_the_first_items_are_given_once(cast):
    count = library.fill(cast.ministry, by=None)

    assert count >= 12
    assert library.fill(cast.ministry, by=viewer_of(cast.vera)) == 0
    assert StandardItem.objects.filter(owner=cast.ministry).count() == count


@pytest.mark.parametrize("words", list(library.first_items()), ids=lambda words: words.title[:30])
def test_a_first_item_says_what_the_portal_understands(words):
    term = read_term(words.term_text, period=YEAR)

    assert all((words.title, words.result, words.evidence))
    assert term.kind != TermKind.UNKNOWN
    assert term.doubt is None
    assert are_bodies(words.bodies_text)
