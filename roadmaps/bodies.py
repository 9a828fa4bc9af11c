"""Bodies answerable for an item, recognised in a cell that may name several at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from roadmaps.letters import folded, plain
from roadmaps.names import ALONE, NAMES, OTHER

# Words before a name that only say its legal form or who exactly answers there.
FORMS = re.compile(
    r"гку|рц|гбу|гау|гоу|гоо|гаудо|гбоу|гаоу|огаоу|мку|мбу|мау|моу|мбоу|маоу|мкоу|мбудо|дпо|до|пк|с|ко"
    r"|муниципальной|региональной|районной|школьной|специалист(?:у|ам|ов)?|методист(?:у|ам|ов)?"
    r"|городской|краевой|областной|окружной|директор(?:а|ы|у|ам)?|заместител(?:ь|и|ю|ям)"
    r"|руководител(?:ь|и|ю|ям)|начальник(?:и|у|ам)?|заведующ(?:ий|ая|ие|ему|ей|им)"
    r"|администраци(?:я|и|ям)"
    r"|специалисты|методисты|.+(?:ый|ий|ая|ое|ые|ие|ых|их|ым|им|ыми|ими|ому|ему)"
)
# A municipal institution that trains teachers is the municipality's methodical service.
TRAINING = re.compile(r"М(?:Б|А|К)?О?У\s+ДПО\b")
# Words after a name that only say whose it is: «администрации Лесного округа», «№ 4».
OWNER = re.compile(
    r".{2,}(?:ого|его|ой|ей|[ыи]х|ии|сти|[иу]ки|жи|[ое]в|а|(?<![иа])я)|края|и|им|имени|г|\d+"
)
OWNED = re.compile(r"управления|комитета|министерства|департамента|отдела")
# An authority of a whole region stands where others have a ministry.
REGION = re.compile(r"\b(?:области|края|республики|автономного округа)\b")
LOCAL = re.compile(r"\b(?:администрации|района|города|городского|муниципального|отдел\w*)\b")
QUALIFIED = re.compile(r"[а-я]+(?:вши|ющи|ящи|ащи|ущи|енны|имеющи)[а-я]{1,2}")  # «, показавшие …»
TERRITORY = re.compile(r"[А-ЯЁ]{1,4}(?:ГО|МО|МР)")

LIST_MARK = re.compile(r"(?:^|\s)\d+\)\s")
DOTTED_MARK = re.compile(r"(?:^|(?<!№)\s)\d{1,2}\.\s")  # only where the whole cell begins so
WORD = re.compile(r"\w+")
BORDER = re.compile(r"[,;/|•]|(?:^|\s)[-‐‑‒–—](?:\s|$)|\s[-–—]")
ABBREVIATION = re.compile(r"[А-ЯЁ]{2,10}")
FEW_SMALL = re.compile(r"[а-яё-]+(?: [а-яё-]+)?")
INSTITUTE = re.compile(r"[^.]{0,60}\b(?:институт|центр)\b [^.]{3,90}", re.IGNORECASE)
DASHED = re.compile(r" [-‐‑‒–—] ")
LONGEST_ENDING = 3  # letters
LONGEST_LIST = 3000  # signs; some forty bodies with full names; a longer text is no list of them
SHORT_NAME = 3  # an abbreviation this short is one only in capitals


@dataclass(frozen=True, slots=True)
class Body:
    """A body as printed, its code, and whether its name has a slip of spelling."""

    text: str
    code: str
    misspelt: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of a known name."""

    stem: str  # folded; the whole word when it does not bend
    full: str  # as in a dictionary, in its own capitals
    bends: bool

    def fits(self, word: str) -> bool:
        if not self.bends:
            return word == self.stem
        return word.startswith(self.stem) and len(word) - len(self.stem) <= LONGEST_ENDING


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the cell where it stands, and as it was probably meant."""

    start: int
    end: int
    printed: str
    meant: str
    misspelt: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Words first to last (last not included) that make one body."""

    first: int
    last: int
    code: str
    misspelt: bool = False


def read_bodies(text: str) -> list[Body]:
    """The bodies a cell names, in their order; what is not recognised is kept as `other`."""
    if len(text) > LONGEST_LIST:
        return [Body(plain(text), OTHER)]
    listed = LIST_MARK.sub("; ", text)
    if DOTTED_MARK.match(listed):
        listed = DOTTED_MARK.sub("; ", listed)
    words = [_word(found) for found in WORD.finditer(listed)]
    bodies = (_body(listed, words, group) for group in _groups(listed, words))
    return [body for body in bodies if folded(body.text) != "и"]


def are_bodies(text: str) -> bool:
    """Whether the text names known bodies and nothing else."""
    bodies = read_bodies(text)
    return bool(bodies) and all(body.code != OTHER for body in bodies)


