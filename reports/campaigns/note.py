"""The analytical note of September: a year's works beside the journal, for a region or a town."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.queries.campaign import Line, Noticed, Progress, SchoolStand
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import counted, percent
from organizations.models import Organization
from organizations.templatetags.ru import NBSP, day, tie
from procedures.models import Work
from reports.paper import Block, Grid, Look, Paper, Paragraph, Signature

FEW = f"меньше{NBSP}{MIN_PUPILS}"
NOT_TOLD = f"не{NBSP}приводится"
HEAD = ("Пар отметок", "Понизили", "Подтвердили", "Повысили", "Разница 2 и больше")
TOGETHER = "работы года вместе"
HONEST = (
    "Расхождение само по себе ни о чём не говорит: отметка по журналу стоит за год и за другие "
    "умения, работа написана за один день. Признаки этой справки показывают, где нужен "
    "дополнительный анализ, и не являются выводом. Школы названы по алфавиту."
)


@dataclass(frozen=True)
class Facts:
    """What the note tells of one territory and year."""

    place: Organization
    year: int
    due_on: datetime.date | None
    stands: Sequence[SchoolStand]
    progress: Sequence[Progress]
    whole: Line
    subjects: Sequence[Line]
    places: Sequence[Line]
    noticed: Noticed


def note(facts: Facts, *, made_on: datetime.date) -> Paper:
    """The note as a paper; small numbers are hidden in it as on the page."""
    title = f"Сопоставление результатов проверочных работ {facts.year} года с отметками по журналу"
    blocks: list[Block] = [
        Paragraph("Справка", Look.TITLE),
        Paragraph(title, Look.TITLE),
        Paragraph(facts.place.name, Look.CENTRE),
        Paragraph(f"Данные на {day(made_on)}", Look.RIGHT),
        *_covered(facts),
        *_marks(facts),
        *_noticed(facts.noticed),
        Paragraph(HONEST),
        Signature(),
    ]
    return Paper(title, facts.place.name, made_on, tuple(blocks))


def _covered(facts: Facts) -> Iterator[Block]:
    yield Paragraph("1. У кого есть отметки по журналу", Look.LEFT)
    schools = counted(len(facts.stands), "школы", "школ", "школ")
    ready = sum(one.is_ready for one in facts.stands)
    until = f" Срок внесения — {day(facts.due_on)}" if facts.due_on else ""
    yield Paragraph(
        f"Отметки за работы есть у {schools}; отметки по журналу стоят рядом во всех их работах "
        f"у {ready}.{until}"
    )
    if facts.progress:
        rows = tuple(
            (one.municipality.short_name, str(one.schools), str(one.ready), str(one.missing))
            for one in facts.progress
        )
        head = ("Муниципалитет", "Школ с отметками", "Есть журнал", "Нет в части работ")
        yield Grid(head, rows, shares=(46, 18, 18, 18), align="lrrr")
        return
    missing = tuple(
        (one.school.short_name, str(len(one.works)), str(one.missing))
        for one in facts.stands
        if one.missing
    )
    if missing:
        yield Paragraph("Школы, у которых в части работ отметок по журналу нет:")
        titles = ("Школа", "Работ с отметками", "Из них без журнала")
        yield Grid(titles, missing, shares=(60, 20, 20), align="lrr")


def _marks(facts: Facts) -> Iterator[Block]:
    yield Paragraph("2. Что говорят отметки", Look.LEFT)
    if facts.whole.is_hidden:
        yield Paragraph(f"Пар отметок {FEW}: доли не приводятся.")
        return
    whole = facts.whole
    yield Paragraph(tie(
        f"Сопоставлено {counted(whole.pairs, 'пара', 'пары', 'пар')} отметок. Отметка за работу "
        f"ниже отметки по журналу в {percent(whole.lower or 0)} случаев, совпала в "
        f"{percent(whole.equal or 0)}, выше в {percent(whole.higher or 0)}. Разница в две отметки "
        f"и больше — в {percent(whole.wide or 0)}."
    ))  # fmt: skip
    yield _shares("Предмет, класс", facts.subjects)
    if facts.places:
        yield Paragraph("По муниципалитетам:")
        yield _shares("Муниципалитет", facts.places)


def _shares(head: str, lines: Sequence[Line]) -> Grid:
    rows = tuple(_row(one) for one in lines)
    return Grid((head, *HEAD), rows, shares=(32, 13, 13, 15, 13, 14), align="lrrrrr")


def _row(one: Line) -> tuple[str, ...]:
    if one.is_hidden:
        return one.title, FEW if one.is_few else NOT_TOLD, "–", "–", "–", "–"
    shares = (one.lower, one.equal, one.higher, one.wide)
    return one.title, str(one.pairs), *(percent(share or 0) for share in shares)


def _noticed(noticed: Noticed) -> Iterator[Block]:
    yield Paragraph("3. Где требуется дополнительный анализ", Look.LEFT)
    if noticed.signals:
        yield Paragraph("Сигнал года держится здесь на расхождениях с отметками по журналу:")
        yield _schools(noticed.signals)
    else:
        yield Paragraph("Сигналов года, которые держатся на расхождениях с журналом, нет.")
    if noticed.watched:
        yield Paragraph(
            "Внимание: в этих школах расхождение трудно объяснить случайностью в отдельной "
            "работе, сигнала года оно не даёт:"
        )
        yield _schools(noticed.watched)


def _schools(found: Sequence[tuple[Organization, Sequence[Work]]]) -> Grid:
    rows = tuple((school.short_name, _named(works)) for school, works in found)
    return Grid(("Школа", "Работы"), rows, shares=(55, 45), align="ll")


def _named(works: Sequence[Work]) -> str:
    """A line a work; none is the works of the year together."""
    return "\n".join(f"{work.subject}, {work.grade} класс" for work in works) or TOGETHER
