"""A plan beside the plan above in words: rows, their filters, the sheet for download."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from organizations.exchange.workbook import Value
from organizations.models import Level, State
from organizations.templatetags.ru import day_short, plural
from roadmaps.cascade import Change, Kind, Line, Row, Run, folded
from roadmaps.forms.adoption import OmissionForm
from roadmaps.queries.comparison import Comparison, Reason

ELSEWHERE = "elsewhere"
WORDS = {
    Kind.SAME: "Без изменений",
    Kind.REWORDED: "Изменён текст",
    Kind.REDATED: "Изменён срок",
    Kind.MERGED: "Объединены",
    Kind.DROPPED: "Выпал",
    ELSEWHERE: "Исполняют выше",
    Kind.ADDED: "Добавлен",
}
TITLES = WORDS | {Kind.DROPPED: "Выпали", Kind.ADDED: "Добавлены"}
SHAPES = {kind: str(kind) for kind in Kind} | {ELSEWHERE: "usual"}
OPTIONAL = (Kind.MERGED, ELSEWHERE)  # filters that most plans have no use for
ABOVE = {Level.REGION: "региона", Level.MUNICIPALITY: "муниципалитета"}
SAYS = {
    State.SENT: "ждёт ответа выше",
    State.ACCEPTED: "согласовано",
    State.RETURNED: "возвращено",
}
HEAD = ("№ выше", "Мероприятие выше", "Срок выше", "№ у нас", "Мероприятие у нас", "Срок у нас",
        "Отличие", "Причина")  # fmt: skip
MOST_WORDS = 9  # of a title in a folded row


@dataclass(frozen=True)
class Side:
    """One item in its column. `changes` and `moved` are struck out and put in; `is_same` says
    that its title is the other column's."""

    number: str
    title: str
    term: str
    bodies: str
    changes: Sequence[Change] = ()
    moved: Sequence[Change] = ()
    is_same: bool = False
    is_doubtful: bool = False


@dataclass(frozen=True)
class Told:
    """A row of the page: two columns, what differs, why."""

    above: Sequence[Side]
    ours: Sequence[Side]
    states: Sequence[tuple[str, str]]
    why: str = ""
    reason: Reason | None = None
    answer: str = ""
    is_same: bool = False
    is_open: bool = False
    is_elsewhere: bool = False
    item: int | None = None
    form: OmissionForm | None = None
    change: bool = False


def kinds_of(compared: Comparison, row: Row) -> set[str]:
    """The filters a row belongs to."""
    return {ELSEWHERE} if compared.is_elsewhere(row) else {str(kind) for kind in row.kinds}


def shown(compared: Comparison, show: str) -> list[Row]:
    return [row for row in compared.rows if not show or show in kinds_of(compared, row)]


def filters(compared: Comparison, show: str) -> list[dict[str, Any]]:
    everything: dict[str, Any] = {
        "title": "Все", "url": "?", "current": not show, "count": len(compared.rows),
    }  # fmt: skip
    found = [
        {
            "title": title,
            "url": f"?show={name}",
            "current": show == name,
            "count": len(shown(compared, name)),
            "shape": SHAPES[name],
        }
        for name, title in TITLES.items()
    ]
    return [
        everything,
        *(one for one, name in zip(found, TITLES, strict=True)
          if one["count"] or one["current"] or name not in OPTIONAL),
    ]  # fmt: skip


def told(
    compared: Comparison, rows: Sequence[Row], *, brief: bool, form: Callable[[int], OmissionForm]
) -> list[Told]:
    """Rows as the page shows them; `form` gives the form of a row that may be given a reason."""
    return [
        _run(one) if isinstance(one, Run) else _row(compared, one, form)
        for one in (folded(rows) if brief else rows)
    ]


def _run(run: Run) -> Told:
    upper = [line for row in run.rows for line in row.above]
    lower = [line for row in run.rows for line in row.ours]
    number = len(lower)
    words = f"То же, {number} {plural(number, 'пункт,пункта,пунктов')}"
    title = "; ".join(_short(line.title) for line in upper)
    return Told(
        above=[Side(run.above_numbers, title, _terms(upper), "")],
        ours=[Side(run.our_numbers, words, "сроки те же", _bodies(lower))],
        states=[(Kind.SAME, WORDS[Kind.SAME])],
        is_same=True,
    )


def _short(title: str) -> str:
    words = title.split()
    return " ".join(words[:MOST_WORDS]) + (" …" if len(words) > MOST_WORDS else "")


