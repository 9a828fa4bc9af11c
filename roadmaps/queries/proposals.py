"""What is proposed for the event of an item: its kind, topic and moment; no queries."""

import datetime
import re

from roadmaps.models import Meeting

# Stems by which plans name their events; the one that stands first in the title decides.
KINDS = (
    (r"вебинар", Meeting.Kind.WEBINAR),
    (r"семинар|практикум|мастер-класс|(?:практическ|обучающ)\w+ заняти"
     r"|заняти\w+ (?:для|со?) (?:\w+ ){0,2}(?:директор|завуч|заместител|координатор|методист"
     r"|педагог|руководител|специалист|учител)", Meeting.Kind.SEMINAR),
    (r"курс(?:ы|ов|ам|ах|ами)\b|повышени\w+ квалификации", Meeting.Kind.COURSE),
    (r"консультаци|консультировани", Meeting.Kind.CONSULTATION),
    (r"совещани|заседани|коллеги[ияйю]\b|педсовет|педагогическ\w+ совет|круглы\w+ стол|собрани"
     r"|встреч(?:а|и|у|е|ей|ам|ах|ами)?\b",
     Meeting.Kind.CONFERENCE),
)  # fmt: skip
QUOTED = re.compile(r"«(.{10,})»")
LONGEST_TITLE = 400
USUAL_HOUR = datetime.time(10)
NOTICE_DAYS = 7  # people are told of a meeting a week before
SATURDAY = 5


def kind_of(title: str) -> Meeting.Kind | None:
    """The kind that an item's words name; None when they name none."""
    found = [
        (match.start(), kind)
        for stems, kind in KINDS
        if (match := re.search(rf"\b(?:{stems})", title, re.IGNORECASE))
    ]
    return min(found)[1] if found else None


def topic_of(title: str) -> str:
    """The topic in quotation marks, or the item's own words."""
    quoted = QUOTED.search(title)
    return (quoted[1] if quoted else title)[:LONGEST_TITLE]


def day_of(
    starts_on: datetime.date | None, ends_on: datetime.date | None, today: datetime.date
) -> datetime.date:
    """A working day inside the term, a week ahead if the term lets it."""
    wanted = max(today + datetime.timedelta(days=NOTICE_DAYS), starts_on or today)
    latest = max(ends_on, today) if ends_on else wanted
    day = min(wanted, latest)
    while day.weekday() >= SATURDAY:
        forward = day + datetime.timedelta(days=1)
        if forward > latest:
            return _back(day, max(starts_on or today, today))
        day = forward
    return day


def _back(day: datetime.date, earliest: datetime.date) -> datetime.date:
    """The working day before; the day itself when the term has none left."""
    for number in (1, 2):
        before = day - datetime.timedelta(days=number)
        if before >= earliest and before.weekday() < SATURDAY:
            return before
    return day