def may_be_bodies(text: str) -> bool:
    """Whether the text names known bodies, or other ones by their abbreviations, and no more."""
    bodies = read_bodies(text)
    known = any(body.code != OTHER for body in bodies)
    return bool(bodies) and all(
        body.code != OTHER
        or ABBREVIATION.fullmatch(body.text)
        or INSTITUTE.fullmatch(body.text)
        or (known and FEW_SMALL.fullmatch(body.text))
        for body in bodies
    )


@cache
def _names() -> tuple[tuple[str, tuple[_Part, ...]], ...]:
    """Codes and names, the longest names first."""
    names = [
        (code, tuple(_part(word) for word in name.split()))
        for code, spelled in NAMES.items()
        for name in spelled
    ]
    return tuple(sorted(names, key=lambda name: -len(name[1])))


@lru_cache(maxsize=4096)  # words come from people's files and never end
def _names_from(word: str) -> tuple[tuple[str, tuple[_Part, ...]], ...]:
    """Names that may begin with this word, the longest names first."""
    return tuple((code, parts) for code, parts in _names() if parts[0].fits(word))


@cache
def _lone_names() -> tuple[tuple[str, tuple[_Part, ...]], ...]:
    return tuple(
        (code, tuple(_part(word) for word in name.split())) for name, code in ALONE.items()
    )


def _part(word: str) -> _Part:
    stem, dot, ending = word.partition(".")
    return _Part(folded(stem), stem + ending, bool(dot))


@cache
def _vocabulary() -> tuple[_Part, ...]:
    return tuple({part for _, parts in _names() for part in parts})


def _alike(word: str) -> Iterator[str]:
    """Known words of nearly the same letters: one slip changes two letters at most."""
    letters = set(word)
    for part in _vocabulary():
        known = folded(part.full)
        if len(letters.symmetric_difference(known)) <= 2 * _allowed(len(known)):
            yield known


def _word(found: re.Match[str]) -> _Word:
    printed = found[0]
    meant = _meant(folded(printed))
    latin = re.search("[A-Za-z]", printed) is not None
    return _Word(found.start(), found.end(), printed, meant, latin or meant != folded(printed))


@lru_cache(maxsize=4096)  # words come from people's files and never end
def _meant(word: str) -> str:
    """The word itself if a known name has it, else the one known word nearest to it."""
    if any(part.fits(word) for part in _vocabulary()):
        return word
    slips = {known: _slips(word, known) for known in _alike(word)}
    near = {known: count for known, count in slips.items() if count <= _allowed(len(known))}
    nearest = [known for known, count in near.items() if count == min(near.values())]
    return nearest[0] if len(nearest) == 1 else word


def _allowed(length: int) -> int:
    """Slips forgiven in a name: none in a short one, where each letter tells it from another."""
    return 0 if length < 5 else 1 if length < 10 else 2


