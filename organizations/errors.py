"""Refusals written for the person who reads them; everything else is a bug."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizations.exchange.faults import Fault


class PortalError(Exception):
    """What cannot be done, in words shown as they are."""


class NotAllowed(PortalError):
    """The row is seen, but the role does not allow this act."""


class Conflict(PortalError):
    """The act contradicts the present state of the rows."""


class Refused(PortalError):
    """Not a sound file of a known kind; nothing was read from it."""


class FaultyTable(PortalError):
    """A readable table from which nothing was written; it carries every fault found."""

    def __init__(self, faults: "Sequence[Fault]", message: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__(message or "\n".join(["Ничего не записано.", *map(str, self.faults)]))


class FaultyUpload(FaultyTable):
    """A faulty table that a person has sent; it also carries how many of its rows are sound."""

    def __init__(self, faults: "Sequence[Fault]", *, rows: int, sound: int) -> None:
        super().__init__(faults)
        self.rows = rows
        self.sound = sound
