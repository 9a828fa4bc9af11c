"""Part 1: which protocols came in, and how many pupils wrote."""

from monitoring.stats.disclosure import publishable
from monitoring.wording import NBSP, counted, decimal, percent
from organizations.models import Organization
from procedures.models import Work
from reports import sentences
from reports.content import Block, Section, Sentence, Table
from reports.passages.words import NOTHING, held, is_school, least_pupils, pupils, share, work_name
from reports.queries.year import Year

PROTOCOLS = ("протокол", "протокола", "протоколов")
DUE = (
    "Протокол ждут от каждой школы, где есть этот класс. Какие работы школе выпали по жребию, "
    "портал не знает."
)


def section(year: Year, place: Organization) -> Section:
    works = held(year, place)
    if not works:
        said = Sentence(f"Работ за {year.year} год, которые касаются этой организации, нет.")
        return Section("1", "Участие и сбор результатов", (said,))
    blocks: list[Block] = [Sentence(_came_in(year, place, works)), Sentence(_wrote(year, place))]
    if not is_school(place):
        blocks.append(Sentence(_silent(year, place)))
    table = _school_table if is_school(place) else _territory_table
    return Section("1", "Участие и сбор результатов", (*blocks, table(year, place, works)))


def _came_in(year: Year, place: Organization, works: list[Work]) -> str:
    intakes = [year.intake(place, work) for work in works]
    expected = sum(intake.expected for intake in intakes)
    accepted = sum(intake.accepted for intake in intakes)
    faulty = sum(intake.faulty for intake in intakes)
    said = (
        f"Приняты протоколы: {decimal(accepted, 0)} из{NBSP}{decimal(expected, 0)} "
        f"({percent(accepted / expected)})."
    )
    if not faulty:
        return said
    return f"{said} С{NBSP}ошибками и{NBSP}пока не{NBSP}приняты: {counted(faulty, *PROTOCOLS)}."


def _wrote(year: Year, place: Organization) -> str:
    tallies = [(work, year.tally(place, work)) for work in year.works]
    listed, wrote = sum(one.listed for _, one in tallies), sum(one.wrote for _, one in tallies)
    if not listed:
        return "Посчитанных результатов ещё нет."
    if not publishable(least_pupils((work, one.listed) for work, one in tallies)):
        return sentences.too_few("Участие")
    return (
        f"Написано работ: {decimal(wrote, 0)} из{NBSP}{decimal(listed, 0)} по{NBSP}спискам "
        f"({share(wrote, listed)}). Ученик считается столько раз, сколько работ он писал."
    )


def _silent(year: Year, place: Organization) -> str:
    """Whose results are missing altogether: schools, or for the region municipalities."""
    due = [
        school
        for school in year.tree.schools_of(place)
        if any(year.intake(school, work).expected for work in year.works)
    ]
    silent = [
        school
        for school in due
        if not any(year.intake(school, work).accepted for work in year.works)
    ]
    if year.tree.above(place) is not None:
        return sentences.not_included([school.short_name for school in silent])
    territories = {year.tree.places[school.parent_id or place.pk].short_name for school in silent}
    what = f"Ни{NBSP}одного протокола нет от{NBSP}{counted(len(silent), 'школы', 'школ', 'школ')}"
    return sentences.not_included(sorted(territories), f"{what}; территории")


def _school_table(year: Year, place: Organization, works: list[Work]) -> Table:
    rows = tuple(
        (work_name(work), _day(work), _state(year, place, work), *_attendance(year, place, work))
        for work in works
    )
    head = ("Работа", "День", "Протокол", "В списках", "Писали", "Доля писавших")
    return Table("Протоколы и участие", head, rows, note=DUE, align="lllrrr")


def _territory_table(year: Year, place: Organization, works: list[Work]) -> Table:
    rows = []
    for work in works:
        intake = year.intake(place, work)
        counts = (decimal(number, 0) for number in intake)
        rows.append((work_name(work), *counts, *_attendance(year, place, work)))
    head = ("Работа", "Ждали", "Приняты", "С ошибками", "В списках", "Писали", "Доля писавших")
    return Table("Протоколы и участие", head, tuple(rows), note=DUE)


def _attendance(year: Year, place: Organization, work: Work) -> tuple[str, str, str]:
    tally = year.tally(place, work)
    if not tally.listed:
        return NOTHING, NOTHING, NOTHING
    return pupils(tally.listed), pupils(tally.wrote), share(tally.wrote, tally.listed)


def _day(work: Work) -> str:
    return f"{work.held_on:%d.%m.%Y}" if work.held_on else NOTHING


def _state(year: Year, place: Organization, work: Work) -> str:
    intake = year.intake(place, work)
    if intake.accepted:
        return "принят"
    return "есть ошибки" if intake.faulty else "не сдан"