def _slips(left: str, right: str) -> int:
    """Letters put in, left out, changed or swapped with a neighbour (Damerau 1964)."""
    if abs(len(left) - len(right)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
    return row[-1]


def _groups(text: str, words: list[_Word]) -> Iterator[_Group]:
    """Words put together: a known name with what belongs to it, or words that no name has."""
    here = 0
    start = 0  # of the words not yet told
    while here < len(words):
        name = _name_at(words, here) or _alone(text, words, here)
        if name is None:
            here += 1
            continue
        first = _with_forms(text, words, start, name.first)
        yield from _others(text, words, start, first)
        start = here = _with_owner(text, words, name)
        yield _Group(first, here, _of_region(text, words, first, here, name.code), name.misspelt)
    yield from _others(text, words, start, len(words))


def _name_at(words: list[_Word], first: int) -> _Group | None:
    for code, parts in _names_from(words[first].meant):
        said = words[first : first + len(parts)]
        if len(said) == len(parts) and all(map(_is, parts, said)):
            misspelt = any(map(_slipped, parts, said))
            return _Group(first, first + len(parts), code, misspelt)
    return None


def _alone(text: str, words: list[_Word], first: int) -> _Group | None:
    """«Директор» between signs that separate bodies: whoever it is of, it is a school's."""
    if TRAINING.match(text, words[first].start):
        return _training(text, words, first)
    if first and not _stands_apart(text, words, first):
        return None
    for code, parts in _lone_names():
        last = first + len(parts)
        said = words[first:last]
        ends = last == len(words) or (last < len(words) and _stands_apart(text, words, last))
        if ends and len(said) == len(parts) and all(map(_is, parts, said)):
            return _Group(first, last, code)
    return None


def _training(text: str, words: list[_Word], first: int) -> _Group | None:
    """«МБУ ДПО «Школа мастерства»»: to where its name ends, unless that is a known one."""
    last = first + 1
    while last < len(words) and not _border(text, words, last):
        inner = _name_at(words, last)
        if inner and inner.code == "mms":
            return None
        last += 1
    return _Group(first, last, "mms")


def _of_region(text: str, words: list[_Word], first: int, last: int, code: str) -> str:
    """«Департамент образования Энской области» is no municipal authority."""
    said = folded(text[words[first].start : words[last - 1].end])
    regional = code == "mouo" and REGION.search(said) and not LOCAL.search(said)
    return "ministry" if regional else code


def _is(part: _Part, word: _Word) -> bool:
    if part.full.isupper() and len(part.full) <= SHORT_NAME and not word.printed.isupper():
        return False
    return part.fits(word.meant)


def _slipped(part: _Part, word: _Word) -> bool:
    """A wrong letter, a Latin one, or «КРИПКипРО»: capitals where the abbreviation has none."""
    capitals = word.printed in (part.full, part.full.upper()) or part.bends or part.full.islower()
    return word.misspelt or not capitals


def _with_forms(text: str, words: list[_Word], start: int, first: int) -> int:
    """Where a body begins when «ГКУ», «руководители» or an adjective stand before its name."""
    while first > start and not _border(text, words, first):
        word = folded(words[first - 1].printed)
        if not FORMS.fullmatch(word):
            break
        first -= 1
    return first


def _with_owner(text: str, words: list[_Word], name: _Group) -> int:
    """Where a body ends when «Управления образования администрации …» follow its name."""
    last = name.last
    while last < len(words):
        if _border(text, words, last):
            further = _after_comma(text, words, last, name)
            if further == last:
                break
            last = further
            continue
        if DASHED.fullmatch(text[words[last - 1].end : words[last].start]):
            last += 1
            continue
        if "(" in text[words[last - 1].end : words[last].start]:
            last = _closing(text, words, last)
            continue
        following = _name_at(words, last)
        if following and OWNED.fullmatch(folded(words[last].printed)):
            last = following.last
        elif following or not _owns(words, last, name):
            break
        else:
            last += 1
    while last > name.last and folded(words[last - 1].printed) == "и":
        last -= 1
    return last


def _after_comma(text: str, words: list[_Word], here: int, name: _Group) -> int:
    """Where what goes on after a comma ends: «СОШ № 1, № 5», «школы, показавшие …»."""
    between = text[words[here - 1].end : words[here].start].replace("№", " ").strip()
    if between != ",":
        return here
    if name.code in ("school", "teachers") and words[here].printed.isdecimal():
        return here + 1
    if not QUALIFIED.fullmatch(words[here].printed):
        return here
    while here < len(words):
        here += 1
        if here == len(words) or _border(text, words, here) or _name_at(words, here):
            break
    return here


def _closing(text: str, words: list[_Word], here: int) -> int:
    """Where a note in brackets ends, as «(по согласованию)»."""
    closing = text.find(")", words[here].start)
    while here + 1 < len(words) and words[here + 1].start < closing:
        here += 1
    return here + 1


def _owns(words: list[_Word], here: int, name: _Group) -> bool:
    word = words[here].printed
    if len(word) == 1 and word.isupper():
        before = words[here - 1].printed
        return folded(before) in ("им", "имени") or (len(before) == 1 and before.isupper())
    if word.isupper() and len(word) > 1:
        after_owner = folded(words[here - 1].printed) == "администрации"
        of_land = name.code == "ministry" and here == name.last and len(word) <= SHORT_NAME
        by_code = of_land or name.code == "school_coordinator"
        return after_owner or by_code or bool(TERRITORY.fullmatch(word))
    return bool(OWNER.fullmatch(folded(word)))


def _others(text: str, words: list[_Word], start: int, end: int) -> Iterator[_Group]:
    """Words that no known name has, cut where the cell separates its bodies."""
    first = start
    for here in range(start + 1, end + 1):
        if here == end or _border(text, words, here) or _new_line(text, words, here):
            yield _Group(first, here, OTHER)
            first = here


def _new_line(text: str, words: list[_Word], here: int) -> bool:
    """Whether the word begins with a capital on a line of its own."""
    between = text[words[here - 1].end : words[here].start]
    return "\n" in between and words[here].printed[:1].isupper()


def _stands_apart(text: str, words: list[_Word], here: int) -> bool:
    return "\n" in text[words[here - 1].end : words[here].start] or _border(text, words, here)


def _border(text: str, words: list[_Word], here: int) -> bool:
    """Whether a sign between this word and the one before separates bodies.

    A dash before a small letter does not: «директора школ – участниц проекта».
    """
    between = text[words[here - 1].end : words[here].start]
    if DASHED.fullmatch(between) and words[here].printed[:1].islower():
        return not OWNER.fullmatch(words[here].meant) and _name_at(words, here) is not None
    return BORDER.search(between) is not None


def _body(text: str, words: list[_Word], group: _Group) -> Body:
    start = words[group.first].start
    end = words[group.last - 1].end
    while start and text[start - 1] in '«"(№':
        start -= 1
    while end < len(text) and text[end] in '»")':
        end += 1
    return Body(plain(text[start:end]), group.code, group.misspelt)
