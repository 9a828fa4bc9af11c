"""A plan by territories: where each item stands in each of them, as a table and as a comb."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from organizations.access import Viewer
from organizations.models import Level, Organization
from roadmaps.cascade import spans
from roadmaps.models import Execution, Item, Omission, Roadmap
from roadmaps.queries.adopted import ADOPTING
from roadmaps.queries.comparison import plans_below
from roadmaps.queries.lines import Counts, Line, lines
from roadmaps.queries.standing import MOST_PRESSING, WORDS, Standing, together

# What somebody has to act on: such cells lead further.
OPEN = frozenset({Standing.LATE, Standing.RETURNED, Standing.DONE})
MANY = 2  # items in trouble at once
WIDTH = 204  # of a comb, as static/css/figures.css draws it
WIDEST = 6.0  # from tick to tick


@dataclass(frozen=True)
class Place:
    """A column: a territory with the plan it has made of this one; without a territory, what the
    plan's own level carries out itself."""

    pk: int | None
    name: str
    plan: Roadmap | None = None


@dataclass(frozen=True)
class Cell:
    """One item in one place. `omission` is the place's reason for leaving the item out."""

    item: int
    place: int | None
    counts: Counts
    standing: Standing
    omission: Omission | None = None

    @property
    def key(self) -> str:
        return f"{self.item}-{'' if self.place is None else self.place}"

    @property
    def is_open(self) -> bool:
        """Whether there is something to read or to act on behind it."""
        return self.standing in OPEN or self.omission is not None

    @property
    def is_blank(self) -> bool:
        return self.standing is Standing.ELSEWHERE

    @property
    def word(self) -> str:
        return WORDS[self.standing]


@dataclass(frozen=True)
class Row:
    """An item with its cells in the order of the columns."""

    line: Line
    cells: Sequence[Cell]

    @property
    def accepted(self) -> int:
        return sum(cell.standing is Standing.ACCEPTED for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """Items by places, all of the viewer's territory."""

    places: Sequence[Place]
    rows: Sequence[Row]

    @cached_property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells]

    def find(self, item: int, place: int | None) -> Cell | None:
        return next((one for one in self.cells if (one.item, one.place) == (item, place)), None)

    def only(self, keys: Collection[str]) -> "Matrix":
        """The rows and columns that hold one of these cells."""
        kept = {cell.place for cell in self.cells if cell.key in keys}
        rows = [
            Row(row.line, [cell for cell in row.cells if cell.place in kept])
            for row in self.rows
            if any(cell.key in keys for cell in row.cells)
        ]
        return Matrix([place for place in self.places if place.pk in kept], rows)


def matrix(roadmap: Roadmap, viewer: Viewer, *, day: datetime.date) -> Matrix:
    """A plan in force by the places next below its owner, or below the viewer. Seven queries."""
    told = lines(roadmap, viewer, day=day)
    plans = plans_below(roadmap, viewer)
    places = [
        Place(one.pk, one.short_name, plans.get(one.pk))
        for one in places_of(roadmap, viewer, day=day)
    ]
    if any(line.places.get(None) for line in told):
        places = [Place(None, _own_name(roadmap, viewer)), *places]
    omitted = _omitted(plans, told, viewer)
    rows = [Row(line, [_cell(line, place.pk, omitted) for place in places]) for line in told]
    return Matrix(places, rows)


def places_of(roadmap: Roadmap, viewer: Viewer, *, day: datetime.date) -> list[Organization]:
    """The working territories or schools by which a plan is told, by name. One query."""
    node = viewer.territory_id
    if roadmap.owner.level > viewer.level:
        node = roadmap.owner.territory_id
    below = Organization.objects.visible_to(viewer).in_tree().working(day)
    within = Q(pk=node) if viewer.level == Level.SCHOOL else Q(parent=node, kind__in=ADOPTING)
    return list(below.filter(within).order_by("short_name", "pk"))


