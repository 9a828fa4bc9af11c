"""The order over a plan: its number, date, title and issuer, and what the annex says of them."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from roadmaps.letters import folded, plain
from roadmaps.moments import Moment, Scale, moments_of, shortened

ACT = re.compile(r"(?:п\s?р\s?и\s?к\s?а\s?з|распоряжение|постановление)", re.IGNORECASE)
PREAMBLE = re.compile(
    r"в соответствии|в целях|на основании|во исполнение|руководствуясь|в связи"
    r"|п\s?р\s?и\s?к\s?а\s?з\s?ы\s?в\s?а\s?ю",
    re.IGNORECASE,
)
ORDER_TITLE = re.compile(r"Об?о?\s+[«\"]?[а-яёА-ЯЁ]")
ANNEX = re.compile(r"(?:приложение\b|утвержд[её]н[аоы]?\b)", re.IGNORECASE)
ANNEX_NUMBER = re.compile(r"приложение\s*№?\s*\d*", re.IGNORECASE)
PLAN_TITLE = re.compile(
    r"[«\"]?(?:дорожная карта|(?:комплексный )?план\b|комплекс мер\b|перечень мероприятий)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"№\s*(\d[\w/-]*)")
OF_ACT = re.compile(r"(?:приказ|распоряжени|постановлени)\w*\s+(.+?)\s+от\b", re.IGNORECASE)
DOTTED = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}(?!\d)")
NOMINATIVE = (
    (re.compile(r"^(Министерств|Агентств)а\b", re.I), r"\1о"),
    (re.compile(r"^(Управлени)я\b", re.I), r"\1е"),
    (re.compile(r"^(Комитет|Департамент|Отдел)а\b", re.I), r"\1"),
    (re.compile(r"^(Администраци)и\b", re.I), r"\1я"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """The order that approves a plan; None where the file does not say."""

    number: str | None = None
    date: datetime.date | None = None
    title: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """Everything that stands before a plan's table."""

    order: Order
    annex: Order  # the order as the annex names it
    title: str
    text: str
    impossible_dates: tuple[str, ...]


def read_heading(printed: Iterable[str]) -> Heading:
    lines = [plain(line.replace("**", "")) for line in printed]
    above, annex, title = _parts(lines)
    head = _until(above, PREAMBLE)
    order_title = _title(head)
    opening = " ".join(_until(head, ORDER_TITLE))
    said = ANNEX_NUMBER.sub("", " ".join(annex))
    found = Order(_number(opening), _day(opening), order_title, _issuer(head, lines))
    named = Order(_number(said), _day(said), None, _issuer_of_annex(said))
    order = Order(
        found.number or named.number,
        found.date or named.date,
        found.title,
        named.issuer or found.issuer,
    )
    return Heading(order, named, title or order_title or "", "\n".join(lines), _impossible(lines))


def _parts(lines: list[str]) -> tuple[list[str], list[str], str]:
    """Lines of the order, lines of the annex, the plan's title."""
    annexes = [n for n, line in enumerate(lines) if ANNEX.match(line)]
    titles = [n for n, line in enumerate(lines) if PLAN_TITLE.match(line)]
    title = titles[-1] if titles else len(lines)
    annex = max((n for n in annexes if n < title), default=title)
    return lines[:annex], lines[annex:title], plain(" ".join(lines[title:]))


def _until(lines: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    end = next((n for n, line in enumerate(lines) if pattern.match(line)), len(lines))
    return list(lines[:end])


def _title(head: Sequence[str]) -> str | None:
    """The title of an order: from «Об …» to the next empty line."""
    start = next((n for n, line in enumerate(head) if ORDER_TITLE.match(line)), None)
    if start is None:
        return None
    end = next((n for n in range(start, len(head)) if not head[n]), len(head))
    return plain(" ".join(head[start:end]))


def _number(text: str) -> str | None:
    found = NUMBER.search(text)
    return found[1] if found else None


def _day(text: str) -> datetime.date | None:
    """The first whole date in the text; None also for a day that no calendar has."""
    for moment in moments_of(shortened(plain(folded(text)))):
        if moment.scale == Scale.DAY and moment.year:
            return _date(moment, moment.year)
    return None


def _date(moment: Moment, year: int) -> datetime.date | None:
    try:
        return moment.span(year)[0]
    except ValueError:
        return None


def _issuer(head: Sequence[str], lines: Sequence[str]) -> str | None:
    """The letterhead over «ПРИКАЗ», in the capitals its words have elsewhere in the file."""
    above = _until(head, ACT)
    if len(above) == len(head):
        return None
    name = plain(" ".join(above))
    return _recased(name, " ".join(lines)) if name else None


def _recased(name: str, text: str) -> str:
    usual = {word.lower(): word for word in re.findall(r"\w+", text) if not word.isupper()}
    words = [
        usual.get(word.lower(), word.lower()) if word.isupper() else word for word in name.split()
    ]
    sentence = " ".join(words)
    return sentence[:1].upper() + sentence[1:]


def _issuer_of_annex(said: str) -> str | None:
    """«приказу Управления образования … от …»: the issuer, as a dictionary has it."""
    found = OF_ACT.search(said)
    if not found:
        return None
    issuer = found[1]
    for pattern, nominative in NOMINATIVE:
        issuer = pattern.sub(nominative, issuer)
    return issuer[:1].upper() + issuer[1:]


def _impossible(lines: Iterable[str]) -> tuple[str, ...]:
    """Dates in the text that no calendar has."""
    dates = [found for line in lines for found in DOTTED.findall(line)]
    return tuple(found for found in dates if _day(found) is None)
