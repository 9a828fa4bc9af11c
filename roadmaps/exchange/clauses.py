"""An order whose tasks stand in numbered clauses: who is addressed, what is to be done, by when."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from roadmaps.bodies import read_bodies
from roadmaps.exchange.drafts import (
    Column,
    Draft,
    ItemDraft,
    SectionDraft,
    parts_of,
)
from roadmaps.exchange.order import ACT, ANNEX
from roadmaps.exchange.people import is_signature, without_people
from roadmaps.exchange.tables import OFFICIAL, clean
from roadmaps.letters import folded, plain
from roadmaps.moments import MONTH
from roadmaps.names import OTHER
from roadmaps.terms import names_term

RESOLVING = re.compile(
    r"(?:^|[\s,])(?:п\s?р\s?и\s?к\s?а\s?з\s?ы\s?в\s?а\s?ю|п\s?о\s?с\s?т\s?а\s?н\s?о\s?в\s?л\s?я\s?"
    r"(?:ю|е\s?т)|о\s?б\s?я\s?з\s?ы\s?в\s?а\s?ю|р\s?а\s?с\s?п\s?о\s?р\s?я\s?ж\s?а\s?ю\s?с\s?ь"
    r"|п\s?о\s?р\s?у\s?ч\s?а\s?ю|п\s?р\s?е\s?д\s?л\s?а\s?г\s?а\s?ю"
    r"|р\s?е\s?ш\s?и\s?л\s?[аи]?|р\s?е\s?ш\s?е\s?н\s?и\s?е)\s*:?\s*",
    re.IGNORECASE,
)
RESOLVED = re.compile(RESOLVING.pattern + r"(?=$|\d)", re.IGNORECASE)
CLAUSE = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)([.)]?)\s*(?=[«\"А-ЯЁA-Zа-яё])(.*)")
BULLET = re.compile(r"(?:[-–—•·▪]|[а-е]\))\s*(?=\S)")
LARGEST_STEP = 3  # numbers a text may skip; a larger step is a number inside it
MOST_TASKS = 1000  # clauses and points; an order of more is none
LONGEST_CLAUSE = 4000  # signs

# What an order says of itself; none of it is a task.
OF_ORDER = re.compile(
    r"контроль\b.{0,120}(?:возложить|возлагаю|оставляю|оставить|осуществля)"
    r"|(?:за|о)?\s*контрол[ья]\s+(?:за\s+)?(?:исполнени|выполнени)"
    r"|(?:настоящ\w+|данн\w+)\s+(?:приказ|распоряжени|постановлени|решени)\w*\s+(?:вступает|вступить)"
    r"|(?:приказ|распоряжение|постановление|решение)\s+вступает|признать\s+утратившим"
    r"|считать\s+утратившим|общее руководство",
    re.IGNORECASE | re.DOTALL,
)
# Done by the signature itself, unless somebody is told to do it by a day.
BY_SIGNATURE = re.compile(r"(?:утвердить|назначить|внести изменени|ввести в действие)", re.I)

INFINITIVE = re.compile(
    r"(?!(?:мать|сеть|речь|часть|область)\b)(?:[а-яё]+(?:[аеиоуыя]ть(?:ся)?|[вн]ести|йти)|привлечь|помочь)"
)
MOVING = re.compile(
    r"(?:рекомендовать|поручить|обязать|предложить|рекомендую|поручаю|обязываю|предлагаю)\s*:?\s+",
    re.IGNORECASE,
)
DATIVE = re.compile(r"[а-яё-]+(?:у|ю|ам|ям|ой|ей|ому|ему|им|ым|е|и)", re.IGNORECASE)
# Posts and offices that an order speaks to, whoever they are.
ADDRESSED = re.compile(
    r"(?:отдел|управлени|центр|институт|департамент|комитет|заместител|специалист|методист"
    r"|руководител|директор|начальник|координатор|куратор|заведующ|секретар|консультант)\w*"
    r"(?:у|ю|ам|ям|ему|ей|им)",
    re.IGNORECASE,
)
LEGAL_FORM = re.compile(r"[А-ЯЁ]{2,}")
LONGEST_ADDRESS = 40  # words
# What is left of a clause when its term or its responsible body is taken off its end.
LABEL = re.compile(r"[\s.,;:(–—-]*(?:\bсрок\w*(?:\s+исполнения)?|\bв)?[\s:–—-]*$", re.IGNORECASE)
ANSWERS = re.compile(
    r"[\s(]*ответственн\w+(?:\s+исполнител\w+)?(?:\s+за\s+исполнение)?\s*[:–—-]\s*([^.;)]*)[.;)]*\s*",
    re.IGNORECASE,
)

TERM_OPENING = re.compile(
    rf"в|срок|до|не|к|ко|с|со|по|ежегодно|ежемесячно|ежеквартально|еженедельно|постоянно|регулярно"
    rf"|систематически|на|весь|раз|\d{{1,2}}|\d\d?\.\d\d?(?:\.\d{{2,4}})?|{MONTH}"
)
NO_OPENING = re.compile(r"от|№|редакции|приказа|письма")
PROSE = re.compile(
    r"(?:по|к|на|за|с) .*(?:план|положени|приказ|порядк|регламент|карт)|в (?:соответствии|ходе) "
    r"|при |на |за |в рамках |(?:в )?период |(?:(?:в|за|по) )?(?:\d{4}(?: ?- ?\d{2,4})?"
    r"(?: ?(?:гг?\.?|год[а-я]*))?|(?:учебн\w+ )?год\w*)$"
)
LONGEST_TERM = 12  # words
WORD = re.compile(r"[^\s;]+")


@dataclass(slots=True)
class _Clause:
    """A numbered clause with the lines under it; `points` are its bulleted parts."""

    number: str
    text: str
    points: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        if BULLET.match(line):
            self.points.append(BULLET.sub("", line, count=1))
        elif self.points:
            self.points[-1] = f"{self.points[-1]} {line}"
        else:
            self.text = f"{self.text} {line}"


@dataclass(frozen=True, slots=True)
class _Task:
    """What a clause tells to do: whom, what, by when."""

    number: str
    section: SectionDraft | None
    address: str
    text: str


def read_clauses(lines: Sequence[str]) -> tuple[list[str], Draft] | None:
    """Lines before the clauses, and those that are tasks; None if no clause sets a term."""
    texts = [clean(line) for line in lines]
    found = _opening(texts)
    if found is None:
        return None
    start, first = found
    clauses = _clauses([first, *texts[start + 1 :]])
    if sum(1 + len(clause.points) for clause in clauses) > MOST_TASKS:
        return None
    items = [_item(task) for task in _tasks(clauses)]
    if not any(item.said(Column.TERM) for item in items):
        return None
    columns = frozenset((Column.NUMBER, Column.TITLE, Column.TERM, Column.BODIES))
    return list(lines[:start]), Draft(columns, items)


def _opening(texts: Sequence[str]) -> tuple[int, str] | None:
    """The line on which the clauses begin, and what it says after «приказываю:»."""
    for place, text in enumerate(texts):
        found = RESOLVED.search(text)
        if found and not CLAUSE.match(text):
            return place, text[found.end() :]
    # Without that word the clauses of an act begin with the first of them.
    acts = (place for place, text in enumerate(texts) if ACT.match(text))
    act = next(acts, None)
    for place, text in enumerate(texts):
        if act is not None and place > act and re.match(r"1[.)]\s", text):
            return place, text
    return None


def _clauses(texts: Iterable[str]) -> list[_Clause]:
    clauses: list[_Clause] = []
    gap = False
    for text in texts:
        number = _number(text, clauses[-1].number if clauses else "")
        if number:
            clauses.append(_Clause(number, CLAUSE.fullmatch(text)[3]))  # type: ignore[index]
        elif clauses and _ends(text, gap=gap):
            break
        elif text and not text.isdecimal() and clauses:
            clauses[-1].add(text)
        gap = not text
    return clauses


def _number(text: str, before: str) -> str | None:
    found = CLAUSE.fullmatch(text)
    if not found or (not found[2] and "." not in found[1]):
        return None
    if not before:
        return found[1] if parts_of(found[1])[0] == 1 else None
    parts, earlier = parts_of(found[1]), parts_of(before)
    step = parts[0] - earlier[0]
    if len(parts) == 1 and step == 0:
        return None
    return found[1] if 0 <= step <= LARGEST_STEP and parts >= earlier else None


def _ends(text: str, *, gap: bool) -> bool:
    """Whether the order's clauses end here: with its annex or with who signed it."""
    if ANNEX.match(text) or re.match(
        r"с приказом ознакомлен|рассылка|исп(?:олнитель)?[.:]", text, re.I
    ):
        return True
    return gap and (OFFICIAL.match(text) is not None or (is_signature(text) and len(text) < 100))


