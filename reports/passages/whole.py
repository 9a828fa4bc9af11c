"""The whole report of one place: its requisites and its six parts."""

from organizations.models import Level, Organization
from organizations.templatetags.ru import school_year
from reports.content import Report
from reports.passages import duties, intake, notes, objectivity, results
from reports.queries.year import Year

# Stored with every report; changes when a part, a table or a rule of wording changes.
TEMPLATE_VERSION = "2026.1"

TITLE = "Ежегодный комплексный отчёт РСОКО"
PARTS = (
    intake.section,
    results.section,
    objectivity.section,
    duties.roadmaps,
    duties.papers,
    notes.section,
)


def compose(year: Year, place: Organization) -> Report:
    """What the report of a place says; the place is one of those the year was read for."""
    return Report(
        title=TITLE,
        organization=place.name,
        year=year.year,
        requisites=_requisites(year, place),
        passages=tuple(part(year, place) for part in PARTS),
        data_on=year.data_on,
    )


def _requisites(year: Year, place: Organization) -> tuple[tuple[str, str], ...]:
    above = year.tree.line(place)[1:]
    return (
        ("Уровень", str(Level(place.level).label)),
        *((("Территория", ", ".join(one.short_name for one in above)),) if above else ()),
        ("Учебный год", school_year(year.year)),
        ("Основание", "Положение о РСОКО, пункт 3.3"),
        ("Версия шаблона", TEMPLATE_VERSION),
    )
