"""Events of plans: the list, one event with its invited, its numbers, materials and outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.attachments import stored_file
from organizations.errors import Conflict, NotAllowed, PortalError
from organizations.http import PortalRequest, for_members
from organizations.models import Document
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from roadmaps.exchange.order_text import OrderText
from roadmaps.exchange.outcome import outcome_order
from roadmaps.forms.filters import MeetingFilter
from roadmaps.forms.meetings import (
    AttendanceForm,
    CancellationForm,
    InvitationForm,
    MaterialForm,
    MeetingForm,
    OutcomeForm,
    RegistrationForm,
)
from roadmaps.models import Item, Meeting, Participation, Roadmap
from roadmaps.queries import meetings as queries
from roadmaps.queries import own_places, proposals
from roadmaps.queries.meetings import Circle, Turnout
from roadmaps.services import meetings as service
from roadmaps.services.meetings import Details

PER_PAGE = 50
STATES = {"": Meeting.State.PLANNED, "held": Meeting.State.HELD,
          "cancelled": Meeting.State.CANCELLED}  # fmt: skip
SHAPES = {
    Meeting.State.PLANNED: "planned",
    Meeting.State.HELD: "accepted",
    Meeting.State.CANCELLED: "na",
}
FILTERS = {"": "Впереди", "held": "Проведены", "cancelled": "Отменены"}
INVITES = {
    Circle.MUNICIPALITIES: "муниципалитет,муниципалитета,муниципалитетов",
    Circle.SCHOOLS: "школу,школы,школ",
    Circle.BODIES: "орган своего уровня,органа своего уровня,органов своего уровня",
    Circle.COHORT: "организацию группы,организации группы,организаций группы",
}


@dataclass(frozen=True)
class Row:
    """An event of a list with what the viewer's organization has to do with it."""

    meeting: Meeting
    shape: str
    word: str
    why: str
    turnout: Turnout | None


@for_members
def meetings(request: PortalRequest) -> HttpResponse:
    """The events that the viewer's organization holds or is invited to; or all of its territory."""
    return _listed(request, None)


@for_members
def plan_meetings(request: PortalRequest, pk: int) -> HttpResponse:
    """The events of one plan, and its items that still have none."""
    visible = Roadmap.objects.visible_to(request.viewer)
    return _listed(request, get_object_or_404(visible.select_related("owner", "order"), pk=pk))


def _listed(request: PortalRequest, plan: Roadmap | None) -> HttpResponse:
    viewer, asked = request.viewer, MeetingFilter(request.GET).asked
    seen = queries.seen_by(viewer)
    if plan is not None:
        seen = seen.filter(item__roadmap=plan)
    elif asked["whose"] != "all":
        seen = seen.filter(queries.own(viewer))
    state = STATES[asked["show"]]
    order = "starts_at" if state == Meeting.State.PLANNED else "-starts_at"
    found = seen.filter(state=state).order_by(order, "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "roadmap": plan,
        "page": page,
        "rows": _rows(request, page),
        "filters": _filters(seen, asked),
        "circles": _whose(asked) if plan is None else [],
        "show": asked["show"],
        "wanting": queries.without_event(plan, viewer) if plan else [],
        "unanswered": queries.unanswered(viewer).count() if plan is None else 0,
    }
    return render(request, "roadmaps/meetings.html", context)


def _filters(seen: QuerySet[Meeting], asked: dict[str, str]) -> list[dict[str, Any]]:
    rules = {value.name.lower(): Count("pk", Q(state=value)) for value in STATES.values()}
    counts = seen.order_by().aggregate(**rules)
    whose = f"whose={asked['whose']}" if asked["whose"] else ""
    return [
        {
            "title": title,
            "url": "?" + "&".join(part for part in (f"show={show}" if show else "", whose) if part),
            "current": show == asked["show"],
            "count": counts[STATES[show].name.lower()],
        }
        for show, title in FILTERS.items()
    ]


def _whose(asked: dict[str, str]) -> list[dict[str, Any]]:
    show = f"show={asked['show']}&" if asked["show"] else ""
    return [
        {"title": "Свои и куда приглашены", "url": f"?{show}", "current": not asked["whose"]},
        {"title": "Всей территории", "url": f"?{show}whose=all", "current": bool(asked["whose"])},
    ]


