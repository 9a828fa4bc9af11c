"""Calendar files read back by a reader of the test's own, from the text of RFC 5545."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmaps.exchange.ics import Entry, calendar

STAMP = datetime(2026, 8, 20, 9, 30, tzinfo=UTC)
HERE = timezone(timedelta(hours=7))


def content_lines(content):
    """Unfolded lines as (name with parameters, value); every physical line is checked."""
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    unfolded = []
    for octets in physical:
        assert len(octets) <= 75
        text = octets.decode()  # fails when a character was cut in two
        assert not set(text) & {"\r", "\n"}
        if text.startswith(" "):
            unfolded[-1] += text[1:]
        else:
            unfolded.append(text)
    return [tuple(one.split(":", 1)) for one in unfolded]


def components(content):
    """The calendar as a tree: (name, properties, components inside)."""
    stack = [("", {}, [])]
    for name, value in content_lines(content):
        if name == "BEGIN":
            stack.append((value, {}, []))
        elif name == "END":
            done = stack.pop()
            assert done[0] == value
            stack[-1][2].append(done)
        else:
            assert name not in stack[-1][1]
            stack[-1][1][name] = value
    [root] = stack
    [whole] = root[2]
    assert whole[0] == "VCALENDAR"
    return whole


def text(value):
    """A TEXT value without its escapes; a sign that had to be escaped fails."""
    signs = iter(value)
    plain = ""
    for sign in signs:
        assert sign not in ",;"
        if sign != "\\":
            plain += sign
            continue
        escaped = next(signs)
        assert escaped in "\\,;nN"
        plain += "\n" if escaped in "nN" else escaped
    return plain


def only_event(entry):
    _, _, [event] = components(calendar("Сроки", [entry], stamp=STAMP))
    assert event[0] == "VEVENT"
    return event


def test_a_calendar_tells_its_name_and_how_often_to_look():
    _, properties, events = components(calendar("Сроки: школа № 3, год", [], stamp=STAMP))
    assert properties["VERSION"] == "2.0"
    assert properties["PRODID"]
    assert text(properties["X-WR-CALNAME"]) == "Сроки: школа № 3, год"
    assert text(properties["NAME"]) == "Сроки: школа № 3, год"
    assert properties["REFRESH-INTERVAL;VALUE=DURATION"] == properties["X-PUBLISHED-TTL"] == "PT12H"
    assert events == []


def test_a_day_is_a_whole_day_that_ends_before_the_next_one():
    _, properties, inside = only_event(
        Entry("item-7@rsoko", "Мониторинг сайтов", date(2026, 12, 31))
    )
    assert properties == {
        "UID": "item-7@rsoko",
        "DTSTAMP": "20260820T093000Z",
        "DTSTART;VALUE=DATE": "20261231",
        "DTEND;VALUE=DATE": "20270101",
        "TRANSP": "TRANSPARENT",
        "SUMMARY": "Мониторинг сайтов",
    }
    assert inside == []


def test_a_span_is_told_in_universal_time():
    when = datetime(2026, 9, 1, 3, tzinfo=HERE), datetime(2026, 9, 1, 4, 30, tzinfo=HERE)
    _, properties, _ = only_event(Entry("meeting-1", "Совещание", when))
    assert properties["DTSTART"] == "20260831T200000Z"
    assert properties["DTEND"] == "20260831T213000Z"
    assert "TRANSP" not in properties


def test_the_stamp_is_told_in_universal_time():
    content = calendar("Сроки", [Entry("a", "б", date(2026, 9, 1))], stamp=STAMP.astimezone(HERE))
    assert content == calendar("Сроки", [Entry("a", "б", date(2026, 9, 1))], stamp=STAMP)


@pytest.mark.parametrize(
    ("when", "trigger"),
    [
        (date(2026, 9, 1), "-PT15H"),
        ((datetime(2026, 9, 1, 3, tzinfo=HERE), datetime(2026, 9, 1, 4, tzinfo=HERE)), "-P1D"),
    ],
)
def test_a_reminder_comes_the_day_before(when, trigger):
    _, _, [alarm] = only_event(Entry("a", "Сдать отчёт, форма 1", when, remind=True))
    assert alarm[0] == "VALARM"
    assert alarm[1]["ACTION"] == "DISPLAY"
    assert alarm[1]["TRIGGER"] == trigger
    assert text(alarm[1]["DESCRIPTION"]) == "Сдать отчёт, форма 1"


def test_entries_stand_in_their_order():
    entries = [Entry(f"item-{day}", "Сбор", date(2026, 9, day)) for day in (3, 1, 2)]
    _, _, events = components(calendar("Сроки", entries, stamp=STAMP))
    assert [event[1]["UID"] for event in events] == ["item-3", "item-1", "item-2"]


hostile = st.text() | st.lists(
    st.sampled_from(
        ["срок", ",", ";", ":", "\\", "\\n", "\n", "\r", "\r\n", "\t", '"', "👩‍🏫", "é", " "]
    )
).map("".join)


def as_a_person_sees(value):
    """The text by another road than the writer's: its lines, without signs that have no shape."""
    parts = [(part, *part.splitlines()) for part in value.splitlines(keepends=True)]
    joined = "".join(line + "\n" * (part != line) for part, line in parts)
    return "".join(sign for sign in joined if sign in "\n\t" or (sign >= " " and sign != "\x7f"))


