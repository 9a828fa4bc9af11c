"""What in a plan a person should look at before it is approved."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from roadmaps.exchange.content import Item, Warning
from roadmaps.exchange.drafts import Column, Draft, ItemDraft, parts_of
from roadmaps.exchange.order import Heading, Order
from roadmaps.letters import mixed_words
from roadmaps.names import OTHER, TITLES
from roadmaps.terms import Doubt

DOUBTS = {
    Doubt.IMPOSSIBLE_DATE: "Срок «{}» невозможен: такого дня нет или конец раньше начала.",
    Doubt.YEAR_NOT_KNOWN: "В сроке «{}» нет года, и из плана он не следует.",
    Doubt.NOT_UNDERSTOOD: "Срок «{}» не понят. Он останется как напечатан.",
}


def remarks(heading: Heading, draft: Draft, items: Sequence[Item]) -> tuple[Warning, ...]:
    """Everything doubtful: the order first, then item by item."""
    of_items = (
        remark
        for item, source in zip(items, draft.items, strict=True)
        for remark in _of_item(item, source, draft, heading.order)
    )
    return (*_of_order(heading), *_of_rows(draft.unread), *_of_numbers(items), *of_items)


def _of_order(heading: Heading) -> Iterator[Warning]:
    order, annex = heading.order, heading.annex
    if annex.number and annex.number != order.number:
        told = f"В приказе № {order.number}, в приложении № {annex.number}."
        yield Warning("order_number_differs", None, told)
    if annex.date and order.date and annex.date != order.date:
        told = f"Приказ от {order.date:%d.%m.%Y}, а по приложению от {annex.date:%d.%m.%Y}."
        yield Warning("order_date_differs", None, told)
    for printed in heading.impossible_dates:
        yield Warning("impossible_date", None, f"В приказе дата «{printed}»: такого дня нет.")
    yield from _of_letters(heading.text, None)


def _of_letters(text: str, item: str | None) -> Iterator[Warning]:
    for word in dict.fromkeys(mixed_words(text)):
        told = f"В слове «{word}» есть и русские, и латинские буквы."
        yield Warning("mixed_alphabets", item, told)


def _of_rows(unread: Iterable[str]) -> Iterator[Warning]:
    for row in unread:
        yield Warning("row_not_understood", None, f"Строка таблицы не понята: «{row}».")


def _of_numbers(items: Sequence[Item]) -> Iterator[Warning]:
    numbers = Counter((item.section, item.number) for item in items)
    for (_, number), times in numbers.items():
        if times > 1:
            told = f"Номер {number} повторяется, пунктов с ним: {times}."
            yield Warning("duplicate_number", number, told)
    for before, after in pairwise(items):
        if _skips(parts_of(before.number), parts_of(after.number)):
            told = f"После пункта {before.number} сразу {after.number}: номера пропущены."
            yield Warning("number_gap", after.number, told)


def _skips(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    return before[:-1] == after[:-1] and after[-1] > before[-1] + 1


def _of_item(item: Item, source: ItemDraft, draft: Draft, order: Order) -> Iterator[Warning]:
    if source.broken:
        told = "Строка разорвана концом страницы и собрана заново. Сверьте её с приказом."
        yield Warning("page_break_repaired", item.number, told)
    if source.collapsed:
        told = "Столбцы слились в одну ячейку и разделены заново. Сверьте строку с приказом."
        yield Warning("cells_repaired", item.number, told)
    yield from _of_term(item, order)
    yield from _of_bodies(item)
    if Column.RESULT in draft.columns and not item.result:
        yield Warning("no_result", item.number, "Результат не указан.")
    yield from _of_letters(" ".join(source.cells.values()), item.number)


def _of_term(item: Item, order: Order) -> Iterator[Warning]:
    term = item.term
    if not term.text:
        yield Warning("no_deadline", item.number, "Срок не указан.")
    if term.doubt:
        yield Warning(term.doubt.value, item.number, DOUBTS[term.doubt].format(term.text))
    if term.end and order.date and term.end < order.date:
        told = f"Срок «{term.text}» истёк раньше, чем издан приказ ({order.date:%d.%m.%Y})."
        yield Warning("deadline_before_order", item.number, told)


def _of_bodies(item: Item) -> Iterator[Warning]:
    if not item.bodies:
        yield Warning("no_responsible", item.number, "Ответственные не указаны.")
    for body in item.bodies:
        if body.code == OTHER:
            told = f"Ответственный «{body.text}» не опознан. Выберите его из списка."
            yield Warning("unknown_body", item.number, told)
        elif body.misspelt:
            told = f"В названии «{body.text}» описка; прочитано: {TITLES[body.code]}."
            yield Warning("misspelt_body", item.number, told)
