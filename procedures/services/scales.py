"""Acts on a work's scales and tasks: a new version with its effect told first; levels, skills."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Case, Count, Q, SmallIntegerField, Value, When

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.services import audit
from procedures.exchange.works import LEVEL_SIGNS
from procedures.models import Conversion, Result, Scale, Work
from procedures.scales import Borders, PointScale
from procedures.services.works import marked_by_scale, new_scale


@dataclass(frozen=True)
class Effect:
    """What a new scale would do: results that get a mark by it, and those whose mark differs.

    `moves` are pairs of marks, before and after, with how many pupils go that way; the mark before
    is None for those who had none.
    """

    marked: int
    moves: dict[tuple[int | None, int], int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(self.moves.values())


def effect_of(work: Work, borders: Borders) -> Effect:
    """How many marks of stored results these borders would change. One query, nothing written."""
    anew = Case(
        When(score__gte=borders.five, then=Value(5)),
        When(score__gte=borders.four, then=Value(4)),
        When(score__gte=borders.three, then=Value(3)),
        default=Value(2),
        output_field=SmallIntegerField(),
    )
    results = Result.objects.filter(
        protocol__in=marked_by_scale(work).values("pk"), score__isnull=False
    )
    rows = results.order_by().values("mark", anew=anew).annotate(pupils=Count("pk"))
    counted = {(row["mark"], row["anew"]): row["pupils"] for row in rows}
    moves = {
        pair: pupils for pair, pupils in sorted(counted.items(), key=_order) if pair[0] != pair[1]
    }
    return Effect(sum(counted.values()), moves)


def _order(item: tuple[tuple[int | None, int], int]) -> tuple[int, int]:
    (before, after), _ = item
    return before or 0, after


@transaction.atomic
def rescale(work: Work, borders: Borders, *, source: str, by: Viewer) -> Scale:
    """Give a work the next version of its scale and its results their marks by it.

    Raises NotAllowed, or Conflict for borders that cannot be reached or are those in force.
    """
    work = _held(work, by)
    try:
        borders.within(work.max_score)
    except ValueError as error:
        raise Conflict(f"Шкала не записана: {error}") from None
    scale = new_scale(work, borders, source)
    if scale is None:
        raise Conflict("Эта шкала уже действует: границы те же.")
    audit.record(
        "work.rescaled", work, by=by, organization=by.organization_id, version=scale.version,
        basis=source,
    )  # fmt: skip
    return scale


@transaction.atomic
def convert(work: Work, scale: PointScale, *, source: str, by: Viewer) -> Conversion:
    """Give a work the next version of its table of test points.

    Raises NotAllowed, or Conflict for a table of another length or the one in force.
    """
    work = _held(work, by)
    if len(scale.points) != work.max_score + 1:
        raise Conflict(
            f"Нужен тестовый балл каждому первичному от 0 до {work.max_score}: всего "
            f"{work.max_score + 1}, а здесь {len(scale.points)}."
        )
    newest = work.conversions.order_by("-version").first()
    if newest and (newest.points, newest.threshold) == (list(scale.points), scale.threshold):
        raise Conflict("Эта таблица уже действует: баллы и порог те же.")
    conversion = Conversion.objects.create(
        work=work,
        version=newest.version + 1 if newest else 1,
        points=list(scale.points),
        threshold=scale.threshold,
        source=source,
    )
    audit.record(
        "work.converted", work, by=by, organization=by.organization_id,
        version=conversion.version, basis=source,
    )  # fmt: skip
    return conversion


@transaction.atomic
def describe(work: Work, *, levels: Sequence[str], skills: Sequence[str], by: Viewer) -> Work:
    """Say of each task its level and what it checks; all empty stands for nothing known.

    Raises NotAllowed, or Conflict when there is not one of each for every task.
    """
    work = _held(work, by)
    if len(levels) != len(work.tasks) or len(skills) != len(work.tasks):
        raise Conflict(f"Нужны уровень и умение каждого из {len(work.tasks)} заданий.")
    if unknown := [level for level in levels if level not in LEVEL_SIGNS.values()]:
        raise Conflict(f"Уровень задания — Б, П или В, а здесь «{unknown[0]}».")
    work.levels = list(levels) if any(levels) else []
    work.skills = list(skills) if any(skills) else []
    work.save(update_fields=["levels", "skills"])
    audit.record("work.described", work, by=by, organization=by.organization_id)
    return work


@dataclass(frozen=True)
class Passed:
    """How many pupils of a territory reached the passing test point."""

    pupils: int
    passed: int


def passed(work: Work, conversion: Conversion, viewer: Viewer) -> Passed:
    """Of the results the viewer sees: those written, and those at the threshold. One query."""
    scale = PointScale(tuple(conversion.points), conversion.threshold)
    written = Result.objects.visible_to(viewer).filter(work=work, score__isnull=False)
    counted = written.aggregate(
        pupils=Count("pk"), passed=Count("pk", filter=Q(score__gte=scale.least))
    )
    return Passed(counted["pupils"], counted["passed"])


def _held(work: Work, by: Viewer) -> Work:
    """The work, kept from other changes until the end. Raises NotAllowed."""
    if not by.may(Permission.WORK_EDIT):
        raise NotAllowed("Работы и шкалы ведёт оператор центра мониторинга.")
    return Work.objects.select_for_update().get(pk=work.pk)
