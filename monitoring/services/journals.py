"""The journal set against a work in memory: a school's file comes in, nothing of it is kept."""

from collections.abc import Iterable

from monitoring.exchange.journal import read_marks
from monitoring.federal.pairs import FromFile, Pair, with_marks
from organizations.access import Permission, Viewer
from organizations.exchange.gate import Kind, check_upload
from organizations.models import Organization
from organizations.services import guard


def compare(
    school: Organization, pairs: Iterable[Pair], *, content: bytes, name: str, by: Viewer
) -> FromFile:
    """Set a file's marks against the school's pairs. Raises NotAllowed, Refused, FaultyTable."""
    guard.require(by, Permission.RESULT_IMPORT, school)
    kind = check_upload(content, name, kinds={Kind.XLSX, Kind.CSV})
    records = read_marks(content, kind).sound()
    marks = {record.values["participant"]: record.values["mark"] for record in records}
    return with_marks(pairs, marks)
