"""The demonstration region as a whole: its places and their history, at either scale."""

import itertools

from rsoko.demo.bodies import BODIES, ROOT
from rsoko.demo.municipalities import municipal_changes, municipalities
from rsoko.demo.place import Change, Place, PlaceKind, Scale
from rsoko.demo.schools import others, school_changes, schools

SMALL_MUNICIPALITIES = 3


def region(scale: Scale) -> tuple[Place, ...]:
    """All places, each after its parent; the small region is a part of the whole one."""
    towns = municipalities()
    if scale is Scale.SMALL:
        towns = towns[:SMALL_MUNICIPALITIES]
    parents = {ROOT.code, *(town.code for town in towns)}
    below = [place for place in itertools.chain(schools(), others()) if place.parent in parents]
    return (ROOT, *BODIES, *towns, *below)


def history(scale: Scale) -> tuple[Change, ...]:
    """What happened to the places of the scale."""
    codes = {place.code for place in region(scale)}
    changes = itertools.chain(municipal_changes(), school_changes())
    return tuple(change for change in changes if change.code in codes)


def schools_of(scale: Scale) -> tuple[Place, ...]:
    """The schools of the scale, the closed one included."""
    return tuple(place for place in region(scale) if place.kind is PlaceKind.SCHOOL)
