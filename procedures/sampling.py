"""A stratified random sample of schools that anyone can draw again: frame, strata, seed; pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ALGORITHM = "stratified-srs-1"


class SamplingError(ValueError):
    """A sample that cannot be drawn, in words for the person who asked for it."""


@dataclass(frozen=True, order=True)
class Unit:
    """One school of the frame: its code and the stratum it belongs to."""

    code: str
    stratum: str


@dataclass(frozen=True)
class Drawn:
    """One school the lot fell on; a reserve stands in for a drawn school of its own stratum.

    `place` counts from 1 within the stratum, separately for the sample and the reserve;
    `probability` is that of being in the sample, from 0 to 1.
    """

    code: str
    stratum: str
    place: int
    is_reserve: bool
    probability: float


def frame_hash(units: Sequence[Unit]) -> str:
    """SHA-256 of the frame, 64 hex digits; the order of the units does not matter."""
    rows = [[unit.code, unit.stratum] for unit in sorted(units)]
    packed = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many schools each stratum gives: in proportion to its size, at least one, at most all.

    Strata whose fair part is below one get one; the rest is shared among the others by largest
    remainders. Equal remainders go by the stratum's name, so that the answer is always the same.

    Parameters
    ----------
    sizes : mapping
        Stratum to its number of schools, each at least 1.
    size : int
        Schools in the whole sample.

    Returns
    -------
    dict
        Stratum to its part of the sample; the parts sum to `size`.

    Raises
    ------
    SamplingError
        If the sample is smaller than the number of strata or larger than the frame.

    References
    ----------
    Cochran (1977), Sampling Techniques, ch. 5 (proportional allocation).
    """
    if not sizes:
        raise SamplingError("В списке нет ни одной школы: выбирать не из чего.")
    if size < len(sizes):
        raise SamplingError(
            f"Страт {len(sizes)}, а школ в выборке {size}: от каждой страты нужна хотя бы одна. "
            "Увеличьте выборку или уберите признак."
        )
    if size > sum(sizes.values()):
        raise SamplingError(
            f"В списке {sum(sizes.values())} школ, а в выборке просят {size}. Уменьшите выборку."
        )
    fixed: set[str] = set()
    while True:
        free = {name: count for name, count in sizes.items() if name not in fixed}
        left = size - len(fixed)
        total = sum(free.values())
        small = {name for name, count in free.items() if left * count < total}
        if not small:
            break
        fixed |= small
    parts = dict.fromkeys(sizes, 1)
    parts.update({name: left * count // total for name, count in free.items()})
    by_remainder = sorted(free, key=lambda name: (-(left * free[name] % total), name))
    for name in by_remainder[: size - sum(parts.values())]:
        parts[name] += 1
    return {name: parts[name] for name in sorted(parts)}


def draw(units: Sequence[Unit], size: int, rng: np.random.Generator) -> list[Drawn]:
    """Draw a stratified sample without replacement, with as many reserves a stratum as it has.

    Within a stratum every school is equally likely: n of N with probability n / N. Strata are
    drawn in the order of their names and schools shuffled from the order of their codes, so the
    same frame and the same generator give the same sample.

    Parameters
    ----------
    units : sequence of Unit
        The frame; codes are unique.
    size : int
        Schools in the sample.
    rng : numpy.random.Generator
        Where the chance comes from.

    Returns
    -------
    list of Drawn
        Stratum by stratum, the sample before the reserve.

    Raises
    ------
    SamplingError
        If a code repeats, or as `allocate` does.
    """
    if len({unit.code for unit in units}) != len(units):
        raise SamplingError("В списке школ повторяется код. Уберите повтор.")
    strata: dict[str, list[str]] = {}
    for unit in sorted(units):
        strata.setdefault(unit.stratum, []).append(unit.code)
    parts = allocate({name: len(codes) for name, codes in strata.items()}, size)
    found: list[Drawn] = []
    for name in sorted(strata):
        codes, part = strata[name], parts[name]
        shuffled = [codes[index] for index in rng.permutation(len(codes))]
        chance = part / len(codes)
        found += [Drawn(code, name, n, False, chance) for n, code in enumerate(shuffled[:part], 1)]
        reserve = shuffled[part : 2 * part]
        found += [Drawn(code, name, n, True, chance) for n, code in enumerate(reserve, 1)]
    return found


def generator(seed: int) -> np.random.Generator:
    """The generator of a seed, its kind named: NumPy may change its default one day."""
    return np.random.Generator(np.random.PCG64(seed))
