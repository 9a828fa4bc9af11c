"""What in a plan contradicts itself or is missing: each finding with its place and its cure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from roadmaps.bodies import read_bodies
from roadmaps.letters import LATIN, LOOKALIKES, mixed_words
from roadmaps.moments import moments_of, shortened
from roadmaps.names import OTHER, TITLES
from roadmaps.terms import Doubt, Period, Term, TermKind, read_term, shifted

FURTHEST_YEAR = 3  # a year is mistaken by so many at most
DAY = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
DOUBTS = {
    Doubt.IMPOSSIBLE_DATE: "Срок «{}» невозможен: такого дня нет или конец раньше начала.",
    Doubt.YEAR_NOT_KNOWN: "В сроке «{}» нет года, и из плана он не следует.",
    Doubt.NOT_UNDERSTOOD: "Срок «{}» не понят до конца. Он останется как напечатан.",
}
CURES = {
    Doubt.YEAR_NOT_KNOWN: "Допишите к сроку год.",
    Doubt.NOT_UNDERSTOOD: "Впишите дату, месяц или слова «в течение учебного года», «по графику».",
}


@dataclass(frozen=True, slots=True)
class ItemText:
    """An item in words; `result` and `evidence` are None where the plan has no such column."""

    number: str
    section: str | None
    title: str
    term: str
    bodies: tuple[tuple[str, str], ...]  # as printed, and the code
    result: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class PlanText:
    """A plan in words, from a file or from the portal; `heading` is what stands before items."""

    number: str | None
    signed_on: date | None
    period: Period | None
    items: tuple[ItemText, ...]
    annex_number: str | None = None
    annex_signed_on: date | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at; `item` is a number, `cure` may be empty."""

    code: str
    item: str | None
    place: str
    message: str
    cure: str = ""


def lint(plan: PlanText) -> list[Finding]:
    """Everything doubtful in a plan: the order first, then its numbers, then item by item."""
    of_items = (finding for item in plan.items for finding in _of_item(item, plan))
    return [*_of_order(plan), *_of_numbers(plan.items), *of_items]


def _of_order(plan: PlanText) -> Iterator[Finding]:
    if plan.annex_number and plan.number and plan.annex_number != plan.number:
        yield Finding(
            "order_number_differs",
            None,
            "гриф приложения",
            f"В приказе № {plan.number}, в приложении № {plan.annex_number}.",
            f"Вероятно, верен номер самого приказа: № {plan.number}.",
        )
    if plan.annex_signed_on and plan.signed_on and plan.annex_signed_on != plan.signed_on:
        ordered, annexed = f"{plan.signed_on:%d.%m.%Y}", f"{plan.annex_signed_on:%d.%m.%Y}"
        yield Finding(
            "order_date_differs",
            None,
            "гриф приложения",
            f"Приказ от {ordered}, а по приложению от {annexed}.",
            f"Вероятно, верна дата самого приказа: {ordered}.",
        )
    for printed in _impossible_days(plan.heading):
        told = f"В приказе дата «{printed}»: такого дня нет."
        yield Finding("impossible_date", None, "текст приказа", told, _possible(printed))
    yield from _of_letters(plan.heading, None, "текст приказа")


def _impossible_days(text: str) -> Iterator[str]:
    return (found[0] for found in DAY.finditer(text) if not _is_day(found))


def _is_day(found: re.Match[str]) -> bool:
    with suppress(ValueError):
        date(int(found[3]), int(found[2]), int(found[1]))
        return True
    return False


