"""What a signal of the dossier opens to: each line's picture, table and sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitoring import charts, evidence
from monitoring.charts import Pair, Task
from monitoring.explanations import NOT_ALONE, said
from monitoring.passports import LINES, METHODS, WORDS, Line
from monitoring.queries.cells import ClassCells, class_cells
from monitoring.queries.dossier import Column, Findings, others_of, points_of, reference_of
from monitoring.queries.objectivity import CommonNotch, common_notches, region_of
from monitoring.stats.absence_seen import absence_seen
from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.cells import Cells, add
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.findings import Method, Status
from monitoring.stats.notch import expected_histogram
from monitoring.stats.pairs_seen import pairs_seen
from monitoring.stats.reference import Reference
from monitoring.stats.tasks import is_untaught
from monitoring.stats.tasks_seen import TasksSeen, tasks_seen
from monitoring.views.figures import figure
from monitoring.wording import decimal
from organizations.access import Permission, Viewer
from organizations.models import Organization
from procedures.models import Scale, Work
from procedures.queries import newest_scale

MARKS = (5, 4, 3, 2)
TASKS = (Method.TASK_MAX, Method.TASK_PROFILE, Method.TASK_CONTRAST, Method.OMISSION)
JOURNAL = (Method.JOURNAL_SHIFT, Method.JOURNAL_MIRROR, Method.JOURNAL_GAP2)
REMARKABLE = ("signal", "watch")
# Strongest first: what a line shows of its methods.
STRENGTH = (*REMARKABLE, "usual", "few", "noscale")
# Lines that say something of certain works only.
OF_SOME_WORKS = ("cohort", "external")

Article = dict[str, Any]


def shape_of(line: Line, findings: Findings) -> str:
    """The shape of the line's strongest method; where none was computed, there was too little."""
    shapes = {findings[method].shape for method in line.methods if method in findings}
    missing = "noscale" if line.name in OF_SOME_WORKS else "few"
    return next((shape for shape in STRENGTH if shape in shapes), missing)


@dataclass(frozen=True)
class Opened:
    """What of a dossier is open: a work (and one of its classes), or the works of a year."""

    year: int
    work: Work | None
    findings: Findings
    class_number: int | None

    def effect(self, method: Method, number: int | None = None) -> float | None:
        """The method's effect in the school or in one of its classes; None if not judged."""
        found = self.findings.get(method)
        if found is None:
            return None
        if number is None:
            return found.effect if found.status == Status.OK else None
        own = dict(zip(found.class_numbers, found.class_effects, strict=True))
        return own.get(number)

    def stands_out(self, method: Method) -> bool:
        return method in self.findings and self.findings[method].shape in REMARKABLE

    def made_by(self, *methods: Method) -> int | None:
        """The class a signal rests on, where one of these methods found it in a class alone."""
        found = (self.findings.get(method) for method in methods)
        return next((one.of_class for one in found if one and one.of_class is not None), None)

    def strongest_class(self, *methods: Method) -> int | None:
        """The class in which the first of these methods that looks at classes found most."""
        for method in methods:
            found = self.findings.get(method)
            if found and found.class_numbers:
                return int(found.class_numbers[int(np.argmin(found.class_p_values))])
        return None


@dataclass(frozen=True)
class Material:
    """What all articles of one work are made of."""

    viewer: Viewer
    school: Organization
    opened: Opened
    work: Work
    scale: Scale | None
    classes: ClassCells
    reference: Reference | None
    common: list[CommonNotch]

    @property
    def whole(self) -> Cells:
        return _together(self.classes.cells)

    def comparable(self, untaught: BoolArray) -> Cells:
        """The school without the classes that were not taught a task."""
        return _together(self.classes.cells.without(untaught))

    @property
    def borders(self) -> list[int]:
        return [self.scale.three, self.scale.four, self.scale.five] if self.scale else []

    def shown_classes(self) -> list[int]:
        """The numbers of the classes that may be shown one by one."""
        enough = self.classes.cells.pupils >= MIN_PUPILS
        return [int(number) for number in self.classes.number[enough]]

    def class_for(self, *methods: Method) -> int | None:
        """The asked class, or the one a method found most in; only one that may be shown."""
        opened, shown = self.opened, self.shown_classes()
        wanted = opened.class_number, opened.made_by(*methods), opened.strongest_class(*methods)
        return next((number for number in wanted if number in shown), None)

    def cells_of(self, number: int) -> Cells:
        return self.classes.cells.take(np.flatnonzero(self.classes.number == number))


