"""Draws: schools for works held under control, chosen by lot, kept for ever, published once."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Level, Organization
from organizations.services import audit, guard, notices
from organizations.services.notices import Wanted
from procedures import sampling
from procedures.holdings import TRAITS, frame_of
from procedures.models import Draw, DrawnSchool
from procedures.sampling import SamplingError, Unit

SEED_BITS = 62  # fits the database's bigint with its sign


@transaction.atomic
def draw(
    territory: Organization,
    *,
    title: str,
    year: int,
    size: int,
    traits: Sequence[str],
    by: Viewer,
    seed: int | None = None,
    reason: str = "",
) -> Draw:
    """Draw schools of the territory by lot; without a seed the portal takes one by chance.

    Every draw stays: a second one in the same year needs a reason and has its own number and line
    in the journal. Raises NotAllowed, or Conflict when the sample cannot be drawn.
    """
    guard.require(by, Permission.HOLDING_MANAGE, territory)
    if territory.level == Level.SCHOOL:
        raise NotAllowed("Школы для контроля выбирают муниципалитет и центр мониторинга.")
    Organization.objects.select_for_update().get(pk=territory.pk)
    number = Draw.objects.filter(organization=territory, year=year).count() + 1
    if number > 1 and not reason.strip():
        raise Conflict(
            f"В {year} году жеребьёвка уже была. Напишите, почему нужна ещё одна: "
            "прежняя останется на месте, причина попадёт в журнал."
        )
    ordered = [trait for trait in TRAITS if trait in traits]
    frame = frame_of(territory, year=year, traits=ordered, on=timezone.localdate())
    used = secrets.randbits(SEED_BITS) if seed is None else seed
    try:
        drawn = sampling.draw(frame, size, sampling.generator(used))
    except SamplingError as error:
        raise Conflict(str(error)) from error
    row = Draw.objects.create(
        organization=territory,
        title=title,
        year=year,
        number=number,
        size=size,
        traits=ordered,
        frame=[[unit.code, unit.stratum] for unit in frame],
        frame_sha256=sampling.frame_hash(frame),
        seed=used,
        algorithm=sampling.ALGORITHM,
        reason=reason.strip() if number > 1 else "",
        drawn_by_id=by.user_id,
    )
    _keep(row, drawn)
    audit.record(
        "draw.made", row, by=by, schools=size, frame=len(frame), seed=str(used),
        sha256=row.frame_sha256, reason=row.reason,
    )  # fmt: skip
    return row


def _keep(row: Draw, drawn: Sequence[sampling.Drawn]) -> None:
    codes = [one.code for one in drawn]
    schools = dict(Organization.objects.filter(code__in=codes).values_list("code", "pk"))
    DrawnSchool.objects.bulk_create(
        DrawnSchool(
            draw=row,
            organization_id=schools[one.code],
            stratum=one.stratum,
            place=one.place,
            is_reserve=one.is_reserve,
            probability=one.probability,
        )
        for one in drawn
    )


@transaction.atomic
def publish(row: Draw, *, by: Viewer) -> Draw:
    """Let the chosen schools and their municipalities see that they are chosen.

    Raises NotAllowed, or Conflict when it is published already.
    """
    guard.require(by, Permission.HOLDING_MANAGE, row.organization)
    locked = Draw.objects.select_for_update().get(pk=row.pk)
    if locked.published_at:
        raise Conflict("Список этой жеребьёвки уже опубликован.")
    locked.published_at = timezone.now()
    locked.save(update_fields=["published_at"])
    audit.record("draw.published", locked, by=by, schools=locked.size)
    _tell(locked)
    return locked


def _tell(row: Draw) -> None:
    """A notice to who holds works in each chosen school and in its municipality. Five queries."""
    chosen = row.schools.filter(is_reserve=False).select_related("organization__parent")
    schools = [one.organization for one in chosen]
    towns = {one.parent_id: one.parent for one in schools if one.parent_id != row.organization_id}
    notices.notify_many(
        Wanted(
            organization_id=place.pk,
            kind="holding.drawn",
            subject=f"{row.title}, {row.year}: список школ опубликован",
            text="Работы пройдут с контролем объективности. Выбор сделан жребием.",
            url=reverse("procedures:holding_draw", args=[row.pk]),
            key=f"holding.drawn:{row.pk}",
            permission=Permission.HOLDING_MANAGE,
        )
        for place in (*schools, *filter(None, towns.values()))
    )


def is_repeatable(row: Draw) -> bool:
    """Whether the kept frame and seed give the kept sample again. One query."""
    frame = [Unit(code, stratum) for code, stratum in row.frame]
    if row.algorithm != sampling.ALGORITHM or sampling.frame_hash(frame) != row.frame_sha256:
        return False
    again = sampling.draw(frame, row.size, sampling.generator(row.seed))
    kept = row.schools.values_list("organization__code", "stratum", "place", "is_reserve")
    return {(one.code, one.stratum, one.place, one.is_reserve) for one in again} == set(kept)
