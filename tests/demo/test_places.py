"""The demonstration region: its places, codes and history."""

import pytest

from rsoko.demo.bodies import BODIES
from rsoko.demo.place import ChangeKind, PlaceKind, Scale
from rsoko.demo.places import history, region, schools_of
from rsoko.demo.works import HELD_FROM, YEAR

TODAY = HELD_FROM[YEAR]
SIZES = {Scale.SMALL: (3, 24), Scale.REGION: (34, 650)}


@pytest.mark.parametrize("scale", Scale)
def test_a_scale_has_its_municipalities_and_open_schools(scale):
    municipalities, schools = SIZES[scale]

    kinds = [place.kind for place in region(scale)]

    assert kinds.count(PlaceKind.MUNICIPALITY) == municipalities
    assert sum(school.is_open(TODAY) for school in schools_of(scale)) == schools


def test_the_small_region_is_a_part_of_the_whole_one():
    assert set(region(Scale.SMALL)) < set(region(Scale.REGION))


@pytest.mark.parametrize("scale", Scale)
def test_codes_are_unique_and_each_place_follows_its_parent(scale):
    seen: set[str | None] = {None}
    for place in region(scale):
        assert place.code not in seen
        assert place.parent in seen
        seen.add(place.code)


def test_no_two_places_have_one_name():
    """Six adjectives belong to a city and to a district: the status must tell them apart."""
    names = [place.name for place in region(Scale.REGION)]

    assert len(set(names)) == len(names)


def test_a_school_code_carries_the_number_of_its_municipality():
    for school in schools_of(Scale.REGION):
        assert int(school.code[5:7]) + 1 == int(school.parent[-3:])


def test_the_bodies_are_those_the_plans_may_name():
    codes = [body.code for body in BODIES]

    assert codes == ["ministry", "kcmko", "kripkipro", "krirpo", "ocpprik", "kcdo", "sirius"]
    assert all(body.functions for body in BODIES)


def test_oktmo_codes_are_distinct_and_fit_the_status():
    """In ОКТМО the third digit is 7 for a городской and 5 for a муниципальный округ."""
    known = [p for p in region(Scale.REGION) if p.kind is PlaceKind.MUNICIPALITY and p.oktmo]

    assert len({place.oktmo for place in known}) == len(known) == 29
    for place in known:
        assert place.oktmo.startswith("325" if place.rural else "327")
        assert len(place.oktmo) == 8


def test_authorities_are_named_in_the_genitive():
    town = next(place for place in region(Scale.SMALL) if place.code == "reg42_m001")

    assert town.authority == (
        "Управление образования администрации Анжеро-Судженского городского округа"
    )


def test_all_18_districts_changed_their_status_and_one_day_is_known():
    changes = [c for c in history(Scale.REGION) if c.kind is ChangeKind.STATUS]

    assert len(changes) == 18
    assert [(c.name, str(c.on)) for c in changes if c.on] == [
        ("Таштагольский муниципальный округ", "2025-04-23")
    ]


def test_what_no_act_confirms_has_no_day_and_changes_no_place():
    places = {place.code: place for place in region(Scale.REGION)}
    traces = [c for c in history(Scale.REGION) if c.kind is ChangeKind.UNCONFIRMED]

    assert len(traces) == 4
    for trace in traces:
        assert trace.on is None
        assert trace.oktmo != places[trace.code].oktmo
        assert "не подтверждено" in trace.basis


@pytest.mark.parametrize("scale", Scale)
def test_one_school_was_merged_and_one_renamed(scale):
    places = {place.code: place for place in region(scale)}
    changes = {c.kind: c for c in history(scale) if c.code.startswith("edu")}

    merged, renamed = changes[ChangeKind.MERGED], changes[ChangeKind.RENAMED]

    assert places[merged.code].closed_on == merged.on
    assert places[merged.into].is_open(TODAY)
    assert places[merged.into].parent == places[merged.code].parent
    assert renamed.former_name != renamed.name == places[renamed.code].name


def test_invented_sites_cannot_be_somebody_elses():
    """RFC 2606 reserves the domain `.example`."""
    sites = [place.site for place in region(Scale.REGION) if place.site]

    assert len(set(sites)) == len(sites) > 650
    assert all(site.endswith(".example/") for site in sites)
