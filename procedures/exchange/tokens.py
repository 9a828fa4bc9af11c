"""What stands in the cells of a collection form: points, variants, marks, headings of tasks."""

import re
from dataclasses import dataclass

from organizations.exchange.cells import Unexpected, folded, is_dash
from procedures.exchange.results import ABSENT, MISSING, NO_MARK, NOT_ATTEMPTED
from procedures.exchange.works import WorkSpec

SKIPPED = "X"
NOT_COVERED = "н/п"
AWAY = "отсутствовал"
UNMARKED = "нет отметки"

TASK_HEADING = re.compile(r"(?P<label>\d+(?:[.,]\d+)?(?:[КK]\d+)?)\s*\((?P<most>\d{1,3})\s*[бb]\)")
CRITERION = re.compile(r"(?P<task>\d+(?:[.,]\d+)?)[КK](?P<number>\d+)")
WHOLE = re.compile(r"0*([0-9]{1,9})(?:[.,]0+)?")
NOT_COVERED_WORDS = {folded(word) for word in (NOT_COVERED, "N")}
VARIANTS = {"1": 1, "2": 2, folded(AWAY): ABSENT, folded("отсутствовала"): ABSENT}
MARKS = {"5": 5, "4": 4, "3": 3, "2": 2, folded(UNMARKED): NO_MARK}


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a task column: «4К1 (3б)»."""

    label: str
    most: int


def heading_of(text: str) -> Heading | None:
    """The task a heading names; None for any other heading."""
    found = TASK_HEADING.fullmatch(text)
    return Heading(found["label"], int(found["most"])) if found else None


def label_key(label: str) -> str:
    """One key for the spellings of a label: «9,1» and «9.1», Cyrillic and Latin К."""
    return folded(label).replace(",", ".")


def whole_text(text: str) -> str:
    """A whole number without leading zeros and without «,0»; any other text as it is."""
    found = WHOLE.fullmatch(text)
    return found[1] if found else text


def points(text: str, *, most: int) -> int:
    """Points of a task, −1 for «X» or a dash, −2 for «н/п»."""
    word = whole_text(folded(text))
    if word == SKIPPED.casefold() or is_dash(text):
        return NOT_ATTEMPTED
    if word in NOT_COVERED_WORDS:
        return MISSING
    if word in {str(number) for number in range(most + 1)}:
        return int(word)
    allowed = ", ".join(str(number) for number in range(most + 1))
    raise Unexpected(f"{allowed} или {SKIPPED}", text, "Сверьте с работой участника.")


def points_note(text: str) -> str:
    """What to tell about points that were read otherwise than they stand."""
    if text == "Х":
        return "«Х» кириллицей прочитан как X. Делать ничего не надо."
    return f"«{text}» прочитано как X: не приступал." if is_dash(text) else ""


def variant(text: str) -> int:
    """1, 2, or 0 for a pupil who was absent."""
    if (found := VARIANTS.get(whole_text(folded(text)))) is None:
        raise Unexpected(f"1, 2 или «{AWAY}»", text, "Выберите вариант из списка в клетке.")
    return found


def journal_mark(text: str) -> int:
    """The mark in the journal; 0 when there is none."""
    if is_dash(text):
        return NO_MARK
    if (found := MARKS.get(whole_text(folded(text)))) is None:
        raise Unexpected(f"5, 4, 3, 2 или «{UNMARKED}»", text, "Выберите отметку из списка.")
    return found


def journal_note(text: str) -> str:
    """What to tell about a mark that was read otherwise than it stands."""
    return f"«{text}» прочитано как «{UNMARKED}»." if is_dash(text) else ""


def first_criteria(work: WorkSpec) -> dict[int, int]:
    """For each criterion after К1 the column of its К1; both by number from 0.

    In the federal form К1 = 0 or X leaves only 0 and X to choose for the others of the task.
    """
    found = [CRITERION.fullmatch(label) for label in work.tasks]
    first = {match["task"]: j for j, match in enumerate(found) if match and match["number"] == "1"}
    return {
        j: first[match["task"]]
        for j, match in enumerate(found)
        if match and match["number"] != "1" and match["task"] in first
    }
