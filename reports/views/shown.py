"""A frozen report as a page shows it: whose eyes see which parts, cells with their alignment."""

from dataclasses import replace
from typing import Any

from organizations.access import Permission, Viewer
from reports.content import Block, Figure, Report, Sentence, Table
from reports.frozen import from_json
from reports.models import YearlyReport
from reports.passages.objectivity import NUMBER

ALIGNED = {"l": "", "c": "text-center", "r": "text-end num"}


def seen_by(viewer: Viewer, row: YearlyReport) -> Report:
    """The report's content; the part on objectivity only for those who may read such data."""
    report = from_json(row.content)
    if viewer.may(Permission.OBJECTIVITY_READ):
        return report
    open_parts = tuple(part for part in report.passages if part.number != NUMBER)
    return replace(report, passages=open_parts)


def passages(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "number": part.number,
            "title": part.title,
            "heading": part.heading,
            "blocks": [_block(block) for block in part.blocks],
        }
        for part in report.passages
    ]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Sentence(text):
            return {"kind": "sentence", "text": text}
        case Table():
            return {"kind": "table", "table": _table(block)}
        case Figure():
            return {"kind": "figure", "figure": block, "table": _table(block.table)}


def _table(table: Table) -> dict[str, Any]:
    classes = [ALIGNED[letter] for letter in table.alignment]
    return {
        "caption": table.caption,
        "head": list(zip(classes, table.head, strict=True)),
        "rows": [list(zip(classes, row, strict=True)) for row in table.rows],
        "note": table.note,
    }
