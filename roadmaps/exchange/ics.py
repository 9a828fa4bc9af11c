"""Dates as a calendar file (iCalendar, RFC 5545) that calendars of people subscribe to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

PRODUCT = "-//RSOKO//Roadmaps//RU"
REFRESH = "PT12H"  # terms are days, nobody needs them sooner
LINE = 75  # octets without the line's end (RFC 5545, 3.1)

# What some reader takes for the end of a line: the signs str.splitlines knows, \r\n as one.
LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # may not stand in a value; a tab may
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
URL_SIGNS = "%:/?#[]@!$&'()*+,;=~"

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole day or a span of time; `uid` stays the same for as long as the thing exists.

    `remind` adds a reminder the day before: for a whole day at nine in the morning.
    """

    uid: str
    title: str
    when: date | Span
    description: str = ""
    url: str = ""
    location: str = ""
    remind: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a moment without a time zone or a span that ends too early."""
        if isinstance(self.when, datetime):
            raise ValueError(f"Entry {self.uid}: one moment is neither a day nor a span")
        if isinstance(self.when, tuple):
            starts, ends = self.when
            if starts.utcoffset() is None or ends.utcoffset() is None:
                raise ValueError(f"Entry {self.uid}: a moment without a time zone")
            if ends <= starts:
                raise ValueError(f"Entry {self.uid}: ends at {ends}, starts at {starts}")


def calendar(name: str, entries: Iterable[Entry], *, stamp: datetime) -> bytes:
    """The calendar's file; `stamp` is the moment it is made at, with its time zone."""
    if stamp.utcoffset() is None:
        raise ValueError("The stamp of a calendar without a time zone")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for entry in entries:
        lines += _event(entry, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(map(_folded, lines))


def _event(entry: Entry, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    yield f"DTSTAMP:{_moment(stamp)}"
    yield from _when(entry.when)
    yield f"SUMMARY:{_text(entry.title)}"
    if entry.description:
        yield f"DESCRIPTION:{_text(entry.description)}"
    if entry.location:
        yield f"LOCATION:{_text(entry.location)}"
    if entry.url:
        yield f"URL:{quote(entry.url, safe=URL_SIGNS)}"
    if entry.remind:
        yield from _reminder(entry)
    yield "END:VEVENT"


def _when(when: date | Span) -> Iterator[str]:
    if isinstance(when, tuple):
        starts, ends = when
        yield f"DTSTART:{_moment(starts)}"
        yield f"DTEND:{_moment(ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{_day(when)}"
        yield f"DTEND;VALUE=DATE:{_day(when + timedelta(days=1))}"  # the first day after it
        yield "TRANSP:TRANSPARENT"  # a term does not make its day a busy one


def _reminder(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(entry.title)}"
    yield f"TRIGGER:{'-P1D' if isinstance(entry.when, tuple) else '-PT15H'}"
    yield "END:VALARM"


def _moment(moment: datetime) -> str:
    """In UTC. The year by hand: strftime writes years before 1000 with fewer digits."""
    utc = moment.astimezone(UTC)
    return f"{_day(utc)}T{utc:%H%M%S}Z"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _text(value: str) -> str:
    return CONTROL.sub("", LINE_END.sub("\n", value)).translate(ESCAPED)


def _folded(line: str) -> bytes:
    """The line with its end; a long one goes on in lines that begin with a space.

    No character is cut in two: the octets 10xxxxxx go on with the one before them.
    """
    rest = line.encode()
    folded = b""
    room = LINE
    while len(rest) > room:
        end = room
        while rest[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        folded += rest[:end] + b"\r\n "
        rest = rest[end:]
        room = LINE - 1  # the space counts
    return folded + rest + b"\r\n"