def _together(classes: Cells) -> Cells:
    return add(classes, np.zeros(len(classes), dtype=np.int64), 1)


def evidences(
    viewer: Viewer,
    school: Organization,
    opened: Opened,
    shapes: dict[str, str],
    columns: list[Column],
) -> dict[str, Any]:
    """The articles of what is opened, those that stand out first, and the classes to choose.

    `columns` are the works of the opened year.
    """
    if opened.work is None:
        pooled = (_pooled(line, opened, shapes[line.name], columns) for line in LINES)
        return {"articles": _ordered([one for one in pooled if one]), "classes": []}
    scale = newest_scale(opened.work.pk)
    region = region_of(viewer)
    material = Material(
        viewer, school, opened, opened.work, scale, class_cells(opened.work, [school.pk]),
        reference_of(opened.work, region), _common(viewer, school, opened.work),
    )  # fmt: skip
    if not len(material.classes):
        return {"articles": [], "classes": []}
    articles = [
        _article(line, shapes[line.name]) | made
        for line in LINES
        if (made := MAKERS[line.name](material)) is not None
    ]
    return {
        "articles": _ordered(articles),
        "classes": material.shown_classes(),
        "class_count": len(material.classes),
        "pupils": int(material.whole.pupils[0]),
    }


def _common(viewer: Viewer, school: Organization, work: Work) -> list[CommonNotch]:
    municipality = school.parent.code if school.parent else ""
    return common_notches(viewer, year=work.year, work=work, municipality=municipality)


def _ordered(articles: list[Article]) -> list[Article]:
    return sorted(articles, key=lambda one: one["shape"] not in REMARKABLE)


def _article(line: Line, shape: str) -> Article:
    return {"name": line.name, "title": line.title, "shape": shape, "word": WORDS[shape]}


def _pooled(line: Line, opened: Opened, shape: str, columns: list[Column]) -> Article | None:
    """All works of the year together have no picture: what was found is said, and where."""
    tested = [method for method in line.methods if opened.effect(method) is not None]
    if not tested:
        return None
    article = _article(line, shape) | {
        "sentences": [_pooled_sentence(method, opened.findings[method]) for method in tested]
    }
    if shape not in REMARKABLE:
        return article
    seen = [one.work for one in columns if shape_of(line, one.findings) in REMARKABLE]
    alone = "В одной работе этого не видно: заметно только по всем работам года вместе."
    return article | {"works": seen, "notes": [] if seen else [alone]}


def _pooled_sentence(method: Method, found: Any) -> str:
    """«Границы отметок, внимание. Сразу ниже границ отметок на 9,1 % работ меньше…»"""
    head = f"{METHODS[method].title}: {WORDS[found.shape]}."
    if found.n < MIN_PUPILS:
        return head
    closing = f" {NOT_ALONE}" if method == Method.LEVEL else ""
    return f"{head} {said(method, found.effect, found.n)}.{closing}"


# -- Borders -----------------------------------------------------------------------------------
def _borders(material: Material) -> Article:
    found = material.opened.findings.get(Method.BORDER_NOTCH)
    notes = [border_words(one, material.borders) for one in material.common]
    if found and found.status == Status.NO_SCALE:
        notes.append("У этой работы нет шкалы отметок, поэтому границы не сравнивают.")
    return {"notes": notes, "figure": _distribution(material)}


