"""How results came in: days of works, who was late, who took no part, who asks for more time."""

import datetime

from django.utils import timezone

from organizations.access import Role
from organizations.models import Membership, Organization
from procedures.completeness import Cell, Receipt, cells
from procedures.models import Exemption, Protocol, Reopening, Work
from procedures.services import deadlines
from rsoko.demo.deliver import OWED
from rsoko.demo.settle import acting_as, deputy_of
from rsoko.demo.works import YEAR

DUE_AFTER = datetime.timedelta(days=14)  # invented: two weeks after the day of the work
STILL_OPEN = datetime.timedelta(days=60)  # from the day of building: visitors hand works in too
PACES = 19  # schools are as quick as the remainder of their number by this
SLOWEST = datetime.timedelta(days=17)
LEFT_UNSAID = 9  # of so many that bring nothing, one says nothing about it either
DRAWN = "Другой предмет по жребию."
NOT_CHOSEN = "Параллели в школе нет или она не выбрана для этой работы."
WISH = "Класс был на карантине, бланки проверили только сейчас."


def bring_days() -> int:
    """Days of all works, the days on which protocols came, what is known of those that did not."""
    by = acting_as("centre")
    works = list(Work.objects.all())
    for work in works:
        if work.held_on is not None:
            deadlines.set_due(work, _due(work, work.held_on), by=by)
            _arrive(work, work.held_on)
    said = sum(_say_who_does_not(year) for year in sorted({work.year for work in works}))
    _ask()
    return said


def _due(work: Work, held_on: datetime.date) -> datetime.date:
    """This year's works are open still, but for the one that some schools owe."""
    if work.year == YEAR and work.code != OWED:
        return max(held_on, timezone.localdate()) + STILL_OPEN
    return held_on + DUE_AFTER


def _arrive(work: Work, held_on: datetime.date) -> None:
    """Protocols of a work come within two weeks, those of the slowest schools after its day."""
    noon = timezone.make_aware(datetime.datetime.combine(held_on, datetime.time(12)))
    schools = list(Organization.objects.schools().order_by("code").values_list("pk", flat=True))
    for pace in range(PACES):
        after = SLOWEST if pace == PACES - 1 else datetime.timedelta(days=1 + pace % 12)
        some = schools[(pace + work.pk) % PACES :: PACES]
        Protocol.objects.filter(work=work, organization__in=some).update(accepted_at=noon + after)


def _say_who_does_not(year: int) -> int:
    """Most of what is missing has its reason; the rest stays missing."""
    day = timezone.localdate()
    works = list(Work.objects.filter(year=year))
    owed = {work.pk for work in works if work.code == OWED}
    schools = Organization.objects.schools().working(day)
    found = [one for cell in cells(schools, works, day) for one in _exemptions(cell, owed)]
    Exemption.objects.bulk_create(found, batch_size=2000)
    return len(found)


def _exemptions(cell: Cell, owed: set[int]) -> list[Exemption]:
    if cell.work in owed or (cell.school + cell.work) % LEFT_UNSAID == 0:
        return []
    row = {"organization_id": cell.school, "work_id": cell.work}
    if cell.receipt is Receipt.PARTIAL:
        return [Exemption(**row, class_number=one, reason=DRAWN) for one in cell.missing]
    if cell.receipt in (Receipt.OVERDUE, Receipt.EXPECTED):
        return [Exemption(**row, reason=NOT_CHOSEN)]
    return []


def _ask() -> None:
    """One school of this year asks for its intake to be opened again."""
    day = timezone.localdate()
    works = list(Work.objects.filter(year=YEAR))
    deputies = Membership.objects.current().filter(role=Role.DEPUTY).values("organization")
    schools = Organization.objects.schools().working(day).filter(pk__in=deputies)
    for cell in cells(schools, works, day):
        if cell.receipt is Receipt.OVERDUE and not Reopening.objects.exists():
            school = Organization.objects.select_related("parent").get(pk=cell.school)
            work = Work.objects.get(pk=cell.work)
            deadlines.ask(school, work, reason=WISH, by=deputy_of(school))
