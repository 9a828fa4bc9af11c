"""The databases of the demonstration municipality."""

import pytest

from procedures.exchange.tables import CODE, read_table, written
from procedures.tables import KINDS
from rsoko.demo.place import Scale
from rsoko.demo.tables import YEARS, lines
from rsoko.demo.works import levels_of, skills_of, works
from tests.factories.organizations import OrganizationFactory


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_row_is_sound_and_the_same_each_time(kind):
    schools = [OrganizationFactory.build(code=f"edu42000{n}") for n in range(1, 9)]
    rows = list(lines(kind, schools))

    table = read_table(written(kind, rows), kind, {row.code for row in schools}, trusted=True)

    assert table.faults == []
    assert len(table.records) == len(rows) >= len(schools) * len(YEARS)
    assert {record.values[CODE] for record in table.records} == {row.code for row in schools}
    assert list(lines(kind, schools)) == rows


def test_every_task_of_a_work_has_its_level_and_skill():
    for work in works(Scale.REGION):
        levels = levels_of(work.spec)
        assert len(levels) == len(skills_of(work.spec)) == len(work.spec.tasks)
        assert set(levels) == set("БПВ")
        assert levels == sorted(levels, key="БПВ".index)
