"""From results to a decision: the centre computes, the school answers, a person decides."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from monitoring.models import Case, CaseDecision, Signal
from procedures.models import Work
from tests.browser.test_cases import SAID, WHY
from tests.browser.visits import do, said
from tests.factories.monitoring import make_schools, make_work, store_results

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def works(cast) -> list[Work]:
    """Two works of eighteen schools; Lake school brings works below a mark up to it."""
    schools = [cast.lake_school, *make_schools(cast.north, 15), *make_schools(cast.south, 2)]
    works = [make_work(), make_work("ma4-2026", subject="Математика")]
    for seed, work in enumerate(works, start=1):
        store_results(work, schools, seed=seed, lifted=[0], pupils=93)
    return works


def dossier(code: str) -> str:
    return reverse("monitoring:school", args=[code])


def compute(centre: Page, works: list[Work]) -> None:
    for work in works:
        centre.goto(f"{reverse('monitoring:objectivity')}?work={work.code}")
        do(centre, "Посчитать")


def test_a_signal_goes_its_whole_road(cast, visit, works):
    centre = visit(cast.boris)
    compute(centre, works)
    case = Case.objects.get(organization=cast.lake_school)
    centre.goto(reverse("monitoring:objectivity"))
    assert "Lake school" in said(centre.locator("main"))
    for code in (cast.lake_school.code, *Signal.objects.filter(tier="none").values_list(
        "organization__code", flat=True
    )[:2]):  # fmt: skip
        centre.goto(dossier(code))
        expect(centre.get_by_role("heading", level=1)).to_contain_text("Досье объективности")
    centre.goto(dossier(cast.lake_school.code))
    assert "Ровно на первый балл" in said(centre.locator("main"))

    school = visit(cast.nina)
    school.get_by_role("link", name=re.compile("^Ответить")).first.click()
    school.get_by_label("Как школа объясняет картину").fill(SAID)
    do(school, "Отправить в центр мониторинга")

    centre.goto(reverse("monitoring:case", args=[case.pk]))
    do(centre, "Назначить перепроверку")
    for row in Case.objects.get(pk=case.pk).recheck.works.all():
        centre.get_by_label(f"Новый балл работы {row.participant}").fill(str(row.score))
    centre.get_by_label("Кто перепроверил").fill("два муниципальных эксперта")
    do(centre, "Внести итоги")
    centre.get_by_label("снят", exact=True).check()
    centre.get_by_label("Почему").fill(WHY)
    do(centre, "Принять решение")

    assert CaseDecision.objects.get(case=case).outcome == CaseDecision.Outcome.CLEARED
    school.goto(dossier(cast.lake_school.code))
    assert "сигнал снят" in said(school.locator("main"))
    assert WHY in said(school.locator("main"))


def test_nobody_else_sees_it(cast, visit, works):
    compute(visit(cast.boris), works)
    place = dossier(cast.lake_school.code)
    of_north = visit(cast.oleg)
    of_north.goto(place)
    assert "Ровно на первый балл" in said(of_north.locator("main"))

    foreign = visit(cast.igor)  # a deputy of another municipality's school
    assert foreign.request.get(place).status == 404
    stranger = visit()
    for one in (place, reverse("monitoring:objectivity"), reverse("monitoring:cases")):
        stranger.goto(one)
        assert "/account/login/" in stranger.url
    stranger.goto("/")
    assert "Lake school" not in stranger.content()
