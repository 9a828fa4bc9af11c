"""What was found in a work as bytes and back; the same findings are always the same bytes."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.engine import Examined, Tested, Work
from monitoring.stats.findings import Findings, Method, Status

STATUSES = np.array([str(status) for status in Status])
NUMBERS = ("statistic", "p_value", "effect", "n")

# How many there are, at the beginning of the bytes.
COUNTED, COUNT = ("schools", "classes", "methods", "methods that look at classes"), "<i8"


def pack(examined: Examined, schools: IntArray) -> bytes:
    """Everything a year is assessed from; `schools` are the lasting keys of the S schools."""
    of_schools = [tested.schools for tested in examined.tested.values()]
    of_classes = [tested.classes for tested in examined.tested.values() if tested.classes]
    counts = (len(schools), len(examined.class_school), len(of_schools), len(of_classes))
    held = np.zeros((), dtype=_layout(*counts))
    held["schools"] = schools
    for name in ("class_school", "class_number", "participants", "mean"):
        held[name] = getattr(examined, name)
    for name, findings in (("of_schools", of_schools), ("of_classes", of_classes)):
        for row, found in enumerate(findings):
            held[name]["method"][row], held[name]["version"][row] = (
                found.method,
                found.method_version,
            )
            held[name]["numbers"][row] = [getattr(found, number) for number in NUMBERS]
            held[name]["status"][row] = np.argmax(found.status[:, None] == STATUSES, axis=1)
    return np.array(counts, dtype=COUNT).tobytes() + held.tobytes()


def unpack(packed: bytes, work: Work) -> tuple[IntArray, Examined]:
    """The keys of the schools, and what was found in them; reference and cells stay behind.

    The arrays are the bytes themselves and cannot be written to.
    """
    counts = np.frombuffer(packed, COUNT, len(COUNTED))
    (held,) = np.frombuffer(packed, _layout(*counts.tolist()), offset=counts.nbytes)
    of_schools, of_classes = _findings(held["of_schools"]), _findings(held["of_classes"])
    tested = {method: Tested(found, of_classes.get(method)) for method, found in of_schools.items()}
    examined = Examined(
        work,
        held["class_school"],
        held["class_number"],
        tested,
        held["participants"],
        held["mean"],
    )
    return held["schools"], examined


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


def _layout(schools: int, classes: int, methods: int, of_classes: int) -> np.dtype[Any]:
    """n is a float among the numbers, exact as far as any school has pupils."""

    def of(methods: int, units: int) -> np.dtype[Any]:
        return np.dtype(
            [
                ("numbers", "<f8", (methods, len(NUMBERS), units)),
                ("method", "<U20", (methods,)),
                ("version", "<U16", (methods,)),
                ("status", "<u1", (methods, units)),
            ],
            align=True,
        )

    return np.dtype(
        [
            ("schools", "<i8", (schools,)),
            ("class_school", "<i8", (classes,)),
            ("class_number", "<i8", (classes,)),
            ("participants", "<i8", (schools,)),
            ("mean", "<f8", (schools,)),
            ("of_schools", of(methods, schools)),
            ("of_classes", of(of_classes, classes)),
        ],
        align=True,
    )


def _findings(held: np.void) -> dict[Method, Findings]:
    words, found = STATUSES[held["status"]], {}
    named = zip(held["method"].tolist(), held["version"].tolist(), strict=True)
    for row, (name, version) in enumerate(named):
        method, (statistic, p_value, effect, n) = Method(name), held["numbers"][row]
        found[method] = Findings(
            method, statistic, p_value, effect, n.astype(np.int64), words[row], version
        )
    return found
