"""A night of reminders: works whose day comes or is over, to schools and in one line above them.

A notice's key names the work's day and the night: a night done twice, or killed and done again,
leaves the same notices.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission
from organizations.models import Organization
from organizations.services import notices
from organizations.services.notices import Wanted
from organizations.templatetags.ru import day_short, plural
from procedures.completeness import RECEIVED, Cell, Receipt, cells
from procedures.models import Work

SETTLED = (*RECEIVED, Receipt.EXEMPT)
DAYS = "день,дня,дней"
SCHOOLS = "школа,школы,школ"


def remind(region: Organization, *, day: datetime.date | None = None) -> int:
    """Tell a region's schools and coordinators what is still to be handed in; gives how many
    notices are new.

    Nine queries for any number of schools under two thousand notices.
    """
    day = day or timezone.localdate()
    works = _works(day)
    if not works:
        return 0
    schools = Organization.objects.under(region).schools().working(day)
    above = dict(schools.values_list("pk", "parent"))
    by_pk = {work.pk: work for work in works}
    # The other works of the year tell which classes a school has.
    of_years = list(Work.objects.filter(year__in={work.year for work in works}))
    found = [cell for cell in cells(schools, of_years, day) if cell.work in by_pk]
    waiting = [cell for cell in found if cell.receipt not in SETTLED]
    told = notices.notify_many(_to_school(cell, by_pk[cell.work], day) for cell in waiting)
    return told + notices.notify_many(_to_those_above(waiting, above, by_pk, day))


def _works(day: datetime.date) -> list[Work]:
    """The works whose day stands as far ahead as is reminded of, or was over last night."""
    days = [day + datetime.timedelta(days=ahead) for ahead in settings.INTAKE_REMIND_DAYS]
    days.append(day - datetime.timedelta(days=1))
    return list(Work.objects.filter(due_on__in=days).order_by("due_on", "grade", "subject"))


def _occasion(work: Work, day: datetime.date) -> str:
    """«до 20 мая 3 дня» or «срок прошёл 20 мая»."""
    due_on = work.due_on or day
    left = (due_on - day).days
    if left < 0:
        return f"срок прошёл {day_short(due_on)}"
    return f"до {day_short(due_on)} {left} {plural(left, DAYS)}"


def _kind(work: Work, day: datetime.date) -> str:
    is_over = work.due_on is not None and work.due_on < day
    return "protocol.overdue" if is_over else "protocol.due"


def _to_school(cell: Cell, work: Work, day: datetime.date) -> Wanted:
    lacks = {
        Receipt.FAULTY: "В последнем файле есть ошибки: ничего не записано.",
        Receipt.READY: "Файл проверен и ждёт, что вы нажмёте «Записать».",
        Receipt.PARTIAL: f"Не хватает классов: {', '.join(map(str, cell.missing))}.",
    }
    return Wanted(
        organization_id=cell.school,
        kind=_kind(work, day),
        subject=f"Сдать протокол: {work}, {_occasion(work, day)}",
        text=lacks.get(cell.receipt, "Протокол ещё не загружен."),
        url=reverse("procedures:work", args=[work.code]),
        key=f"{_kind(work, day)}:{work.pk}:{cell.school}:{work.due_on}:{day}",
        permission=Permission.RESULT_IMPORT,
    )


def _to_those_above(
    waiting: Sequence[Cell],
    above: dict[int, int | None],
    works: dict[int, Work],
    day: datetime.date,
) -> Iterator[Wanted]:
    """One notice a municipality and night, whatever the number of works and schools."""
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for cell in waiting:
        if (parent := above.get(cell.school)) is not None:
            found[parent][cell.work] += 1
    for parent, counts in found.items():
        schools = len({cell.school for cell in waiting if above.get(cell.school) == parent})
        lines = [
            f"{works[pk]}, {_occasion(works[pk], day)}: {number} {plural(number, SCHOOLS)}"
            for pk, number in counts.items()
        ]
        yield Wanted(
            organization_id=parent,
            kind="protocol.digest",
            subject=f"Не сдали протоколы: {schools} {plural(schools, SCHOOLS)}",
            text="\n".join(lines),
            url=reverse("procedures:completeness"),
            key=f"protocol.digest:{parent}:{day}",
            permission=Permission.RESULT_REOPEN,
        )
