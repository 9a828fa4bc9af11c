"""What is said of an act to those whom it concerns; never to the person who did it."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from organizations.access import GRANTS, Permission, Viewer
from organizations.models import Organization
from organizations.services import notices
from organizations.services.notices import Member, Wanted
from organizations.templatetags.ru import day_short, plural
from roadmaps.models import Delivery, Execution, Meeting, Outcome, Postponement, Roadmap

_REPORT = Permission.EXECUTION_REPORT


def _tell(wanted: Iterable[Wanted], by: Viewer | None) -> None:
    """Tell all whom it concerns but the one who did it."""
    wanted = list(wanted)
    members = notices.members_of({one.organization_id for one in wanted})
    notices.notify_many(
        replace(one, user_id=member.user_id)
        for one in wanted
        for member in members.get(one.organization_id, ())
        if one.concerns(member) and (by is None or member.user_id != by.user_id)
    )


# Reports


def sent(executions: Collection[Execution], *, by: Viewer) -> None:
    """Reports were handed in: to who accepts them. Four queries."""
    _tell(
        (
            Wanted(
                organization_id=one.organization.parent_id or one.organization_id,
                kind="execution.sent",
                subject=f"{one.organization}, {_item(one, _asked(one))}",
                text=one.item.roadmap.title,
                url=reverse("roadmaps:execution", args=[one.pk]),
                key=f"execution.sent:{one.pk}:{_moment(one.sent_at)}",
                permission=Permission.EXECUTION_ACCEPT,
            )
            for one in _with_items(executions)
        ),
        by,
    )


def returned(execution: Execution, *, by: Viewer) -> None:
    """A report was returned: to who sent it and who carries the item out."""
    refused = execution.outcome == Outcome.POSTPONEMENT
    said = ", в переносе срока отказано" if refused else ""
    _tell_own([execution], "execution.returned", said, execution.remark, by)


def accepted(executions: Collection[Execution], *, by: Viewer) -> None:
    """Reports were accepted: to who sent them and who carries the items out. Five queries."""
    _tell_own(executions, "execution.accepted", "", "", by)


def postponed(postponement: Postponement, *, by: Viewer) -> None:
    """A day was moved: to who asked for it and who carries the item out."""
    said = f", новый срок {day_short(postponement.until)}"
    _tell_own([postponement.execution], "execution.postponed", said, postponement.ground, by,
              occasion=str(postponement.pk))  # fmt: skip


def _tell_own(
    executions: Collection[Execution],
    kind: str,
    said: str,
    text: str,
    by: Viewer,
    occasion: str = "",
) -> None:
    """Tell those who carry items out what was decided about their reports."""
    rows = _with_items(executions)
    members = notices.members_of({one.organization_id for one in rows})
    _tell(
        (
            Wanted(
                organization_id=one.organization_id,
                kind=kind,
                subject=_item(one, said),
                text=text or one.item.roadmap.title,
                url=reverse("roadmaps:item", args=[one.item.roadmap_id, one.item_id]),
                key=f"{kind}:{one.pk}:{occasion or _moment(one.decided_at)}",
                user_id=person,
            )
            for one in rows
            for person in _own(one, members.get(one.organization_id, ()))
        ),
        by,
    )


def _own(execution: Execution, members: Sequence[Member]) -> set[int]:
    """Who sent it and who carries it out, as far as they still work there; or all who report."""
    named = {execution.sent_by_id, execution.holder_id}
    here = {one.user_id for one in members if one.user_id in named}
    return here or {one.user_id for one in members if _REPORT in GRANTS[one.role]}


def _with_items(executions: Collection[Execution]) -> list[Execution]:
    rows = Execution.objects.filter(pk__in=[one.pk for one in executions])
    return list(rows.select_related("item__roadmap", "organization").order_by("pk"))


def _item(execution: Execution, said: str = "") -> str:
    return f"п. {execution.item.number}{said}: {execution.item.title}"


def _asked(execution: Execution) -> str:
    """What a report asks for, when it is not simply done."""
    return "" if execution.outcome == Outcome.DONE else f", {execution.get_outcome_display()}"


def _moment(at: datetime.datetime | None) -> str:
    return at.isoformat() if at else ""


# Plans


def came_into_force(roadmap: Roadmap, knew: Collection[int], *, by: Viewer | None) -> None:
    """A plan was approved: to all who owe something under it; in place of an older version also
    to those who `knew` that one and owe nothing any more. Five queries at most."""
    owed = _owed(roadmap)
    old = roadmap.supersedes_id
    kind, places = "roadmap.superseded" if old else "roadmap.approved", {*owed, *knew}
    _tell(
        (
            Wanted(
                organization_id=place,
                kind=kind,
                subject=f"{_owed_words(owed.get(place, 0))}: {roadmap.title}",
                text="Новая версия плана заменила прежнюю: сверьте свои пункты." if old else "",
                url=reverse("roadmaps:roadmap", args=[roadmap.pk]),
                key=f"{kind}:{roadmap.pk}",
                permission=_REPORT,
            )
            for place in sorted(places)
        ),
        by,
    )


def _owed(roadmap: Roadmap) -> dict[int, int]:
    """Organization → how many items of the plan it carries out under this very plan."""
    rows = Execution.objects.counted().filter(item__roadmap=roadmap).order_by()
    return dict(rows.values_list("organization").annotate(Count("pk")))


def knew(roadmap: Roadmap) -> set[int]:
    """Who was given the version that this one replaces, or has something under it."""
    old = roadmap.supersedes_id
    given = Delivery.objects.filter(roadmap=old).values_list("organization", flat=True)
    had = Execution.objects.filter(item__roadmap=old).values_list("organization", flat=True)
    return set(given.order_by().union(had.order_by()))


def _owed_words(number: int) -> str:
    """«У вас 5 пунктов»"""
    if not number:
        return "У вас больше нет пунктов"
    return f"У вас {number} {plural(number, 'пункт,пункта,пунктов')}"


# Events


def invited(meeting: Meeting, places: Iterable[Organization], *, by: Viewer) -> None:
    """Organizations were invited to an event."""
    wanted = _about(meeting, "meeting.invited", meeting.place or meeting.link)
    _tell((replace(wanted, organization_id=one.pk) for one in places), by)


def changed(meeting: Meeting, was: datetime.datetime, *, by: Viewer) -> None:
    """An event was announced anew: to those who are invited."""
    before = "" if was == meeting.starts_at else f"Прежнее время: {_when(was)}. "
    text = f"{before}{meeting.place or meeting.link}"
    _tell_invited(meeting, _about(meeting, "meeting.changed", text, _moment(timezone.now())), by)


def cancelled(meeting: Meeting, *, by: Viewer) -> None:
    """An event was called off: to those who are invited, with the reason."""
    _tell_invited(meeting, _about(meeting, "meeting.cancelled", meeting.outcome), by)


def _tell_invited(meeting: Meeting, wanted: Wanted, by: Viewer) -> None:
    places = meeting.participations.values_list("organization", flat=True)
    _tell((replace(wanted, organization_id=place) for place in places.order_by("pk")), by)


def _about(meeting: Meeting, kind: str, text: str, occasion: str = "") -> Wanted:
    """The notice as all who are invited get it; here still addressed to who holds the event."""
    return Wanted(
        organization_id=meeting.organization_id,
        kind=kind,
        subject=f"{_when(meeting.starts_at)}, {meeting.get_kind_display()} «{meeting.title}»",
        text=text,
        url=reverse("roadmaps:meeting", args=[meeting.pk]),
        key=f"{kind}:{meeting.pk}:{occasion}",
        permission=_REPORT,
    )


def _when(at: datetime.datetime) -> str:
    """«12 ноября в 10:00»"""
    local = timezone.localtime(at)
    return f"{day_short(local)} в {local:%H:%M}"
