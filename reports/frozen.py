"""A report's content as plain JSON and back: what was built once is shown the same ever after."""

import datetime
from dataclasses import asdict
from typing import Any

from reports.content import Block, Figure, Report, Section, Sentence, Table


def as_json(report: Report) -> dict[str, Any]:
    """Only lists, dictionaries, text and numbers; the blocks are told apart by their fields."""
    return asdict(report) | {"data_on": report.data_on.isoformat()}


def from_json(data: dict[str, Any]) -> Report:
    """The report that `as_json` made into data."""
    return Report(
        title=data["title"],
        organization=data["organization"],
        year=data["year"],
        requisites=tuple((name, value) for name, value in data["requisites"]),
        passages=tuple(_section(section) for section in data["passages"]),
        data_on=datetime.date.fromisoformat(data["data_on"]),
    )


def _section(data: dict[str, Any]) -> Section:
    return Section(data["number"], data["title"], tuple(_block(block) for block in data["blocks"]))


def _block(data: dict[str, Any]) -> Block:
    if "text" in data:
        return Sentence(data["text"])
    if "svg" in data:
        return Figure(**(data | {"table": _table(data["table"])}))
    return _table(data)


def _table(data: dict[str, Any]) -> Table:
    head, rows = tuple(data["head"]), tuple(tuple(row) for row in data["rows"])
    return Table(**(data | {"head": head, "rows": rows}))
