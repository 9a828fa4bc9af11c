"""What a person must do: rows of the to-do list, gathered from all apps."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from organizations import vsoko
from organizations.access import Permission, Viewer
from organizations.models import Document, Invitation, Level, Organization, Run, State
from organizations.templatetags.ru import day_short, plural
from procedures.models import Protocol
from roadmaps.models import Execution, Item, Responsible, Roadmap

SOON_DAYS = 7
AHEAD_DAYS = 60
MOST_OF_A_KIND = 5
# Codes under which a plan addresses every body of a level at once.
BODIES = {
    Level.MUNICIPALITY: ("mouo", "mms"),
    Level.SCHOOL: ("school", "school_coordinator", "teachers"),
}


@dataclass(frozen=True)
class Duty:
    """One thing to do: when, what, and the page where it is done."""

    since: datetime.date
    day: str
    title: str
    act: str
    url: str
    hour: str = ""
    text: str = ""
    is_hot: bool = False


def duties(viewer: Viewer, items: list[Item]) -> list[Duty]:
    """Everything that waits for the viewer, late things first, then by date."""
    found = [
        *_papers_returned(viewer),
        *_papers_to_accept(viewer),
        *_reports_to_accept(viewer),
        *_faulty_protocols(viewer),
        *map(_of_item, items),
        *_failed_runs(viewer),
        *_invitations(viewer),
    ]
    return sorted(found, key=lambda duty: (not duty.is_hot, duty.since))


def items_of(viewer: Viewer) -> QuerySet[Item]:
    """Actions with a last day which the viewer's organization answers for and has not finished.

    Each with the `state` of the organization's own execution. A plan that came down through a
    nearer one (the municipality's own, made from the region's) is not asked for twice.
    """
    own = (viewer.organization_id, viewer.territory_id)
    named = Q(organization__in=own) | Q(body__in=BODIES.get(Level(viewer.level), ()))
    executions = Execution.objects.visible_to(viewer).filter(
        item=OuterRef("pk"), organization__in=own
    )
    above = Organization.objects.above(viewer).values("pk")
    nearer = Roadmap.objects.visible_to(viewer).filter(
        Q(owner__in=own) | Q(owner__in=above),
        above=OuterRef("roadmap"),
        status=Roadmap.Status.APPROVED,
    )
    return (
        Item.objects.visible_to(viewer)
        .filter(
            Exists(Responsible.objects.filter(named, item=OuterRef("pk"))),
            ~Exists(nearer),
            roadmap__status=Roadmap.Status.APPROVED,
            roadmap__owner__level__lte=viewer.level,
            ends_on__isnull=False,
        )
        .annotate(state=Subquery(executions.values("state")[:1]))
        .order_by("ends_on", "position", "pk")
    )


def unfinished(viewer: Viewer) -> tuple[list[Item], list[Item]]:
    """The viewer's actions that are late, returned or due within a week; and those ahead."""
    if not viewer.may(Permission.EXECUTION_REPORT):
        return [], []
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=SOON_DAYS)
    waits = Q(state__isnull=True) | Q(state__in=(State.DRAFT, State.RETURNED))
    limit = today + datetime.timedelta(days=AHEAD_DAYS)
    rows = list(items_of(viewer).filter(waits, ends_on__lte=limit)[:50])
    due = [row for row in rows if row.ends_on and (row.ends_on <= soon or _returned(row))]
    return due, [row for row in rows if row not in due]


def state_of(item: Item) -> str | None:
    """How far the viewer's organization is with an item that `items_of` gave."""
    state: str | None = getattr(item, "state", None)
    return state


def _returned(item: Item) -> bool:
    return state_of(item) == State.RETURNED


def _of_item(item: Item) -> Duty:
    today = timezone.localdate()
    end = item.ends_on or today
    late = (today - end).days
    days = plural(late, "день,дня,дней")
    return Duty(
        since=end,
        day=f"до {day_short(end)}",
        hour=f"просрочено на {late} {days}" if late > 0 else "",
        is_hot=late >= 0,
        title=f"{'Исправить отчёт' if _returned(item) else 'Отчитаться'} по п. {item.number}",
        text=_short(item.title),
        act="Исправить" if _returned(item) else "Отчитаться",
        url=reverse("roadmaps:item", args=[item.roadmap_id, item.pk]),
    )


def _papers_returned(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.DOCUMENT_UPLOAD):
        return
    rows = Document.objects.visible_to(viewer).of_schools()
    for row in rows.filter(organization=viewer.territory_id, state=State.RETURNED):
        year = f"&year={row.year}" if row.year else ""
        yield Duty(
            since=_local(row.decided_at),
            day=day_short(_local(row.decided_at)),
            hour="возвращено",
            title=f"Загрузить с правкой: {row}",
            text=_short(row.remark),
            act="Загрузить",
            url=f"{reverse('organizations:document_upload')}?kind={row.kind}{year}",
        )