def _own_name(roadmap: Roadmap, viewer: Viewer) -> str:
    level = max(roadmap.owner.level, viewer.level)
    return "Органы региона" if level == Level.REGION else "Сам муниципалитет"


def _omitted(
    plans: Mapping[int, Roadmap], told: Sequence[Line], viewer: Viewer
) -> dict[tuple[int, int], Omission]:
    """(item, place) → why the place has left the item out of its plan in force. One query."""
    in_force = {
        plan.pk: place for place, plan in plans.items() if plan.status != Roadmap.Status.DRAFT
    }
    rows = Omission.objects.visible_to(viewer).filter(
        roadmap__in=in_force, item__in=[line.item.pk for line in told]
    )
    return {(one.item_id, in_force[one.roadmap_id]): one for one in rows}


def _cell(line: Line, place: int | None, omitted: Mapping[tuple[int, int], Omission]) -> Cell:
    counts = line.places.get(place) or Counter()
    omission = omitted.get((line.item.pk, place)) if place is not None else None
    standing = together(counts)
    if omission is not None and standing is Standing.ELSEWHERE:
        standing = Standing.NOT_APPLICABLE
    return Cell(line.item.pk, place, counts, standing, omission)


def answers_of(item: Item, place: int, viewer: Viewer) -> list[Execution]:
    """What the place itself, not those below it, has to do and reported on an item, here or in
    plans taken from this one. One query."""
    roads = Q(item=item) | Q(item__links__upper=item) | Q(item__links__upper__links__upper=item)
    rows = Execution.objects.visible_to(viewer).filter(roads, organization=place, is_carried=False)
    people = ("item__roadmap__order", "sent_by", "decided_by")
    return list(rows.select_related(*people).order_by("pk").distinct())


@dataclass(frozen=True)
class Trouble:
    """A place where several items are late or returned at once: their numbers, «2–4, 7»."""

    place: Place
    late: str
    returned: str
    waiting: str


def troubles(matrix: Matrix) -> list[Trouble]:
    """The places where help may be needed, by name."""
    found = []
    for column, place in enumerate(matrix.places):
        numbers: dict[Standing, list[str]] = defaultdict(list)
        for row in matrix.rows:
            numbers[row.cells[column].standing].append(row.line.item.number)
        late, returned = numbers[Standing.LATE], numbers[Standing.RETURNED]
        if len(late) + len(returned) >= MANY and place.pk is not None:
            waiting = spans(numbers[Standing.DONE])
            found.append(Trouble(place, spans(late), spans(returned), waiting))
    return found


# The comb: one line of the matrix


@dataclass(frozen=True)
class Tick:
    """A place's tick: where it stands in the drawing, and its form."""

    x: str
    inside: str
    width: str
    core: str
    standing: Standing


@dataclass(frozen=True)
class Comb:
    """The places of one line as ticks, always in the same order, and the same in words."""

    ticks: Sequence[Tick]
    words: str


def comb(line: Line, places: Iterable[Organization]) -> Comb:
    """A line as a comb of these places, those it does not concern left blank."""
    standings = [together(line.places.get(place.pk) or Counter()) for place in places]
    step = min(WIDEST, WIDTH / max(len(standings), 1))
    width = step * 2 / 3
    ticks = [
        Tick(
            x=_figure(number * step),
            inside=_figure(number * step + width * 0.3),
            width=_figure(width),
            core=_figure(width * 0.4),
            standing=standing,
        )
        for number, standing in enumerate(standings)
        if standing is not Standing.ELSEWHERE
    ]
    counts = Counter(tick.standing for tick in ticks)
    return Comb(ticks, in_words(counts))


def in_words(counts: Counts) -> str:
    """«приняты 11, просрочены 9»: what is done first, then what presses most."""
    order = [Standing.ACCEPTED, *(one for one in MOST_PRESSING if one is not Standing.ACCEPTED)]
    return ", ".join(f"{WORDS[one]} {counts[one]}" for one in order if counts[one])


def _figure(x: float) -> str:
    return f"{x:.1f}"
