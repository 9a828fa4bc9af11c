"""Cases: opened by a signal once or by hand, seen and waited for by whom they concern."""

import datetime

import pytest
from django.utils import timezone

from monitoring.computation.cases import open_cases
from monitoring.models import Case, Signal
from monitoring.queries.cases import case_of, course, texts, waiting_for
from monitoring.services import cases
from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice
from organizations.queries import viewer_of
from tests.factories.monitoring import SignalFactory, a_part, make_schools, make_work, store_results
from tests.monitoring.cases import YEAR, acts, answer, now


def test_red_and_amber_signals_open_a_case_each_and_others_none(cast):
    SignalFactory(organization=cast.lake_school)
    SignalFactory(organization=cast.wood_school, tier=Signal.Tier.AMBER)
    SignalFactory(organization=cast.hill_school, tier=Signal.Tier.NONE)

    opened = open_cases(cast.region.pk, YEAR)

    schools = set(Case.objects.values_list("organization__code", flat=True))
    assert (opened, schools) == (2, {"edu420001", "edu420002"})
    assert {case.number for case in Case.objects.all()} == {"26-1", "26-2"}


def test_opened_again_nothing_is_new_and_nothing_changes(cast, case):
    Signal.objects.update(tier=Signal.Tier.AMBER, evidence=[a_part("attendance", "absence")])
    before = Case.objects.values().get()

    assert open_cases(cast.region.pk, YEAR) == 0
    assert Case.objects.values().get() == before
    assert acts() == ["case.opened"]
    assert Notice.objects.filter(kind="case.opened").count() == 1


def test_another_region_has_cases_and_numbers_of_its_own(cast, case):
    assert open_cases(cast.other_region.pk, YEAR) == 0


def test_opening_costs_the_same_however_many_signals(cast, django_assert_max_num_queries):
    for school in make_schools(cast.north, 30, first=100):
        SignalFactory(organization=school)
    with django_assert_max_num_queries(12):
        assert open_cases(cast.region.pk, YEAR) == 30


def test_the_signal_is_told_in_words_without_a_number_that_could_be_fitted(lake_work, case):
    said = " ".join(case.sentences)

    assert "Русский язык, 4 класс, 2026: скопление работ на первых баллах отметки." in said
    assert case.sentences[-1] == "Требует дополнительного анализа."
    assert not [mark for mark in ("22", "14", "0,0", "p ", "q ") if mark in said]


def test_the_school_alone_is_told_and_the_term_is_ten_working_days(cast, case):
    told = set(Notice.objects.filter(kind="case.opened").values_list("user__username", flat=True))

    assert told == {"nina"}
    days = [timezone.localdate() + datetime.timedelta(n) for n in range(1, 40)]
    weekdays = [day for day in days if day.weekday() < 5 and day <= case.due_on]
    assert len(weekdays) >= 10


def test_a_case_opened_by_hand_needs_a_ground_and_is_one_a_year(cast, case):
    boris = viewer_of(cast.boris)
    store_results(make_work(), [cast.lake_school, cast.wood_school])
    with pytest.raises(Conflict, match="Напишите, почему"):
        cases.open_by_hand(cast.wood_school, YEAR, ground=" ", by=boris)
    with pytest.raises(Conflict, match="дело № 26-1"):
        cases.open_by_hand(cast.lake_school, YEAR, ground="Обращение", by=boris)
    with pytest.raises(NotAllowed):
        cases.open_by_hand(cast.wood_school, YEAR, ground="Обращение", by=viewer_of(cast.oleg))

    opened = cases.open_by_hand(cast.wood_school, YEAR, ground="Обращение родителей", by=boris)

    assert (opened.number, opened.tier) == ("26-2", Signal.Tier.NONE)
    assert "Обращение родителей" in texts(now(opened)).signal.words


@pytest.mark.parametrize("tier", [Signal.Tier.NONE, Signal.Tier.INSUFFICIENT])
def test_a_case_opened_by_hand_says_nothing_that_was_not_found(cast, tier):
    store_results(make_work(), [cast.lake_school])
    weak = a_part(points=0.0) | {"p_value": 0.7}
    SignalFactory(organization=cast.lake_school, tier=tier, evidence=[weak])

    opened = cases.open_by_hand(
        cast.lake_school, YEAR, ground="Обращение родителей", by=viewer_of(cast.boris)
    )

    assert (opened.sentences, opened.evidence) == ([], [])
    assert texts(now(opened)).signal.words == "Обращение родителей"


@pytest.mark.parametrize(
    ("year", "why"), [(2024, "погасли 1.сентября 2025"), (2099, "результатов")]
)
def test_no_case_is_opened_of_a_year_that_is_over_or_has_no_results(cast, year, why):
    store_results(make_work(year=2024, code="ru4-2024"), [cast.lake_school])

    with pytest.raises(Conflict, match=why):
        cases.open_by_hand(cast.lake_school, year, ground="Обращение", by=viewer_of(cast.boris))


# who sees, what is told


def test_each_sees_the_cases_of_their_own_territory(cast, case):
    seen = {
        name: case_of(cast.lake_school, viewer_of(person)) is not None
        for name, person in cast.people().items()
        if name != "zoya"
    }

    assert {name for name, sees in seen.items() if sees} == {"vera", "boris", "oleg", "nina"}


def test_the_journal_tells_of_cases_only_to_those_who_read_signals(cast, case):
    seen = {
        name: Event.objects.visible_to(viewer_of(getattr(cast, name)))
        .filter(action="case.opened")
        .exists()
        for name in ("vera", "oleg", "svetlana", "anton")
    }

    assert seen == {"vera": True, "oleg": True, "svetlana": False, "anton": False}


def test_a_case_waits_for_one_side_at_a_time(cast, case):
    def waits(who):
        return waiting_for(viewer_of(who)).exists()

    assert (waits(cast.nina), waits(cast.boris), waits(cast.oleg)) == (True, False, False)
    answer(cast, case)
    assert (waits(cast.nina), waits(cast.boris), waits(cast.oleg)) == (False, True, False)


def test_the_course_tells_what_was_and_what_is_ahead(cast, case):
    Notice.objects.filter(kind="case.opened").update(read_at=timezone.now())
    Signal.objects.update(tier=Signal.Tier.NONE)

    steps = [step.title for step in course(now(case))]

    assert [title.split(": ")[-1] for title in steps] == [
        "сигнал", "школа прочитала", "ответ школы", "Перепроверка, если понадобится", "Решение",
    ]  # fmt: skip
    assert "Последний расчёт: в пределах случайного разброса" in course(now(case))[0].note
