"""The works of the demonstration."""

from collections import Counter
from itertools import groupby

import pytest

from rsoko.demo.place import Scale
from rsoko.demo.places import schools_of
from rsoko.demo.works import YEAR, takes_part, works, writes

THIS_YEAR = [work for work in works(Scale.REGION) if work.spec.year == YEAR]


def test_the_small_region_writes_eight_works_this_year():
    codes = {work.spec.code for work in works(Scale.SMALL) if work.spec.year == YEAR}

    assert codes == {f"{subject}{grade}-2026" for subject in ("ru", "ma") for grade in range(4, 8)}


def test_the_region_writes_28_works_this_year_and_8_before():
    assert len(THIS_YEAR) == 28
    assert Counter(work.spec.year for work in works(Scale.REGION)) == {2026: 28, 2024: 4, 2025: 4}


def test_russian_of_grade_4_is_the_real_work():
    (work,) = [work for work in THIS_YEAR if work.spec.code == "ru4-2026"]

    assert (work.spec.most, len(work.spec.tasks)) == (24, 15)
    assert str(work.spec.borders) == "10, 16, 21"
    assert not work.invented_scale


def test_every_other_scale_says_that_it_is_invented():
    assert [w.spec.code for w in works(Scale.REGION) if not w.invented_scale] == ["ru4-2026"]


def test_a_school_year_is_that_of_the_spring():
    assert {work.school_year for work in THIS_YEAR} == {"2025/26"}


@pytest.mark.parametrize("school", schools_of(Scale.SMALL), ids=lambda school: school.code)
def test_a_class_writes_three_subjects_in_grade_4_and_four_later(school):
    """Постановление 556 of 2024: at most 3 subjects in grade 4, at most 4 in 5–8 and 10."""
    by_grade = groupby(THIS_YEAR, key=lambda work: work.spec.grade)
    for grade, group in by_grade:
        written = sum(writes(school, 1, work.spec) for work in group)
        assert written == (3 if grade == 4 else 4)


def test_no_grade_writes_twice_a_day_or_at_a_weekend():
    days = [(work.spec.grade, work.held_on) for work in THIS_YEAR]

    assert len(set(days)) == len(days)
    assert all(day.weekday() < 5 for _, day in days)


def test_a_closed_school_wrote_before_and_writes_no_more():
    (closed,) = [school for school in schools_of(Scale.SMALL) if school.closed_on]

    years = {w.spec.year for w in works(Scale.SMALL) if takes_part(closed, w.spec)}

    assert years == {2024, 2025}


def test_a_nine_year_school_has_no_grade_10():
    basic = next(s for s in schools_of(Scale.SMALL) if s.code == "edu420006")

    grades = {work.spec.grade for work in THIS_YEAR if takes_part(basic, work.spec)}

    assert grades == {4, 5, 6, 7, 8}