def _possible(printed: str) -> str:
    """What a day that no calendar has was probably meant to be."""
    found = DAY.search(printed)
    if found is None:
        return "Исправьте дату."
    first, second, year = (int(part) for part in found.groups())
    if 1 <= first <= 12 and 12 < second <= 31:
        return (
            f"Вероятно, «{_put(printed, found, second, first, year)}»: день и месяц переставлены."
        )
    if 1 <= second <= 12 and 28 < first <= 31:
        last = (date(year + second // 12, second % 12 + 1, 1).toordinal()) - 1
        meant = date.fromordinal(last)
        return (
            f"Вероятно, «{_put(printed, found, meant.day, second, year)}»: последний день месяца."
        )
    return "Исправьте дату."


def _put(text: str, found: re.Match[str], day: int, month: int, year: int) -> str:
    return f"{text[: found.start()]}{day:02}.{month:02}.{year}{text[found.end() :]}"


def _of_letters(text: str, item: str | None, place: str) -> Iterator[Finding]:
    for word in dict.fromkeys(mixed_words(text)):
        told = f"В слове «{word}» есть и русские, и латинские буквы."
        yield Finding("mixed_alphabets", item, place, told, _one_alphabet(word))


def _one_alphabet(word: str) -> str:
    """The word in one alphabet, where its foreign letters have look-alikes."""
    russian = word.translate(LOOKALIKES)
    if not re.search("[A-Za-z]", russian):
        return f"Вероятно, «{russian}» русскими буквами."
    if all(sign in LATIN for sign in word if re.match("[A-Za-z]", sign)) or len(word) < 2:
        return "Наберите слово заново одной раскладкой."
    return "Наберите слово заново русскими буквами."


def _of_numbers(items: Sequence[ItemText]) -> Iterator[Finding]:
    known = {(item.section, item.number) for item in items}
    numbers = Counter((item.section, item.number) for item in items)
    for (section, number), times in numbers.items():
        if times > 1:
            told = f"Номер {number} повторяется, пунктов с ним: {times}."
            cure = f"Дайте повтору свой номер: свободен {_free(known, section, number)}."
            yield Finding("duplicate_number", number, f"пункт {number}, номер", told, cure)
    for before, after in pairwise(items):
        first, second = _parts(before.number), _parts(after.number)
        if first[:-1] == second[:-1] and second[-1] > first[-1] + 1:
            told = f"После пункта {before.number} сразу {after.number}: номера пропущены."
            cure = "Сверьте с приказом, не потерян ли пункт, или исправьте нумерацию."
            yield Finding("number_gap", after.number, f"пункт {after.number}, номер", told, cure)


def _parts(number: str) -> tuple[int, ...]:
    """The figures of a number; one that is no number has none that could be skipped."""
    try:
        return tuple(map(int, number.split(".")))
    except ValueError:
        return (0,)


def _free(known: set[tuple[str | None, str]], section: str | None, number: str) -> str:
    upper, dot, last = number.rpartition(".")
    if not last.isdecimal():
        return f"{number}а"
    following = int(last) + 1
    while (section, f"{upper}{dot}{following}") in known:
        following += 1
    return f"{upper}{dot}{following}"


def _of_item(item: ItemText, plan: PlanText) -> Iterator[Finding]:
    place = f"пункт {item.number}"
    if not item.title.strip():
        yield Finding(
            "no_title", item.number, f"{place}, мероприятие", "Мероприятие не названо.",
            "Впишите, что будет сделано, или удалите строку.",
        )  # fmt: skip
    yield from _of_term(item, plan, f"{place}, срок")
    yield from _of_bodies(item, f"{place}, ответственные")
    if item.result is not None and not item.result.strip():
        yield Finding(
            "no_result", item.number, f"{place}, результат", "Результат не указан.",
            "Впишите, чем мероприятие закончится: приказ, справка, перечень.",
        )  # fmt: skip
    columns = {
        "мероприятие": item.title,
        "срок": item.term,
        "ответственные": " ".join(text for text, _ in item.bodies),
        "результат": item.result or "",
        "подтверждение": item.evidence or "",
    }
    for column, text in columns.items():
        yield from _of_letters(text, item.number, f"{place}, {column}")


def _of_term(item: ItemText, plan: PlanText, place: str) -> Iterator[Finding]:
    term = read_term(item.term, period=plan.period)
    if not term.text.strip():
        cure = "Впишите срок словами приказа."
        yield Finding("no_deadline", item.number, place, "Срок не указан.", cure)
    if term.doubt:
        told = DOUBTS[term.doubt].format(term.text)
        cure = CURES.get(term.doubt) or _turned(term.text) or _possible(term.text)
        yield Finding(term.doubt.value, item.number, place, told, cure)
    if term.end and plan.signed_on and term.end < plan.signed_on:
        told = f"Срок «{term.text}» истёк раньше, чем издан приказ ({plan.signed_on:%d.%m.%Y})."
        cure = _later(term, plan.signed_on, plan.period)
        yield Finding("deadline_before_order", item.number, place, told, cure)


def _turned(text: str) -> str:
    """A range that ends before it begins, in its probable order."""
    years = [moment.year for moment in moments_of(shortened(text.lower())) if moment.year]
    if len(years) == 2 and not list(_impossible_days(text)):
        return "Поменяйте начало и конец местами или исправьте год."
    return ""


def _later(term: Term, ordered_on: date, period: Period | None) -> str:
    """The same term some years later, once it falls into the plan."""
    for years in range(1, FURTHEST_YEAR + 1):
        text = shifted(term.text, years)
        meant = read_term(text, period=period)
        if text == term.text or meant.kind == TermKind.UNKNOWN or meant.end is None:
            break
        if meant.end < ordered_on:
            continue
        within = period and (meant.start or meant.end) >= period.start and meant.end <= period.end
        why = "так срок попадает в период плана" if within else "так срок наступает после приказа"
        return f"Вероятно, «{text}»: {why}."
    return "Сверьте срок с приказом и исправьте год."


def _of_bodies(item: ItemText, place: str) -> Iterator[Finding]:
    if not item.bodies:
        cure = "Впишите, кто отвечает за мероприятие."
        yield Finding("no_responsible", item.number, place, "Ответственные не указаны.", cure)
    for text, code in item.bodies:
        if code == OTHER:
            told = f"Ответственный «{text}» не опознан. Выберите его из списка."
            yield Finding("unknown_body", item.number, place, told, "Выберите его из списка.")
        elif any(body.misspelt and body.code == code for body in read_bodies(text)):
            told = f"В названии «{text}» описка; прочитано: {TITLES[code]}."
            yield Finding("misspelt_body", item.number, place, told, f"Напишите: {TITLES[code]}.")
