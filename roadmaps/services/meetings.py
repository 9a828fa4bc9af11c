"""Events of plans: planned, invited to, registered for, held with numbers, or cancelled."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Document, DocumentKind, Organization
from organizations.services import audit, documents, guard
from organizations.templatetags.ru import plural
from roadmaps.models import Cohort, Execution, Item, Meeting, Participation, Roadmap
from roadmaps.queries import own_executions, own_places
from roadmaps.queries.meetings import MOST_PEOPLE, Circle, circles, invitees, is_past, record_number
from roadmaps.services import announcements, executions

LONGEST_TITLE = 400
_REPORT: Final = Permission.EXECUTION_REPORT


@dataclass(frozen=True)
class Details:
    """What is announced of an event; its moments are aware."""

    kind: Meeting.Kind
    title: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime | None = None
    place: str = ""
    link: str = ""
    audience: str = ""


@transaction.atomic
def plan(item: Item, details: Details, *, by: Viewer) -> Meeting:
    """Appoint an event by which the viewer's organization carries an item out.

    The same event once more is the one that is there. Raises NotAllowed, or Conflict when the
    plan is not in force or the event ends before it begins.
    """
    holder = _holder(item, by)
    guard.require(by, _REPORT, holder)
    _sound(details)
    if item.roadmap.status != Roadmap.Status.APPROVED:
        now = item.roadmap.get_status_display()
        raise Conflict(f"План сейчас не действует ({now}): события назначают по действующему.")
    Item.objects.select_for_update(no_key=True).get(pk=item.pk)  # a double click waits here
    same = Meeting.objects.filter(
        item=item, organization=holder, title=details.title, starts_at=details.starts_at
    )
    if there := same.exclude(state=Meeting.State.CANCELLED).first():
        return there
    meeting = Meeting.objects.create(
        item=item, organization=holder, created_by_id=by.user_id, **_fields(details)
    )
    audit.record("meeting.planned", meeting, by=by, **_plain(details))
    return meeting


def _holder(item: Item, by: Viewer) -> Organization:
    """Who holds it: where the viewer's own execution stands, or else the viewer's own place."""
    if not Item.objects.visible_to(by).filter(pk=item.pk).exists():
        raise NotAllowed("Этот пункт вам не виден.")
    owed = own_executions([item], by).get(item.pk)
    place = owed.organization_id if owed else own_places(by)[-1]
    return Organization.objects.get(pk=place)


def _sound(details: Details) -> None:
    if not details.title.strip():
        raise Conflict("Назовите тему события.")
    if details.ends_at is not None and details.ends_at < details.starts_at:
        raise Conflict("Окончание раньше начала. Исправьте день или время.")


def _fields(details: Details) -> dict[str, Any]:
    return asdict(details)


def _plain(details: Details) -> dict[str, Any]:
    """The same for the journal."""
    begins, ends = timezone.localtime(details.starts_at), details.ends_at
    return {
        "kind": str(Meeting.Kind(details.kind).label),
        "starts_at": f"{begins:%d.%m.%Y %H:%M}",
        "ends_at": f"{timezone.localtime(ends):%d.%m.%Y %H:%M}" if ends else "",
        "place": details.place,
        "link": details.link,
        "audience": details.audience,
    }


@transaction.atomic
def change(meeting: Meeting, details: Details, *, by: Viewer) -> Meeting:
    """Announce an event anew: another day, place or topic. Raises NotAllowed, or Conflict."""
    meeting = _held(meeting, by)
    _sound(details)
    _still(meeting, Meeting.State.PLANNED)
    before = _details_of(meeting)
    for name, value in _fields(details).items():
        setattr(meeting, name, value)
    meeting.save(update_fields=list(_fields(details)))
    audit.record("meeting.changed", meeting, by=by, before=_plain(before), after=_plain(details))
    if before != details:
        announcements.changed(meeting, before.starts_at, by=by)
    return meeting


def _details_of(meeting: Meeting) -> Details:
    return Details(
        kind=Meeting.Kind(meeting.kind),
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        link=meeting.link,
        audience=meeting.audience,
    )


@transaction.atomic
def invite(meeting: Meeting, circle: Circle, *, by: Viewer, cohort: Cohort | None = None) -> int:
    """Invite the organizations of a circle that are not invited yet; tells how many are new.

    Raises NotAllowed, or Conflict when it is over or the circle is not for this event.
    """
    meeting = _held(meeting, by)
    _still(meeting, Meeting.State.PLANNED)
    if circle not in circles(meeting):
        raise Conflict("Этих организаций на такое событие не приглашают. Обновите страницу.")
    found = list(invitees(meeting, by, circle, cohort))
    Participation.objects.bulk_create(
        [Participation(meeting=meeting, organization=one) for one in found]
    )
    if found:
        audit.record(
            "meeting.invited", meeting, by=by, circle=circle.value, organizations=len(found)
        )
        announcements.invited(meeting, found, by=by)
    return len(found)


@transaction.atomic
def register(
    participation: Participation, number: int, *, by: Viewer, read: int | None = None
) -> Participation:
    """Tell how many people of the viewer's organization will come; 0 is «никто».

    `read` is what the viewer saw there. Raises NotAllowed, or Conflict once the event has begun,
    for an impossible number, or when a colleague has answered otherwise in the meantime.
    """
    guard.require(by, _REPORT, participation)
    if participation.organization_id not in own_places(by):
        raise NotAllowed("Участников заявляет сама приглашённая организация.")
    _possible(number)
    # The event is held first: it cannot be moved or cancelled while somebody answers.
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=participation.meeting_id)
    rows = Participation.objects.select_for_update(of=("self",))
    row = rows.select_related("organization", "registered_by").get(pk=participation.pk)
    _still(meeting, Meeting.State.PLANNED)
    if is_past(meeting, timezone.now()):
        began = timezone.localtime(meeting.starts_at)
        raise Conflict(f"Событие началось {began:%d.%m.%Y в %H:%M}: заявки больше не принимают.")
    _open(row.organization)
    _same_as_read(row, read)
    before, row.registered = row.registered, number
    row.registered_at, row.registered_by_id = timezone.now(), by.user_id
    row.save(update_fields=["registered", "registered_at", "registered_by"])
    audit.record(
        "participation.registered", row, by=by,
        registered=["" if before is None else str(before), str(number)],
    )  # fmt: skip
    return row


def _possible(number: int) -> None:
    if not 0 <= number <= MOST_PEOPLE:
        raise Conflict(f"Человек: стоит {number}, а бывает от 0 до {MOST_PEOPLE}. Исправьте число.")


def _open(organization: Organization) -> None:
    if organization.closed_on and organization.closed_on <= timezone.localdate():
        raise Conflict(f"«{organization}» закрыта: участников она не заявляет.")


def _same_as_read(row: Participation, read: int | None) -> None:
    if row.registered != read:
        who = row.registered_by.full_name if row.registered_by else "портал"
        raise Conflict(
            f"Пока вы заполняли, {who}: заявлено {row.registered}. Проверьте и заявите снова."
        )


@transaction.atomic
def attend(meeting: Meeting, numbers: Mapping[int, int | None], *, by: Viewer) -> int:
    """Write down who came: participation → people, None where nothing is known.

    Tells how many organizations have changed. Raises NotAllowed, or Conflict before the event,
    for a cancelled one, or for an impossible number.
    """
    meeting = _held(meeting, by)
    _happened(meeting)
    for number in numbers.values():
        if number is not None:
            _possible(number)
    rows = meeting.participations.select_for_update(of=("self",)).filter(pk__in=numbers)
    rows = rows.order_by("pk")
    changed = [row for row in rows if row.attended != numbers[row.pk]]
    for row in changed:
        row.attended = numbers[row.pk]
    Participation.objects.bulk_update(changed, ["attended"])
    if changed:
        audit.record("meeting.attended", meeting, by=by, organizations=len(changed),
                     people=_people(meeting))  # fmt: skip
        _renew_record(meeting)
    return len(changed)


@transaction.atomic
def hold(meeting: Meeting, *, outcome: str, by: Viewer) -> Meeting:
    """Note that the event took place and what came of it; the holder's execution gets its proof.

    Said again, it corrects the outcome. Raises NotAllowed, or Conflict before the event, without
    an outcome, or for a cancelled one.
    """
    meeting = _held(meeting, by)
    if not outcome.strip():
        raise Conflict("Напишите, что решили: по этим словам готовят приказ об итогах.")
    _happened(meeting)
    before, meeting.state = meeting.state, Meeting.State.HELD
    meeting.outcome = outcome.strip()
    meeting.save(update_fields=["state", "outcome"])
    audit.record("meeting.held", meeting, by=by, state=[before, meeting.state])
    _prove(meeting, by)
    return meeting


@transaction.atomic
def cancel(meeting: Meeting, *, reason: str, by: Viewer) -> Meeting:
    """Call an event off. Raises NotAllowed, or Conflict without a reason or when it is over."""
    meeting = _held(meeting, by)
    if not reason.strip():
        raise Conflict("Напишите, почему событие отменено: приглашённые увидят причину.")
    _still(meeting, Meeting.State.PLANNED)
    meeting.state, meeting.outcome = Meeting.State.CANCELLED, reason.strip()
    meeting.save(update_fields=["state", "outcome"])
    audit.record("meeting.cancelled", meeting, by=by, reason=meeting.outcome)
    announcements.cancelled(meeting, by=by)
    return meeting


@transaction.atomic
def add_material(
    meeting: Meeting,
    *,
    title: str,
    by: Viewer,
    most_bytes: int,
    link: str = "",
    file: tuple[bytes, str] | None = None,
) -> Document:
    """Put a file or an address with the event's materials, for all who see the event.

    Raises NotAllowed, Refused for a file that is not what it should be, or Conflict.
    """
    meeting = _held(meeting, by)
    if meeting.state == Meeting.State.CANCELLED:
        raise Conflict("Событие отменено: материалы к нему не добавляют.")
    if not link and file is None:
        raise Conflict("Выберите файл или укажите адрес.")
    document = Document.objects.create(
        organization=meeting.organization,
        kind=DocumentKind.EVIDENCE,
        title=title,
        link=link,
        signed_on=timezone.localdate(),
    )
    if file is not None:
        content, name = file
        documents.add_version(document, content=content, name=name, by=by, most_bytes=most_bytes)
    meeting.materials.add(document)
    audit.record("meeting.material", meeting, by=by, name=title)
    return document


def _held(meeting: Meeting, by: Viewer) -> Meeting:
    """The viewer's own event as it is now, kept from others until the end of the transaction."""
    guard.require(by, _REPORT, meeting)
    if meeting.organization_id not in own_places(by):
        raise NotAllowed("Событие ведёт та организация, которая его проводит.")
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("item__roadmap", "organization").get(pk=meeting.pk)


