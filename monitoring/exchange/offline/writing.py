"""The four files of the offline analysis, written region by region; see the interface of files."""

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self, TextIO

import numpy as np

from monitoring.exchange.offline.columns import METHODS, WHOLE
from monitoring.exchange.offline.reasons import Looked, Reasons
from monitoring.exchange.offline.schools import Region
from monitoring.explanations import TOLD, explain
from monitoring.stats.engine import Tier
from monitoring.stats.findings import METHOD_VERSION, Method
from monitoring.stats.responsibility import Notch
from monitoring.stats.settings import SOURCES, Settings
from organizations.errors import Refused

NAMES = ("schools.csv", "signals.csv", "calibration.json", "system.csv")
SCHOOLS = ("school", "participants", "status", "index", "p_value", "q_value", "families",
           "top_reason")  # fmt: skip
SIGNALS = ("school", "class", "work", "method", "statistic", "p_value", "effect", "unit", "n",
           "explanation")  # fmt: skip
SYSTEM = ("work", "border", "level", "unit", "share_missing", "z", "placebo")
LEVELS = ("country", "region", "municipality", "school")
SHARES = (0.05, 0.01, 0.001)


@dataclass
class Tally:
    """How many units a method tested, and how many p-values lie below each limit."""

    tested: int = 0
    below: Counter[float] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.tested + other.tested, self.below + other.below)

    def as_json(self) -> dict[str, Any]:
        shares = {f"{limit:g}": _share(self.below[limit], self.tested) for limit in SHARES}
        return {"tested": self.tested, "share_p_below": shares}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


