"""Lists as tables: csv for programs, xlsx for people."""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from organizations.exchange import workbook


def _table(data: Any, columns: Iterable[str]) -> tuple[list[str], list[list[Any]]]:
    rows: Iterable[Mapping[str, Any]] = data if isinstance(data, list) else [data]
    rows = list(rows)
    head = list(rows[0]) if rows else list(columns)
    return head, [[_cell(row[name]) for name in head] for row in rows]


def _cell(value: Any) -> Any:
    """What has parts stands in one cell as JSON."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def _columns(view: Any) -> list[str]:
    """The heading of a list without rows."""
    serializer = getattr(view, "get_serializer", None)
    return list(serializer().fields) if serializer else []


class TableRenderer(BaseRenderer, ABC):
    """A list of flat records; an error stays what it is, a JSON document."""

    def render(
        self, data: Any, media_type: str | None = None, context: Mapping[str, Any] | None = None
    ) -> bytes:
        response = (context or {}).get("response")
        if response is not None and response.status_code >= 400:
            response["Content-Type"] = "application/problem+json"
            return JSONRenderer().render(data)
        if response is not None:
            response["Content-Disposition"] = f'attachment; filename="rsoko.{self.format}"'
        return self.table(*_table(data, _columns((context or {}).get("view"))))

    @abstractmethod
    def table(self, head: list[str], rows: list[list[Any]]) -> bytes:
        """The bytes of a table in this format."""


class CsvRenderer(TableRenderer):
    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def table(self, head: list[str], rows: list[list[Any]]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
        return out.getvalue().encode()


class XlsxRenderer(TableRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    charset = None
    render_style = "binary"

    def table(self, head: list[str], rows: list[list[Any]]) -> bytes:
        return workbook.write({"Данные": [head, *rows]})