def _still(meeting: Meeting, state: Meeting.State) -> None:
    if meeting.state != state:
        now = Meeting.State(meeting.state).label
        raise Conflict(f"Событие уже {now}: изменить это нельзя.")


def _happened(meeting: Meeting) -> None:
    if meeting.state == Meeting.State.CANCELLED:
        raise Conflict("Событие отменено: итогов у него нет.")
    if not is_past(meeting, timezone.now()):
        begins = timezone.localtime(meeting.starts_at)
        raise Conflict(f"Событие ещё впереди, {begins:%d.%m.%Y в %H:%M}: итоги пишут после него.")


# The portal's own record of a held event, a proof of its item


def _prove(meeting: Meeting, by: Viewer) -> None:
    execution = Execution.objects.filter(
        item=meeting.item_id, organization=meeting.organization_id
    ).first()
    in_force = meeting.item.roadmap.status == Roadmap.Status.APPROVED
    if execution is None or not in_force or _renew_record(meeting):
        return
    record = Document.objects.create(
        organization=meeting.organization,
        kind=DocumentKind.EVIDENCE,
        title=_record_title(meeting),
        number=record_number(meeting),
        signed_on=timezone.localdate(meeting.starts_at),
        issuer=meeting.organization.short_name,
    )
    meeting.materials.add(record)
    executions.attach(execution, [record], by=by)


def _renew_record(meeting: Meeting) -> bool:
    """Tell the record the present numbers; False when there is no record yet."""
    records = meeting.materials.filter(number=record_number(meeting))
    return bool(Document.objects.filter(pk__in=records).update(title=_record_title(meeting)))


def _record_title(meeting: Meeting) -> str:
    """«Совещание «Основные подходы» от 12.11.2026: 57 участников»"""
    people = _people(meeting)
    tail = (
        f"» от {timezone.localtime(meeting.starts_at):%d.%m.%Y}: "
        f"{people} {plural(people, 'участник,участника,участников')}"
    )
    head = f"{Meeting.Kind(meeting.kind).label.capitalize()} «"
    room = LONGEST_TITLE - len(head) - len(tail)
    topic = meeting.title if len(meeting.title) <= room else f"{meeting.title[: room - 1]}…"
    return f"{head}{topic}{tail}"


def _people(meeting: Meeting) -> int:
    numbers = meeting.participations.values_list("attended", flat=True)
    return sum(number or 0 for number in numbers)