class Writer:
    """The four files while they are written."""

    def __init__(self, folder: Path, classes: Sequence[str], settings: Settings) -> None:
        self.folder = folder
        self.classes = classes
        self.settings = settings
        self.schools: list[tuple[object, ...]] = []
        self.tallies: dict[str, dict[Method, Tally]] = {
            kind: defaultdict(Tally) for kind in ("schools", "classes", "pooled")
        }
        self.strata: dict[str, Counter[str]] = {}
        self.calibrations: dict[str, Any] = {}
        self.tiers: Counter[str] = Counter()
        self.files: list[TextIO] = []
        self.signals = self._begun("signals.csv", SIGNALS)
        self.system = self._begun("system.csv", SYSTEM)

    def _begun(self, name: str, header: Sequence[str]) -> Any:
        """A table that is written as its lines come."""
        self.files.append((self.folder / name).open("w", encoding="utf-8", newline=""))
        lines = csv.writer(self.files[-1], lineterminator="\n")
        lines.writerow(header)
        return lines

    def add(self, looked: Looked) -> None:
        """Take in a region."""
        self.signals.writerows(self._signals(looked))
        self.schools += self._schools(looked)
        self._count(looked)
        region = looked.region
        strata = [region.strata[number] for number in region.schools.stratum]
        self.strata[region.code] = Counter(strata)
        self.calibrations[region.code] = plain(looked.assessment.calibration)

    def add_unseen(self, region: Region) -> None:
        """Take in a region none of whose schools has results."""
        status, index = Tier.INSUFFICIENT.value, f"{100 * self.settings.prior:.4f}"
        self.tiers[status] += len(region.codes)
        self.schools += [(code, 0, status, index, "1", "1", "", "") for code in region.codes]

    def add_notches(self, notches: Sequence[Notch], region: Region) -> None:
        """Take in the notches of a region's works, or of the country."""
        lines = [_system_line(notch, region) for notch in notches]
        self.system.writerows(
            sorted(lines, key=lambda row: (row[0], row[1], LEVELS.index(row[2]), row[3]))
        )

    def _signals(self, looked: Looked) -> Iterator[tuple[object, ...]]:
        found = looked.columns
        codes, works = looked.region.codes, [one.work.code for one in looked.examined]
        told = [TOLD[method] for method in METHODS]
        columns = (
            found.school.tolist(), found.class_number.tolist(), found.work.tolist(),
            found.method.tolist(), found.statistic.tolist(), found.p_value.tolist(),
            found.effect.tolist(), found.n.tolist(),
        )  # fmt: skip
        for school, class_number, work, method, statistic, p_value, effect, n in zip(
            *columns, strict=True
        ):
            class_name = self.classes[class_number] if class_number != WHOLE else ""
            if class_number != WHOLE and not class_name:
                continue  # pupils without a class are not a class
            yield (
                codes[school],
                class_name,
                works[work] if work != WHOLE else "",
                METHODS[method].value,
                number(statistic),
                number(p_value),
                number(effect * told[method].scale),
                told[method].unit,
                n,
                explain(METHODS[method], effect, n, p_value)
                + looked.tasks(METHODS[method], school, work, class_number),
            )

    def _schools(self, looked: Looked) -> Iterator[tuple[object, ...]]:
        assessment = looked.assessment
        reasons = Reasons(looked, self.classes, self.settings)
        for school, code in enumerate(looked.region.codes):
            status = str(assessment.tier[school])
            self.tiers[status] += 1
            families = reasons.families(school)
            yield (
                code,
                int(assessment.participants[school]),
                status,
                f"{assessment.index[school]:.4f}",
                number(assessment.p_value[school]),
                number(assessment.q_value[school]),
                ";".join(families),
                reasons.top(school, families),
            )

    def _count(self, looked: Looked) -> None:
        found = looked.columns
        kinds = {
            "schools": ~found.is_class & (found.work != WHOLE),
            "classes": found.is_class,
            "pooled": found.work == WHOLE,
        }
        for kind, chosen in kinds.items():
            part = found.of(chosen)
            for at in np.unique(part.method).tolist():
                p_values = part.p_value[part.method == at]
                tally = self.tallies[kind][METHODS[at]]
                tally.tested += len(p_values)
                for limit in SHARES:
                    tally.below[limit] += int((p_values < limit).sum())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files:
            file.close()

    def finish(self, inputs: Mapping[str, str]) -> None:
        """Write what was gathered; `inputs` are the digests of the files by what they are."""
        _write(
            self.folder / "schools.csv", SCHOOLS, sorted(self.schools, key=lambda row: str(row[0]))
        )
        text = json.dumps(self._calibration(inputs), ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / "calibration.json").write_text(text + "\n", encoding="utf-8")

    def _calibration(self, inputs: Mapping[str, str]) -> dict[str, Any]:
        methods = {method.value: self._of_method(method) for method in METHODS}
        return {
            "method_version": METHOD_VERSION,
            "settings": plain(asdict(self.settings)),
            "sources": SOURCES,
            "inputs": inputs,
            "schools": len(self.schools),
            "statuses": dict(self.tiers),
            "methods": methods,
            "strata": {code: dict(sorted(of.items())) for code, of in self.strata.items()},
            "regions": self.calibrations,
        }

    def _of_method(self, method: Method) -> dict[str, Any]:
        """All cells a method tested; then schools, classes and schools over all works apart."""
        apart = {kind: tallies[method] for kind, tallies in self.tallies.items()}
        whole = sum(apart.values(), start=Tally())
        return whole.as_json() | {kind: tally.as_json() for kind, tally in apart.items()}


def _system_line(notch: Notch, region: Region) -> tuple[str, int, str, str, str, str, str]:
    units = {
        "country": "",
        "region": region.code,
        "municipality": region.municipalities[notch.unit] if notch.level == "municipality" else "",
        "school": region.codes[notch.unit] if notch.level == "school" else "",
    }
    return (
        notch.work,
        notch.border,
        notch.level,
        units[notch.level],
        number(notch.share_missing),
        number(notch.z),
        number(notch.placebo),
    )


def number(value: float) -> str:
    """A number for a program to read."""
    return f"{value:.6g}"


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(rows)


@contextmanager
def put_whole(out: Path) -> Iterator[Path]:
    """A folder whose files take their places in `out` once all of them are whole.

    Raises Refused where nothing can be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        place = TemporaryDirectory(dir=out, prefix=".analysis-")
    except OSError as error:
        raise Refused(f"В папку «{out}» не записать: {error.strerror}. Назовите другую.") from None
    with place as folder:
        yield Path(folder)
        for path in sorted(Path(folder).iterdir()):
            path.replace(out / path.name)
