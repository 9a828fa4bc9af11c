"""The order «Об итогах проведения…»: a held event told as the text of an order; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from organizations.models import Level
from organizations.templatetags.ru import day, plural
from roadmaps.exchange.order_text import Clause, OrderText
from roadmaps.models import Meeting
from roadmaps.queries.meetings import Duty, Held

K = Meeting.Kind


@dataclass(frozen=True)
class Words:
    """One kind of event as sentences need it: whose results, it took place, in which."""

    genitive: str
    took_place: str
    within: str


WORDS = {
    K.CONFERENCE: Words("совещания", "проведено совещание", "В ходе совещания"),
    K.SEMINAR: Words("семинара", "проведён семинар", "В ходе семинара"),
    K.WEBINAR: Words("вебинара", "проведён вебинар", "В ходе вебинара"),
    K.COURSE: Words("курсов", "проведены курсы", "В ходе курсов"),
    K.CONSULTATION: Words("консультации", "проведена консультация", "В ходе консультации"),
}
HEADS = {
    Level.MUNICIPALITY: "Руководителям муниципальных органов управления образованием",
    Level.SCHOOL: "Руководителям образовательных организаций",
}


def outcome_order(held: Held) -> OrderText:
    """The order on a held event: what took place, who took part, what is ordered.

    The points are proposed from what the plan still asks for; the person who signs corrects them.
    """
    words = WORDS[held.kind]
    paragraphs = (_occasion(held, words), _turnout(held), *_considered(held, words))
    return OrderText(
        kind="ПРИКАЗ",
        issuer=held.issuer,
        place=held.town,
        title=f"Об итогах проведения {words.genitive} «{held.title}»",
        preamble=tuple(one for one in paragraphs if one),
        clauses=tuple(_clauses(held, words)),
        control="Контроль за исполнением приказа оставляю за собой.",
        signature="",
    )


def _occasion(held: Held, words: Words) -> str:
    plan = f"Во исполнение пункта {held.item} плана «{held.plan}»"
    if held.order_number:
        signed = f" от {held.order_date:%d.%m.%Y}" if held.order_date else ""
        plan += f", утверждённого приказом{signed} № {held.order_number},"
    audience = f" Для кого: {held.audience}." if held.audience else ""
    return (
        f"{plan} {_when(held)} {words.took_place} по теме «{held.title}». {_where(held)}{audience}"
    ).strip()


def _when(held: Held) -> str:
    """«12 ноября 2026 г.» or «с 12 ноября 2026 г. по 14 ноября 2026 г.»"""
    begins = held.starts_at.date()
    ends = held.ends_at.date() if held.ends_at else begins
    return day(begins) if begins == ends else f"с {day(begins)} по {day(ends)}"


def _where(held: Held) -> str:
    if held.place:
        return f"Место проведения: {held.place.rstrip('.')}."
    return "Форма проведения: дистанционно." if held.is_remote else ""


def _turnout(held: Held) -> str:
    """«Приняли участие 57 человек из 20 организаций, приглашены были 34.»"""
    turnout = held.turnout
    if not turnout.attended:
        return ""
    people = f"{turnout.attended} {plural(turnout.attended, 'человек,человека,человек')}"
    houses = f"{turnout.present} {plural(turnout.present, 'организации,организаций,организаций')}"
    verb = plural(turnout.attended, "Принял,Приняли,Приняли")
    absent = turnout.invited - turnout.present
    asked = f", приглашено было {turnout.invited}" if absent else ""
    return f"{verb} участие {people} из {houses}{asked}."


def _considered(held: Held, words: Words) -> Iterator[str]:
    lines = [line.strip() for line in held.outcome.splitlines() if line.strip()]
    if lines:
        yield f"{words.within} рассмотрено и решено: {lines[0]}"
        yield from lines[1:]
    if held.materials:
        named = "; ".join(f"«{one}»" for one in held.materials)
        yield f"Участникам предоставлены материалы: {named}."


def _clauses(held: Held, words: Words) -> Iterator[Clause]:
    """Points in groups by who is to act: numbers of one order run through."""
    number = 1
    yield Clause(
        f"{number}.", f"Принять к сведению информацию, представленную в ходе {words.genitive}."
    )
    if held.materials:
        number += 1
        yield Clause(f"{number}.", f"Использовать в работе материалы {words.genitive}.")
    for head, duties in _addressed(held.duties):
        number += 1
        yield Clause(f"{number}.", f"{head}:")
        for under, duty in enumerate(duties, start=1):
            yield Clause(f"{number}.{under}.", _asked(duty))
    absent = held.turnout.invited - held.turnout.present
    if held.turnout.present and absent:
        number += 1
        yield Clause(
            f"{number}.",
            f"Организациям, которые участия не принимали ({absent}), изучить материалы "
            f"{words.genitive} самостоятельно.",
        )


def _addressed(duties: Iterable[Duty]) -> Iterator[tuple[str, list[Duty]]]:
    for (level, body), some in groupby(duties, lambda duty: (duty.level, duty.body)):
        yield body or HEADS.get(level, "Исполнителям плана"), list(some)


def _asked(duty: Duty) -> str:
    term = f" Срок: {duty.term.rstrip('.')}." if duty.term else ""
    return f"Обеспечить исполнение пункта {duty.number} плана: «{duty.title.rstrip('.')}».{term}"