def _distribution(material: Material) -> dict[str, Any]:
    """The chart of scores; the curve is what the region's other schools let expect."""
    own, borders = material.whole.histogram, material.borders
    expected: list[float] | None = None
    if borders and material.reference is not None:
        peers = others_of(material.reference, own[0])[None]
        expected = expected_histogram(own, borders, peers)[0].tolist()
    is_dark = material.opened.stands_out(Method.BORDER_NOTCH)
    return figure(
        lambda place: charts.distribution(
            f"{material.work}, {material.school}", own[0].tolist(), borders, expected,
            standing_out=borders if is_dark else [], place=place,
        ),
        charts.PAIR,
    )  # fmt: skip


def border_words(notch: CommonNotch, borders: list[int]) -> str:
    marks = {border: mark for mark, border in enumerate(borders, start=3)}
    mark = marks.get(notch.border)
    border = f"«{mark - 1}» / «{mark}»" if mark else f"балла {notch.border}"
    return evidence.common_notch(border, notch.name, notch.share_missing)


# -- Tasks -------------------------------------------------------------------------------------
TASK_WORDS = {
    Method.TASK_PROFILE: evidence.profile,
    Method.TASK_CONTRAST: evidence.contrast,
    Method.OMISSION: evidence.omission,
}


def _tasks(material: Material) -> Article:
    """The class that stands out most, or the school, task by task."""
    opened, reference = material.opened, material.reference
    said = [
        words(opened.findings[method].effect)
        for method, words in TASK_WORDS.items()
        if opened.stands_out(method)
    ]
    if reference is None:
        return {"sentences": said, "notes": ["Сравнить задания не с чем: пересчитайте работу."]}
    number = material.class_for(*TASKS)
    untaught = is_untaught(material.classes.cells, reference)
    cells = material.comparable(untaught) if number is None else material.cells_of(number)
    between = reference.between_schools if number is None else reference.between_classes
    named = [one for one in material.shown_classes() if one in material.classes.number[untaught]]
    notes = [evidence.untaught(named)] if named else []
    # The school without a class that may not be shown would show that class.
    is_hidden = number is None and untaught.sum() > len(named)
    if not cells.pupils[0] or number in named or is_hidden:
        return {"sentences": said, "notes": notes}
    seen = tasks_seen(
        cells.histogram[0], cells.full_scores[0], np.array(material.work.max_points), reference,
        between,
    )  # fmt: skip
    where = "вся школа" if number is None else f"класс № {number}"
    tasks = _task_rows(material.work, seen)
    drawn = figure(
        lambda place: charts.full_marks(
            f"{material.work}, {where}", tasks, seen.pupils, place=place
        ),
        charts.PAIR,
    )
    return {"where": where, "figure": drawn, "sentences": said, "notes": notes}


def _task_rows(work: Work, seen: TasksSeen) -> list[Task]:
    columns = (seen.full, seen.expected, seen.spread, seen.low, seen.high)
    return [
        Task(name, *numbers)
        for name, *numbers in zip(work.tasks, *(column.tolist() for column in columns), strict=True)
    ]


