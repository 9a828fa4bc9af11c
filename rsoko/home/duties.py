"""What a person must do: rows of the to-do list, gathered from all apps."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Campaign
from monitoring.queries import cases
from monitoring.queries.campaign import marks_of, stands
from organizations import vsoko
from organizations.access import Permission, Viewer
from organizations.models import Document, Invitation, Level, Organization, Run, State
from organizations.templatetags.ru import day_short, plural
from procedures.models import Protocol
from roadmaps.models import Execution, Roadmap
from roadmaps.models.execution import ExecutionQuerySet
from roadmaps.queries import deliveries, meetings, own_places, to_accept

SOON_DAYS = 7
AHEAD_DAYS = 60
MOST_OF_A_KIND = 5
MOST_OWED = 50


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


def duties(viewer: Viewer, executions: list[Execution]) -> list[Duty]:
    """Everything that waits for the viewer, late things first, then by date."""
    found = [
        *_papers_returned(viewer),
        *_papers_to_accept(viewer),
        *_reports_to_accept(viewer),
        *_faulty_protocols(viewer),
        *_ready_protocols(viewer),
        *map(_of_execution, executions),
        *_cases(viewer),
        *_orders_to_read(viewer),
        *_invited_to(viewer),
        *_meetings_to_close(viewer),
        *_journal_marks(viewer),
        *_failed_runs(viewer),
        *_invitations(viewer),
    ]
    return sorted(found, key=lambda duty: (not duty.is_hot, duty.since))


def owed(viewer: Viewer) -> ExecutionQuerySet:
    """What the viewer's organization owes by a day under plans in force, the nearest first.

    An item that came down through a nearer plan (the municipality's own, made from the region's)
    is owed once.
    """
    rows = Execution.objects.visible_to(viewer).counted()
    return (
        rows.filter(
            organization__in=own_places(viewer),
            item__roadmap__status=Roadmap.Status.APPROVED,
            due_on__isnull=False,
        )
        .select_related("item")
        .order_by("due_on", "item__position", "pk")
    )


def unfinished(viewer: Viewer) -> tuple[list[Execution], list[Execution]]:
    """The viewer's actions that are late, returned or due within a week; and those ahead."""
    if not viewer.may(Permission.EXECUTION_REPORT):
        return [], []
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=SOON_DAYS)
    limit = today + datetime.timedelta(days=AHEAD_DAYS)
    rows = list(owed(viewer).unfinished().filter(due_on__lte=limit)[:MOST_OWED])
    due = [row for row in rows if (row.due_on and row.due_on <= soon) or _returned(row)]
    return due, [row for row in rows if row not in due]


def _returned(execution: Execution) -> bool:
    return execution.state == State.RETURNED


def _of_execution(execution: Execution) -> Duty:
    today, item = timezone.localdate(), execution.item
    end = execution.due_on or today
    late = (today - end).days
    days = plural(late, "день,дня,дней")
    returned = _returned(execution)
    told = "Рассказать о ходе" if item.is_window else "Отчитаться"
    return Duty(
        since=end,
        day=f"до {day_short(end)}",
        hour=f"просрочено на {late} {days}" if late > 0 else "",
        is_hot=late >= 0,
        title=f"{'Исправить отчёт' if returned else told} по п. {item.number}",
        text=_short(item.title),
        act="Исправить" if returned else "Открыть" if item.is_window else "Отчитаться",
        url=reverse("roadmaps:item", args=[item.roadmap_id, item.pk]),
    )


def _journal_marks(viewer: Viewer) -> Iterator[Duty]:
    """Works of an announced comparison in which the school has no marks of the journal."""
    if viewer.level != Level.SCHOOL or not viewer.may(Permission.RESULT_IMPORT):
        return
    today = timezone.localdate()
    for row in Campaign.objects.visible_to(viewer).filter(due_on__gte=today):
        own = Organization.objects.visible_to(viewer).filter(pk=viewer.territory_id)
        missing = sum(one.missing for one in stands(marks_of(row.year, own), own))
        if missing:
            yield Duty(
                since=row.due_on,
                day=f"до {day_short(row.due_on)}",
                title="Внести отметки по журналу",
                text=f"Их нет в {missing} {plural(missing, 'работе,работах,работах')}",
                act="Открыть",
                url=f"{reverse('monitoring:campaign')}?year={row.year}",
            )


