"""The demonstration's federal list: sound, with the traps of real ones, the same each time."""

from monitoring.exchange.markers import read_markers
from organizations.exchange import workbook
from organizations.exchange.gate import Kind
from rsoko.demo.federal import HEAD, YEARS, rows
from tests.factories.organizations import OrganizationFactory


def test_the_list_is_sound_and_the_same_each_time():
    schools = [OrganizationFactory.build(code=f"edu42{n:04}", pk=n) for n in range(1, 400)]
    logins = {school.code: school.pk for school in schools}
    drawn = list(rows(schools))

    found = read_markers(workbook.write({"Список": [HEAD, *drawn]}), Kind.XLSX, logins)

    assert found.faults == []
    assert len(found.records) + len(found.repeated) == len(drawn)
    assert found.repeated
    assert {record.values["year"] for record in found.records} == set(YEARS)
    assert list(rows(schools)) == drawn
