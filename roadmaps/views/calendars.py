"""The calendar: a month of deadlines, control points and meetings; one's own as a subscription."""

import calendar as months
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.queries import viewer_of
from roadmaps.exchange import ics
from roadmaps.forms.filters import CalendarFilter
from roadmaps.models import CalendarFeed, Roadmap
from roadmaps.queries import WORDS
from roadmaps.queries.calendars import Occasion, Sort, Whose, duties, occasions
from roadmaps.services import feeds

PER_PAGE = 100
IN_A_DAY = 3  # more than these would push the weeks apart; the rest is told by its number
YEARS = range(2000, 2100)
SORTS = {
    Sort.DEADLINE: "срок",
    Sort.CONTROL: "контрольная точка",
    Sort.MEETING: "событие",
}
WHOSE = {"": "Моего уровня и выше", Whose.MINE: "Мои", Whose.BELOW: "С планами ниже"}
NAMES = ("январь", "февраль", "март", "апрель", "май", "июнь",
         "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь")  # fmt: skip
HEAD = ("Дата", "Время", "Что", "Чей план", "Пункт", "Мероприятие", "Состояние")
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Mark:
    """An occasion as the page shows it."""

    occasion: Occasion
    url: str
    word: str
    hour: str
    state: str


@dataclass(frozen=True)
class Day:
    """A cell of the month."""

    date: datetime.date
    is_inside: bool
    is_today: bool
    marks: Sequence[Mark]
    more: int


@dataclass(frozen=True)
class Asked:
    """The month looked at, whose plans, and the one day or plan that is picked out."""

    month: datetime.date
    plan: Roadmap | None
    day: datetime.date | None
    whose: str

    def at(self, **changed: object) -> str:
        """The end of an address where something of this is another."""
        now = {
            "month": f"{self.month:%Y-%m}",
            "plan": self.plan.pk if self.plan else "",
            "whose": self.whose,
        }
        return urlencode({name: value for name, value in (now | changed).items() if value})

    @property
    def last(self) -> datetime.date:
        return self.month.replace(day=months.monthrange(self.month.year, self.month.month)[1])

    @property
    def title(self) -> str:
        return f"{NAMES[self.month.month - 1]} {self.month.year}"


@never_cache
@for_members
def calendar(request: PortalRequest) -> HttpResponse:
    """A month of all visible plans, or of one."""
    return _shown(request)


def _shown(request: PortalRequest, secret: str = "") -> HttpResponse:
    """The page; `secret` is the address of the subscription just given out."""
    asked = _asked(request)
    weeks = _weeks(asked)
    found = _found(request, asked, weeks[0][0], weeks[-1][-1])
    by_day = {day: list(some) for day, some in groupby(found, lambda one: one.day)}
    listed = [one for one in found if _is_listed(one, asked)]
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    feed = CalendarFeed.objects.filter(user=request.viewer.user_id).first()
    context = {
        "asked": asked,
        "weeks": [[_day(day, asked, by_day.get(day, [])) for day in week] for week in weeks],
        "page": page,
        "days": [(day, list(some)) for day, some in groupby(map(_mark, page), _date)],
        "filters": _filters(asked),
        "previous": asked.at(month=f"{asked.month - datetime.timedelta(days=1):%Y-%m}"),
        "following": asked.at(month=f"{asked.last + datetime.timedelta(days=1):%Y-%m}"),
        "query": asked.at(),
        "nearest": _nearest(request),
        "feed": feed,
        "address": _feed_url(request, secret) if secret else "",
        "roadmap": asked.plan,
    }
    return render(request, "roadmaps/calendar.html", context)


@for_members
def calendar_xlsx(request: PortalRequest) -> HttpResponse:
    """The month as a sheet."""
    asked = _asked(request)
    found = _found(request, asked, asked.month, asked.last)
    table = [HEAD, *(_cells(_mark(one)) for one in found)]
    content = workbook.write({asked.title: table})
    return attachment(content, f"Календарь, {asked.title}.xlsx", content_type=XLSX)


@require_POST
@never_cache
@for_members
def calendar_subscribe(request: PortalRequest) -> HttpResponse:
    """A new address of one's own calendar, shown this once; the one before stops working."""
    return _shown(request, feeds.subscribe(by=request.viewer))