def _orders_to_read(viewer: Viewer) -> Iterator[Duty]:
    for row in deliveries.unread(viewer)[:MOST_OF_A_KIND]:
        order = row.roadmap.order
        number = f" № {order.number}" if order and order.number else ""
        yield Duty(
            since=_local(row.passed_at),
            day=day_short(_local(row.passed_at)),
            hour="доведён",
            title=f"Ознакомиться с приказом{number}",
            text=_short(row.roadmap.title),
            act="Прочитать",
            url=reverse("roadmaps:roadmap", args=[row.roadmap_id]),
        )


def _invited_to(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.EXECUTION_REPORT):
        return
    for row in meetings.unanswered(viewer)[:MOST_OF_A_KIND]:
        day = _local(row.meeting.starts_at)
        yield Duty(
            since=day,
            day=day_short(day),
            hour=row.meeting.get_kind_display(),
            title=f"Ответить на приглашение: {row.meeting}",
            text=f"Проводит {row.meeting.organization}.",
            act="Ответить",
            url=reverse("roadmaps:meeting", args=[row.meeting_id]),
        )


def _meetings_to_close(viewer: Viewer) -> Iterator[Duty]:
    if not viewer.may(Permission.EXECUTION_REPORT):
        return
    for row in meetings.unclosed(viewer)[:MOST_OF_A_KIND]:
        day = _local(row.starts_at)
        yield Duty(
            since=day,
            day=day_short(day),
            hour="прошло",
            title=f"Записать итоги: {row}",
            text="Сколько человек пришло и что решили.",
            act="Записать",
            url=reverse("roadmaps:meeting", args=[row.pk]),
        )


def _cases(viewer: Viewer) -> Iterator[Duty]:
    """A school's signals to answer one by one, cases to decide by their number."""
    today, waiting = timezone.localdate(), cases.waiting_for(viewer)
    if viewer.level == Level.SCHOOL:
        for row in waiting[:MOST_OF_A_KIND]:
            end = row.due_on or today
            yield Duty(
                since=end,
                day=f"до {day_short(end)}",
                hour="срок прошёл" if end < today else "",
                is_hot=end <= today,
                title=f"Ответить на сигнал до {day_short(end)}",
                text=f"Дело № {row.number}, {row.year} год. Сигнал — не вывод: объясните картину.",
                act="Ответить",
                url=reverse("monitoring:case", args=[row.pk]),
            )
        return
    found = waiting.order_by().aggregate(number=Count("pk"), nearest=Min("due_on"))
    if number := found["number"]:
        end = found["nearest"] or today
        yield Duty(
            since=end,
            day=f"до {day_short(end)}",
            hour="срок прошёл" if end < today else "ближайший",
            is_hot=end <= today,
            title=f"Рассмотреть {number} {plural(number, 'дело,дела,дел')} по сигналам",
            text="Назначьте перепроверку, внесите её итоги или решите.",
            act="Открыть",
            url=reverse("monitoring:cases"),
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
    waiting = _waiting(to_accept(viewer))
    if waiting["number"]:
        number = waiting["number"]
        yield Duty(
            since=_local(waiting["oldest"]),
            day=day_short(_local(waiting["oldest"])),
            hour="самый давний",
            title=f"Принять {number} {plural(number, 'отчёт,отчёта,отчётов')} об исполнении",
            text="Организации отчитались о мероприятиях дорожных карт.",
            act="Открыть",
            url=reverse("roadmaps:acceptance"),
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


def _ready_protocols(viewer: Viewer) -> Iterator[Duty]:
    """A school's checked files that wait to be written."""
    if viewer.level != Level.SCHOOL or not viewer.may(Permission.RESULT_IMPORT):
        return
    is_open = Q(work__due_on=None) | Q(work__due_on__gte=timezone.localdate())
    rows = Protocol.objects.visible_to(viewer).filter(is_open, state=Protocol.State.READY)
    for row in rows.select_related("work").order_by("uploaded_at")[:MOST_OF_A_KIND]:
        yield Duty(
            since=_local(row.uploaded_at),
            day=day_short(_local(row.uploaded_at)),
            hour="загружен",
            title=f"Записать протокол: {row.work}",
            text="Файл проверен, ошибок нет. Посмотрите, что изменится, и запишите.",
            act="Посмотреть",
            url=reverse("procedures:protocol", args=[row.pk]),
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
