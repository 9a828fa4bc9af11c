"""Works marked anew: drawn by a seed, entered whole, told where there are enough of them."""

import pytest

from monitoring.models import Recheck
from monitoring.rechecks import found
from monitoring.services import rechecks
from monitoring.services.rechecks import Marked
from organizations.errors import Conflict
from organizations.models import Event
from organizations.queries import viewer_of
from tests.monitoring.cases import S, now, ordered, overdue


def test_works_are_drawn_from_a_seed_that_gives_them_again(cast, case, lake_work):
    recheck = ordered(cast, case, lake_work, seed=7)

    drawn = list(recheck.works.values_list("participant", flat=True))
    written = {row.participant for row in lake_work.results.all() if row.score is not None}
    assert set(drawn) <= written == set(recheck.frame)
    assert rechecks.is_repeatable(recheck)
    other = rechecks.drawn(rechecks.frame_of(recheck.frame), len(drawn), 8)
    assert drawn != other
    assert now(case).state == S.RECHECKING
    assert Event.objects.filter(action="case.recheck_ordered", changes__seed="7").exists()


def test_a_work_exchanged_after_the_draw_is_noticed(cast, case, lake_work):
    recheck = ordered(cast, case, lake_work, seed=7)
    free = next(code for code in recheck.frame if code not in
                set(recheck.works.values_list("participant", flat=True)))  # fmt: skip
    recheck.works.filter(place=1).update(participant=free)

    assert not rechecks.is_repeatable(recheck)


def test_marking_anew_waits_for_the_answer_or_its_term(cast, case, lake_work):
    boris = viewer_of(cast.boris)
    with pytest.raises(Conflict, match="Школа ещё отвечает"):
        rechecks.order(case, work=lake_work, by=boris)
    overdue(case)

    assert rechecks.order(case, work=lake_work, class_number=2, size=5, by=boris).works.count() == 5


def test_the_protocol_wants_every_work_and_possible_scores(cast, case, lake_work):
    recheck = ordered(cast, case, lake_work, size=12)
    boris = viewer_of(cast.boris)
    same = {row.participant: Marked(row.score) for row in recheck.works.all()}
    few = dict(list(same.items())[:-1])
    high = {code: Marked(lake_work.max_score + 1) for code in same}
    by_task = {code: Marked(3, [1] * 3) for code in same}

    for marked in (few, high, by_task):
        with pytest.raises(Conflict):
            rechecks.enter(recheck, marked=marked, checked_by="два эксперта", by=boris)
    with pytest.raises(Conflict, match="похоже на имя"):
        rechecks.enter(recheck, marked=same, checked_by="Петров И. С.", by=boris)
    assert found(Recheck.objects.get()) is None

    rechecks.enter(recheck, marked=same, checked_by="два эксперта", by=boris)

    result = found(Recheck.objects.get())
    assert (result.unchanged, result.checked, result.works) == (12, 12, len(recheck.frame))
    assert not result.is_below
    assert "Ни один балл не изменился" in result.sentence


def test_lower_scores_after_marking_anew_are_told_as_lower(cast, case, lake_work):
    recheck = ordered(cast, case, lake_work, size=12)
    rows = list(recheck.works.all())
    lower = {row.participant: Marked(max(0, row.score - n % 3)) for n, row in enumerate(rows)}

    rechecks.enter(recheck, marked=lower, checked_by="комиссия", by=viewer_of(cast.boris))

    result = found(Recheck.objects.get())
    assert (
        result.change.high
        >= result.change.value
        == pytest.approx(sum(lower[r.participant].score - r.score for r in rows) / 12)
    )
    assert result.is_below
    assert "балл стал ниже" in result.sentence


def test_few_works_are_not_told_in_numbers(cast, case, lake_work):
    recheck = ordered(cast, case, lake_work, size=5)
    same = {row.participant: Marked(row.score) for row in recheck.works.all()}
    rechecks.enter(recheck, marked=same, checked_by="эксперт", by=viewer_of(cast.boris))

    assert found(Recheck.objects.get()).sentence == "Баллы те же."
