"""Signals to cases: each red or amber signal of a year asks its school once; no task, no page."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Case, Signal
from monitoring.queries.cases import OPEN, is_outgrown
from monitoring.queries.objectivity import strong_parts
from monitoring.signal_words import Works, sentences
from monitoring.working_days import working_day
from organizations.access import Permission
from organizations.models import Organization
from organizations.services import audit, notices
from organizations.services.notices import Wanted
from organizations.templatetags.ru import day
from procedures.models import Work


@transaction.atomic
def open_cases(region_id: int, year: int) -> int:
    """Open a case for each signal of the year that has none; gives how many are new.

    A case that is there keeps what its school was asked: done again, nothing is opened. Only a
    signal that is stronger than the one its school was cleared of asks anew, in a case that follows
    the earlier. About fourteen queries for any number of signals under two thousand.
    """
    region = held_region(region_id)
    known = Case.objects.current().filter(organization=OuterRef("organization"), year=year)
    signals = Signal.objects.filter(
        ~Exists(known) | is_outgrown(),
        organization__in=Organization.objects.under(region).values("pk"),
        year=year,
        tier__in=Signal.REMARKABLE,
    )
    fresh = list(signals.select_related("organization").order_by("organization__code"))
    if not fresh:
        return 0
    works, first = _works(year), _next_serial(region, year)
    cases = [case_of(one, region, first + n, works) for n, one in enumerate(fresh)]
    of_year = Case.objects.current().filter(region=region, year=year)
    earlier = dict(of_year.values_list("organization", "pk").order_by())
    for case in cases:
        case.follows_id = earlier.get(case.organization_id)
    Case.objects.bulk_create(cases)
    audit.record_all(
        audit.event(
            "case.reopened" if case.follows_id else "case.opened", case, by=None,
            state=str(case.get_tier_display()),
        )
        for case in cases
    )  # fmt: skip
    tell_schools(cases)
    _tell_the_centre(region, [case for case in cases if case.follows_id])
    return len(cases)


def _tell_the_centre(region: Organization, cases: Iterable[Case]) -> None:
    notices.notify_many(
        Wanted(
            organization_id=region.pk,
            kind="case.reopened",
            subject=f"Сигнал стал сильнее снятого, дело открыто снова: {case}",
            url=reverse("monitoring:case", args=[case.pk]),
            key=f"case.reopened:{case.pk}",
            permission=Permission.CASE_MANAGE,
        )
        for case in cases
    )


def tell_of_faded(region_id: int, year: int) -> int:
    """Tell the school and the centre, once a case, that the numbers no longer show the signal of
    a case that is open; gives how many notices are new. Four queries."""
    found = Signal.objects.filter(
        organization=OuterRef("organization"), year=year, tier__in=Signal.REMARKABLE
    )
    cases = Case.objects.current().filter(
        ~Exists(found), region=region_id, year=year, state__in=OPEN, tier__in=Signal.REMARKABLE
    )
    return notices.notify_many(
        Wanted(
            organization_id=place,
            kind="case.faded",
            subject=f"Последний расчёт сигнала не нашёл: {case}",
            text="Дело остаётся открытым, пока по нему не решат.",
            url=reverse("monitoring:case", args=[case.pk]),
            key=f"case.faded:{case.pk}",
            permission=permission,
        )
        for case in cases.select_related("organization")
        for place, permission in (
            (case.organization_id, Permission.CASE_ANSWER),
            (region_id, Permission.CASE_MANAGE),
        )
    )


def open_one(region: Organization, organization: Organization, year: int) -> Case:
    """One case by the signal of the year, or without one, in a region that is held; it is not yet
    in the journal, and nobody is told."""
    # A year without a signal has evidence too, of nothing: no words are made of it.
    rows = Signal.objects.filter(organization=organization, year=year, tier__in=Signal.REMARKABLE)
    wanted = rows.first() or Signal(organization=organization, year=year, tier=Signal.Tier.NONE)
    case = case_of(wanted, region, _next_serial(region, year), _works(year))
    case.save()
    return case


def held_region(region_id: int) -> Organization:
    """The region's row, held: numbers are given one at a time; no_key lets others refer to it."""
    return Organization.objects.select_for_update(no_key=True).get(pk=region_id)


def _next_serial(region: Organization, year: int) -> int:
    last = Case.objects.filter(region=region, year=year).aggregate(last=Max("serial"))["last"]
    return (last or 0) + 1


def _works(year: int) -> Works:
    rows = Work.objects.filter(year=year).values_list("code", "subject", "grade")
    return {code: (subject, grade) for code, subject, grade in rows}


def case_of(signal: Signal, region: Organization, serial: int, works: Works) -> Case:
    """The case of a signal as it stands now, not saved; what is no signal has said nothing.

    Attention may rest on no family by itself: then the strongest stands for all.
    """
    now = timezone.now()
    of_signal = signal.evidence if signal.tier in Signal.REMARKABLE else []
    evidence = strong_parts(signal) or of_signal[:1]
    return Case(
        organization=signal.organization,
        region=region,
        year=signal.year,
        serial=serial,
        tier=signal.tier,
        evidence=evidence,
        sentences=sentences(evidence, works, signal.year) if evidence else [],
        method_version=signal.method_version,
        inputs_hash=signal.inputs_hash,
        opened_at=now,
        due_on=working_day(timezone.localdate(now), settings.CASE_ANSWER_DAYS),
        expires_on=signal.expires_on,
    )


def tell_schools(cases: Iterable[Case]) -> None:
    notices.notify_many(
        Wanted(
            organization_id=case.organization_id,
            kind="case.opened",
            subject=f"Ответить на сигнал за {case.year} год до {day(case.due_on)}",
            text="Сигнал — не вывод: он показывает, где числа необычны. Напишите, как школа "
            "объясняет картину.",
            url=reverse("monitoring:case", args=[case.pk]),
            key=opened_key(case),
            permission=Permission.CASE_ANSWER,
        )
        for case in cases
    )


def opened_key(case: Case) -> str:
    return f"case.opened:{case.pk}"
