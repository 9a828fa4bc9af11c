"""The model of tasks: as hard as the borders ask, and consistent within criteria."""

import numpy as np
import pytest

from rsoko.demo.place import Scale
from rsoko.demo.tasks import answers, tasks_of
from rsoko.demo.works import YEAR, works

SPECS = {work.spec.code: work.spec for work in works(Scale.REGION) if work.spec.year == YEAR}
PUPILS = 20_000


def sample(code):
    rng = np.random.default_rng(7)
    spec = SPECS[code]
    none = np.zeros((PUPILS, len(spec.tasks)))
    return answers(tasks_of(spec, 1), rng.normal(size=PUPILS), none, rng)


@pytest.mark.parametrize("code", ["ru4-2026", "ma5-2026", "bi8-2026"])
def test_a_simulated_population_scores_what_the_quadrature_aimed_at(code):
    borders, most = SPECS[code].borders, SPECS[code].most
    aim = 0.02 * most + (borders.three + 2 * borders.four + borders.five) / 4

    scores = np.maximum(sample(code), 0).sum(axis=1)

    assert scores.mean() == pytest.approx(aim, abs=4 * scores.std() / PUPILS**0.5)


@pytest.mark.parametrize("code", ["ru4-2026", "ru5-2026", "bi8-2026"])
def test_points_stay_within_a_task_and_reach_its_maximum(code):
    points = sample(code)

    assert points.min() == -1
    assert points.max(axis=0).tolist() == list(SPECS[code].max_points)


def test_without_the_first_criterion_the_others_are_not_earned():
    points = sample("ru7-2026")
    assert SPECS["ru7-2026"].tasks[:3] == ("1К1", "1К2", "1К3")

    lost = points[:, 0] <= 0

    assert lost.any()
    assert points[lost, 1:3].max() <= 0
    assert points[~lost, 1:3].max() > 0


def test_a_work_has_other_tasks_under_another_seed():
    spec = SPECS["ma4-2026"]

    assert not np.array_equal(tasks_of(spec, 1).steps, tasks_of(spec, 2).steps)
