"""Marking anew: works drawn by lot from a seed that is kept, their new points entered once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Case, Recheck, RecheckedWork
from monitoring.rechecks import found
from monitoring.services.cases import checked, held, is_overdue
from monitoring.stats.disclosure import publishable
from monitoring.stats.recheck import drawn_size
from monitoring.working_days import working_day
from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.services import audit, notices
from procedures import sampling
from procedures.models import Result, Work
from procedures.sampling import Unit
from procedures.services.draws import SEED_BITS

_MANAGE: Final = Permission.CASE_MANAGE
ONE_STRATUM = "все"  # every work is equally likely: the intervals rest on it
S = Case.State


@dataclass(frozen=True)
class Marked:
    """A work as it was marked anew: its score, and its points where they were told by task."""

    score: int
    points: list[int] | None = None


@transaction.atomic
def order(
    case: Case,
    *,
    work: Work,
    class_number: int | None = None,
    size: int | None = None,
    by: Viewer,
    seed: int | None = None,
) -> Recheck:
    """Draw works of the school to be marked anew; without a size as many as the rule says.

    Raises NotAllowed, or Conflict before the school's answer or its term, when the school has no
    such works, or too few.
    """
    case = held(case, by, _MANAGE, [S.AWAITING, S.ANSWERED])
    if case.state == S.AWAITING and not is_overdue(case):
        raise Conflict("Школа ещё отвечает: перепроверку назначают после ответа или срока.")
    rows = _written(case, work, class_number)
    if not rows:
        raise Conflict("Таких работ у школы нет: выбирать не из чего.")
    size = size or drawn_size(len(rows))
    if size > len(rows):
        raise Conflict(f"Работ всего {len(rows)}, а перепроверить просят {size}.")
    recheck = _draw(case, work, class_number, rows, size, by, seed)
    case.state = S.RECHECKING
    case.due_on = working_day(timezone.localdate(), settings.CASE_RECHECK_DAYS)
    case.save(update_fields=["state", "due_on"])
    # The journal is read above the school: few works are not told there in numbers.
    numbers = {"works": size, "frame": len(rows)} if publishable(len(rows)) else {}
    audit.record(
        "case.recheck_ordered", case, by=by, work=str(work), **numbers,
        seed=str(recheck.seed), sha256=recheck.frame_sha256,
    )  # fmt: skip
    _tell(case, size)
    return recheck


def _written(case: Case, work: Work, class_number: int | None) -> dict[int, Result]:
    """The school's works that have a score, by the code of the participant."""
    rows = Result.objects.filter(
        organization=case.organization_id, work=work, score__isnull=False
    ).order_by("participant")
    if class_number is not None:
        rows = rows.filter(class_number=class_number)
    return {row.participant: row for row in rows}


def _draw(
    case: Case,
    work: Work,
    class_number: int | None,
    rows: Mapping[int, Result],
    size: int,
    by: Viewer,
    seed: int | None,
) -> Recheck:
    used = secrets.randbits(SEED_BITS) if seed is None else seed
    frame = frame_of(rows)
    recheck = Recheck.objects.create(
        case=case,
        work=work,
        class_number=class_number,
        frame=sorted(rows),
        frame_sha256=sampling.frame_hash(frame),
        seed=used,
        algorithm=sampling.ALGORITHM,
        ordered_by_id=by.user_id,
    )
    RecheckedWork.objects.bulk_create(
        RecheckedWork(
            recheck=recheck, place=place, participant=code, class_number=rows[code].class_number,
            points=rows[code].points, score=rows[code].score or 0,
        )
        for place, code in enumerate(drawn(frame, size, used), start=1)
    )  # fmt: skip
    return recheck


def frame_of(codes: Mapping[int, object] | list[int]) -> list[Unit]:
    return [Unit(str(code), ONE_STRATUM) for code in sorted(codes)]


def drawn(frame: list[Unit], size: int, seed: int) -> list[int]:
    """The codes the lot falls on, in the order of the draw."""
    lot = sampling.draw(frame, size, sampling.generator(seed))
    return [int(one.code) for one in lot if not one.is_reserve]


def is_repeatable(recheck: Recheck) -> bool:
    """Whether the kept frame and seed give the kept works again. One query."""
    frame = frame_of(recheck.frame)
    if (
        recheck.algorithm != sampling.ALGORITHM
        or sampling.frame_hash(frame) != recheck.frame_sha256
    ):
        return False
    kept = list(recheck.works.values_list("participant", flat=True))
    return drawn(frame, len(kept), recheck.seed) == kept


@transaction.atomic
def enter(
    recheck: Recheck, *, marked: Mapping[int, Marked], checked_by: str, by: Viewer
) -> Recheck:
    """Enter the protocol of marking anew: the new result of every drawn work, by its code.

    Entered again before a decision, it is corrected. Raises NotAllowed, or Conflict when works
    are missing, a score is impossible, or nobody is named by post.
    """
    case = held(recheck.case, by, _MANAGE, [S.RECHECKING])
    said = checked(checked_by, "Напишите, кто перепроверил: должности и число экспертов.")
    works = list(recheck.works.select_for_update())
    if missing := [str(row.participant) for row in works if row.participant not in marked]:
        raise Conflict(f"Нет итогов по работам: {', '.join(missing)}.")
    for row in works:
        _mark(row, marked[row.participant], recheck.work)
    RecheckedWork.objects.bulk_update(works, ["new_score", "new_points"])
    recheck.checked_by, recheck.done_at, recheck.done_by_id = said, timezone.now(), by.user_id
    recheck.save(update_fields=["checked_by", "done_at", "done_by"])
    case.due_on = working_day(timezone.localdate(), settings.CASE_DECISION_DAYS)
    case.save(update_fields=["due_on"])
    result = found(Recheck.objects.prefetch_related("works").get(pk=recheck.pk))
    audit.record(
        "case.rechecked", case, by=by, works=len(works), unchanged_works=result.unchanged
        if result else 0, checked_by=said,
    )  # fmt: skip
    return recheck


def _mark(row: RecheckedWork, new: Marked, work: Work) -> None:
    if new.points is not None and (
        len(new.points) != len(work.max_points)
        or any(
            not -2 <= one <= most for one, most in zip(new.points, work.max_points, strict=False)
        )
        or sum(one for one in new.points if one > 0) != new.score
    ):
        raise Conflict(f"Работа {row.participant}: баллы по заданиям не сходятся с заданиями.")
    if not 0 <= new.score <= work.max_score:
        raise Conflict(f"Работа {row.participant}: балл от 0 до {work.max_score}.")
    row.new_score, row.new_points = new.score, new.points


def _tell(case: Case, size: int) -> None:
    notices.notify(
        case.organization,
        kind="case.rechecking",
        subject=f"Назначена перепроверка работ: {case}",
        text=f"Система выбрала случайно работ: {size}. Подготовьте их по кодам участников.",
        url=reverse("monitoring:case", args=[case.pk]),
        key=f"case.rechecking:{case.pk}",
        permission=Permission.CASE_ANSWER,
    )