def _tasks(clauses: Sequence[_Clause]) -> Iterator[_Task]:
    addresses: dict[str, str] = {}
    sections: dict[str, SectionDraft] = {}
    for place, clause in enumerate(clauses):
        upper = clause.number.rpartition(".")[0]
        text = without_people(plain(clause.text))
        following = clauses[place + 1].number if place + 1 < len(clauses) else ""
        has_parts = following.startswith(f"{clause.number}.")
        address, act = _addressed(text)
        addresses[clause.number] = address or addresses.get(upper, "")
        section = sections.get(upper)
        if OF_ORDER.match(text):
            continue
        if has_parts and text.endswith(":"):
            if act.strip(" :") and not OF_ORDER.match(act):
                sections[clause.number] = SectionDraft(clause.number, act.strip(" :"))
            continue
        yield from _parts(clause, section, addresses[clause.number], text)


def _parts(
    clause: _Clause, section: SectionDraft | None, address: str, text: str
) -> Iterator[_Task]:
    """The tasks of one clause: each of its points if they have terms of their own."""
    points = [without_people(plain(point)).rstrip(";") for point in clause.points]
    _, act = _addressed(text)
    timed = len([point for point in points if _term(point)])
    if timed > 1 or (timed and address and not act.strip(" :")):
        for count, point in enumerate(points, start=1):
            own, _ = _addressed(point)
            yield _Task(f"{clause.number}.{count}", section, own or address, point)
        return
    whole = plain(" ".join([text if act.strip(" :") else "", "; ".join(points)]))
    if not whole:
        return
    if BY_SIGNATURE.match(text) and not address and not _term(whole):
        return
    yield _Task(clause.number, section, address, whole)