# -- Similarity --------------------------------------------------------------------------------
def _similarity(material: Material) -> Article | None:
    """All pairs of one class, nameless; only for those who may read the results."""
    if material.reference is None or not material.viewer.may(Permission.RESULT_READ):
        return None
    shown = material.shown_classes()
    number = material.class_for(Method.SIMILARITY) or next(iter(shown), None)
    if number is None:
        return {"notes": [f"В классах меньше {MIN_PUPILS} работ: пары не показываем."]}
    points = points_of(material.viewer, material.school, material.work, number)
    if len(points) < MIN_PUPILS:
        return None
    seen = pairs_seen(points, material.reference.values)
    columns = (seen.left, seen.right, seen.surplus, seen.is_rare)
    pairs = [Pair(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]
    where = f"класс № {number}"
    drawn = figure(
        lambda place: charts.alike(
            f"{material.work}, {where}", pairs, seen.pupils, seen.rare_by_chance, place=place
        ),
        charts.PAIR,
    )
    return {"where": where, "figure": drawn}


# -- Level, journal, absence, other works ------------------------------------------------------
def _level(material: Material) -> Article:
    opened = material.opened
    effect, is_beyond = opened.effect(Method.LEVEL), opened.stands_out(Method.LEVEL)
    said = [evidence.level(effect, is_beyond=is_beyond)]
    if (missing := opened.effect(Method.DISPERSION)) is not None:
        said.append(evidence.dispersion(missing))
    return {"sentences": said}


def _journal(material: Material) -> Article:
    """The table journal × work of the school, or of the class that the signal rests on."""
    opened = material.opened
    number = opened.made_by(*JOURNAL)
    number = number if number in material.shown_classes() else None
    table = (material.whole if number is None else material.cells_of(number)).journal[0]
    if table.sum() < MIN_PUPILS:
        few = f"Учеников с обеими отметками меньше {MIN_PUPILS}: таблицу не показываем."
        return {"notes": [few]}
    said = [
        evidence.journal_pairs(table),
        evidence.journal_shift(opened.effect(Method.JOURNAL_SHIFT, number)),
        evidence.journal_gaps(table, opened.effect(Method.JOURNAL_GAP2, number)),
    ]
    if opened.stands_out(Method.JOURNAL_MIRROR):
        said.append(evidence.mirror(table))
    return {
        "where": "" if number is None else f"класс № {number}",
        "sentences": said,
        "table": {
            "caption": "Учеников по отметке в журнале (строки) и за работу (столбцы)",
            "head": ["В журнале ↓ за работу →", *(f"«{mark}»" for mark in MARKS)],
            "rows": [(f"«{mark}»", *table[mark - 2, ::-1].tolist()) for mark in MARKS],
        },
    }


def _absence(material: Material) -> Article:
    """Who was absent by the mark in the journal, against the own classes or in the class that
    the signal rests on."""
    number = material.opened.made_by(Method.ABSENCE)
    number = number if number in material.shown_classes() else None
    cells = material.classes.cells if number is None else material.cells_of(number)
    seen = absence_seen(cells.attendance)
    where = {"where": "" if number is None else f"класс № {number}"}
    if seen.listed.sum() < MIN_PUPILS:
        return {"notes": [f"В протоколе меньше {MIN_PUPILS} учеников: чисел не показываем."]}
    said = [evidence.absence(seen, of_class=number is not None)]
    if not seen.absent.any() or not seen.listed[1:].any():
        return where | {"sentences": said}
    order = [4, 3, 2, 1, 0]
    return where | {
        "sentences": said,
        "table": {
            "caption": "Не пришли на работу по отметке в журнале",
            "head": ["Отметка в журнале", *(f"«{n + 1}»" if n else "нет" for n in order)],
            "rows": [
                ("Внесено в протокол", *_counts(seen.listed, order)),
                ("Не было", *_counts(seen.absent, order)),
                ("Ожидалось", *(decimal(float(seen.expected[n])) for n in order)),
            ],
        },
    }


def _counts(counts: IntArray, order: list[int]) -> list[int]:
    return [int(counts[number]) for number in order]


def _cohort(material: Material) -> Article | None:
    effect = material.opened.effect(Method.COHORT_JUMP)
    return None if effect is None else {"sentences": [evidence.jump(effect)]}


def _external(material: Material) -> Article | None:
    effect = material.opened.effect(Method.EXTERNAL_GAP)
    return None if effect is None else {"sentences": [evidence.external(effect)]}


MAKERS: dict[str, Callable[[Material], Article | None]] = {
    "borders": _borders,
    "tasks": _tasks,
    "similarity": _similarity,
    "level": _level,
    "journal": _journal,
    "absence": _absence,
    "cohort": _cohort,
    "external": _external,
}
