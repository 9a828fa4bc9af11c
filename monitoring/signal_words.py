"""What a signal says, in sentences without numbers: works are not to be fitted to any (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitoring.passports import METHODS
from monitoring.stats.disclosure import publishable
from monitoring.stats.findings import Method

ANALYSIS = "Требует дополнительного анализа."
LEVEL = "средний результат необычен, что само по себе сигнала не даёт"

# What a part says of the pupils it was found in.
OF_PUPILS = ("class_number", "statistic", "effect", "n")

# Code of a work → its subject and grade.
Works = Mapping[str, tuple[str, int]]


def sentences(evidence: Sequence[Mapping[str, Any]], works: Works, year: int) -> list[str]:
    """A sentence for each part a signal rests on, in their order, and what to do."""
    return [_sentence(told(part), works, year) for part in evidence] + [ANALYSIS]


def told(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part as anybody is told it: found in under ten pupils, it names neither class nor number.

    What is kept of it is the family's, to which all works and classes of the school add.
    """
    return {**part} if publishable(part["n"]) else {**part, **dict.fromkeys(OF_PUPILS)}


def _sentence(part: Mapping[str, Any], works: Works, year: int) -> str:
    method = Method(part["method"])
    said = LEVEL if method == Method.LEVEL else METHODS[method].note
    return f"{_place(part, works, year)}: {said}."


def _place(part: Mapping[str, Any], works: Works, year: int) -> str:
    """«Русский язык, 4 класс, 2026, класс по счёту 2»; pooled findings are of the whole year."""
    if part["work"] is None:
        return f"Все работы {year} года вместе"
    subject, grade = works.get(part["work"], (part["work"], 0))
    words = f"{subject}, {grade} класс, {year}" if grade else f"{subject}, {year}"
    number = part.get("class_number")
    return words if number is None else f"{words}, класс по счёту {number}"