def _item(task: _Task) -> ItemDraft:
    answers = ANSWERS.search(task.text)
    text = plain(ANSWERS.sub(" ", task.text, count=1))
    text = _without_address(text, task.address)
    term = _term(text)
    item = ItemDraft(task.number, task.section)
    cells = {
        Column.TITLE: _title(text, term),
        Column.TERM: term,
        Column.BODIES: (answers and answers[1].strip()) or _bodies(task.address),
    }
    item.cells = {column: said for column, said in cells.items() if said}
    return item


def _without_address(text: str, address: str) -> str:
    bare = MOVING.sub("", text, count=1) if MOVING.match(text) else text
    if address and bare.startswith(address):
        act = bare[len(address) :].lstrip(" ,:")
        return act[:1].upper() + act[1:]
    return text


def _title(text: str, term: str) -> str:
    """The clause without a term at its very end; one inside belongs to the sentence."""
    end = text.rfind(term) if term and "; " not in term else -1
    if end > 0 and not text[end + len(term) :].strip(" .;)"):
        return f"{LABEL.sub('', text[:end])}."
    return text


def _bodies(address: str) -> str:
    """The address itself where it names one body, else the bodies it names."""
    known = [body for body in read_bodies(address) if body.code != OTHER]
    if len(known) > 1:
        return "; ".join(body.text for body in known)
    return address


def _addressed(text: str) -> tuple[str, str]:
    """Whom a clause addresses («Руководителям школ») and what it says after that."""
    moving = MOVING.match(text)
    said = text[moving.end() :] if moving else text
    words = list(re.finditer(r"\S+", said))
    first = words[0][0].strip('«»",:') if words else ""
    if not (DATIVE.fullmatch(first) or LEGAL_FORM.fullmatch(first)):
        return "", text
    end = next((word.start() for word in words[:LONGEST_ADDRESS] if _tells_to_do(word[0])), 0)
    if not end:
        end = len(said) if said.endswith(":") else 0
    # «Школам до 1 мая провести»: the term is no part of whom it addresses.
    end = next((found.start for found in _phrases(said[:end])), end)
    address = said[:end].strip(" ,:–—-")
    known = any(body.code != OTHER for body in read_bodies(address)) or ADDRESSED.fullmatch(first)
    if not address or not (known or said.endswith(":") or LEGAL_FORM.fullmatch(first)):
        return "", text
    return address, said[end:]


def _tells_to_do(word: str) -> bool:
    return INFINITIVE.fullmatch(word.lower().strip(",:;.")) is not None


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A term inside a sentence, and where in it."""

    start: int
    end: int
    text: str


def _term(text: str) -> str:
    """What the text says of its term: the first days it names, and its rhythm."""
    phrases = [found.text for found in _phrases(text)]
    dated = [phrase for phrase in phrases if re.search(r"\d|" + MONTH, folded(phrase))]
    rhythms = [phrase for phrase in phrases if folded(phrase).startswith("еже")]
    chosen = [*dated[:1], *(one for one in rhythms[:1] if one not in dated[:1])]
    return "; ".join(chosen or phrases[:1])


def _phrases(text: str) -> Iterator[_Phrase]:
    words = list(WORD.finditer(text[:LONGEST_CLAUSE]))
    end = 0
    for first, word in enumerate(words):
        before = folded(words[first - 1][0]) if first else ""
        opening = folded(word[0]).strip('(,.»"')
        if word.start() < end or not TERM_OPENING.fullmatch(opening):
            continue
        found = None if NO_OPENING.fullmatch(before) else _phrase(text, words[first:])
        if found:
            end = found.end
            yield found


def _phrase(text: str, words: Sequence[re.Match[str]]) -> _Phrase | None:
    """The longest term that begins with these words."""
    start = words[0].start() + (len(words[0][0]) - len(words[0][0].lstrip("(")))
    for last in reversed(words[:LONGEST_TERM]):
        phrase = text[start : last.end()].rstrip(" .,;:)")
        if names_term(phrase) and not PROSE.match(folded(phrase)):
            end = start + len(phrase)
            end += text[end : end + 1] == "." and phrase.endswith("г")
            return _Phrase(start, end, text[start:end])
    return None
