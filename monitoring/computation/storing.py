"""Rows into the database by COPY, so that a table's part becomes exactly the given rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.db import connection

NULL = "\\N"  # of the text format of COPY


@dataclass(frozen=True)
class Table:
    """A table with its unique key, the columns that count, and those written along with them."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    along: tuple[str, ...] = ()
    is_stamped: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.values, *self.along)


def hold(name: str) -> None:
    """Keep others who ask for the same name waiting until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def replace(table: Table, rows: Iterable[Sequence[Any]], *, of: Mapping[str, Any]) -> None:
    """Make the table's rows `of` these key values be exactly the given; inside a transaction.

    A value of `of` may be None or a list of several. What is there and equal stays untouched (its
    moment of change too), what differs is updated, what is missing is added, what is not among
    the rows goes. Five statements, however many rows.
    """
    columns = ", ".join(table.columns)
    with connection.cursor() as cursor:
        # The names come from the Table constants of this package, never from outside.
        cursor.execute(f"CREATE TEMP TABLE fresh AS SELECT {columns} FROM {table.name} LIMIT 0")  # noqa: S608
        cursor.copy_expert(f"COPY fresh ({columns}) FROM STDIN", StringIO(_text(rows)))
        cursor.execute(_delete(table, of), [value for value in of.values() if value is not None])
        cursor.execute(_upsert(table))
        cursor.execute("DROP TABLE fresh")


def _text(rows: Iterable[Sequence[Any]]) -> str:
    """The rows in the text format of COPY."""
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value)


def _delete(table: Table, of: Mapping[str, Any]) -> str:
    where = " AND ".join(f"old.{name} {_matches(value)}" for name, value in of.items())
    # One value is the same in all rows, and a null in it would keep the join from being hashed.
    joined = [name for name in table.key if name not in of or isinstance(of[name], list)]
    same = " AND ".join(f"fresh.{name} = old.{name}" for name in joined)
    return (
        f"DELETE FROM {table.name} old WHERE {where}"  # noqa: S608 - constants of this package
        f" AND NOT EXISTS (SELECT FROM fresh WHERE {same})"
    )


def _matches(value: Any) -> str:
    if value is None:
        return "IS NULL"
    return "= ANY(%s)" if isinstance(value, list) else "= %s"


def _upsert(table: Table) -> str:
    columns = ", ".join(table.columns)
    stamp, now = (", updated_at", ", statement_timestamp()") if table.is_stamped else ("", "")
    written = [f"{name} = excluded.{name}" for name in (*table.values, *table.along)]
    written += ["updated_at = excluded.updated_at"] if table.is_stamped else []
    old = ", ".join(f"old.{name}" for name in table.values)
    new = ", ".join(f"excluded.{name}" for name in table.values)
    return (
        f"INSERT INTO {table.name} AS old ({columns}{stamp}) SELECT {columns}{now} FROM fresh"  # noqa: S608 - as above
        f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {', '.join(written)}"
        f" WHERE ({old}) IS DISTINCT FROM ({new})"
    )
