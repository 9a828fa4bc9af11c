"""Personal names in a file of results: found before anything of it is kept, never repeated."""

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import BinaryIO
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # no types

from organizations.errors import Refused
from organizations.exchange.cells import shown
from organizations.exchange.sheets import Sheet

# Words of a heading under which a table keeps who its pupils are.
HEADING = re.compile(
    r"(?:ф\s*\.?\s*и\s*\.?\s*о|фамили[яи]|имя|имена|отчеств[оа]|снилс|паспорт|дата\s+рождения"
    r"|день\s+рождения|свидетельство\s+о\s+рождении|телефон|адрес\s+проживания)(?:[\W_].{0,60})?",
    re.I,
)
# Endings of patronymics in the nominative: «школа имени Ивана Ивановича» is no pupil.
PATRONYMIC = r"[а-яё]{2,}(?:ович|евич|ьич|мич|тич|кич|овна|евна|инична|китична)|оглы|кызы"
LONG_NAME = re.compile(rf"(?<![а-яё])[а-яё]{{2,}}(?:-[а-яё]+)?\s+(?:{PATRONYMIC})(?![а-яё])", re.I)
ONE_WORD = re.compile(rf"(?:{PATRONYMIC})", re.I)
INITIALS = re.compile(
    r"(?:[а-яё]{2,}(?:-[а-яё]+)?\s+[а-яё]\.\s*[а-яё]\.?|[а-яё]\.\s*[а-яё]\.\s*[а-яё]{2,})", re.I
)
SURNAME = r"[а-яё]+(?:ов|ев|ёв|ин|ын|ова|ева|ёва|ина|ына|ский|цкий|ская|цкая|ко|ук|юк|ян|дзе|швили)"
FIRST_NAMES = (
    "александр|александра|алексей|алёна|алена|алина|алиса|анастасия|анатолий|андрей|анна|антон"
    "|арина|арсений|артём|артем|богдан|борис|вадим|валентин|валентина|валерий|валерия|варвара"
    "|василий|василиса|вера|вероника|виктор|виктория|виталий|владимир|владислав|вячеслав|галина"
    "|геннадий|георгий|глеб|григорий|дарья|денис|диана|дмитрий|ева|евгений|евгения|егор"
    "|екатерина|елена|елизавета|захар|иван|игорь|илья|ирина|кирилл|константин|кристина|ксения"
    "|лариса|лев|леонид|любовь|людмила|макар|максим|маргарита|марина|мария|марк|матвей|милана"
    "|мирон|михаил|надежда|наталия|наталья|никита|николай|оксана|олег|олеся|ольга|павел|пётр"
    "|петр|полина|роман|руслан|светлана|семён|семен|сергей|софия|софья|станислав|степан|татьяна"
    "|тимофей|тимур|ульяна|фёдор|федор|юлия|юрий|яна|ярослав"
)
SHORT_NAME = re.compile(
    rf"(?:{SURNAME}\s+(?:{FIRST_NAMES})|(?:{FIRST_NAMES})\s+{SURNAME})(?![а-яё])", re.I
)
SNILS = re.compile(r"-\d{3}-\d{3}[ -]\d{2}(?!\d)")  # begun at its hyphen: 50 times as fast
CYRILLIC = re.compile(r"[а-яё]", re.I)
BLOCK = 2**20  # bytes
MOST_LOOKED_AT = 2_000  # signs of a text; no name begins beyond

NOTES = re.compile(r"xl/(?:comments|threadedcomments)[^/]*(?:/[^/]+)?\.xml", re.I)

CURE = (
    "Результаты принимают только под кодами участников. "
    "Файл не принят: удалите эти сведения и загрузите его снова."
)


class PersonalData(Refused):
    """A file that says who the pupils are; the sentence repeats nothing of it."""


def refuse_names(sheets: Mapping[str, Sheet]) -> None:
    """Raise PersonalData when a sheet holds names of people or a column for them."""
    for title, sheet in sheets.items():
        texts = {title}.union(*sheet.rows)
        if any(map(_tells, texts)):
            raise PersonalData(_sentence(title, sheet))


def refuse_names_in_notes(content: bytes) -> None:
    """The same for what is written in notes on cells, of a workbook that has passed the gate."""
    with ZipFile(BytesIO(content)) as archive:
        for part in filter(NOTES.match, archive.namelist()):
            texts = _paragraphs(archive.read(part))
            if any(map(_tells, texts)):
                raise PersonalData(f"В примечании к клетке есть сведения о людях. {CURE}")


def _paragraphs(part: bytes) -> Iterable[str]:
    """The lines of each note; who wrote it stands elsewhere and is not looked at."""
    for note in fromstring(part).iter():
        if note.tag.rpartition("}")[2] in ("comment", "threadedComment"):
            yield from (line.strip() for line in "".join(note.itertext()).splitlines())


def refuse_name_of_file(name: str) -> None:
    """Raise PersonalData for a file called after a person."""
    stem = re.sub(r"[_.]+", " ", name.rpartition(".")[0])
    if LONG_NAME.search(stem) or SHORT_NAME.match(stem):
        raise PersonalData("В имени файла есть имя человека. Переименуйте файл и загрузите снова.")


def refuse_names_in_stream(stream: BinaryIO) -> None:
    """The same for a table in UTF-8, in the memory of one block; the stream is at its start again.

    Costs next to nothing where all signs are Latin.
    """
    line, rest = 1, b""
    while block := stream.read(BLOCK):
        block = rest + block
        end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1 or len(block)
        whole, rest = block[:end], block[end:]
        refuse_names_in_text(whole.decode(errors="ignore"), line)
        line += whole.count(b"\n") or whole.count(b"\r")
    refuse_names_in_text(rest.decode(errors="ignore"), line)
    stream.seek(0)


def refuse_names_in_text(text: str, first_line: int = 1) -> None:
    """The same for a table that is one text, whose first line has this number in the file."""
    looked_at = None if text.isascii() else CYRILLIC.search(text)
    if not looked_at and not SNILS.search(text):
        return
    for number, line in enumerate(text.splitlines(), start=first_line):
        if any(map(_tells, _cells(line))):
            raise PersonalData(f"В строке {number} есть сведения о людях. {CURE}")


def _cells(line: str) -> Iterable[str]:
    return (cell.strip(' "\ufeff') for cell in re.split(r"[,;\t]", line))


def _sentence(title: str, sheet: Sheet) -> str:
    """Where the first of it stands, without repeating what stands there."""
    if _tells(title):
        return f"В названии листа есть имя человека. {CURE}"
    row = next(n for n, texts in enumerate(sheet.rows, start=1) if any(map(_tells, texts)))
    return f"На листе «{shown(title)}» в строке {row} есть сведения о людях. {CURE}"


def _tells(text: str) -> bool:
    """Whether a cell holds a person's name, or is the heading of a column of names."""
    if len(text) < 3:
        return False
    text = text[:MOST_LOOKED_AT]
    if not CYRILLIC.search(text):
        return bool(SNILS.search(text))
    return bool(
        HEADING.fullmatch(text)
        or ONE_WORD.fullmatch(text)
        or INITIALS.fullmatch(text)
        or LONG_NAME.search(text)
        or SHORT_NAME.match(text)
        or SNILS.search(text)
    )
