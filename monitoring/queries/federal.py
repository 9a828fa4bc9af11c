"""Reads of the standard reports: whose rows a report has, and what their cells add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from monitoring.models import Cell
from monitoring.queries.cells import shapes
from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.standard import participants
from organizations.access import Permission, Viewer
from organizations.models import Kind, Level, Organization
from procedures.models import Result, Work

SHOWN = (Kind.REGION, Kind.MUNICIPALITY, Kind.SCHOOL)


@dataclass(frozen=True)
class Unit:
    """One row of a report: an organization of the tree, or (with a number) a class of a school."""

    place: Organization
    class_number: int | None = None

    @property
    def is_school(self) -> bool:
        """Whether it is one school or less, which has no number of schools."""
        return self.place.level == Level.SCHOOL

    @property
    def name(self) -> str:
        return self.place.short_name if self.class_number is None else f"Класс {self.class_number}"

    @property
    def federal_name(self) -> str:
        """As ФИС ОКО writes it: the name with the login; of a region and a class, the name."""
        if self.class_number is not None or self.place.level == Level.REGION:
            return self.name
        return f"{self.name}({login(self.place)})"


def login(place: Organization) -> str:
    """The name under which ФИС ОКО knows an organization."""
    return place.fis_login or place.code


@dataclass(frozen=True, eq=False)
class RegionCells:
    """The cells of a region in one work: whose each is, shape (K,), and the arrays asked for."""

    school: IntArray
    parent: IntArray
    number: IntArray
    arrays: dict[str, IntArray]
    is_counted: bool

    def __len__(self) -> int:
        return len(self.school)

    def of(self, unit: Unit) -> BoolArray:
        """Which of the cells belong to the unit, shape (K,)."""
        if unit.place.level == Level.REGION:
            return np.ones(len(self), dtype=bool)
        if unit.place.level == Level.MUNICIPALITY:
            return np.asarray(self.parent == unit.place.pk)
        own = self.school == unit.place.pk
        is_whole = unit.class_number is None
        return np.asarray(own if is_whole else own & (self.number == unit.class_number))

    def classes(self, school: Organization) -> list[int]:
        return sorted(set(self.number[self.school == school.pk].tolist()))

    @property
    def present(self) -> set[int]:
        """The schools and municipalities that have cells."""
        return {*self.school.tolist(), *self.parent.tolist()}


@dataclass(frozen=True, eq=False)
class Sums:
    """What U units' cells add up to: schools that took part, pupils who wrote, and the arrays."""

    schools: IntArray
    pupils: IntArray
    arrays: dict[str, IntArray]

    def __getitem__(self, name: str) -> IntArray:
        return self.arrays[name]


def region_cells(work: Work, region: Organization, names: Iterable[str]) -> RegionCells:
    """The cells of the region in the work; `attendance` is always among the arrays. One query.

    Sums over other territories go out of here, never a name.
    """
    columns = tuple(dict.fromkeys(("attendance", *names)))
    inside = Q(organization__parent=region.pk) | Q(organization__parent__parent=region.pk)
    rows = Cell.objects.filter(inside, work=work).order_by()
    found = list(rows.values_list("organization", "organization__parent", "class_number", *columns))
    columns_found = list(zip(*found, strict=True)) or [()] * (3 + len(columns))
    owners, parts = columns_found[:3], columns_found[3:]
    shape = shapes(work.max_score, len(work.tasks))
    is_counted = all(all(part) for part in parts)
    arrays = {
        name: np.array(part if is_counted else [], dtype=np.int64).reshape(-1, *shape[name])
        for name, part in zip(columns, parts, strict=True)
    }
    school, parent, number = (np.array(own, dtype=np.int64) for own in owners)
    return RegionCells(school, parent, number, arrays, is_counted)


def sums_of(cells: RegionCells, units: Sequence[Unit]) -> Sums:
    """The cells of each unit added up; shapes (U, …) in the order of the units."""
    inside = [cells.of(unit) for unit in units]
    wrote = participants(cells.arrays["attendance"])
    took_part = [np.unique(cells.school[own & (wrote > 0)]).size for own in inside]
    arrays = {
        name: np.array([array[own].sum(axis=0) for own in inside]).reshape(-1, *array.shape[1:])
        for name, array in cells.arrays.items()
    }
    return Sums(np.array(took_part, dtype=np.int64), participants(arrays["attendance"]), arrays)


def ladder(place: Organization) -> list[Organization]:
    """The place and the nodes of the tree it lies in, the region first. One query."""
    around = Q(pk=place.pk) | Q(children=place.pk) | Q(children__children=place.pk)
    nodes = Organization.objects.filter(around).in_tree().select_related("parent")
    return list(nodes.distinct().order_by("level"))


def places(viewer: Viewer) -> QuerySet[Organization]:
    """The organizations whose reports the viewer may open."""
    return Organization.objects.open_to(viewer, Permission.RESULT_READ).filter(kind__in=SHOWN)


def below(viewer: Viewer, place: Organization) -> list[Organization]:
    """Those directly below the place, municipalities first, by name. One query."""
    rows = places(viewer).filter(parent=place.pk)
    return list(rows.order_by("level", "short_name", "pk"))


def with_results(viewer: Viewer, works: QuerySet[Work]) -> QuerySet[Work]:
    """The works in which the viewer's territory has cells."""
    own = Cell.objects.filter(work=OuterRef("pk"), organization__in=places(viewer).values("pk"))
    return works.filter(Exists(own))


def previous(work: Work) -> Work | None:
    """The same work a year before. One query."""
    same = Work.objects.filter(
        procedure=work.procedure_id, subject=work.subject, grade=work.grade, track=work.track
    )
    return same.filter(year=work.year - 1).select_related("procedure").first()


def pupils_of(viewer: Viewer, school: Organization, work: Work) -> QuerySet[Result]:
    """The rows of the pupils who wrote, by class and code."""
    rows = Result.objects.visible_to(viewer).filter(organization=school, work=work)
    return rows.exclude(score=None).order_by("class_number", "participant")
