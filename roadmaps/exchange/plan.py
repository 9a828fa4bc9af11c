"""A file with an order's action plan, read into what it says and what in it is doubtful."""

from collections.abc import Sequence
from itertools import pairwise, takewhile

from organizations.errors import PortalError
from organizations.exchange.gate import PAPER_BYTES, Kind, check_upload
from roadmaps.bodies import read_bodies
from roadmaps.exchange.blocks import UNREADABLE, Block, blocks_of
from roadmaps.exchange.content import Item, Plan, Section
from roadmaps.exchange.drafts import Column, Draft, ItemDraft, SectionDraft
from roadmaps.exchange.layer import read_layer
from roadmaps.exchange.order import read_heading
from roadmaps.exchange.remarks import remarks
from roadmaps.exchange.tables import clean, columns_of, read_table
from roadmaps.terms import Period, plan_period, read_term

MOST_SIGNS = 500_000  # of text; the orders this was written by have 3 to 9 thousand
KINDS = (Kind.DOCX, Kind.XLSX, Kind.TXT)


class NoPlan(PortalError):
    """A readable or unreadable file in which no plan was found."""


def read_plan(content: bytes, name: str) -> Plan:
    """The plan in a docx, xlsx or txt file.

    Raises NoPlan when the file has none, or Refused when it is not a sound file of these kinds.
    """
    kind = check_upload(content, name, most_bytes=PAPER_BYTES, kinds=KINDS)
    try:
        blocks = blocks_of(content, kind)
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
    if draft is None or not draft.items:
        raise NoPlan(_missing(name, heading_found=draft is not None))
    if kind == Kind.XLSX:
        _restore_tens(draft.items)
    return _plan(lines, draft)


def _missing(name: str, *, heading_found: bool) -> str:
    what = (
        "заголовок таблицы есть, но под ним нет ни одного пункта"
        if heading_found
        else "искали таблицу со столбцами «Мероприятие» и «Сроки» или «Ответственные»"
    )
    return (
        f"В файле «{name}» нет плана мероприятий: {what}. "
        "Проверьте, тот ли это файл и есть ли у таблицы строка с названиями столбцов."
    )


def _parts(blocks: Sequence[Block]) -> tuple[list[str], Draft | None]:
    """Lines before the plan, and the plan: in a table, or else in a text without columns."""
    if draft := read_table(blocks):
        above = takewhile(lambda block: isinstance(block, str) or not columns_of(block), blocks)
        return list(map(_line, above)), draft
    found = read_layer(list(map(_line, blocks)))
    return found or ([], None)


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
    terms = [item.said(Column.TERM) for item in draft.items]
    period = plan_period(heading.title, ordered_on=heading.order.date, terms=terms)
    sections = _sections(draft.items)
    items = [_item(item, sections, period) for item in draft.items]
    return Plan(
        order=heading.order,
        title=heading.title,
        period=period,
        sections=tuple(sections.values()),
        items=tuple(items),
        warnings=remarks(heading, draft, items),
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
    return Item(
        number=draft.number,
        section=sections[draft.section].number if draft.section else None,
        title=draft.said(Column.TITLE),
        term=read_term(draft.said(Column.TERM), period=period),
        bodies=tuple(read_bodies(draft.said(Column.BODIES))),
        result=draft.said(Column.RESULT) or None,
    )
