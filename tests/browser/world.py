"""A small world made by services: twelve schools wrote a work, a plan is in force."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from django.conf import settings
from openpyxl import load_workbook

from organizations.models import Organization
from organizations.queries import viewer_of
from procedures.exchange import layout
from procedures.exchange.bulk_store import Part
from procedures.exchange.form import write_form
from procedures.exchange.results import MISSING, results_of
from procedures.models import Protocol, Work
from procedures.services import imports
from procedures.services.works import import_works
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Roadmap
from roadmaps.services import roadmaps
from rsoko.demo.place import Place, Scale
from rsoko.demo.places import schools_of
from rsoko.demo.population import results
from rsoko.demo.pupils import PupilArrays
from rsoko.demo.works import works
from tests.cast import Cast
from tests.factories.organizations import OrganizationFactory

SEED = 2026
LAKE = "edu420001"
SCHOOLS = [*(f"edu42000{n}" for n in range(1, 9)), *(f"edu42010{n}" for n in (1, 2, 4, 6))]
PLACES: dict[str, Place] = {place.code: place for place in schools_of(Scale.SMALL)}
RU4 = next(work for work in works(Scale.SMALL) if work.spec.code == "ru4-2026")
PLAN = Path(settings.BASE_DIR, "rsoko/demo/plans/ministry.txt")

# What `faulty_form` spoils: the first task has at most 2 points, and rows 6 and 7 share a code.
TOO_MANY_POINTS, REPEATED_CODE = "C5", "A7"


@dataclass(frozen=True)
class World:
    cast: Cast
    work: Work
    roadmap: Roadmap


def make_world(cast: Cast) -> World:
    """Everything computed already when tasks are done where they are asked for."""
    import_works([RU4.spec], by=None, held_on={RU4.spec.code: RU4.held_on})
    work = Work.objects.get(code=RU4.spec.code)
    parts = [
        Part(school.pk, work, results(PLACES[school.code], RU4.spec, SEED))
        for school in _schools(cast)
    ]
    imports.store(parts, name="выгрузка", by=None)
    by = viewer_of(cast.vera)
    read = read_plan(PLAN.read_bytes(), PLAN.name)
    draft = roadmaps.import_plan(cast.ministry, read, by=by)
    return World(cast, work, roadmaps.approve(draft, by=by))


def _schools(cast: Cast) -> list[Organization]:
    known = {row.code: row for row in (cast.lake_school, cast.wood_school, cast.hill_school)}
    above = {cast.north.code: cast.north, cast.south.code: cast.south}
    return [
        known.get(code)
        or OrganizationFactory(
            code=code, short_name=PLACES[code].short_name, parent=above[PLACES[code].parent or ""]
        )
        for code in SCHOOLS
    ]


def lower_form() -> bytes:
    """A sound form of Lake school in which every pupil has fewer points than were stored."""
    stored = results(PLACES[LAKE], RU4.spec, SEED)
    return _form(stored, np.where(stored.points > 0, stored.points // 2, stored.points))


def faulty_form() -> bytes:
    """Lake school's form with a point above the maximum and a code that stands there twice."""
    stored = results(PLACES[LAKE], RU4.spec, SEED)
    book = load_workbook(BytesIO(_form(stored, stored.points)))
    sheet = book[layout.PROTOCOL]
    sheet["B5"] = "1"
    sheet[TOO_MANY_POINTS] = "9"
    sheet[REPEATED_CODE] = sheet["A6"].value
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _form(pupils: PupilArrays, points: np.ndarray) -> bytes:
    read = results_of(
        RU4.spec,
        class_number=pupils.class_number,
        participant=pupils.participant,
        variant=pupils.variant,
        points=np.where(pupils.present[:, None], points, MISSING),
        journal_mark=pupils.journal_mark,
    )
    classes, codes = pupils.class_number.tolist(), pupils.participant.tolist()
    return write_form(RU4.spec, LAKE, classes, codes, read)


def hand_in_faulty(world: World) -> Protocol:
    """Lake school's newest protocol, in which the two faults were found."""
    school = world.cast.lake_school
    imports.take(school, world.work, content=faulty_form(), name="Форма.xlsx", by=None)
    return Protocol.objects.get(organization=school, state=Protocol.State.FAULTY)
