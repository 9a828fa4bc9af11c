"""What in a plan a person should look at: the linter's findings, and what reading had to mend."""

from collections.abc import Iterable, Iterator, Sequence

from roadmaps.exchange.content import Item, Warning
from roadmaps.exchange.drafts import Column, Draft, ItemDraft
from roadmaps.exchange.order import Heading
from roadmaps.linter import ItemText, PlanText, lint
from roadmaps.terms import Period


def remarks(
    heading: Heading, draft: Draft, items: Sequence[Item], period: Period | None
) -> tuple[Warning, ...]:
    """Everything doubtful: the order first, then rows that were not read, then item by item."""
    findings = [
        Warning(one.code, one.item, one.message, one.cure, one.place)
        for one in lint(_text(heading, draft, items, period))
    ]
    mended = [
        remark
        for item, source in zip(items, draft.items, strict=True)
        for remark in _mended(item, source)
    ]
    of_plan = [one for one in findings if one.item is None]
    of_items = [*mended, *(one for one in findings if one.item is not None)]
    places = {item.number: place for place, item in reversed(list(enumerate(items)))}
    of_items.sort(key=lambda one: places.get(one.item or "", len(items)))
    return (*of_plan, *_of_rows(draft.unread), *of_items)


def _text(heading: Heading, draft: Draft, items: Sequence[Item], period: Period | None) -> PlanText:
    return PlanText(
        number=heading.order.number,
        signed_on=heading.order.date,
        period=period,
        items=tuple(_item_text(item, draft) for item in items),
        annex_number=heading.annex.number,
        annex_signed_on=heading.annex.date,
        heading=heading.text,
    )


def _item_text(item: Item, draft: Draft) -> ItemText:
    return ItemText(
        number=item.number,
        section=item.section,
        title=item.title,
        term=item.term.text,
        bodies=tuple((body.text, body.code) for body in item.bodies),
        result=item.result or "" if Column.RESULT in draft.columns else None,
        evidence=item.evidence or "" if Column.EVIDENCE in draft.columns else None,
    )


def _of_rows(unread: Iterable[str]) -> Iterator[Warning]:
    for row in unread:
        told = f"Строка таблицы не понята: «{row}»."
        cure = "Если это мероприятие, допишите его номер, срок и ответственных."
        yield Warning("row_not_understood", None, told, cure, "таблица плана")


def _mended(item: Item, source: ItemDraft) -> Iterator[Warning]:
    place = f"пункт {item.number}"
    if source.broken:
        told = "Строка разорвана концом страницы и собрана заново. Сверьте её с приказом."
        yield Warning("page_break_repaired", item.number, told, "", place)
    if source.collapsed:
        told = "Столбцы слились в одну ячейку и разделены заново. Сверьте строку с приказом."
        yield Warning("cells_repaired", item.number, told, "", place)
