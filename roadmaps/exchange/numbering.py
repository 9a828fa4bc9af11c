"""Numbers that Word makes itself: what a list's paragraph shows before its text."""

from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

DEEPEST = 9
ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
BULLET = "-"


class Numbering:
    """Counts the lists of one document as its paragraphs come by."""

    def __init__(self, document: Document) -> None:
        self.levels: dict[str, dict[int, Any]] = {}
        self.abstract_of: dict[str, str] = {}
        self.counts: dict[str, list[int | None]] = {}
        for relation in document.part.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.NUMBERING:
                self._learn(relation.target_part.element)

    def _learn(self, numbering: Any) -> None:
        for abstract in numbering.findall(qn("w:abstractNum")):
            levels = {
                int(level.get(qn("w:ilvl"), 0)): level for level in abstract.findall(qn("w:lvl"))
            }
            self.levels[abstract.get(qn("w:abstractNumId"))] = levels
        for one in numbering.findall(qn("w:num")):
            self.abstract_of[one.get(qn("w:numId"))] = _value(one, "w:abstractNumId") or ""
            if any(True for _ in one.iter(qn("w:startOverride"))):
                # A list that begins anew has counts of its own.
                own = f"{one.get(qn('w:numId'))} anew"
                self.levels[own] = self.levels.get(self.abstract_of[one.get(qn("w:numId"))], {})
                self.abstract_of[one.get(qn("w:numId"))] = own

    def label(self, paragraph: Paragraph) -> str:
        """What Word shows before the paragraph: «1.2.», «-» for a bullet, or nothing."""
        number, depth = _list_of(paragraph)
        abstract = self.abstract_of.get(number or "", "")
        level = self.levels.get(abstract, {}).get(depth)
        if level is None or depth >= DEEPEST:
            return ""
        if _value(level, "w:numFmt") == "bullet":
            return BULLET
        return self._counted(abstract, depth, level)

    def _counted(self, abstract: str, depth: int, level: Any) -> str:
        counts = self.counts.setdefault(abstract, [None] * DEEPEST)
        start = int(_value(level, "w:start") or 1)
        before = counts[depth]
        counts[depth] = start if before is None else before + 1
        counts[depth + 1 :] = [None] * (DEEPEST - depth - 1)
        text = _value(level, "w:lvlText") or ""
        for place in range(depth + 1):
            upper = self.levels[abstract].get(place)
            shown = _shown(counts[place] or 1, _value(upper, "w:numFmt"))
            text = text.replace(f"%{place + 1}", shown)
        return text.strip()


def _list_of(paragraph: Paragraph) -> tuple[str | None, int]:
    """The list of a paragraph and how deep in it the paragraph stands; its style may say so."""
    for properties in _properties(paragraph):
        found = properties.find(qn("w:numPr")) if properties is not None else None
        if found is not None:
            return _value(found, "w:numId"), int(_value(found, "w:ilvl") or 0)
    return None, 0


def _properties(paragraph: Paragraph) -> Iterator[Any]:
    yield paragraph._p.pPr
    style = paragraph.style
    while style is not None:
        yield style.element.find(qn("w:pPr"))
        style = style.base_style


def _value(element: Any, name: str) -> str | None:
    found = element.find(qn(name)) if element is not None else None
    return found.get(qn("w:val")) if found is not None else None


def _shown(number: int, shape: str | None) -> str:
    if shape in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman if shape == "upperRoman" else roman.lower()
    if shape == "russianLower" and number <= len(LETTERS):
        return LETTERS[number - 1]
    return str(number)


def _roman(number: int) -> str:
    text = ""
    for value, sign in ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text
