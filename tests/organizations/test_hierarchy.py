"""Changes of the tree, and the tree as it was."""

import datetime

import pytest

from organizations.access import Permission, Role
from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Kind, Level, Organization, Succession
from organizations.placement import fits_under, kinds_above, works_at
from organizations.queries import narrowed, territories, tree_as_of, viewer_of
from organizations.services import hierarchy
from tests.cast import JUNE

MAY, APRIL = datetime.date(2026, 5, 1), datetime.date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _summer(monkeypatch):
    """Today is the first of July 2026."""
    today = datetime.date(2026, 7, 1)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: today)


def names(day: datetime.date) -> set[str]:
    return {place.name for place in tree_as_of(Organization.objects.all(), day)}


def test_a_municipality_with_an_open_school_stays_open(cast):
    with pytest.raises(Conflict, match="открыта организация «Lake school»"):
        hierarchy.close(cast.north, on=JUNE, by=viewer_of(cast.vera))

    cast.north.refresh_from_db()
    assert cast.north.closed_on is None


def test_a_coordinator_closes_nothing_even_at_home(cast):
    with pytest.raises(NotAllowed, match="роль не даёт права"):
        hierarchy.close(cast.lake_school, on=JUNE, by=viewer_of(cast.oleg))


def test_the_ministry_closes_nothing_in_another_region(cast):
    with pytest.raises(NotAllowed, match="«Lake school» не относится"):
        hierarchy.close(cast.lake_school, on=JUNE, by=viewer_of(cast.rita))


def test_nothing_closes_before_it_opened(cast):
    cast.lake_school.opened_on = JUNE
    cast.lake_school.save(update_fields=["opened_on"])

    with pytest.raises(Conflict, match="раньше даты открытия"):
        hierarchy.close(cast.lake_school, on=MAY, by=viewer_of(cast.vera))


def test_a_closed_school_is_in_the_tree_until_its_last_day(cast):
    hierarchy.close(cast.lake_school, on=JUNE, by=viewer_of(cast.vera))

    assert "Lake school" in names(JUNE - datetime.timedelta(days=1))
    assert "Lake school" not in names(JUNE)


def test_a_renamed_school_keeps_its_old_name_in_the_old_tree(cast):
    hierarchy.change(
        cast.lake_school, since=MAY, short_name="Sea school", by=viewer_of(cast.vera), basis="№ 1"
    )

    assert "Lake school" in names(APRIL)
    assert "Sea school" in names(MAY)
    event = Event.objects.get(action="organization.changed")
    assert event.changes["before"] == {"short_name": "Lake school"}
    assert event.changes["after"] == {"short_name": "Sea school"}


def test_a_moved_school_stands_where_it_stood(cast):
    hierarchy.change(cast.lake_school, since=MAY, parent=cast.south, by=viewer_of(cast.vera))

    def parent_of_lake(day):
        places = tree_as_of(Organization.objects.filter(pk=cast.lake_school.pk), day)
        return places[0].parent_code

    assert [parent_of_lake(APRIL), parent_of_lake(MAY)] == ["reg42_m001", "reg42_m002"]


def test_a_change_before_a_written_one_is_refused(cast):
    hierarchy.change(cast.lake_school, since=MAY, short_name="A", by=viewer_of(cast.vera))

    with pytest.raises(Conflict, match="уже записано"):
        hierarchy.change(cast.lake_school, since=APRIL, short_name="B", by=viewer_of(cast.vera))


def test_a_change_on_the_day_of_opening_is_refused_in_words(cast):
    Organization.objects.filter(pk=cast.lake_school.pk).update(opened_on=MAY)

    with pytest.raises(Conflict, match="уже записано"):
        hierarchy.change(cast.lake_school, since=MAY, short_name="A", by=viewer_of(cast.vera))

    assert not cast.lake_school.states.exists()


def test_a_change_is_not_written_ahead_of_its_day(cast):
    with pytest.raises(Conflict, match="ещё не наступил"):
        hierarchy.change(
            cast.lake_school,
            since=datetime.date(2026, 9, 1),
            short_name="A",
            by=viewer_of(cast.vera),
        )


def test_a_school_does_not_stand_under_a_school(cast):
    with pytest.raises(Conflict, match="не тот уровень"):
        hierarchy.change(
            cast.lake_school, since=MAY, parent=cast.wood_school, by=viewer_of(cast.vera)
        )


def test_nothing_moves_under_another_region(cast):
    with pytest.raises(NotAllowed, match="«Other region» не относится"):
        hierarchy.change(cast.north, since=MAY, parent=cast.other_region, by=viewer_of(cast.vera))


def test_a_merged_school_closes_and_a_split_one_does_not(cast):
    by = viewer_of(cast.vera)
    hierarchy.succeed(
        cast.lake_school, cast.wood_school, kind=Succession.Kind.MERGED, on=JUNE, by=by
    )
    hierarchy.succeed(
        cast.hill_school, cast.wood_school, kind=Succession.Kind.SPLIT, on=JUNE, by=by
    )

    cast.lake_school.refresh_from_db()
    cast.hill_school.refresh_from_db()
    assert (cast.lake_school.closed_on, cast.hill_school.closed_on) == (JUNE, None)


def test_a_succession_is_written_once(cast):
    act = {"kind": Succession.Kind.SPLIT, "on": JUNE, "by": viewer_of(cast.vera)}
    hierarchy.succeed(cast.lake_school, cast.wood_school, **act)

    with pytest.raises(Conflict, match="уже записано"):
        hierarchy.succeed(cast.lake_school, cast.wood_school, **act)


def test_the_counts_of_a_municipality_are_of_its_own_schools(cast):
    hierarchy.close(cast.wood_school, on=JUNE, by=viewer_of(cast.vera))
    rows = Organization.objects.all()
    working = tree_as_of(rows, datetime.date(2026, 7, 1))
    closed = [p for p in tree_as_of(rows, MAY) if p.organization.closed_on]

    north, south = territories(working, closed)

    assert (north.place.name, north.schools, north.closed) == ("North", 1, 1)
    assert (south.place.name, south.schools, south.closed) == ("South", 1, 0)


def test_words_are_looked_for_in_the_names_of_the_day(cast):
    hierarchy.change(cast.lake_school, since=MAY, short_name="Sea", by=viewer_of(cast.vera))

    def found(day, words):
        places = tree_as_of(Organization.objects.schools(), day)
        return [place.name for place in narrowed(places, words=words)]

    assert found(APRIL, "lake SCHOOL") == ["Lake school"]
    assert found(MAY, "sea") == ["Sea"]
    assert found(MAY, "edu420001") == ["Sea"]
    assert found(MAY, "edu420001 hill") == []


def test_no_kind_stands_under_a_body_or_under_its_own_level(db):
    for kind in Kind:
        for above in kinds_above(kind):
            assert above in {Kind.REGION, Kind.MUNICIPALITY} or kind == Kind.PUBLIC_BODY
    assert not fits_under(Kind.REGION, Kind.REGION)
    assert not fits_under(Kind.MUNICIPALITY, Kind.MUNICIPALITY)
    assert not fits_under(Kind.SCHOOL, Kind.MINISTRY)
    assert not fits_under(Kind.MOUO, Kind.REGION)


def test_who_accepts_papers_never_works_at_a_school():
    from organizations.access import GRANTS

    accepting = [role for role in Role if Permission.DOCUMENT_ACCEPT in GRANTS[role]]
    assert accepting
    assert not any(works_at(role, Level.SCHOOL) for role in accepting)
