"""Report content becomes a tagged PDF, set by typst from the template beside this file."""

import datetime
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from reports.content import Block, Figure, Report, Section, Sentence, Table
from reports.rendering.characters import printable
from reports.rendering.picture import fonts, width_in_points

TEMPLATE = Path(__file__).with_name("report.typ")


def render(report: Report) -> bytes:
    """The report as PDF/UA-1, byte for byte the same for the same content.

    Raises ValueError on any warning of typst: a warning is a font or a sign that went missing.
    """
    made_at = datetime.datetime.combine(report.data_on, datetime.time(), tzinfo=datetime.UTC)
    pdf, warnings = typst.compile_with_warnings(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=fonts(),
        sys_inputs={"report": json.dumps(_printable(_as_data(report)))},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at,
    )
    if warnings:
        raise ValueError(f"the report is not set as it should be: {warnings[0].message}")
    return bytes(pdf)


def _printable(data: Any) -> Any:
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {name: _printable(value) for name, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, list | tuple) else data


def _as_data(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "organization": report.organization,
        "year": report.year,
        "requisites": report.requisites,
        "data_on": f"{report.data_on:%d.%m.%Y}",
        "passages": [_section(section) for section in report.passages],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "level": section.level,
        "blocks": [_block(block) for block in section.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Sentence(text):
            return {"kind": "sentence", "text": text}
        case Table():
            return {"kind": "table", **_table(block)}
        case Figure():
            return {
                "kind": "figure",
                "caption": block.caption,
                "label": block.label,
                "svg": block.svg,
                "width": width_in_points(block.svg),
                "table": _table(block.table),
            }


def _table(table: Table) -> dict[str, Any]:
    fitted = table.for_page()
    return {**asdict(fitted), "align": fitted.alignment, "widths": fitted.widths}
