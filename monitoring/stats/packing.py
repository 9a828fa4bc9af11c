"""What was found in a work as bytes and back; the same findings are always the same bytes."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.engine import Examined, Tested, Work
from monitoring.stats.findings import Findings, Method, Status

STATUSES = np.array([str(status) for status in Status])
NUMBERS = ("statistic", "p_value", "effect", "n")


def pack(examined: Examined, schools: IntArray) -> bytes:
    """Everything a year is assessed from; `schools` are the lasting keys of the S schools."""
    of_schools = [tested.schools for tested in examined.tested.values()]
    of_classes = [tested.classes for tested in examined.tested.values() if tested.classes]
    held = (
        schools,
        examined.class_school,
        examined.class_number,
        examined.participants,
        examined.mean,
        *_arrays(of_schools, len(schools)),
        *_arrays(of_classes, len(examined.class_school)),
    )
    file = BytesIO()
    for array in held:
        np.save(file, array, allow_pickle=False)
    return file.getvalue()


def unpack(packed: bytes, work: Work) -> tuple[IntArray, Examined]:
    """The keys of the schools, and what was found in them; reference and cells stay behind."""
    file = BytesIO(packed)
    schools, class_school, class_number, participants, mean = (_next(file) for _ in range(5))
    of_schools, of_classes = _findings(file), _findings(file)
    tested = {method: Tested(found, of_classes.get(method)) for method, found in of_schools.items()}
    return schools, Examined(work, class_school, class_number, tested, participants, mean)


def keep(examined: Examined, kept: BoolArray) -> Examined:
    """The same without the schools that are not `kept`, shape (S,), and without their classes."""
    if kept.all():
        return examined
    of_kept = kept[examined.class_school]

    def among(found: Findings, which: BoolArray) -> Findings:
        held = {name: getattr(found, name)[which] for name in (*NUMBERS, "status")}
        return replace(found, **held)

    return replace(
        examined,
        class_school=(np.cumsum(kept) - 1)[examined.class_school[of_kept]],
        class_number=examined.class_number[of_kept],
        tested={
            method: Tested(
                among(tested.schools, kept),
                None if tested.classes is None else among(tested.classes, of_kept),
            )
            for method, tested in examined.tested.items()
        },
        participants=examined.participants[kept],
        mean=examined.mean[kept],
    )


def spread(examined: Examined, at: IntArray, count: int) -> Examined:
    """The same among more schools: school s is now at[s] of `count`; the others were not there."""
    if np.array_equal(at, np.arange(count)):
        return examined

    def among(values: NDArray[Any], missing: float | str) -> NDArray[Any]:
        wide = np.full(count, missing, dtype=values.dtype)
        wide[at] = values
        return wide

    def among_all(found: Findings) -> Findings:
        return replace(
            found,
            statistic=among(found.statistic, 0),
            p_value=among(found.p_value, 1),
            effect=among(found.effect, 0),
            n=among(found.n, 0),
            status=among(found.status, Status.TOO_FEW),
        )

    return replace(
        examined,
        class_school=at[examined.class_school],
        tested={
            method: Tested(among_all(tested.schools), tested.classes)
            for method, tested in examined.tested.items()
        },
        participants=among(examined.participants, 0),
        mean=among(examined.mean, 0),
    )


def _arrays(found: list[Findings], units: int) -> tuple[NDArray[Any], ...]:
    """Methods and versions (M,), numbers (M, 4, units), n exact among them, status (M, units)."""
    numbers = np.array([[getattr(one, number) for number in NUMBERS] for one in found], np.float64)
    status = [np.argmax(one.status[:, None] == STATUSES, axis=1) for one in found]
    return (
        np.array([str(one.method) for one in found], dtype="U20"),
        np.array([one.method_version for one in found], dtype="U16"),
        numbers.reshape(-1, len(NUMBERS), units),
        np.array(status, dtype=np.uint8).reshape(-1, units),
    )


def _next(file: BytesIO) -> NDArray[Any]:
    return np.asarray(np.load(file, allow_pickle=False))


def _findings(file: BytesIO) -> dict[Method, Findings]:
    methods, versions, numbers, status = (_next(file) for _ in range(4))
    words, found = STATUSES[status], {}
    for row, (name, version) in enumerate(zip(methods.tolist(), versions.tolist(), strict=True)):
        method, (statistic, p_value, effect, n) = Method(name), numbers[row]
        found[method] = Findings(
            method, statistic, p_value, effect, n.astype(np.int64), words[row], version
        )
    return found
