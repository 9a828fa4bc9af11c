"""«Отчёт об исполнении»: a plan on a day as the content of a report, page and files alike."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Final

from monitoring.wording import NBSP, decimal, plural
from organizations.access import ROLE_TITLES, Viewer
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.models import Level, Organization
from organizations.templatetags.ru import day as named_day
from reports.content import Block, Report, Section, Sentence, Table
from reports.plans.execution import Execution, Taken
from reports.plans.figures import Answer, Fate, Figures, counted, mean
from reports.plans.wording import NOTHING, days, order_of, organizations, share, summed_up
from roadmaps.models import Item

PLACE: Final = {Level.REGION: "Муниципалитет", Level.MUNICIPALITY: "Школа", Level.SCHOOL: "Школа"}
OWN: Final = {
    Level.REGION: "Органы региона",
    Level.MUNICIPALITY: "Сам муниципалитет",
    Level.SCHOOL: "Сам муниципалитет",
}
HEAD: Final = ("Всего", "Срок", f"В{NBSP}срок", "Позже", "Н/п", "Ждут", "Возвр.", "Проср.")
KEY: Final = (
    "«Срок» – у скольких исполнений он наступил, дальше – что с ними: исполнены в срок или позже, "
    "не применимы, ждут приёмки, возвращены, просрочены. У остальных идёт последний день срока."
)
COLUMNS: Final = (
    Fate.IN_TIME, Fate.AFTER, Fate.NOT_APPLICABLE, Fate.WAITING, Fate.RETURNED, Fate.OVERDUE,
)  # fmt: skip
FATES: Final = {
    Fate.IN_TIME: "Исполнено в срок",
    Fate.AFTER: "Исполнено после срока",
    Fate.NOT_APPLICABLE: "Не применимо, с обоснованием",
    Fate.WAITING: "Ждёт приёмки",
    Fate.RETURNED: "Возвращено",
    Fate.OVERDUE: "Просрочено",
    Fate.LAST_DAY: "Последний день срока",
}
SHARES: Final = (
    "Доли от «Исполнено в срок» до «Просрочено» – от тех, чей срок наступил; срок наступил, "
    "завершено и перенесено – от всех; с подтверждениями – от сданных; возвраты – от решений."
)
RESTORED: Final = (
    "Состояния и сроки восстановлены по журналу на конец дня. Кто исполняет пункты и с какими "
    "пунктами других планов они связаны, взято на сегодня."
)


def report(
    found: Execution, territory: Organization, viewer: Viewer, *, today: datetime.date
) -> Report:
    """What the page shows and the files hold."""
    sections = [_whole(found, today), _items(found), _places(found), _overdue(found), _taken(found)]
    told = [section for section in sections if section is not None]
    return Report(
        title="Отчёт об исполнении плана",
        organization=viewer.organization_name,
        year=None,
        requisites=_requisites(found, territory, viewer, today),
        passages=tuple(
            Section(str(number), section.title, section.blocks)
            for number, section in enumerate(told, start=1)
        ),
        data_on=found.day,
    )


def _requisites(
    found: Execution, territory: Organization, viewer: Viewer, today: datetime.date
) -> tuple[tuple[str, str], ...]:
    plan = found.roadmap
    pairs = (
        ("План", plan.title),
        ("Чей план", plan.owner.name),
        ("Приказ", order_of(plan)),
        ("Территория", (found.within or territory).name),
        ("Составлено", named_day(today)),
        ("Кем", f"{viewer.organization_name}, {ROLE_TITLES[viewer.role]}"),
    )
    return tuple((name, value) for name, value in pairs if value)


def _whole(found: Execution, today: datetime.date) -> Section:
    blocks: list[Block] = [Sentence(summed_up(found.figures, found.day))]
    if found.figures.total:
        blocks.append(_shares(found.figures))
    if found.day < today:
        blocks.append(Sentence(RESTORED))
    return Section("", "Исполнение в целом", tuple(blocks))


def _shares(figures: Figures) -> Table:
    fates = [
        (FATES[fate], decimal(figures.fates[fate], 0), share(figures.fates[fate], figures.due))
        for fate in FATES
        if fate is not Fate.LAST_DAY or figures.fates[fate]
    ]
    rows = (
        ("Всего исполнений", decimal(figures.total, 0), ""),
        ("Срок наступил", decimal(figures.due, 0), share(figures.due, figures.total)),
        *fates,
        ("Завершено, считая те, чей срок впереди", decimal(figures.finished, 0),
         share(figures.finished, figures.total)),
        ("Срок перенесён", decimal(figures.moved, 0), share(figures.moved, figures.total)),
        ("Сдано с подтверждениями", decimal(figures.proved, 0),
         share(figures.proved, figures.handed_in)),
        ("Возвратов при приёмке", decimal(figures.returns, 0),
         share(figures.returns, figures.decisions)),
        ("Среднее опоздание принятых, дней", days(mean(figures.days_after)), ""),
        ("Средняя просрочка, дней", days(mean(figures.days_overdue)), ""),
    )  # fmt: skip
    return Table("Исполнение в числах", ("Показатель", "Число", "Доля"), rows, note=SHARES)


def _items(found: Execution) -> Section | None:
    rows = [
        (item.number, item.title, item.term_text or NOTHING, *_numbers(found.by_item[item.pk]))
        for item in found.items
        if item.pk in found.by_item
    ]
    head = ("№", "Мероприятие", "Срок в приказе", *HEAD)
    align = "lll" + "r" * len(HEAD)
    table = Table("Исполнение по мероприятиям", head, tuple(rows), note=KEY, align=align)
    return Section("", "По мероприятиям", (table,)) if rows else None


def _numbers(answers: Iterable[Answer]) -> tuple[str, ...]:
    figures = counted(answers)
    fates = (figures.fates[fate] for fate in COLUMNS)
    return tuple(decimal(number, 0) for number in (figures.total, figures.due, *fates))


def _places(found: Execution) -> Section | None:
    """The plan's own bodies first, then the places by name; nothing for a single place."""
    if len(found.by_place) < 2:
        return None
    level = Level(found.level)
    own = [(OWN[level], *_numbers(found.by_place[None]))] if None in found.by_place else []
    named = sorted(
        ((found.places[pk].short_name, answers) for pk, answers in found.by_place.items() if pk),
        key=lambda pair: pair[0].casefold(),
    )
    rows = (*own, *((name, *_numbers(answers)) for name, answers in named))
    title = "По муниципалитетам" if level == Level.REGION else "По школам"
    table = Table(f"Исполнение {title.lower()}", (PLACE[level], *HEAD), rows, note=KEY)
    return Section("", title, (table,))