def _rows(request: PortalRequest, page: Page[Meeting]) -> list[Row]:
    found, viewer = list(page), request.viewer
    turnouts = queries.turnouts(found, viewer)
    answers = {
        row.meeting_id: row
        for row in Participation.objects.visible_to(viewer).filter(
            meeting__in=found, organization__in=own_places(viewer)
        )
    }
    return [_row(request, one, answers.get(one.pk), turnouts.get(one.pk)) for one in found]


def _row(
    request: PortalRequest, meeting: Meeting, own: Participation | None, turnout: Turnout | None
) -> Row:
    shape, word, why = _told(meeting), Meeting.State(meeting.state).label, ""
    mine = queries.may_hold(meeting, request.viewer)
    ahead = not queries.is_past(meeting, timezone.now())
    if meeting.state == Meeting.State.PLANNED and not ahead:
        word, why = "прошло", "итоги ещё не записаны"
    elif meeting.state == Meeting.State.PLANNED and own and not mine:
        why = _answer(own)
    return Row(meeting, shape, word, why, turnout if mine or not own else None)


def _told(meeting: Meeting) -> str:
    past = queries.is_past(meeting, timezone.now())
    planned = meeting.state == Meeting.State.PLANNED
    return "work" if planned and past else SHAPES[Meeting.State(meeting.state)]


def _answer(own: Participation) -> str:
    if own.registered is None:
        return "ответьте, сколько человек придёт"
    return f"вы заявили {own.registered}"


