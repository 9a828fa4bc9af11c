"""Columns written in PostgreSQL's binary format are read back by the driver as what they were."""

from io import BytesIO

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.computation.columns import Columns, Lists, packed
from procedures.exchange.copying import HEADER, TRAILER

TYPES = {
    "small": "smallint",
    "whole": "integer",
    "big": "bigint",
    "real": "double precision",
    "word": "varchar(20)",
    "octets": "bytea",
    "document": "jsonb",
    "wholes": "integer[]",
    "reals": "double precision[]",
    "words": "varchar(12)[]",
    "same_word": "varchar(12)",
    "same_number": "bigint",
    "nothing": "bigint",
}

pytestmark = pytest.mark.django_db

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
reals = st.floats(allow_nan=False)
rows = st.lists(
    st.tuples(
        st.integers(-(2**15), 2**15 - 1),
        st.integers(-(2**31), 2**31 - 1),
        st.integers(-(2**63), 2**63 - 1),
        st.none() | reals,
        words,
        st.binary(max_size=9),
        st.lists(st.integers(0, 9), max_size=3),
        st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4),
        st.lists(reals, max_size=4),
        st.lists(words, max_size=3),
    ),
    max_size=5,
)


def lists(values, dtype):
    ends = np.cumsum([0, *map(len, values)])
    return Lists(np.array([one for own in values for one in own], dtype=dtype), ends)


def copied(blocks):
    """What the database has after the blocks went in."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    octets = b"".join([HEADER, *(packed(block, TYPES) for block in blocks), TRAILER])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE landed ({columns}) ON COMMIT DROP")
        cursor.copy_expert("COPY landed FROM STDIN (FORMAT binary)", BytesIO(octets))
        cursor.execute("SELECT *, document::text FROM landed")
        found = cursor.fetchall()
        cursor.execute("DROP TABLE landed")
    return found


def block_of(part):
    small, whole, big, real, word, octets, documents, wholes, numbers, said = (
        [row[at] for row in part] for at in range(10)
    )
    return Columns(
        len(part),
        {
            "small": np.array(small, dtype=np.int64),
            "whole": np.array(whole, dtype=np.int64),
            "big": np.array(big, dtype=np.int64),
            "real": np.array([np.nan if one is None else one for one in real], dtype=np.float64),
            "word": word,
            "octets": octets,
            "document": [str(one) for one in documents],
            "wholes": lists(wholes, np.int64),
            "reals": lists(numbers, np.float64),
            "words": said,
            "same_word": "всё",
            "same_number": 2**40,
            "nothing": None,
        },
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(parts=st.lists(rows, max_size=3))
def test_every_value_comes_back(parts):
    found = copied([block_of(part) for part in parts])

    told = [row for part in parts for row in part]
    assert [
        (*row[:5], bytes(row[5]), *row[7:13]) for row in found
    ] == [
        (*row[:6], *row[7:], "всё", 2**40, None) for row in told
    ]  # fmt: skip
    assert [row[-1] for row in found] == [str(row[6]) for row in told]


def test_a_number_that_does_not_fit_is_refused_and_not_cut():
    block = Columns(1, {"small": np.array([2**15])})

    with pytest.raises(OverflowError):
        packed(block, {"small": "smallint"})


def test_a_column_of_another_length_is_refused():
    block = Columns(2, {"whole": np.array([1, 2]), "big": np.array([1, 2, 3])})

    with pytest.raises(ValueError, match="longer"):
        packed(block, {"whole": "integer", "big": "bigint"})