def _overdue(found: Execution) -> Section | None:
    """The organizations that are late, by name, each with its items and its longest delay."""
    if not found.overdue:
        return None
    late: dict[tuple[str, int], list[Answer]] = {}
    for answer in found.overdue:
        late.setdefault((answer.name, answer.organization), []).append(answer)
    position = {item.pk: item for item in found.items}
    rows = tuple(
        (
            name,
            _named(late[name, pk], position),
            str(max(one.days_overdue for one in late[name, pk])),
        )
        for name, pk in sorted(late, key=lambda key: (key[0].casefold(), key[1]))
    )
    head = ("Организация", "Пункты", "Дней, самое большее")
    table = Table("Кто не отчитался к сроку", head, rows, align="llr")
    said = f"Не отчитались к{NBSP}сроку: {organizations(len(rows))}."
    return Section("", "Просрочено", (Sentence(said), table))


def _named(answers: Sequence[Answer], items: dict[int, Item]) -> str:
    """«2, 5, 11» in the order of the plan."""
    found = sorted((items[one.item] for one in answers), key=lambda item: item.position)
    return ", ".join(item.number for item in found)


def _taken(found: Execution) -> Section | None:
    """Who next below has made a plan of its own from this one."""
    if not found.taken:
        return None
    plans = sum(one.plan is not None for one in found.taken)
    made = plural(plans, "сделала", "сделали", "сделали")
    of = f"из{NBSP}{decimal(len(found.taken), 0)} ({share(plans, len(found.taken))})"
    said = f"Свой план из{NBSP}этого {made} {organizations(plans)} {of}."
    rows = tuple(_row(one) for one in found.taken)
    table = Table("Планы уровнем ниже", ("Организация", "Приказ №", "От"), rows, align="lll")
    return Section("", "Взяли в свой план", (Sentence(said), table))


def _row(one: Taken) -> tuple[str, str, str]:
    if one.plan is None:
        return one.place.short_name, "не взят", NOTHING
    order = one.plan.order
    number = order.number if order and order.number else NOTHING
    signed = named_day(order.signed_on) if order and order.signed_on else NOTHING
    return one.place.short_name, number, signed


# As a workbook


def book(content: Report) -> bytes:
    """The same content as a workbook: what it is about, then each table on a sheet of its own."""
    about: list[Sequence[Value]] = [("Реквизит", "Значение"), ("Отчёт", content.title)]
    about += [(name, value) for name, value in content.requisites]
    about.append(("Данные на", named_day(content.data_on)))
    sheets: dict[str, list[Sequence[Value]]] = {"О чём отчёт": about}
    for section in content.passages:
        about += [(section.title, one.text) for one in section.blocks if isinstance(one, Sentence)]
        for table in section.blocks:
            if isinstance(table, Table):
                sheets[section.title] = [table.head, *_typed(table)]
    return workbook.write(sheets)


def _typed(table: Table) -> Iterable[list[Value]]:
    """Whole numbers as numbers, so that a spreadsheet can add them up."""
    for row in table.rows:
        yield [
            _number(text) if letter == "r" else text
            for text, letter in zip(row, table.alignment, strict=True)
        ]


def _number(text: str) -> Value:
    digits = text.replace(NBSP, "")
    return int(digits) if digits.isdecimal() else text
