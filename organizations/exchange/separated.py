"""A csv as rows of texts, whatever sign separates its cells."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice

from organizations.errors import Refused
from organizations.exchange.cells import plain
from organizations.exchange.table import HEADER_WITHIN, Column, headings_in

SEPARATORS = ";,\t"  # «;» as Excel in Russian saves it


def read_rows(content: bytes, columns: Sequence[Column]) -> list[list[str]]:
    """The rows of a csv in UTF-8, parted by the sign that parts the most headings of the columns.

    Lines above the header may hold any of the signs: a title, nothing at all. Raises Refused.
    """
    text = content.decode("utf-8-sig")
    head = list(islice(io.StringIO(text, newline=""), HEADER_WITHIN))
    separator = max(SEPARATORS, key=lambda sign: headings_in(_beginning(head, sign), columns))
    try:
        return _parted(io.StringIO(text, newline=""), separator)
    except csv.Error:
        raise Refused(
            "Таблица csv не читается: где-то не закрыта кавычка. "
            "Сохраните её заново как «CSV UTF-8»."
        ) from None


def _beginning(head: Iterable[str], separator: str) -> list[list[str]]:
    """The first rows; none where the sign is not the file's own and the csv makes no sense."""
    try:
        return _parted(head, separator)
    except csv.Error:
        return []


def _parted(lines: Iterable[str], separator: str) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in csv.reader(lines, delimiter=separator)]
