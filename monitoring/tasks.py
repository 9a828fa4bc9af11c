"""Carries computations and nights to the worker and follows them up; no arithmetic here."""

from collections.abc import Collection
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from monitoring import reminders
from monitoring.computation import assess, compute
from monitoring.computation.sandbox import keep_trial, try_out
from monitoring.models import MethodSettings
from monitoring.queries.examined import years_concerned
from monitoring.queries.settings import current_settings, settings_of
from organizations.access import Viewer
from organizations.models import Kind, Organization, Run
from organizations.services import runs
from procedures.models import Result, Work

NIGHTLY_YEARS = 2  # this one and the one it is compared with


@shared_task(acks_late=True)
def compute_objectivity(run_id: int) -> None:
    """Compute a work's indicators and statistics; delivered twice, it works once."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        work = Work.objects.get(pk=run.parameters["work"])
        schools = run.parameters["schools"]
        computed = compute(
            work, progress=progress, schools=schools, run_id=run.pk, then=wish_assessment
        )
        progress.result["schools"] = computed.schools
        # Schools of a territory are nobody's business but their own region's.
        if left_out := computed.left_out.get(run.organization_id):
            progress.result["left_out"] = ", ".join(left_out)


@shared_task(acks_late=True)
def assess_objectivity(run_id: int) -> None:
    """Make signals of what a region's works gave; delivered twice, it works once."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        region, years = run.parameters["region"], run.parameters["years"]
        schools = run.parameters["schools"]
        assess(region, years, progress=progress, schools=schools, run_id=run.pk)


@shared_task(acks_late=True)
def try_settings(run_id: int) -> None:
    """Try a copy of the thresholds; delivered twice, it works once."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        row = MethodSettings.objects.get(pk=run.parameters["settings"])
        tried, now = row.thresholds, current_settings(row.organization_id)
        trial = try_out(row.organization_id, settings_of(tried), now, progress=progress)
        with transaction.atomic():
            progress.hold()
            # Published or thrown away meanwhile: what was tried then stays as it is.
            drafts = MethodSettings.objects.select_for_update().filter(published_at=None)
            if (draft := drafts.filter(pk=row.pk).first()) is not None:
                keep_trial(draft, tried, trial)


@shared_task(ignore_result=True)
def compute_nightly() -> None:
    """Have all works of the last years computed: what is right stays untouched."""
    recent = Work.objects.filter(year__gt=timezone.localdate().year - NIGHTLY_YEARS)
    for region in Organization.objects.filter(kind=Kind.REGION).order_by("pk"):
        own = Organization.objects.under(region).values("pk")
        results = Result.objects.filter(work=OuterRef("pk"), organization__in=own)
        for work in recent.filter(Exists(results)).order_by("pk"):
            wish_computation(work, place=region, by=None, schools=None)


@shared_task(ignore_result=True)
def remind() -> None:
    """Before the digest goes out: have each region's cases looked through."""
    runs.request_for_regions(
        remind_region.name,
        title="Напоминания о делах по сигналам",
        unit="уведомление,уведомления,уведомлений",
    )


@shared_task(acks_late=True)
def remind_region(run_id: int) -> None:
    """Look through one region's cases; delivered twice, nobody is told twice."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        progress.result["expired"] = reminders.expire(run.organization)
        progress.result["notices"] = reminders.remind(run.organization)


def wish_computation(
    work: Work, *, place: Organization, by: Viewer | None, schools: list[int] | None
) -> Run:
    """Note that a work is to be computed: where only these schools have changed, or wholly."""
    return runs.wish(
        compute_objectivity.name,
        key="work",
        subject=work,
        join=_all_schools,
        title=f"Показатели и статистики: {work}",
        organization=place,
        by=by,
        unit="школа,школы,школ",
        schools=schools,
    )


def wish_assessment(work: Work, regions: Collection[int], schools: Collection[int] | None) -> None:
    """Note that the years which rest on the work are to be assessed anew in these regions.

    Many works make one assessment: it waits in the queue behind the works that were wished for
    before, and takes in the years of those that end meanwhile.
    """
    for region in Organization.objects.filter(pk__in=regions).order_by("pk"):
        wish_years(region, years_concerned(work), schools)


def wish_years(
    region: Organization, years: Collection[int], schools: Collection[int] | None
) -> Run:
    """Note that these years of a region are to be assessed anew.

    `schools` are those whose own numbers have changed; None means all.
    """
    return runs.wish(
        assess_objectivity.name,
        key="region",
        subject=region,
        join=_all_of_both,
        title=f"Сигналы объективности: {region}",
        organization=region,
        by=None,
        unit="год,года,лет",
        years=sorted(years),
        schools=None if schools is None else sorted(schools),
    )


def _all_schools(waiting: dict[str, Any], wished: dict[str, Any]) -> dict[str, Any]:
    """One wish for the schools of both; None means all."""
    one, other = waiting["schools"], wished["schools"]
    both = None if one is None or other is None else sorted({*one, *other})
    return waiting | {"schools": both}


def _all_of_both(waiting: dict[str, Any], wished: dict[str, Any]) -> dict[str, Any]:
    years = sorted({*waiting["years"], *wished["years"]})
    return _all_schools(waiting, wished) | {"years": years}