@for_members
def meeting_new(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """Appoint an event of an item: kind, topic and day are proposed."""
    open_only_with(Permission.EXECUTION_REPORT, request.viewer)
    rows = Item.objects.visible_to(request.viewer).select_related("roadmap__owner")
    found = get_object_or_404(rows, roadmap=pk, pk=item)
    form = MeetingForm(request.POST or None, initial=_proposed(found))
    if form.is_valid():
        try:
            meeting = service.plan(found, _details(form), by=request.viewer)
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Событие назначено. Теперь пригласите организации.")
            return redirect("roadmaps:meeting", pk=meeting.pk)
    return _edited(request, found, form)


def _proposed(item: Item) -> dict[str, Any]:
    day = proposals.day_of(item.starts_on, item.ends_on, timezone.localdate())
    return {
        "kind": proposals.kind_of(item.title) or Meeting.Kind.CONFERENCE,
        "title": proposals.topic_of(item.title),
        "day": day,
        "time": proposals.USUAL_HOUR,
    }


def _details(form: MeetingForm) -> Details:
    data = form.cleaned_data
    return Details(
        kind=data["kind"],
        title=data["title"],
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        place=data["place"],
        link=data["link"],
        audience=data["audience"],
    )


def _edited(
    request: PortalRequest, item: Item, form: MeetingForm, meeting: Meeting | None = None
) -> HttpResponse:
    context = {"item": item, "roadmap": item.roadmap, "form": form, "meeting": meeting}
    return render(request, "roadmaps/meeting_edit.html", context)


@for_members
def meeting_change(request: PortalRequest, pk: int) -> HttpResponse:
    """Announce an event anew: the form, and the act."""
    meeting = _meeting(request, pk)
    if not queries.may_hold(meeting, request.viewer):
        raise NotAllowed("Событие ведёт та организация, которая его проводит.")
    form = MeetingForm(request.POST or None, initial=_announced(meeting))
    if form.is_valid():
        try:
            service.change(meeting, _details(form), by=request.viewer)
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Событие изменено.")
            return redirect("roadmaps:meeting", pk=pk)
    return _edited(request, meeting.item, form, meeting)


def _announced(meeting: Meeting) -> dict[str, Any]:
    begins = timezone.localtime(meeting.starts_at)
    ends = timezone.localtime(meeting.ends_at) if meeting.ends_at else None
    several = ends is not None and ends.date() != begins.date()
    return {
        "kind": meeting.kind,
        "title": meeting.title,
        "day": begins.date(),
        "time": begins.time(),
        "until_time": ends.time() if ends else None,
        "until_day": ends.date() if ends and several else None,
        "place": meeting.place,
        "link": meeting.link,
        "audience": meeting.audience,
    }


@for_members
def meeting(request: PortalRequest, pk: int) -> HttpResponse:
    """One event: when and where, who is invited, who came, what came of it."""
    return _shown(request, _meeting(request, pk))


def _meeting(request: PortalRequest, pk: int) -> Meeting:
    rows = queries.seen_by(request.viewer).select_related("organization__parent", "item__cohort")
    people = ("item__roadmap__order", "item__roadmap__owner", "created_by")
    return get_object_or_404(rows.select_related(*people), pk=pk)


def _shown(request: PortalRequest, meeting: Meeting, **failed: BaseForm) -> HttpResponse:
    """The page; `failed` are forms that came back with faults, by their names in the context."""
    viewer = request.viewer
    mine, past = queries.may_hold(meeting, viewer), queries.is_past(meeting, timezone.now())
    planned = meeting.state == Meeting.State.PLANNED
    counts_people = mine and past and meeting.state != Meeting.State.CANCELLED
    rows = queries.participations(meeting, viewer)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    own = None if mine else queries.own_participation(meeting, viewer)
    context: dict[str, Any] = {
        "meeting": meeting,
        "shape": _told(meeting),
        "word": "прошло" if planned and past else Meeting.State(meeting.state).label,
        "mine": mine,
        "past": past,
        "is_out_of_term": _is_out_of_term(meeting),
        "page": page,
        "turnout": queries.turnouts([meeting], viewer).get(meeting.pk, Turnout()),
        "own": own,
        "may_answer": own and planned and not past and viewer.may(Permission.EXECUTION_REPORT),
        "invitations": _invitations(request, meeting) if mine and planned else {},
        "materials": _materials(request, meeting),
        "order": _order(request, meeting) if mine else None,
        "counts_people": counts_people,
        **_forms(meeting, own, page, counts_people=counts_people),
        **failed,
    }
    context["rows"] = _attended(page, context["attendance_form"])
    return render(request, "roadmaps/meeting.html", context)


def _forms(
    meeting: Meeting, own: Participation | None, page: Page[Participation], *, counts_people: bool
) -> dict[str, BaseForm | None]:
    answered = own.registered if own else None
    written = meeting.outcome if meeting.state == Meeting.State.HELD else ""
    return {
        "registration_form": RegistrationForm(initial={"number": answered, "read": answered}),
        "attendance_form": AttendanceForm(rows=page) if counts_people else None,
        "outcome_form": OutcomeForm(initial={"outcome": written}),
        "cancellation_form": CancellationForm(),
        "material_form": MaterialForm(auto_id="material-%s"),
    }


def _attended(page: Page[Participation], form: BaseForm | None) -> list[tuple[Participation, Any]]:
    """Each invited organization with its field of the bulk form, if it is open."""
    return [
        (row, form[f"came-{row.pk}"] if form and f"came-{row.pk}" in form.fields else None)
        for row in page
    ]


def _is_out_of_term(meeting: Meeting) -> bool:
    day, item = timezone.localdate(meeting.starts_at), meeting.item
    early = item.starts_on is not None and day < item.starts_on
    return early or (item.ends_on is not None and day > item.ends_on)


def _invitations(request: PortalRequest, meeting: Meeting) -> dict[str, Any]:
    """Buttons with counts for whole circles, and the groups one may choose from."""
    viewer = request.viewer
    offered = queries.circles(meeting)
    buttons = []
    for circle in offered:
        if circle is Circle.COHORT and meeting.item.cohort_id is None:
            continue
        number = queries.invitees(meeting, viewer, circle).count()
        if number:
            buttons.append({"circle": circle.value, "words": _invited(circle, number)})
    chooses = Circle.COHORT in offered and meeting.item.cohort_id is None
    return {
        "buttons": buttons,
        "cohorts": list(queries.cohorts_for(meeting, viewer)) if chooses else [],
    }


def _invited(circle: Circle, number: int) -> str:
    """«Пригласить 34 муниципалитета»"""
    if circle is Circle.OWN:
        return "Отмечать и свою организацию"
    return f"Пригласить {number} {plural(number, INVITES[circle])}"


def _materials(request: PortalRequest, meeting: Meeting) -> Sequence[Document]:
    if not request.viewer.may(Permission.EXECUTION_READ):
        return []
    rows = meeting.materials.exclude(number=queries.record_number(meeting))
    return list(rows.prefetch_related("versions").order_by("pk"))


def _order(request: PortalRequest, meeting: Meeting) -> OrderText | None:
    if meeting.state != Meeting.State.HELD:
        return None
    return outcome_order(queries.held(meeting, request.viewer))


@require_POST
@for_members
def meeting_invite(request: PortalRequest, pk: int) -> HttpResponse:
    """Invite a circle of organizations that are not invited yet."""
    meeting = _meeting(request, pk)
    form = InvitationForm(request.POST, cohorts=queries.cohorts_for(meeting, request.viewer))
    if not form.is_valid():
        raise Conflict("Выберите из списка, кого пригласить.")
    number = service.invite(meeting, form.cleaned_data["circle"], by=request.viewer,
                            cohort=form.cleaned_data["cohort"])  # fmt: skip
    words = f"{number} {plural(number, 'организация,организации,организаций')}"
    done = f"Приглашено: {words}." if number else "Новых нет: все уже приглашены."
    messages.success(request, done)
    return redirect("roadmaps:meeting", pk=pk)


@require_POST
@for_members
def meeting_register(request: PortalRequest, pk: int) -> HttpResponse:
    """Answer for one's own organization how many people will come."""
    meeting = _meeting(request, pk)
    own = queries.own_participation(meeting, request.viewer)
    if own is None:
        raise NotAllowed("Вашу организацию на это событие не приглашали.")
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return _shown(request, meeting, registration_form=form)
    data = form.cleaned_data
    service.register(own, data["number"], by=request.viewer, read=data["read"])
    messages.success(request, f"Заявлено участников: {data['number']}.")
    return redirect("roadmaps:meeting", pk=pk)


@require_POST
@for_members
def meeting_attendance(request: PortalRequest, pk: int) -> HttpResponse:
    """Write down who came: the rows that the page showed."""
    meeting = _meeting(request, pk)
    shown = [name.removeprefix("came-") for name in request.POST if name.startswith("came-")]
    rows = queries.participations(meeting, request.viewer).filter(
        pk__in=[pk for pk in shown if pk.isdecimal() and len(pk) < 19][:PER_PAGE]
    )
    form = AttendanceForm(request.POST, rows=rows)
    if not form.is_valid():
        return _shown(request, meeting, attendance_form=form)
    number = service.attend(meeting, form.numbers, by=request.viewer)
    words = f"{number} {plural(number, 'организация,организации,организаций')}"
    messages.success(request, f"Записано: {words}." if number else "Ничего не изменилось.")
    return redirect("roadmaps:meeting", pk=pk)


@require_POST
@for_members
def meeting_hold(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that it took place, with the outcome; again to correct it."""
    meeting = _meeting(request, pk)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _shown(request, meeting, outcome_form=form)
    service.hold(meeting, outcome=form.cleaned_data["outcome"], by=request.viewer)
    messages.success(request, "Итоги записаны. Ниже готов текст приказа.")
    return redirect("roadmaps:meeting", pk=pk)


@require_POST
@for_members
def meeting_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Call it off, with the reason."""
    meeting = _meeting(request, pk)
    form = CancellationForm(request.POST)
    if not form.is_valid():
        return _shown(request, meeting, cancellation_form=form)
    service.cancel(meeting, reason=form.cleaned_data["reason"], by=request.viewer)
    messages.success(request, "Событие отменено.")
    return redirect("roadmaps:meeting", pk=pk)


@require_POST
@for_members
def meeting_material(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a file or an address with the event."""
    meeting = _meeting(request, pk)
    form = MaterialForm(request.POST, request.FILES, auto_id="material-%s")
    if form.is_valid():
        try:
            _add(request, meeting, form)
        except NotAllowed:
            raise
        except PortalError as error:
            form.add_error("file" if form.cleaned_data["file"] else None, str(error))
        else:
            messages.success(request, "Материал добавлен.")
            return redirect("roadmaps:meeting", pk=pk)
    return _shown(request, meeting, material_form=form)


def _add(request: PortalRequest, meeting: Meeting, form: MaterialForm) -> None:
    data = form.cleaned_data
    service.add_material(
        meeting,
        title=data["title"],
        link=data["link"],
        file=(data["file"].read(), data["file"].name) if data["file"] else None,
        by=request.viewer,
        most_bytes=settings.UPLOAD_MOST_BYTES,
    )


@for_members
def meeting_file(request: PortalRequest, pk: int, document: int) -> HttpResponse:
    """The newest file of a material, for those who see the event: the invited are elsewhere."""
    open_only_with(Permission.EXECUTION_READ, request.viewer)
    found = get_object_or_404(_meeting(request, pk).materials, pk=document)
    version = found.versions.first()
    if version is None:
        raise Conflict("У этого материала нет файла: откройте его адрес на странице события.")
    return stored_file(version.file, version.name, content_type=version.content_type)
