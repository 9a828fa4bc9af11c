"""The September comparison with the journal: announced by the centre, schools asked for marks."""

import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Campaign
from monitoring.queries.campaign import SchoolStand, marks_of, stands
from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Organization
from organizations.services import audit, guard, notices
from organizations.templatetags.ru import day as day_words
from organizations.templatetags.ru import plural


@transaction.atomic
def announce(region: Organization, *, year: int, due_on: datetime.date, by: Viewer) -> Campaign:
    """Announce the comparison of a year's works and ask the schools that have no journal marks.

    Raises NotAllowed, or Conflict when the year has one, has no results, or the day is over.
    """
    _require(region, by)
    if due_on < timezone.localdate():
        raise Conflict(f"День {day_words(due_on)} уже прошёл: укажите сегодня или позже.")
    if not _stands(region, year):
        raise Conflict(f"Отметок за работы {year} года в портале ещё нет: сопоставлять нечего.")
    try:
        with transaction.atomic():
            row = Campaign.objects.create(
                organization=region, year=year, due_on=due_on, opened_by_id=by.user_id
            )
    except IntegrityError as error:
        raise Conflict(f"Сопоставление {year} года уже объявлено.") from error
    told = _ask(row)
    audit.record("campaign.announced", row, by=by, year=year, until=str(due_on), told=told)
    return row


@transaction.atomic
def remind(campaign: Campaign, *, by: Viewer) -> int:
    """Ask again the schools that still have works without journal marks; once a day.

    Gives how many people were told. Raises NotAllowed.
    """
    _require(campaign.organization, by)
    told = _ask(campaign)
    audit.record("campaign.reminded", campaign, by=by, told=told)
    return told


def _require(region: Organization, by: Viewer) -> None:
    guard.require(by, Permission.WORK_EDIT, region)
    if region.pk != by.territory_id:
        raise NotAllowed("Сопоставление объявляют по всему региону.")


def _stands(region: Organization, year: int) -> list[SchoolStand]:
    schools = Organization.objects.under(region).schools().select_related("parent")
    return stands(marks_of(year, schools), schools)


def _ask(campaign: Campaign) -> int:
    """A notice to each school with works whose pupils have no journal marks. Five queries."""
    url = f"{reverse('monitoring:campaign')}?year={campaign.year}"
    today = timezone.localdate()
    return notices.notify_many(
        notices.Wanted(
            one.school.pk,
            kind="campaign.asked",
            subject=(
                f"Внесите отметки по журналу: {one.missing} "
                f"{plural(one.missing, 'работа,работы,работ')}, до {day_words(campaign.due_on)}"
            ),
            url=url,
            key=f"campaign:{campaign.pk}:{today:%Y%m%d}",
            text="Загрузите протокол работы с заполненным столбцом «Отметка по журналу».",
            permission=Permission.RESULT_IMPORT,
        )
        for one in _stands(campaign.organization, campaign.year)
        if one.missing
    )