def _papers_to_accept(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.DOCUMENT_ACCEPT):
        return
    year = vsoko.year_of(timezone.localdate())
    waiting = _waiting(vsoko.uploaded(viewer, year).waiting())
    if waiting["number"]:
        number = waiting["number"]
        yield Duty(
            since=_local(waiting["oldest"]),
            day=day_short(_local(waiting["oldest"])),
            hour="самый давний",
            title=f"Принять {number} {plural(number, 'документ,документа,документов')} школ",
            text="Примите или верните с замечанием: школы ждут ответа.",
            act="Открыть",
            url=f"{reverse('organizations:documents')}?state={State.SENT}",
        )


def _reports_to_accept(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.EXECUTION_ACCEPT):
        return
    below = Execution.objects.open_to(viewer, Permission.EXECUTION_ACCEPT)
    own = (viewer.organization_id, viewer.territory_id)
    waiting = _waiting(below.filter(state=State.SENT).exclude(organization__in=own))
    if waiting["number"]:
        number = waiting["number"]
        yield Duty(
            since=_local(waiting["oldest"]),
            day=day_short(_local(waiting["oldest"])),
            hour="самый давний",
            title=f"Принять {number} {plural(number, 'отчёт,отчёта,отчётов')} об исполнении",
            text="Организации отчитались о мероприятиях дорожных карт.",
            act="Открыть",
            url=reverse("roadmaps:roadmaps"),
        )


def _waiting(rows: QuerySet[Any]) -> dict[str, Any]:
    return rows.aggregate(number=Count("pk"), oldest=Min("sent_at"))


def faulty(viewer: Viewer) -> QuerySet[Protocol]:
    """Protocols that were not taken and that nothing sound has followed."""
    later = Protocol.objects.visible_to(viewer).filter(
        organization=OuterRef("organization"),
        work=OuterRef("work"),
        version__gt=OuterRef("version"),
    )
    refused = (Protocol.State.FAULTY, Protocol.State.REFUSED)
    return Protocol.objects.visible_to(viewer).filter(~Exists(later), state__in=refused)


def _faulty_protocols(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.RESULT_IMPORT):
        return
    rows = faulty(viewer).select_related("work", "organization")
    if viewer.level == Level.SCHOOL:
        for row in rows.order_by("uploaded_at")[:MOST_OF_A_KIND]:
            yield _of_protocol(row)
    elif number := rows.count():
        yield Duty(
            since=timezone.localdate(),
            day="сегодня",
            title=f"Помочь исправить {number} "
            f"{plural(number, 'протокол,протокола,протоколов')} с ошибками",
            text="Школы загрузили файлы, из которых ничего не записано.",
            act="Открыть",
            url=reverse("procedures:works"),
        )


def _of_protocol(row: Protocol) -> Duty:
    number = len(row.faults)
    cells = f"{number} {plural(number, 'ошибка,ошибки,ошибок')} в файле. " if number else ""
    return Duty(
        since=_local(row.uploaded_at),
        day=day_short(_local(row.uploaded_at)),
        hour="загружен",
        title=f"Исправить протокол: {row.work}",
        text=f"{cells}Пока не записано ничего.",
        act="Исправить",
        url=reverse("procedures:protocol", args=[row.pk]),
    )


def _failed_runs(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.RUN_READ):
        return
    week = timezone.now() - datetime.timedelta(days=SOON_DAYS)
    later = Run.objects.visible_to(viewer).filter(
        task=OuterRef("task"), subject=OuterRef("subject"), pk__gt=OuterRef("pk")
    )
    rows = Run.objects.visible_to(viewer).filter(
        ~Exists(later), requested_by=viewer.user_id, status=Run.Status.FAILED, ended_at__gte=week
    )
    for row in rows[:MOST_OF_A_KIND]:
        yield Duty(
            since=_local(row.ended_at),
            day=day_short(_local(row.ended_at)),
            hour="не удалось",
            title=f"Повторить: {row}",
            text=_short(row.error),
            act="Прочитать",
            url=reverse("organizations:run", args=[row.pk]),
        )


def _invitations(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.MEMBER_MANAGE):
        return
    rows = Invitation.objects.visible_to(viewer).open()
    found = rows.aggregate(number=Count("pk"), oldest=Min("created_at"))
    if number := found["number"]:
        noun = plural(number, "приглашение,приглашения,приглашений")
        yield Duty(
            since=_local(found["oldest"]),
            day=day_short(_local(found["oldest"])),
            hour="самое давнее",
            title=f"Напомнить приглашённым: {number} {noun} без ответа",
            text="Ссылка действует две недели, потом нужна новая.",
            act="Открыть",
            url=reverse("organizations:members"),
        )


def _local(at: datetime.datetime | None) -> datetime.date:
    return timezone.localtime(at).date() if at else timezone.localdate()


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