@given(name=hostile, title=hostile, description=hostile, location=hostile, uid=hostile)
@example(name="", title="ы" * 300, description="a" + "ы" * 300, location="👩‍🏫" * 50, uid="x" * 75)
@example(
    name="\u2028\x85\x0b",
    title="BEGIN:VEVENT\r\nEND:VEVENT",
    description="\x00",
    location="",
    uid="",
)
def test_any_text_comes_back_and_none_breaks_out_of_its_line(
    name, title, description, location, uid
):
    entry = Entry(uid, title, date(2026, 9, 1), description=description, location=location)
    _, properties, [event] = components(calendar(name, [entry], stamp=STAMP))
    assert text(properties["X-WR-CALNAME"]) == as_a_person_sees(name)
    assert text(event[1]["UID"]) == as_a_person_sees(uid)
    assert text(event[1]["SUMMARY"]) == as_a_person_sees(title)
    assert text(event[1].get("DESCRIPTION", "")) == as_a_person_sees(description)
    assert text(event[1].get("LOCATION", "")) == as_a_person_sees(location)


@given(st.integers(0, 200))
def test_lines_are_folded_as_late_as_they_can_be(length):
    entry = Entry("a", "x" * length, date(2026, 9, 1))
    physical = calendar("Сроки", [entry], stamp=STAMP).split(b"\r\n")
    [start] = [here for here, octets in enumerate(physical) if octets.startswith(b"SUMMARY:")]
    lengths = [len(physical[start])]
    for octets in physical[start + 1 :]:
        if not octets.startswith(b" "):
            break
        lengths.append(len(octets))
    assert all(one == 75 for one in lengths[:-1])
    assert sum(lengths) - (len(lengths) - 1) == len("SUMMARY:") + length


def test_an_address_is_told_as_it_is_and_foreign_signs_in_it_are_coded():
    address = "https://rsoko.example/roadmaps/3/?item=5&x=a%20b#term"
    _, properties, _ = only_event(Entry("a", "б", date(2026, 9, 1), url=address))
    assert properties["URL"] == address
    _, properties, _ = only_event(Entry("a", "б", date(2026, 9, 1), url="https://x/п\r\nUID:b"))
    assert properties["URL"] == "https://x/%D0%BF%0D%0AUID:b"


@given(st.dates(max_value=date(9999, 12, 30)))
def test_every_day_of_the_calendar_can_be_told(day):
    _, properties, _ = only_event(Entry("a", "б", day))
    read = [
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
        for value in (properties["DTSTART;VALUE=DATE"], properties["DTEND;VALUE=DATE"])
    ]
    assert read == [day, day + timedelta(days=1)]


@pytest.mark.parametrize(
    "when",
    [
        STAMP,
        (STAMP, STAMP),
        (STAMP, STAMP - timedelta(hours=1)),
        (STAMP.replace(tzinfo=None), STAMP + timedelta(hours=1)),
        (STAMP, STAMP.replace(tzinfo=None) + timedelta(hours=1)),
    ],
)
def test_times_that_no_calendar_could_show_are_refused(when):
    with pytest.raises(ValueError, match="item-7"):
        Entry("item-7", "Сбор", when)


def test_a_stamp_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        calendar("Сроки", [], stamp=STAMP.replace(tzinfo=None))