@require_POST
@for_members
def calendar_cancel(request: PortalRequest) -> HttpResponse:
    if feeds.unsubscribe(by=request.viewer):
        messages.success(request, "Адрес календаря больше не действует.")
    return redirect("roadmaps:calendar")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The duties of whose secret this is, as a calendar file; no session, six queries at most."""
    user = feeds.subscriber(token)
    viewer = viewer_of(user) if user else None
    if viewer is None:
        raise Http404
    today = timezone.localdate()
    entries = map(partial(_entry, request), duties(viewer, day=today))
    # The same through the day, so that who asks again is told that nothing has changed.
    stamp = timezone.make_aware(datetime.datetime.combine(today, datetime.time.min))
    content = ics.calendar(f"РСОКО: {viewer.organization_name}", entries, stamp=stamp)
    etag = f'"{sha256(content).hexdigest()}"'
    answer = HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "ETag": etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex",
            "Content-Disposition": 'attachment; filename="rsoko.ics"',
        },
    )  # fmt: skip
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _feed_url(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("calendar_feed", args=[secret]))


def _asked(request: PortalRequest) -> Asked:
    asked, today = CalendarFilter(request.GET).asked, timezone.localdate()
    month, day = asked["month"] or asked["day"] or today, asked["day"]
    month = (month if month.year in YEARS else today).replace(day=1)
    plan = None
    if asked["plan"]:
        visible = Roadmap.objects.visible_to(request.viewer).select_related("owner", "order")
        plan = get_object_or_404(visible, pk=asked["plan"])
    inside = day is not None and (day.year, day.month) == (month.year, month.month)
    return Asked(month, plan, day if inside else None, asked["whose"] or "")


def _found(
    request: PortalRequest, asked: Asked, first: datetime.date, last: datetime.date
) -> list[Occasion]:
    return occasions(request.viewer, first, last, plan=asked.plan, whose=asked.whose)


def _weeks(asked: Asked) -> list[list[datetime.date]]:
    return months.Calendar().monthdatescalendar(asked.month.year, asked.month.month)


def _is_listed(one: Occasion, asked: Asked) -> bool:
    if asked.day is not None:
        return one.day == asked.day
    return asked.month <= one.day <= asked.last


def _day(date: datetime.date, asked: Asked, here: Sequence[Occasion]) -> Day:
    return Day(
        date=date,
        is_inside=date.month == asked.month.month,
        is_today=date == timezone.localdate(),
        marks=[_mark(one) for one in here[:IN_A_DAY]],
        more=max(len(here) - IN_A_DAY, 0),
    )


def _date(mark: Mark) -> datetime.date:
    return mark.occasion.day


def _mark(one: Occasion) -> Mark:
    meeting = one.meeting
    return Mark(
        occasion=one,
        url=_url(one),
        word=meeting.get_kind_display() if meeting else SORTS[one.sort],
        hour=f"{timezone.localtime(meeting.starts_at):%H:%M}" if meeting else "",
        state=WORDS[one.standing] if one.standing else "",
    )


def _url(one: Occasion) -> str:
    if one.meeting:
        return reverse("roadmaps:meeting", args=[one.meeting.pk])
    return reverse("roadmaps:item", args=[one.item.roadmap_id, one.item.pk])


def _filters(asked: Asked) -> list[dict[str, Any]]:
    return [
        {"title": title, "url": f"?{asked.at(whose=whose)}", "current": whose == asked.whose}
        for whose, title in WHOSE.items()
        if asked.plan is None or whose != Whose.BELOW
    ]


def _nearest(request: PortalRequest) -> Occasion | None:
    """What the viewer's own place has to do next."""
    today = timezone.localdate()
    return next((one for one in duties(request.viewer, day=today) if one.day >= today), None)


def _cells(mark: Mark) -> Sequence[Value]:
    one = mark.occasion
    return (
        f"{one.day:%d.%m.%Y}",
        mark.hour,
        mark.word,
        one.item.roadmap.owner.short_name,
        one.item.number,
        one.title,
        mark.state,
    )


def _entry(request: HttpRequest, one: Occasion) -> ics.Entry:
    """A meeting at its hours, a duty on its whole day."""
    url = request.build_absolute_uri(_url(one))
    if one.meeting:
        starts, ends = one.meeting.starts_at, one.meeting.ends_at
        until = ends if ends and ends > starts else starts + HOUR
        return ics.Entry(
            uid=f"{one.name}@rsoko", title=one.title, when=(starts, until),
            location=one.meeting.place, url=url, remind=True,
        )  # fmt: skip
    return ics.Entry(
        uid=f"{one.name}@rsoko",
        title=f"{SORTS[one.sort].capitalize()}: п. {one.item.number} {one.title}",
        when=one.day,
        description=one.item.roadmap.title,
        url=url,
        remind=True,
    )
