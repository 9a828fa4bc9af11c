"""A file with an order's action plan, read into what it says and what in it is doubtful."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import pairwise

from organizations.errors import PortalError
from organizations.exchange.gate import PAPER_BYTES, Kind, check_upload
from roadmaps.bodies import Body, read_bodies
from roadmaps.exchange.blocks import UNREADABLE, Block, blocks_of, text_of
from roadmaps.exchange.clauses import read_clauses
from roadmaps.exchange.content import Item, Plan, Section
from roadmaps.exchange.drafts import Column, Draft, ItemDraft, SectionDraft
from roadmaps.exchange.layer import read_layer
from roadmaps.exchange.order import read_heading
from roadmaps.exchange.people import without_people
from roadmaps.exchange.remarks import remarks
from roadmaps.exchange.spaced import blocks_by_blanks
from roadmaps.exchange.tables import clean, read_bare_table, read_table
from roadmaps.names import OTHER
from roadmaps.terms import Period, Term, control_points, names_term, plan_period, read_term

MOST_SIGNS = 500_000  # of text; the orders this was written by have 3 to 9 thousand
NAMELESS = "должностное лицо"  # instead of a person's name, which is not kept
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
LEAST_RUSSIAN = 0.5  # of the letters of a Russian text in its own encoding
UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1f]")
KINDS = (Kind.DOCX, Kind.XLSX, Kind.TXT)


class NoPlan(PortalError):
    """A readable or unreadable file in which no plan was found."""


def read_plan(content: bytes, name: str) -> Plan:
    """The plan in a docx, xlsx or txt file.

    Raises NoPlan when the file has none, or Refused when it is not a sound file of these kinds.
    """
    content = _as_utf8(content)
    kind = check_upload(content, name, most_bytes=PAPER_BYTES, kinds=KINDS)
    try:
        blocks = _blocks(content, kind)
    except UNREADABLE:
        raise NoPlan(
            f"Файл «{name}» не читается. Откройте его, сохраните заново и загрузите снова."
        ) from None
    if sum(len(_line(block)) for block in blocks) > MOST_SIGNS:
        raise NoPlan(
            f"В файле «{name}» больше {MOST_SIGNS} знаков: это не план мероприятий. "
            "Оставьте в файле только приказ с планом."
        )
    lines, draft = _parts(blocks)
    if draft is None or not any(item.said(Column.TITLE) for item in draft.items):
        raise NoPlan(_missing(name, heading_found=draft is not None))
    if kind == Kind.XLSX:
        _restore_tens(draft.items)
    return _plan(lines, draft)


def _as_utf8(content: bytes) -> bytes:
    """Text that an old program wrote in its own encoding, as UTF-8; anything else as it is."""
    encoding = "utf-16" if content.startswith(UTF16_MARKS) else "cp1251"
    with suppress(UnicodeDecodeError):
        content[:MOST_SIGNS].decode("utf-8-sig")
        return content
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return content
    russian = len(RUSSIAN.findall(text))
    letters = sum(map(str.isalpha, text)) if russian else 0
    is_text = russian and russian > LEAST_RUSSIAN * letters and not UNPRINTED.search(text)
    return text.encode() if is_text else content


def _blocks(content: bytes, kind: Kind) -> list[Block]:
    blocks = blocks_of(content, kind)
    if kind == Kind.TXT and not any(isinstance(block, tuple) for block in blocks):
        return blocks_by_blanks(text_of(content)) or blocks
    return blocks


def _missing(name: str, *, heading_found: bool) -> str:
    what = (
        "заголовок таблицы есть, но под ним нет ни одного пункта"
        if heading_found
        else "искали таблицу со столбцами «Мероприятие» и «Сроки» или «Ответственные», "
        "а без неё — пункты приказа со сроками после слова «приказываю»"
    )
    return (
        f"В файле «{name}» нет плана мероприятий: {what}. "
        "Проверьте, тот ли это файл и есть ли у таблицы строка с названиями столбцов."
    )


def _parts(blocks: Sequence[Block]) -> tuple[list[str], Draft | None]:
    """Lines before the plan, and the plan: in a table, in a text without columns, in clauses."""
    lines = list(map(_line, blocks))
    headed = read_table(blocks)
    if headed and headed.items:
        return lines[: headed.above], headed
    if found := read_layer(lines):
        return found
    bare = read_bare_table(blocks)
    if bare and bare.items:
        return lines[: bare.above], bare
    return read_clauses(lines) or ([], headed)


def _line(block: Block) -> str:
    return block if isinstance(block, str) else " ".join(cell for cell in block if cell)


def _restore_tens(items: Sequence[ItemDraft]) -> None:
    """In a workbook 2.10 is the number 2.1: after 2.9 it is ten again."""
    for before, item in pairwise(items):
        upper, _, last = before.number.rpartition(".")
        following = f"{upper}.{int(last) + 1}"
        if upper and following.endswith("0") and item.number == following.rstrip("0"):
            item.number = following


def _plan(lines: Sequence[str], draft: Draft) -> Plan:
    heading = read_heading(map(clean, lines))
    terms = [_term_text(item) for item in draft.items]
    period = plan_period(heading.title, ordered_on=heading.order.date, terms=terms)
    sections = _sections(draft.items)
    items = [_item(item, sections, period) for item in draft.items]
    return Plan(
        order=heading.order,
        title=heading.title,
        period=period,
        sections=tuple(sections.values()),
        items=tuple(items),
        warnings=remarks(heading, draft, items, period),
    )


def _sections(items: Sequence[ItemDraft]) -> dict[SectionDraft, Section]:
    """Sections that have items; a missing number is that of the items, or the next one."""
    sections: dict[SectionDraft, Section] = {}
    for item in items:
        draft = item.section
        if draft and draft not in sections:
            upper, _, _ = item.number.rpartition(".")
            number = draft.number or upper or str(len(sections) + 1)
            sections[draft] = Section(number, draft.title)
    return sections


def _item(draft: ItemDraft, sections: dict[SectionDraft, Section], period: Period | None) -> Item:
    term = _term(draft, period)
    control = draft.said(Column.CONTROL) or None
    return Item(
        number=draft.number,
        section=sections[draft.section].number if draft.section else None,
        title=draft.said(Column.TITLE),
        term=term,
        bodies=_bodies(draft.said(Column.BODIES)),
        result=draft.said(Column.RESULT) or None,
        evidence=draft.said(Column.EVIDENCE) or None,
        control=control,
        control_points=_printed_points(control, period) or control_points(term, period),
    )


def _term_text(draft: ItemDraft) -> str:
    """The term as printed: its two ends joined where they have columns of their own.

    Where no column tells it, a heading over the item may: «СЕНТЯБРЬ».
    """
    ends = [draft.said(Column.START), draft.said(Column.FINISH)]
    said = draft.said(Column.TERM) or " – ".join(dict.fromkeys(filter(None, ends)))
    over = draft.section.title if draft.section and not said else ""
    return over if over and names_term(over) else said


def _term(draft: ItemDraft, period: Period | None) -> Term:
    text = _term_text(draft)
    if text and text == draft.said(Column.FINISH) and not draft.said(Column.START):
        term = read_term(f"не позднее {text}", period=period)
        return replace(term, text=text) if term.end else read_term(text, period=period)
    return read_term(text, period=period)


def _bodies(text: str) -> tuple[Body, ...]:
    """Whom a cell names; of a person only the post is kept."""
    named = without_people(text)
    if text and not named:
        return (Body(NAMELESS, OTHER),)
    return tuple(read_bodies(named))


def _printed_points(control: str | None, period: Period | None) -> tuple[date, ...]:
    """The days named in a column of control points."""
    terms = (read_term(part, period=period) for part in re.split(r"[;,\n]", control or ""))
    return tuple(sorted({term.end for term in terms if term.end and not term.doubt}))