def _terms(lines: Sequence[Line]) -> str:
    return "; ".join(dict.fromkeys(line.term_text for line in lines if line.term_text))


def _bodies(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys(body for line in lines for body in line.bodies))


def _row(compared: Comparison, row: Row, form: Callable[[int], OmissionForm]) -> Told:
    kinds = kinds_of(compared, row)
    is_open, is_elsewhere = compared.lacks_reason(row), ELSEWHERE in kinds
    upper = row.above[0] if row.above else None
    reason = compared.reasons.get(upper.key) if upper and not row.ours else None
    left_out = upper is not None and not row.ours
    return Told(
        above=[_above(compared, line) for line in row.above],
        ours=[_ours(row, line) for line in row.ours],
        states=[(SHAPES[kind], word) for kind, word in WORDS.items() if kind in kinds],
        why=_why(compared, row),
        reason=reason,
        answer=_answer(reason) if reason else "",
        is_same=row.is_same,
        is_open=is_open,
        is_elsewhere=is_elsewhere,
        item=upper.key if left_out and upper else None,
        form=form(upper.key) if left_out and upper else None,
    )


def _above(compared: Comparison, line: Line) -> Side:
    return Side(
        line.number,
        line.title,
        line.term_text,
        ", ".join(line.bodies),
        is_doubtful=line.key in compared.doubtful,
    )


def _ours(row: Row, line: Line) -> Side:
    """The nearest pair is told by its changes, what was joined to it as it is."""
    nearest = row.nearest is not None and row.nearest[1] == line
    return Side(
        line.number,
        line.title,
        line.term_text,
        ", ".join(line.bodies),
        changes=_apart(row.wording) if nearest else (),
        moved=_apart(row.term) if nearest else (),
        is_same=nearest and not row.wording,
    )


def _apart(changes: Sequence[Change]) -> list[Change]:
    """The changes with a space where a word struck out would touch the one put in."""
    found: list[Change] = []
    for change in changes:
        if found and "same" not in (found[-1].kind, change.kind):
            touch = not found[-1].text[-1:].isspace() and not change.text[:1].isspace()
            found.extend([Change("same", " ")] if touch else [])
        found.append(change)
    return found


def _why(compared: Comparison, row: Row) -> str:
    """What stands below the kind of difference."""
    if compared.is_elsewhere(row):
        return _bodies(row.above)
    moved = row.nearest and row.nearest[0].number != row.nearest[1].number
    if Kind.REDATED in row.kinds and any(line.key in compared.doubtful for line in row.above):
        return "выше срок под вопросом"
    if moved and not row.is_same and row.nearest:
        return f"у нас стал п. {row.nearest[1].number}"
    return ""


def _answer(reason: Reason) -> str:
    """«указана 16 июля, согласовано 20 июля»"""
    stated = f"указана {day_short(reason.stated_at)}"
    if reason.state is None:
        return stated
    decided = f" {day_short(reason.decided_at)}" if reason.decided_at else ""
    return f"{stated}, {SAYS[reason.state]}{decided}"


def summary(compared: Comparison) -> str:
    """«Взято 11 пунктов, выпали п. 3, 10, 13, добавлен 1 пункт»"""
    linked = sum(len(row.above) for row in compared.rows if row.above and row.ours)
    dropped = [row.above[0].number for row in shown(compared, Kind.DROPPED)]
    added = len(shown(compared, Kind.ADDED))
    words = [f"Взято {linked} {plural(linked, 'пункт,пункта,пунктов')}"]
    if dropped:
        words.append(f"{plural(len(dropped), 'выпал,выпали,выпали')} п. {', '.join(dropped)}")
    if added:
        words.append(f"{plural(added, 'добавлен,добавлены,добавлено')} {added}")
    return ", ".join(words)


def table(compared: Comparison, rows: Sequence[Row]) -> list[Sequence[Value]]:
    """The rows as a sheet, none folded."""
    return [HEAD, *(_cells(compared, row) for row in rows)]


def _cells(compared: Comparison, row: Row) -> Sequence[Value]:
    kinds = kinds_of(compared, row)
    reasons = [
        compared.reasons[line.key].text for line in row.above if line.key in compared.reasons
    ]
    return (
        *_column(row.above),
        *_column(row.ours),
        ", ".join(word.lower() for kind, word in WORDS.items() if kind in kinds),
        "; ".join(reasons),
    )


def _column(lines: Sequence[Line]) -> tuple[str, str, str]:
    return (
        ", ".join(line.number for line in lines),
        "\n".join(line.title for line in lines),
        _terms(lines),
    )
