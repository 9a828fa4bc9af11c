"""The schedules of the demonstration: lawful where nothing was planted, told where it was."""

import pytest

from organizations.models import Organization
from procedures import schedule_reads as reads
from procedures.clashes import Rule, by_rule
from procedures.models import Schedule
from rsoko.demo import deliver, schedules, settle
from rsoko.demo.place import Scale
from rsoko.demo.works import YEAR


@pytest.fixture
def small(db):
    settle.load_places(Scale.SMALL)
    settle.appoint_people()
    deliver.bring_works(Scale.SMALL)
    return schedules.bring_schedules(Scale.SMALL, lambda done, total: None)


def test_schools_publish_schedules_without_a_clash_and_one_has_planted_ones(small):
    rows = list(Organization.objects.schools().filter(closed_on=None))

    published = reads.sheets_of(rows, YEAR, published=True)
    now = reads.sheets_of(rows, YEAR)

    assert small > 24 * 10
    assert [pk for pk, sheet in published.items() if sheet.broken] == []
    planted = {sheet.organization.code: by_rule(sheet.findings) for sheet in now.values()
               if sheet.broken}  # fmt: skip
    assert set(planted) == {schedules.WITH_CLASHES}
    counts = planted[schedules.WITH_CLASHES]
    assert min(counts[rule] for rule in (Rule.DAILY, Rule.INTERVAL, Rule.EDGE)) >= 1


def test_one_school_has_no_schedule_and_one_a_draft(small):
    found = Schedule.objects.values_list("organization__code", "state")

    assert schedules.WITHOUT_ANY not in {code for code, _ in found}
    assert (schedules.DRAFT_ONLY, "draft") in set(found)
    assert (schedules.DRAFT_ONLY, "approved") not in set(found)


def test_every_class_has_a_day_for_each_work_it_writes(small):
    school = Organization.objects.get(code="edu420101")

    sheet = reads.sheet_of(school, YEAR)

    assert sheet.windows == []
    assert {line.checked.level for line in sheet.lines} == {"federal", "regional", "school"}
