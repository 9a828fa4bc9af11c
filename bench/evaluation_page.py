"""The tables of docs/objectivity.md, between two marks of that page."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.baselines import BASELINES
from bench.outcomes import (
    ENGINE,
    Evaluation,
    Outcome,
    auc,
    false_discoveries,
    power,
    share,
)  # fmt: skip
from monitoring.stats.engine import Tier
from monitoring.stats.findings import Family
from monitoring.stats.simulation.plan import STRATA, Decoy, Dose, Kind

PAGE = Path(__file__).parents[1] / "docs" / "objectivity.md"
BEGINS, ENDS = "<!-- расчёт: начало -->", "<!-- расчёт: конец -->"

KINDS = {
    Kind.HELP: "подсказка",
    Kind.COPYING: "списывание",
    Kind.BORDERS: "подъём к границе",
    Kind.ABSENCE: "слабые не пришли",
    Kind.JOURNAL: "журнал выше",
    Kind.MIXTURE: "смесь",
}
DOSES = {Dose.LOW: "низкая", Dose.MEDIUM: "средняя", Dose.HIGH: "высокая"}
DECOYS = {
    Decoy.STRONG_LYCEUM: "сильный лицей",
    Decoy.DRILLED_TASK: "разобранное задание",
    Decoy.TOPIC_TEACHER: "хорошо пройденная тема",
    Decoy.TINY_CLASS: "маленький сельский класс",
    Decoy.LENIENT_CENTRE: "мягкий центр проверки",
}
FAMILIES = {
    Family.BORDERS: "границы",
    Family.TASKS: "задания",
    Family.SIMILARITY: "сходство",
    Family.LEVEL: "уровень",
    Family.MARKS: "журнал",
    Family.ATTENDANCE: "явка",
}
SIZES = ((0, 49), (50, 199), (200, 499), (500, 10**6))  # works of a school in the year

Rows = Iterable[list[str]]
Choice = NDArray[np.bool_]


def page_with(page: str, middle: str) -> str:
    """The page with other tables between its marks; whatever stands around them stays."""
    before, rest = page.split(BEGINS)
    _, after = rest.split(ENDS)
    return f"{before}{BEGINS}\n\n{middle.strip()}\n\n{ENDS}{after}"


def tables(found: Evaluation) -> str:
    """Every table under its heading, as Markdown."""
    main = found.main
    schools = f"{len(main.kind)} школ (регионов {len(np.unique(main.region))})"
    parts = [
        f"{found.told} Основной расчёт: {schools}, работ в году {found.works}.",
        _found("Что найдено", main),
        _found("Что найдено, если так было в двух работах из пяти", found.partial),
        _families(main),
        _beside(main, "AUC", auc, _number),
        _beside(main, "Найдено при 1 % ложных тревог", power, _percent),
        _discoveries(found),
        _honest("по силе школ", main, _deciles(main)),
        _honest("по типу школ", main, _strata(main)),
        _honest("по числу работ школы за год", main, _sizes(main)),
        _decoys(main),
        _centre(found),
    ]
    return "\n\n".join(parts)


def _table(title: str, head: list[str], rows: Rows) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return f"### {title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")


def _percent(value: float) -> str:
    return f"{100 * value:.1f}".replace(".", ",")


def _doses(main: Outcome) -> Iterator[tuple[str, Choice]]:
    """Every kind and dose of which the engine could judge at least one school."""
    for kind, kind_title in KINDS.items():
        for dose, title in DOSES.items():
            chosen = main.of(kind, dose)
            if (chosen & main.judged).any():
                yield f"{kind_title}, {title}", chosen


def _found(title: str, main: Outcome) -> str:
    """What became of the schools in which something was done."""
    rows = (
        [
            dose, str(chosen.sum()), _number(auc(main, ENGINE, chosen)),
            _percent(power(main, ENGINE, chosen)), _percent(share(main.tier[chosen] == Tier.RED)),
            _percent(share(main.flagged[ENGINE][chosen])),
            _percent(share(~main.judged[chosen])),
        ]
        for dose, chosen in _doses(main)
    )  # fmt: skip
    head = ["вмешательство, доза", "школ", "AUC индекса", "найдено при 1 % ложных, %",
            "сигнал, %", "сигнал или внимание, %", "данных мало, %"]  # fmt: skip
    return _table(title, head, rows)


def _families(main: Outcome) -> str:
    """Which kind of evidence sees what; of honest schools it should see one in a hundred."""

    def rows() -> Rows:
        for name, chosen in (("честные школы", main.honest), *_doses(main)):
            own = chosen & main.judged
            yield [name, *(_percent(share(main.family_p[f][own] < 0.01)) for f in FAMILIES)]

    return _table("Какое семейство что видит: p < 0,01, % школ",
                  ["вмешательство, доза", *FAMILIES.values()], rows())  # fmt: skip


def _beside(
    main: Outcome,
    title: str,
    figure: Callable[[Outcome, str, Choice], float],
    shown: Callable[[float], str],
) -> str:
    names = [ENGINE, *BASELINES]
    head = ["вмешательство, доза", "портал", *(one.title for one in BASELINES.values())]
    rows = (
        [text, *(shown(figure(main, name, chosen)) for name in names)]
        for text, chosen in _doses(main)
    )
    return _table(f"{title}: портал и другие правила", head, rows)


def _discoveries(found: Evaluation) -> str:
    """Honest schools among the flagged, by how many schools did something."""
    head = ["школ с вмешательством, %", "честных школ с сигналом, %", "с вниманием, %",
            "честных среди сигналов, %", "среди сигналов и внимания, %",
            *(f"{one.title}, %" for one in BASELINES.values())]  # fmt: skip

    def rows() -> Rows:
        for prevalence, one in found.by_prevalence.items():
            flagged = [one.tier == Tier.RED, *(one.flagged[name] for name in (ENGINE, *BASELINES))]
            yield [
                _percent(prevalence),
                *(_percent(share(one.tier[one.honest] == tier)) for tier in (Tier.RED, Tier.AMBER)),
                *(
                    _percent(false_discoveries(one, each)) if prevalence else "–"
                    for each in flagged
                ),
            ]

    return _table("Честные среди отмеченных", head, rows())


def _deciles(main: Outcome) -> Iterator[tuple[str, Choice]]:
    for decile in range(10):
        name = {0: "1 (самые слабые)", 9: "10 (самые сильные)"}.get(decile, str(decile + 1))
        yield name, main.decile == decile


def _strata(main: Outcome) -> Iterator[tuple[str, Choice]]:
    for number, title in enumerate(STRATA):
        yield title, main.stratum == number


def _sizes(main: Outcome) -> Iterator[tuple[str, Choice]]:
    for least, most in SIZES:
        title = f"от {least}" if most >= 10**6 else f"{least}–{most}"
        yield title, (main.participants >= least) & (main.participants <= most)


def _honest(title: str, main: Outcome, groups: Iterable[tuple[str, Choice]]) -> str:
    """False alarms of honest schools: at nominal 1 %, and as each rule flags."""
    head = ["честные школы", "школ", "p < 0,01, %", "сигнал, %", "внимание, %",
            *(f"{one.title}, %" for one in BASELINES.values())]  # fmt: skip

    def rows() -> Rows:
        for name, chosen in (*groups, ("все", np.ones_like(main.honest))):
            own = chosen & main.honest
            if not own.any():
                continue
            judged = own & main.judged
            yield [
                name, str(own.sum()), _percent(share(main.p_value[judged] < 0.01)),
                *(_percent(share(main.tier[own] == tier)) for tier in (Tier.RED, Tier.AMBER)),
                *(_percent(share(main.flagged[rule][own])) for rule in BASELINES),
            ]  # fmt: skip

    return _table(f"Ложные тревоги {title}", head, rows())


def _decoys(main: Outcome) -> str:
    head = ["честный двойник", "школ", "сигнал, %", "внимание, %",
            *(f"{one.title}, %" for one in BASELINES.values())]  # fmt: skip
    rows = (
        [
            title, str((own := main.decoy == decoy).sum()),
            *(_percent(share(main.tier[own] == tier)) for tier in (Tier.RED, Tier.AMBER)),
            *(_percent(share(main.flagged[rule][own])) for rule in BASELINES),
        ]
        for decoy, title in DECOYS.items()
    )  # fmt: skip
    return _table("Честные двойники", head, rows)


def _centre(found: Evaluation) -> str:
    """Whether a lenient centre's notch is told of the centre."""
    return (
        "### Уровень ответственности\n\n"
        "Скопление на границе отнесено к самому мягкому центру (z > 3 хотя бы у одной границы) в "
        f"{_percent(found.centres.lenient)} % его работ, к другим муниципалитетам — в "
        f"{_percent(found.centres.others)} %. Что при этом сказано о школах центра, видно в "
        "таблице двойников."
    )
