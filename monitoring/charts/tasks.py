"""Full marks task by task: what was expected as a box, what came as a point."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.charts.chart import (
    EDGE,
    FEW,
    GRID,
    INK_2,
    PAIR,
    SMALL,
    STANDS_OUT,
    Chart,
    Option,
    Place,
    option,
    x_axis,
)
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import NBSP, counted, decimal, listed, plural

LEAST_LEFT = 20  # percent: further left a label would lie on the names of tasks
EXPECTED_FILL = "#dfe5ec"


@dataclass(frozen=True)
class Task:
    """One task: pupils who got its maximum, as many as expected, and between which numbers."""

    name: str
    full: int
    expected: float
    spread: float
    low: float
    high: float

    @property
    def is_above(self) -> bool:
        return self.full > self.high

    @property
    def is_below(self) -> bool:
        return self.full < self.low


def full_marks(title: str, tasks: Sequence[Task], pupils: int, *, place: Place = PAIR) -> Chart:
    """How many of the pupils got the maximum of each task, against the expected interval."""
    head = ("Задание", *(task.name for task in tasks))
    if pupils < MIN_PUPILS:
        said = f"Мало данных: показываем от{NBSP}{MIN_PUPILS} работ."
        return Chart({}, said, f"{title}: {FEW}.", head, (("Полный балл, учеников", FEW),))
    said = sentence(tasks, pupils)
    works = counted(pupils, "работа", "работы", "работ")
    return Chart(
        _option(tasks, pupils, place),
        said,
        f"Доля получивших полный балл по заданиям: {title}, {works}. {said} "
        "Точные числа в таблице под графиком.",
        head,
        (
            ("Полный балл, учеников", *(str(task.full) for task in tasks)),
            ("Ожидалось", *(decimal(task.expected) for task in tasks)),
            ("Промежуток", *(_interval(task) for task in tasks)),
        ),
        (
            ("lg-box", f"ожидаемый промежуток, 19{NBSP}классов из{NBSP}20"),
            ("lg-dot", "получилось"),
            *([("lg-hot", "вне промежутка")] if any(_is_out(task) for task in tasks) else []),
        ),
    )  # fmt: skip


def sentence(tasks: Sequence[Task], pupils: int) -> str:
    """The task that was done best beyond its interval, and how the others stand."""
    above = [task for task in tasks if task.is_above]
    out = [task for task in tasks if _is_out(task)]
    if not out:
        return f"Все задания ({len(tasks)}) решены как ожидалось при таких же суммах баллов."
    first = max(above or out, key=_strength)
    verb = plural(first.full, "получил", "получили", "получили")
    who = counted(first.full, "ученик", "ученика", "учеников")
    said = (
        f"Полный балл за{NBSP}задание {first.name} {verb} {who} из{NBSP}{pupils}, ожидалось "
        f"{decimal(first.expected)}{NBSP}±{NBSP}{decimal(first.spread)}."
    )
    others = [task.name for task in out if task is not first]
    if others:
        return f"{said} Вне промежутка и{NBSP}{_named(others)}."
    left = len(tasks) - 1
    return f"{said} {_the_others(left)}" if left else said


def _named(names: Sequence[str]) -> str:
    return f"{plural(len(names), 'задание', 'задания', 'задания')} {listed(names)}"


def _the_others(left: int) -> str:
    other = "Остальное" if plural(left, "1", "2", "2") == "1" else "Остальные"
    return f"{other} {counted(left, 'задание', 'задания', 'заданий')} — как ожидалось."


def _strength(task: Task) -> float:
    """How many spreads a task lies from its expectation; the printed tenth is the least spread."""
    return abs(task.full - task.expected) / max(task.spread, 0.1)


def _is_out(task: Task) -> bool:
    return task.is_above or task.is_below


def _interval(task: Task) -> str:
    return f"{decimal(task.low)}–{decimal(task.high)}"


def _option(tasks: Sequence[Task], pupils: int, place: Place) -> Option:
    def share(number: float) -> float:
        return round(100 * number / pupils, 1)

    names = [_name(task) for task in tasks]
    out = [number for number, task in enumerate(tasks) if _is_out(task)]
    step = 50 if place.is_phone else 25
    thickness = min(10, round((place.height - 66) / len(tasks) * 0.55))
    unseen = {"type": "bar", "stack": "expected", "silent": True, "barWidth": thickness}
    box = {"color": EXPECTED_FILL, "borderColor": EDGE, "borderWidth": 0.8, "borderType": [3, 2]}
    return option(
        grid={"left": 46, "right": 66, "top": 22, "bottom": 44},
        xAxis=x_axis(
            "получили полный балл",
            type="value",
            min=0,
            max=100,
            interval=step,
            axisLine={"show": False},
            axisLabel={**SMALL, "formatter": f"{{value}}{NBSP}%"},
            splitLine={"lineStyle": {"color": GRID}},
        ),
        yAxis={
            "type": "category",
            "inverse": True,
            "data": names,
            "name": "задание",
            "nameLocation": "start",
            "nameGap": 8,
            "nameTextStyle": {**SMALL, "align": "right"},
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {**SMALL, "interval": 0},
        },
        series=[
            {
                **unseen,
                "itemStyle": {"color": "transparent"},
                "data": [share(task.low) for task in tasks],
            },
            {
                **unseen,
                "itemStyle": box,
                "data": [share(task.high - task.low) for task in tasks],
            },
            _points(tasks, [n for n in range(len(tasks)) if n not in out], pupils),
            _standing_out(tasks, out, pupils),
        ],
    )


def _name(task: Task) -> str | Option:
    if not _is_out(task):
        return task.name
    return {"value": task.name, "textStyle": {**SMALL, "color": STANDS_OUT, "fontWeight": 600}}


def _points(tasks: Sequence[Task], shown: Sequence[int], pupils: int) -> Option:
    return {
        "type": "scatter",
        "symbolSize": 8,
        "z": 4,
        "itemStyle": {"color": INK_2},
        "data": [[round(100 * tasks[n].full / pupils, 1), n] for n in shown],
    }


def _standing_out(tasks: Sequence[Task], shown: Sequence[int], pupils: int) -> Option:
    """Diamonds with their counts, which stand away from the box."""
    return {
        "type": "scatter",
        "symbol": "diamond",
        "symbolSize": 15,
        "z": 5,
        "itemStyle": {"color": STANDS_OUT},
        "data": [_diamond(tasks[n], n, pupils) for n in shown],
    }


def _diamond(task: Task, number: int, pupils: int) -> Option:
    share = 100 * task.full / pupils
    label = {
        **SMALL,
        "show": True,
        "formatter": f"{task.full} из{NBSP}{pupils}",
        "position": "left" if task.is_below and share >= LEAST_LEFT else "right",
        "color": STANDS_OUT,
        "fontWeight": 600,
    }
    return {"value": [round(share, 1), number], "label": label}
