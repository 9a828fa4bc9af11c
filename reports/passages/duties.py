"""Parts 4 and 5: the plans' actions, and the documents of the schools' own assessment."""

from collections import Counter
from dataclasses import replace

from monitoring.wording import NBSP, counted, decimal
from organizations.models import DocumentKind, Organization
from organizations.templatetags.ru import school_year
from organizations.vsoko import MONITORED
from reports import sentences
from reports.content import Block, Section, Sentence, Table
from reports.passages.words import is_school
from reports.queries.duties import Duty, Paper
from reports.queries.year import Year
from roadmaps.queries import WORDS, Standing

STANDINGS = (
    Standing.ACCEPTED,
    Standing.DONE,
    Standing.RETURNED,
    Standing.LATE,
    Standing.WORK,
    Standing.PLANNED,
    Standing.MOVED,
    Standing.NOT_APPLICABLE,
    Standing.DOUBT,
)
LATENESS = (
    "Просроченным считается мероприятие, по которому хотя бы одна организация не отчиталась к "
    "сроку или к контрольной точке. Сроки без даты и без контрольных точек просрочить нельзя."
)
HANDED_IN = (Standing.ACCEPTED, Standing.DONE, Standing.NOT_APPLICABLE)


def roadmaps(year: Year, place: Organization) -> Section:
    title = "Дорожные карты"
    duties = year.plans.duties(place)
    if not duties:
        said = "Мероприятий утверждённых дорожных карт, которые касаются организации, нет."
        return Section("4", title, (Sentence(said),))
    blocks: list[Block] = [Sentence(_carried_out(year, duties)), _standings(duties)]
    if late := [duty for duty in duties if duty.standing == Standing.LATE]:
        blocks.append(_late(late))
    return Section("4", title, tuple(blocks))


def _carried_out(year: Year, duties: list[Duty]) -> str:
    due = [duty for duty in duties if duty.missed or _is_over(duty, year)]
    done = sum(duty.standing in HANDED_IN for duty in due)
    late = sum(duty.standing == Standing.LATE for duty in due)
    return sentences.roadmap(done, len(due), late)


def _is_over(duty: Duty, year: Year) -> bool:
    return duty.item.ends_on is not None and duty.item.ends_on < year.data_on


def _standings(duties: list[Duty]) -> Table:
    counts = Counter((duty.item.roadmap, duty.standing) for duty in duties)
    roadmaps = dict.fromkeys(duty.item.roadmap for duty in duties)
    rows = tuple(
        (_named(roadmap.title, roadmap.order),
         *(decimal(counts[roadmap, standing], 0) for standing in STANDINGS))
        for roadmap in roadmaps
    )  # fmt: skip
    head = ("Дорожная карта", *(WORDS[standing].capitalize() for standing in STANDINGS))
    return Table("Мероприятия по состоянию", head, rows, note=LATENESS)


def _late(late: list[Duty]) -> Table:
    rows = tuple(
        (duty.item.number, duty.item.title, duty.item.term_text, _missed(duty)) for duty in late
    )
    head = ("№", "Мероприятие", "Срок, как в приказе", "Пропущен день")
    return Table("Просроченные мероприятия", head, rows, align="llll")


def _missed(duty: Duty) -> str:
    return f"{duty.missed:%d.%m.%Y}" if duty.missed else "–"


def _named(title: str, order: object) -> str:
    number = getattr(order, "number", "")
    return f"{title} (приказ №{NBSP}{number})" if number else title


def papers(year: Year, place: Organization) -> Section:
    title = "Документы внутренней системы оценки качества образования (ВСОКО)"
    found = {kind: year.papers.get((place.pk, kind.value), Paper()) for kind in MONITORED}
    if not any(paper.expected for paper in found.values()):
        said = "Школ, чьи документы отслеживает регион, в этом году нет."
        return Section("5", title, (Sentence(said),))
    shown = _school_papers(found) if is_school(place) else _territory_papers(found)
    now, before = school_year(year.year + 1), school_year(year.year)
    note = f"Ежегодные документы взяты за {now} учебный год, а пока их нет, за {before}."
    return Section("5", title, (Sentence(_handed_in(found)), replace(shown, note=note)))


def _handed_in(found: dict[DocumentKind, Paper]) -> str:
    expected = sum(paper.expected for paper in found.values())
    accepted = sum(paper.accepted for paper in found.values())
    missing = sum(paper.missing for paper in found.values())
    documents = counted(accepted, "документ", "документа", "документов")
    lacking = f"не{NBSP}загружено{NBSP}{decimal(missing, 0)}" if missing else "загружены все"
    return f"Принято {documents} из{NBSP}{decimal(expected, 0)} отслеживаемых, {lacking}."


def _school_papers(found: dict[DocumentKind, Paper]) -> Table:
    rows = tuple((str(kind.label), _state(paper)) for kind, paper in found.items())
    return Table("Документы по состоянию", ("Документ", "Состояние"), rows, align="ll")


def _state(paper: Paper) -> str:
    if paper.accepted:
        return "принято"
    if paper.sent:
        return "ждёт приёмки"
    return "возвращено" if paper.returned else "не загружено"


def _territory_papers(found: dict[DocumentKind, Paper]) -> Table:
    head = ("Документ", "Школ", "Принято", "Ждёт приёмки", "Возвращено", "Не загружено")
    rows = tuple(
        (str(kind.label), *(decimal(number, 0) for number in (*paper, paper.missing)))
        for kind, paper in found.items()
    )
    return Table("Документы школ по состоянию", head, rows)
