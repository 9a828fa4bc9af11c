"""A small region in files for the offline analysis: honest pupils, and lines as one likes them."""

import json
from pathlib import Path

import numpy as np

MAXIMA = [1, 2, 1, 2, 1, 3, 1, 2]
BORDERS = [4, 7, 10]
COLUMNS = ["work", "school", "class", "participant", "gender", "variant", "journal_mark", "mark",
           "score", *[f"t{number}" for number in range(1, len(MAXIMA) + 1)]]  # fmt: skip
HEADER = ",".join(COLUMNS)
WORKS = [
    {"code": code, "subject": subject, "grade": 4, "year": 2026, "max_points": MAXIMA,
     "mark_borders": BORDERS}
    for code, subject in (("ru4", "Русский язык"), ("ma4", "Математика"))
]  # fmt: skip


def rows(schools: int = 16, pupils: int = 40, *, seed: int = 1, codes: str = "edu42{:04}"):
    """Lines of cells: two works, classes of 20, some absent, some tasks not attempted."""
    rng = np.random.default_rng(seed)
    hardness = np.linspace(-1, 1, len(MAXIMA))
    lines = []
    for school in range(schools):
        able = rng.normal(rng.normal(0, 0.3), 0.9, pupils)
        for work in WORKS:
            chance = 1 / (1 + np.exp(hardness - able[:, None] - rng.normal(0, 0.2, len(MAXIMA))))
            for pupil, points in enumerate(rng.binomial(MAXIMA, chance).tolist()):
                score = sum(points)
                mark = 2 + int(np.searchsorted(BORDERS, score, side="right"))
                journal = min(5, max(2, mark + int(rng.integers(-1, 2))))
                told = [1 + pupil % 2, journal, mark, score]
                tasks = [point or rng.choice(["0", "X"]) for point in points]
                if rng.random() < 0.05:
                    told, tasks = ["", journal, "", ""], [""] * len(MAXIMA)
                fixed = [work["code"], codes.format(school), 1 + pupil // 20, 40001 + pupil, "f"]
                lines.append([str(cell) for cell in [*fixed, *told, *tasks]])
    return lines


def text(lines, columns=COLUMNS) -> str:
    return "\n".join([",".join(columns), *map(",".join, lines)]) + "\n"


def helped(lines, school: str):
    """The same lines; in one school nearly all have the two hardest tasks right."""
    for line in lines:
        if line[1] == school and line[5]:
            line[15], line[16] = "1", "2"
            score = sum(int(cell) for cell in line[9:] if cell != "X")
            line[7], line[8] = str(2 + int(np.searchsorted(BORDERS, score, "right"))), str(score)
    return lines


def write(folder: Path, results: str | bytes, *, works=WORKS, schools: str | None = None) -> list:
    """The files in a folder, and the arguments of the command that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    content = results.encode() if isinstance(results, str) else results
    (folder / "results.csv").write_bytes(content)
    (folder / "works.json").write_text(json.dumps(works, ensure_ascii=False), encoding="utf-8")
    arguments = [str(folder / "results.csv"), "--works", str(folder / "works.json")]
    if schools is not None:
        (folder / "schools.csv").write_text(schools, encoding="utf-8")
        arguments += ["--schools", str(folder / "schools.csv")]
    return [*arguments, "--out", str(folder / "out")]
