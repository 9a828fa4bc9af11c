"""A fault of a table: where it is, what stands there, what was expected, what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing a person has to correct; `str()` gives the whole sentence with its place."""

    sheet: str  # empty for a file without sheets
    row: int | None  # counted from 1 as the person's program counts; None: the table as a whole
    column: str  # letter in a workbook, name of the field elsewhere; empty: the whole row
    found: str
    expected: str
    message: str
    cure: str = ""
    title: str = ""  # heading of the column, when it says more than the letter
    words: tuple[str, str] = ("строка", "столбец")  # what rows and columns are called here

    @property
    def place(self) -> str:
        """Where it is, in words."""
        row_word, column_word = self.words
        heading = self.title or self.column
        parts = (
            f"лист «{self.sheet}»" if self.sheet else "",
            f"{row_word} {self.row}" if self.row else "",
            f"{column_word} «{heading}»" if heading else "",
        )
        words = ", ".join(part for part in parts if part)
        return words[:1].upper() + words[1:]

    def as_json(self) -> dict[str, str | int | None]:
        """The fields other programs rely on."""
        names = ("sheet", "row", "column", "found", "expected", "message")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        told = f"{self.message} {self.cure}".strip()
        return f"{self.place}: {told}" if self.place else told


@dataclass(frozen=True, slots=True)
class Note:
    """Something read otherwise than it stands, or left out; nothing has to be corrected."""

    sheet: str
    row: int | None
    column: str
    message: str

    def __str__(self) -> str:
        return str(Fault(self.sheet, self.row, self.column, "", "", self.message))
