"""Columns into the database by COPY, so that a table's part becomes exactly the given rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.db import connection
from django.db.models import Model

from monitoring.computation.columns import Columns, packed
from procedures.exchange.copying import HEADER, TRAILER


@dataclass(frozen=True)
class Table:
    """A table with its unique key, the columns that count, and those written along with them."""

    model: type[Model]
    key: tuple[str, ...]
    values: tuple[str, ...]
    along: tuple[str, ...] = ()
    is_stamped: bool = False

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.values, *self.along)

    def types(self) -> dict[str, str]:
        """What the database calls the type of each column."""
        fields = {field.column: field for field in self.model._meta.concrete_fields}
        return {name: str(fields[name].db_type(connection)) for name in self.columns}


def hold(name: str) -> None:
    """Keep others who ask for the same name waiting until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def replace(table: Table, blocks: Iterable[Columns], *, of: Mapping[str, Any]) -> None:
    """Make the table's rows `of` these key values be exactly the given; inside a transaction.

    A value of `of` may be None or a list of several. What is there and equal stays untouched (its
    moment of change too), what differs is updated, what is missing is added, what is not among
    the rows goes. Six statements at most, however many rows.
    """
    columns, types = _names(table.columns), table.types()
    rows = b"".join([HEADER, *(packed(block, types) for block in blocks), TRAILER])
    with connection.cursor() as cursor:
        # The names come from the Table constants of this package, never from outside.
        cursor.execute(f"CREATE TEMP TABLE fresh AS SELECT {columns} FROM {table.name} LIMIT 0")  # noqa: S608
        cursor.copy_expert(f"COPY fresh ({columns}) FROM STDIN (FORMAT binary)", BytesIO(rows))
        copied = cursor.rowcount
        known = [value for value in of.values() if value is not None]
        cursor.execute(_merge(table, of), known)
        # All fresh rows are there now: to look for others is only worth it where there are more.
        cursor.execute(_count(table, of), known)
        if cursor.fetchone() != (copied,):
            cursor.execute(_delete(table, of), known)
        cursor.execute("DROP TABLE fresh")


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _count(table: Table, of: Mapping[str, Any]) -> str:
    where, _ = _conditions(table, of)
    return f"SELECT count(*) FROM {table.name} old WHERE {where}"  # noqa: S608 - as above


def _delete(table: Table, of: Mapping[str, Any]) -> str:
    where, same = _conditions(table, of)
    return (
        f"DELETE FROM {table.name} old WHERE {where}"  # noqa: S608 - constants of this package
        f" AND NOT EXISTS (SELECT FROM fresh WHERE {same})"
    )


def _merge(table: Table, of: Mapping[str, Any]) -> str:
    """Not ON CONFLICT: a region's rows of a work are all new, and it takes twice as long."""
    where, same = _conditions(table, of)
    stamp = ["updated_at"] if table.is_stamped else []
    now = ["statement_timestamp()"] * len(stamp)
    written = [f'"{name}" = fresh."{name}"' for name in (*table.values, *table.along)]
    written += [f"{name} = {moment}" for name, moment in zip(stamp, now, strict=True)]
    old, new, inserted = (
        ", ".join(f'{row}."{name}"' for name in names)
        for row, names in (("old", table.values), ("fresh", table.values), ("fresh", table.columns))
    )
    return (
        f"MERGE INTO {table.name} old USING fresh ON {where} AND {same}"  # noqa: S608 - as above
        f" WHEN MATCHED AND ({old}) IS DISTINCT FROM ({new}) THEN UPDATE SET {', '.join(written)}"
        f" WHEN NOT MATCHED THEN INSERT ({_names((*table.columns, *stamp))})"
        f" VALUES ({', '.join([inserted, *now])})"
    )


def _conditions(table: Table, of: Mapping[str, Any]) -> tuple[str, str]:
    """Which stored rows are meant, and which of them has the key of a fresh one."""
    where = " AND ".join(f"old.{name} {_matches(value)}" for name, value in of.items())
    # One value is the same in all rows, and a null in it would keep the join from being hashed.
    joined = [name for name in table.key if name not in of or isinstance(of[name], list)]
    return where, " AND ".join(f"fresh.{name} = old.{name}" for name in joined)


def _matches(value: Any) -> str:
    if value is None:
        return "IS NULL"
    return "= ANY(%s)" if isinstance(value, list) else "= %s"
