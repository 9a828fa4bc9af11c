"""The order over a plan: its number, date, title and issuer, and what the annex says of them."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from roadmaps.letters import folded, plain
from roadmaps.moments import Moment, Scale, moments_of, shortened

ACT = re.compile(
    r"(?:п\s?р\s?и\s?к\s?а\s?з|р\s?а\s?с\s?п\s?о\s?р\s?я\s?ж\s?е\s?н\s?и\s?е"
    r"|п\s?о\s?с\s?т\s?а\s?н\s?о\s?в\s?л\s?е\s?н\s?и\s?е|решение)\b",
    re.IGNORECASE,
)
PREAMBLE = re.compile(
    r"в соответствии|в целях|на основании|во исполнение|руководствуясь|в связи"
    r"|п\s?р\s?и\s?к\s?а\s?з\s?ы\s?в\s?а\s?ю",
    re.IGNORECASE,
)
ORDER_TITLE = re.compile(r"Об?о?\s+[«\"]?[а-яёА-ЯЁ]")
ANNEX = re.compile(
    r"(?:приложение\b|утверждаю\b|утвержд[её]н[аоы]?(?=[\s:]*$|\s+(?:приказ|распоряж|постановл|решени"
    r"|протокол|на\b|директор|министр|заместител|глав|руководител|начальник|педагогическ)))",
    re.IGNORECASE,
)
PROTOCOL = re.compile(r"протокол\w*[^№]{0,60}№\s*\S+", re.IGNORECASE)
LONGEST_TITLE = 6  # lines
ANNEX_NUMBER = re.compile(r"приложение\s*№?\s*\d*", re.IGNORECASE)
PLAN_TITLE = re.compile(
    r"[«\"]?(?:(?:\w+(?:ая|ый|ой|ий) )?(?:дорожная карта|план(?:-график)?\b)"
    r"|комплекс (?:мер|мероприятий)\b|перечень мероприятий|мероприятия\b"
    r"|программа мероприятий|циклограмма)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<!школа )(?<!СОШ )(?:№|\bN)\s*((?:[^\W\d]{1,5}[-/.]?)?\d[\w/.-]*)")
BESIDE_DAY = (
    re.compile(r"\d{4}\s*(?:г(?:\.|ода)?)?\s*(?:№|\bN)\s*((?:[^\W\d]{1,5}[-/.]?)?\d[\w/.-]*)"),
    re.compile(r"(?:№|\bN)\s*((?:[^\W\d]{1,5}[-/.]?)?\d[\w/.-]*)\s+от\b"),
)
LETTERHEAD_NOISE = re.compile(
    r"@|www|тел\b|тел\.|факс|инн|огрн|окпо|\d{6}|^(?:российская федерация|рф|россия)$"
    r"|\bул\.|^приложение|^проект$",
    re.IGNORECASE,
)
AUTHORITY = re.compile(r"(?:управление|комитет|отдел|департамент)\b", re.IGNORECASE)
ADMINISTRATION = re.compile(r"администрация\b", re.IGNORECASE)
OF_ACT = re.compile(r"(?:приказ|распоряжени|постановлени)\w*\s+(.+?)\s+от\b", re.IGNORECASE)
DOTTED = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}(?!\d)")
# A name that stands before what it names keeps its capital: «Лесного района».
PROPER = re.compile(
    r"(?<=города )[а-яё]+|\b(?!городского|муниципального|автономного)[а-яё]+(?:ого|ей|ой)"
    r"(?= (?:муниципального |городского )?(?:района|округа|области|края)\b)"
)
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
    lines = [plain(line.replace("**", "").replace("_", " ")) for line in printed]
    above, annex, title = _parts(lines)
    head = _until(above, PREAMBLE)
    order_title = _title(head)
    opening = PROTOCOL.sub("", " ".join(_until(head, ORDER_TITLE)))
    said = ANNEX_NUMBER.sub("", " ".join(annex))
    found = Order(_number(opening), _day(opening), order_title, _issuer(head, lines))
    named = Order(_number(said), _day(said), None, _issuer_of_annex(said))
    order = Order(
        found.number or named.number,
        found.date or named.date,
        found.title,
        _fuller(named.issuer, found.issuer),
    )
    title = title or order_title or _last_words(lines)
    return Heading(order, named, title, "\n".join(lines), _impossible(lines))


def _fuller(named: str | None, found: str | None) -> str | None:
    """The annex's name of the issuer, unless the letterhead goes on where it ends."""
    if named and found and folded(found).startswith(folded(named)):
        return named + found[len(named) :]
    return named or found


def _parts(lines: list[str]) -> tuple[list[str], list[str], str]:
    """Lines of the order, lines of the annex, the plan's title."""
    annexes = [n for n, line in enumerate(lines) if ANNEX.match(line)]
    titles = [n for n, line in enumerate(lines) if PLAN_TITLE.match(line)]
    title = titles[-1] if titles else len(lines)
    annex = max((n for n in annexes if n < title), default=title)
    return lines[:annex], lines[annex:title], plain(" ".join(lines[title:]))


def _last_words(lines: Sequence[str]) -> str:
    """What stands right over a table that nothing else names."""
    words: list[str] = []
    for line in reversed(lines):
        of_act = ANNEX.match(line) or ACT.match(line) or NUMBER.search(line) or _day(line)
        if of_act or (words and not line) or len(words) == LONGEST_TITLE:
            break
        words = [line, *words] if line else words
    return plain(" ".join(words))


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
    """The number beside a date, as acts have it; a school's own «№ 5» is none."""
    found = next((found for one in BESIDE_DAY if (found := one.search(text))), None)
    found = found or NUMBER.search(text)
    return found[1].rstrip(".-/") if found else None


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
    above = [line for line in above if line and not LETTERHEAD_NOISE.search(line)]
    name = plain(" ".join(_lower_first(above)))
    return _recased(name, " ".join(lines)) if name else None


def _lower_first(lines: Sequence[str]) -> list[str]:
    """The authority before the administration it belongs to, as it is named in a sentence."""
    here = next((n for n, line in enumerate(lines) if n and AUTHORITY.match(line)), 0)
    if not here or not ADMINISTRATION.match(lines[0]):
        return list(lines)
    upper = " ".join(lines[:here])
    return [*lines[here:], ADMINISTRATION.sub("администрации", upper, count=1)]


def _recased(name: str, text: str) -> str:
    usual = {word.lower(): word for word in re.findall(r"\w+", text) if not word.isupper()}
    words = [
        usual.get(word.lower(), word.lower()) if word.isupper() else word for word in name.split()
    ]
    sentence = PROPER.sub(lambda found: found[0].capitalize(), " ".join(words))
    return sentence[:1].upper() + sentence[1:]


def _issuer_of_annex(said: str) -> str | None:
    """«приказу Управления образования … от …»: the issuer, as a dictionary has it."""
    found = OF_ACT.search(said)
    if not found:
        return None
    issuer = re.sub(r"^(?:директора|руководителя|начальника)\s+(?=\S)", "", found[1])
    if not re.match(r"[«\"]?[А-ЯЁа-яё]", issuer):
        return None
    for pattern, nominative in NOMINATIVE:
        issuer = pattern.sub(nominative, issuer)
    return issuer[:1].upper() + issuer[1:]


def _impossible(lines: Iterable[str]) -> tuple[str, ...]:
    """Dates in the text that no calendar has."""
    dates = [found for line in lines for found in DOTTED.findall(line)]
    return tuple(found for found in dates if _day(found) is None)
