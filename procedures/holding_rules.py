"""Limits and terms of the holding of procedures, each with where it comes from; no queries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A number the portal holds to, what it means, and its source."""

    value: int
    title: str
    source: str


OWN = "правило портала: нормативного числа нет"

REGISTRATION_DAYS = Rule(
    14, "за сколько дней до работы закрывается заявка школы", f"{OWN}; время назначить наблюдателей"
)
MOST_PUPILS = Rule(
    60, "учеников в строке заявки, не больше", "форма сбора результатов: строк на класс"
)
MOST_CLASSES = Rule(
    50, "классов в заявке, не больше", "форма сбора результатов: классов на параллель"
)
MOST_ROOMS = Rule(200, "аудиторий в заявке, не больше", OWN)
SMALL_SCHOOL = Rule(100, "сданных за год работ: с этого числа школа средняя", OWN)
LARGE_SCHOOL = Rule(600, "сданных за год работ: с этого числа школа крупная", OWN)
MOST_LOAD = Rule(30, "назначений на одного человека, не больше", OWN)
OTHER_MUNICIPALITY = Rule(
    3, "во сколько раз дальше чужой муниципалитет, чем свой", f"{OWN}; координат школ в портале нет"
)
EVEN_LOAD = Rule(1, "цена каждого следующего назначения тому же человеку", OWN)
