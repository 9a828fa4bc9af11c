"""A plan in the text layer of a PDF: no columns, cells told apart by what they say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roadmaps.bodies import are_bodies
from roadmaps.exchange.drafts import (
    Column,
    Draft,
    ItemDraft,
    SectionDraft,
    parts_of,
    section_of,
    with_sections,
)
from roadmaps.exchange.tables import columns_of
from roadmaps.letters import folded, plain
from roadmaps.moments import MONTH
from roadmaps.terms import Doubt, TermKind, read_term

HEADING_WORDS = (
    r"№(?:\s*п/п)?|(?:наименование\s+|содержание\s+)?мероприяти\w+(?:\s*\([^)]{0,80}\))?"
    r"|срок\w*(?:\s+(?:исполнения|проведения|реализации|выполнения))?"
    r"|ответственн\w+(?:\s+исполнител\w+)?|исполнител\w+|(?:ожидаемы\w+\s+)?результат\w*"
)
HEADING = re.compile(rf"^[ ]*({HEADING_WORDS})(?:\s+({HEADING_WORDS})){{2,}}[ ]*$", re.I | re.M)
NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)([.)]?)\s+(?=[«\"A-ZА-ЯЁ])(.*)")
LARGEST_GAP = 3  # numbers a plan may skip; a larger step is a number inside the text
LONGEST_TERM = 10  # words
LONGEST_ITEM = 3000  # signs; the longest seen has 400, a longer text is not one item
MOST_BODY_LINES = 12  # after the first one; more bodies than a plan ever lists

OPENING = re.compile(
    rf"до|к|ко|со?|во?|на|по|не|при|за|весь|всего|в?срок|конец|начало|согласно|кажд\w+|еж\w+"
    rf"|постоянно|непрерывно|регулярно|систематически|учебный|раз|i{{1,3}}|iv|[«\"]?\d[\d.\-»\"]*"
    rf"|(?:перв|втор|трет|четв)\w+|{MONTH}.*"
)
WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Division:
    """An item's text cut into its cells; `rest` are lines after the bodies."""

    title: str
    term: str
    bodies: str
    rest: str


def read_layer(lines: Sequence[str]) -> tuple[list[str], Draft] | None:
    """Lines before the heading, and the items after it; None if there is no heading."""
    text = "\n".join(lines)
    heading = HEADING.search(text)
    if heading is None:
        return None
    words = [found[0] for found in re.finditer(HEADING_WORDS, heading[0], re.IGNORECASE)]
    columns = columns_of(words)
    if columns is None:
        return None
    body = HEADING.sub("", text[heading.end() :]).splitlines()
    found = frozenset(column for column in columns if column)
    return text[: heading.start()].splitlines(), Draft(found, _items(body, found))


def _items(lines: Sequence[str], columns: frozenset[Column]) -> list[ItemDraft]:
    items: list[ItemDraft] = []
    section: SectionDraft | None = None
    for number, text in _numbered(lines):
        item = ItemDraft(number, section)
        division = _divide(text)
        item.cells = {
            Column.TITLE: plain(division.title),
            Column.TERM: plain(division.term),
            Column.BODIES: plain(division.bodies),
        }
        rest = plain(division.rest)
        if rest and Column.RESULT in columns:
            item.cells[Column.RESULT] = rest
        elif rest[:1].islower():
            item.add(Column.TITLE, rest)
            item.broken = True
        elif rest:
            section = section_of(rest)
        items.append(item)
    return with_sections(items)


def _numbered(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each item's number and its lines; a page's number is left out."""
    number, text = "", ""
    for line in map(str.strip, lines):
        found = NUMBERED.fullmatch(line)
        if found and _follows(number, found[1], found[2]):
            if number:
                yield number, text
            number, text = found[1], found[3]
        elif line and not line.isdecimal():
            text += f"\n{line}"
    if number:
        yield number, text


def _follows(before: str, number: str, dot: str) -> bool:
    if not dot and "." not in number:
        return False
    step = parts_of(number)[0] - (parts_of(before)[0] if before else 0)
    return 0 <= step <= LARGEST_GAP and (not before or parts_of(number) > parts_of(before))


def _divide(text: str) -> _Division:
    """Cut at the first term that only known bodies follow, else at the last term there is."""
    division = _Division(text, "", "", "")
    if len(text) > LONGEST_ITEM:
        return division
    for division in _divisions(text):
        if are_bodies(division.bodies):
            break
    return division


def _divisions(text: str) -> Iterator[_Division]:
    words = list(WORD.finditer(text))
    end = 0
    for first, word in enumerate(words):
        start = word.start()
        if start < end or not OPENING.fullmatch(folded(word[0]).rstrip(".,")):
            continue
        end = _term_end(text, words[first : first + LONGEST_TERM])
        if end:
            yield _Division(text[:start], text[start:end], *_bodies_and_rest(text[end:]))


def _term_end(text: str, words: Sequence[re.Match[str]]) -> int:
    """Where the longest term that begins with these words ends; 0 if none does."""
    for last in reversed(words):
        term = read_term(text[words[0].start() : last.end()], period=None)
        if term.kind != TermKind.UNKNOWN or term.doubt not in (None, Doubt.NOT_UNDERSTOOD):
            return last.end()
    return 0


def _bodies_and_rest(text: str) -> tuple[str, str]:
    """Bodies on the lines after the term; the first line is theirs in any case."""
    lines = [line.strip() for line in text.split("\n")]
    least = next((n for n, line in enumerate(lines, start=1) if line), 0)
    for count in range(min(len(lines), least + MOST_BODY_LINES), least, -1):
        if are_bodies("\n".join(lines[:count])):
            return "\n".join(lines[:count]), "\n".join(lines[count:])
    return "\n".join(lines[:least]), "\n".join(lines[least:])
