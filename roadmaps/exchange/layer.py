"""A plan in the text layer of a PDF: no columns, cells told apart by what they say."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest

from roadmaps.bodies import are_bodies, may_be_bodies
from roadmaps.exchange.drafts import (
    Column,
    Draft,
    ItemDraft,
    SectionDraft,
    is_heading,
    parts_of,
    section_of,
    with_sections,
)
from roadmaps.exchange.order import ANNEX
from roadmaps.exchange.tables import columns_of
from roadmaps.letters import folded, plain
from roadmaps.moments import MONTH, SEASON
from roadmaps.terms import names_term

LAST = (Column.RESULT, Column.EVIDENCE)  # what lines after the bodies say
LONGEST_BODIES = 600  # signs; some ten bodies with full names

ASPECTS = r"исполнения|проведения|реализации|выполнения|наступления|представления"
HEADING_WORDS = (
    r"(?:№|\bN\b)(?:\s*п\s*/\s*п\.?)?"
    r"|направлени\w+(?:\s+(?:работы|деятельности))?(?:[.,]\s+мероприяти\w+)?"
    r"|(?:(?:наименование|содержание|перечень|планируемые|основные)\s+)?(?:основных\s+)?"
    r"мероприяти\w+(?:\s*[,/]?\s*\([^)]{0,80}\))?(?:,?\s*контрольн\w+\s+точ\w+)?"
    r"|(?:содержание|наименование)\s+(?:деятельности|работ\w*|действи\w+)|действи[яе]"
    rf"|(?:планируем\w+\s+)?(?:сроки?|дата|период)(?:\s+(?:{ASPECTS}))?"
    r"(?:\s+(?:мероприяти\w+|контрольн\w+\s+точ\w+))?"
    r"|ответственн\w+(?:\s+(?:исполнител\w+|лиц\w+))?(?:\s+за\s+(?:исполнение|выполнение|"
    r"проведение|реализацию))?(?:\s*\([^)]{0,80}\))?|(?:со)?исполнител\w+"
    r"|(?:(?:ожидаемы|планируемы)\w+\s+)?результат\w*(?:\s*\([^)]{0,80}\))?"
    r"|(?:вид\s+)?подтверждающ\w+\s+документ\w*|вид\s+документа"
    r"|форма\s+(?:отч[её]тности|отч[её]та|представления\s+результата)|контрольн\w+\s+точ\w+"
)
HEADING = re.compile(rf"^[ ]*({HEADING_WORDS})(?:\s+({HEADING_WORDS})){{2,9}}[ ]*$", re.I | re.M)
NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)([.)]?)\s+(?=[«\"A-ZА-ЯЁ])(.*)")
SECTION_HEADING = re.compile(
    r"^(?:(?:(?:Раздел|Блок|Этап|Направление|Модуль|Задача)\s+)(?:№\s*)?\d{1,2}[.:]?"
    r"|(?:Раздел\s+)?[IVX]+\.)\s+(?=[«\"А-ЯЁ])",
    re.MULTILINE,
)
ANNEX_OF_ACT = re.compile(
    r"приложение\b|утверждаю\b|утвержд\w+\s+(?:приказ|распоряж|постановл|решени|протокол|на )", re.I
)
# Words that results of items begin with, right after the bodies on the same line.
RESULT_WORD = re.compile(
    r"(?:Справк|Приказ|Программ|Отч[её]т|Протокол|План|Акт|Аналитич|Материал|Спис|Переч|Удостов"
    r"|Реестр|График|Договор|Соглашен|Рекоменд|Сертифик|Баз|Банк|Карт|Свод|Журнал|Утвержд|Провед"
    r"|Созда|Разработ|Размещ|Обуч|Определ|Сформир|Подготов|Повыш|Обеспеч|Выявл|Участ|Информ|Стат"
    r"|Наличи|Дол[ия]|Корректир|Ре[шз])"
)
NO_DAY = re.compile(
    r"\n|\s+(?:(?:янв|фев|апр|ию|сен|окт|ноя|дек)[а-я]*ь|март|август|май|до|в|с|не|по|еже[а-я]+"
    r"|постоянно|[IVX]+)\b(?!-?\s*\d\d?\b)",
    re.IGNORECASE,
)
CUT = re.compile(r"[а-яё\d]-$")  # a word or a range that goes on in the next line
PAGE_NUMBER = re.compile(r"(?!20\d\d)\d+|1( \d+)+")
LONE_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)([.)]?)")
LARGEST_GAP = 3  # numbers a plan may skip; a larger step is a number inside the text
LONGEST_TERM = 10  # words
LONGEST_ITEM = 3000  # signs; the longest seen has 400, a longer text is not one item
MOST_DIVISIONS = 8  # terms named in one item that are tried
LONGEST_BODY = 14  # words of one body's name
MOST_BODY_LINES = 12  # after the first one; more bodies than a plan ever lists

OPENING = re.compile(
    rf"начиная|до|к|ко|со?|во?|на|по|не|при|за|весь|всего|в?срок|конец|начало|согласно|кажд\w+|еж\w+"
    rf"|постоянно|непрерывно|регулярно|систематически|учебный|раз|i{{1,3}}|iv|[«\"]?\d[\d.\-»\"]*"
    rf"|(?:перв|втор|трет|четв|последн)\w+|{MONTH}.*|{SEASON}|круглогодично|накануне|перед|после"
    r"|период|середина"
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
    order = tuple(column for column in columns if column)
    return text[: heading.start()].splitlines(), Draft(frozenset(order), _items(body, order))


def _items(lines: Sequence[str], columns: Sequence[Column]) -> list[ItemDraft]:
    items: list[ItemDraft] = []
    section: SectionDraft | None = None
    for number, printed in _numbered(lines):
        text, heading = _headed(printed)
        if not number:
            section = section_of(heading or text) if is_heading(plain(heading or text)) else None
            continue
        item = ItemDraft(number, section)
        division = _divide(text, columns)
        item.cells = {
            Column.TITLE: plain(division.title),
            Column.TERM: plain(division.term),
            Column.BODIES: plain(division.bodies),
        }
        rest = plain(division.rest)
        last = next((one for one in LAST if one in columns), None)
        if rest and last:
            item.cells[last] = rest
        elif rest[:1].islower():
            item.add(Column.TITLE, rest)
            item.broken = True
        elif rest and are_bodies(rest):
            item.add(Column.BODIES, rest)
        elif rest:
            section = section_of(rest)
        section = section_of(heading) if heading else section
        items.append(item)
    return with_sections(items)


def _headed(text: str) -> tuple[str, str]:
    """An item's text, and the heading of a section that stands after it: «II. …», «Раздел 2. …»."""
    found = SECTION_HEADING.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def _numbered(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each item's number and its lines, what stands before them first; no numbers of pages."""
    number, text = "", ""
    dotted = True
    lines = list(map(str.strip, lines))
    for place, line in enumerate(lines):
        if _opens_section(lines, place):
            yield number, text
            number, text = "", line
            continue
        found = NUMBERED.fullmatch(line) or LONE_NUMBER.fullmatch(line)
        if found and not number:
            dotted = bool(found[2]) or "." in found[1]
        if found and _follows(number, found[1], found[2], dotted=dotted):
            if number or text:
                yield number, text
            number, text = found[1], found[3] if found.re is NUMBERED else ""
        elif number and _opens_annex(lines, place):
            break
        elif line and not PAGE_NUMBER.fullmatch(line):
            text += line if CUT.search(text) else f"\n{line}"
    if number:
        yield number, text


def _opens_annex(lines: Sequence[str], here: int) -> bool:
    """Whether the next annex begins: «Утверждено» alone may be a result cut by its cell."""
    following = lines[here + 1] if here + 1 < len(lines) else ""
    two = f"{lines[here]} {following}"
    return bool(ANNEX.match(lines[here]) and (ANNEX_OF_ACT.match(two) or lines[here].isupper()))


def _opens_section(lines: Sequence[str], here: int) -> bool:
    """Whether «2. Кадровое обеспечение» stands right over «1.» or «2.1.»."""
    found = NUMBERED.fullmatch(lines[here])
    following = next((line for line in lines[here + 1 : here + 3] if line), "")
    below = NUMBERED.fullmatch(following) or LONE_NUMBER.fullmatch(following)
    if not found or not below or not found[2] or "." in found[1]:
        return False
    first = below[1] == "1" and bool(below[2])
    return first or below[1] == f"{found[1]}.1"


def _follows(before: str, number: str, dot: str, *, dotted: bool) -> bool:
    if not dot and "." not in number:
        # Without a dot only the very next number is one: others are pages, points, classes.
        return not dotted and parts_of(number)[0] == (parts_of(before)[0] if before else 0) + 1
    step = parts_of(number)[0] - (parts_of(before)[0] if before else 0)
    return 0 <= step <= LARGEST_GAP and (not before or parts_of(number) > parts_of(before))


def _divide(text: str, columns: Sequence[Column]) -> _Division:
    """Cut at the first term that only known bodies stand beside, else at the last there is."""
    division = _Division(text, "", "", "")
    if len(text) > LONGEST_ITEM:
        return division
    with_result = any(column in columns for column in LAST)
    after = partial(_bodies_after, with_result=with_result)
    cut = _bodies_first if _stand_before_term(columns) else after
    for division in islice(_divisions(text, cut), MOST_DIVISIONS):
        if may_be_bodies(division.bodies):
            break
    return division


def _stand_before_term(columns: Sequence[Column]) -> bool:
    both = Column.BODIES in columns and Column.TERM in columns
    return both and columns.index(Column.BODIES) < columns.index(Column.TERM)


def _divisions(text: str, cut: Callable[[str, int, int], _Division]) -> Iterator[_Division]:
    words = list(WORD.finditer(text))
    end = 0
    for first, word in enumerate(words):
        start = word.start()
        if start < end or not OPENING.fullmatch(folded(word[0]).rstrip(".,")):
            continue
        if word[0].isdecimal() and NO_DAY.match(text, word.end()):
            continue  # «этап 11» at the end of a title: what follows is no date's month
        end = _term_end(text, words[first : first + LONGEST_TERM])
        if end:
            yield cut(text, start, end)


def _bodies_after(text: str, start: int, end: int, *, with_result: bool) -> _Division:
    return _Division(text[:start], text[start:end], *_bodies_and_rest(text[end:], with_result))


def _bodies_first(text: str, start: int, end: int) -> _Division:
    """Bodies that stand between the title and the term: the longest run of known ones."""
    before = text[:start]
    for word in WORD.finditer(before):
        if word[0][:1].islower() and before[word.start() - 1 : word.start()] != "\n":
            continue
        if len(before) - word.start() <= LONGEST_BODIES and are_bodies(before[word.start() :]):
            bodies = before[word.start() :]
            return _Division(before[: word.start()], text[start:end], bodies, text[end:])
    lines = before.rstrip().rpartition("\n")
    return _Division(lines[0] or before, text[start:end], lines[2] if lines[0] else "", text[end:])


def _term_end(text: str, words: Sequence[re.Match[str]]) -> int:
    """Where the longest term that begins with these words ends; 0 if none does."""
    for last in reversed(words):
        if names_term(text[words[0].start() : last.end()]):
            return last.end()
    return 0


def _bodies_end(text: str) -> int:
    """Where the longest run of bodies from the text's beginning ends before another sentence."""
    words = list(WORD.finditer(text[:LONGEST_BODIES]))
    result = next((n for n, word in enumerate(words) if n and RESULT_WORD.match(word[0])), None)
    words = words[:result]
    end = count = 0
    for word, following in zip_longest(words, words[1:]):
        opens = following is None or not following[0][:1].islower()
        if opens and may_be_bodies(text[: word.end()]):
            end, count = word.end(), 0
        elif (count := count + 1) > LONGEST_BODY:
            break
    return end


def _bodies_and_rest(text: str, with_result: bool) -> tuple[str, str]:
    """Bodies on the lines after the term; the first line is theirs in any case.

    A result may begin on the last line of them: «ОО Справка об итогах».
    """
    if with_result and (end := _bodies_end(text)):
        return text[:end], text[end:]
    lines = [line.strip() for line in text.split("\n")]
    least = next((n for n, line in enumerate(lines, start=1) if line), 0)
    for count in range(min(len(lines), least + MOST_BODY_LINES), least, -1):
        if are_bodies("\n".join(lines[:count])):
            return "\n".join(lines[:count]), "\n".join(lines[count:])
    return "\n".join(lines[:least]), "\n".join(lines[least:])
