"""The page of received statistics: figures as they came, of the own territory, none of a few."""

import pytest
from django.test import Client
from django.urls import reverse

from procedures.services.files import Intake
from tests.factories.procedures import FederalStatisticFactory, WorkFactory
from tests.procedures import exports


@pytest.fixture
def work(cast):
    cast.region.name = exports.REGION
    cast.region.save()
    return WorkFactory(code="ru4", tasks=["1"], max_points=[24])


def shown(person, **query):
    client = Client()
    client.force_login(person)
    response = client.get(reverse("procedures:received", args=["ru4"]), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_the_figures_stand_as_they_came(cast, work):
    Intake().take("a.xlsx", "a.xlsx", exports.marks(*exports.REAL_MARKS, most=24))

    page = shown(cast.vera)

    for figure in ("1 722 202", "35 589", "5,06", "46,90", "26,97", "Вся выборка", "версия 1"):
        assert figure in page


def test_a_school_sees_itself_and_the_whole_sample(cast, work):
    Intake().take("a.xlsx", "a.xlsx", exports.marks(*exports.REAL_MARKS, most=24))

    page = shown(cast.igor)

    assert "Вся выборка" in page
    assert "12,36" not in page
    assert "12,36" in shown(cast.nina)


def test_the_figures_of_a_few_are_not_shown(cast, work):
    FederalStatisticFactory(work=work, organization=cast.lake_school, participants=9)

    page = shown(cast.nina)

    assert "меньше 10 участников, не показываем" in page
    assert "12,36" not in page


def test_each_report_is_shown_by_itself_and_the_newest_version_only(cast, work):
    for correct in (26.97, 26.96):
        row = [exports.LAKE, None, 89, 12.36, 52.81, correct, 7.87]
        Intake().take("a.xlsx", "a.xlsx", exports.marks(row, most=24))
    journal = [exports.LAKE, 100, 20, 20, 75, 75, 5, 5]
    Intake().take("a.xlsx", "a.xlsx", exports.journal(journal, most=24))

    compared, marks = shown(cast.nina), shown(cast.nina, kind="marks")

    assert "Подтвердили, %" in compared
    assert "26,96" in marks
    assert "26,97" not in marks


def test_a_work_without_reports_says_so(cast, work):
    assert "Отчётов ФИС ОКО об этой работе ещё нет" in shown(cast.nina, kind="nonsense")
