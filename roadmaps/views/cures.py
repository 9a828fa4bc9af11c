"""What the linter proposes for a row of a draft, put into its fields by one button."""

import re
from collections.abc import Mapping
from typing import Any

from roadmaps.bodies import read_bodies
from roadmaps.names import OTHER

PROPOSED = re.compile(r"Вероятно, «(.+?)»")
QUOTED = re.compile(r"«(.+?)»")
WRITE = re.compile(r"Напишите: (.+)\.")
WORDS = ("title", "term_text", "bodies", "result", "evidence")


def cured(row: Mapping[str, Any], doubt: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row with the proposed words in place; None where no exact words are proposed."""
    match doubt["code"]:
        case "deadline_before_order" | "impossible_date":
            found = PROPOSED.search(_cure(doubt))
            return {**row, "term_text": found[1]} if found else None
        case "mixed_alphabets":
            return _replaced(row, doubt, PROPOSED.search(_cure(doubt)), WORDS)
        case "misspelt_body":
            found = WRITE.search(_cure(doubt))
            known = found and {body.code for body in read_bodies(found[1])} - {OTHER}
            return _replaced(row, doubt, found, ("bodies",)) if known else None
    return None


def _cure(doubt: Mapping[str, Any]) -> str:
    return str(doubt.get("cure") or "")


def _replaced(
    row: Mapping[str, Any],
    doubt: Mapping[str, Any],
    proposed: re.Match[str] | None,
    fields: tuple[str, ...],
) -> dict[str, Any] | None:
    wrong = QUOTED.search(doubt["message"])
    if not wrong or not proposed:
        return None
    changed = {name: str(row[name]).replace(wrong[1], proposed[1]) for name in fields}
    return {**row, **changed}
