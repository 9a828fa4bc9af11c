"""A signal's whole road at a real browser: asked, answered with a file, marked anew, decided."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from monitoring.computation.cases import open_cases
from monitoring.models import Case
from tests.browser.test_executions import looked_at
from tests.browser.visits import do, file, follow, said
from tests.factories.documents import pdf
from tests.factories.monitoring import SignalFactory, make_work, store_results

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
]
SAID = "В 4Б задание 11 совпало с темой урока 14 апреля: запись в журнале приложена."
WHY = "Двенадцать работ перепроверены, баллы те же. Ответ школы объясняет картину."


@pytest.fixture
def case(cast) -> Case:
    """A year's computation has given Lake school and Hill school a signal each."""
    store_results(make_work(), [cast.lake_school, cast.hill_school], pupils=93)
    SignalFactory(organization=cast.lake_school)
    SignalFactory(organization=cast.hill_school)
    open_cases(cast.region.pk, 2026)
    return Case.objects.get(organization=cast.lake_school)


def address(case: Case) -> str:
    return reverse("monitoring:case", args=[case.pk])


def test_a_signal_is_answered_marked_anew_and_decided(cast, visit, case):
    school = visit(cast.nina)
    school.get_by_role("link", name=re.compile("^Ответить")).first.click()
    box = school.get_by_label("Как школа объясняет картину")
    box.fill(SAID)
    expect(school.locator("#answer-count")).to_contain_text(f"Знаков: {len(SAID)} из")
    school.locator("input[type=file]").set_input_files(
        [file("протокол.pdf", pdf("протокол"), "application/pdf")]
    )
    do(school, "Сохранить черновик")
    expect(school.locator(".saved-at")).to_contain_text("Черновик сохранён")
    do(school, "Отправить в центр мониторинга")
    assert SAID in said(school.locator("#answer"))

    centre = visit(cast.boris)
    centre.get_by_role("link", name=re.compile("^Открыть.*по сигналам")).first.click()
    follow(centre.get_by_role("link", name="Lake school"))
    assert SAID in said(centre.locator("#answer"))
    do(centre, "Назначить перепроверку")
    for row in Case.objects.get(pk=case.pk).recheck.works.all():
        centre.get_by_label(f"Новый балл работы {row.participant}").fill(str(row.score))
    centre.get_by_label("Кто перепроверил").fill("два муниципальных эксперта")
    do(centre, "Внести итоги")
    assert "Ни один балл не изменился" in said(centre.locator("#recheck"))
    centre.get_by_label("снят", exact=True).check()
    centre.get_by_label("Почему").fill("Необъективность доказана.")
    do(centre, "Принять решение")
    assert "числа такого не показывают" in said(centre.locator("#decide"))
    centre.get_by_label("Почему").fill(WHY)
    do(centre, "Принять решение")

    school.goto(address(case))
    texts = said(school.locator("#answer"))
    assert "снят" in texts
    assert SAID in texts
    assert WHY in texts


def test_a_coordinator_sees_the_own_municipality_and_a_stranger_nothing(cast, visit, case):
    foreign = Case.objects.get(organization=cast.hill_school)
    oleg = visit(cast.oleg)
    oleg.goto(reverse("monitoring:cases"))
    words = said(oleg.locator("main"))
    assert "Lake school" in words
    assert "Hill school" not in words

    stranger = visit()
    for one in (reverse("monitoring:cases"), address(case), address(foreign)):
        stranger.goto(one)
        assert "/account/login/" in stranger.url


def test_a_school_answers_without_scripts(cast, visit, case):
    page = visit(cast.nina, scripts=False)
    page.goto(address(case))
    page.get_by_label("Как школа объясняет картину").fill(SAID)
    page.get_by_role("button", name="Отправить в центр мониторинга").click()

    assert Case.objects.get(pk=case.pk).state == Case.State.ANSWERED


@pytest.mark.parametrize("width", [1440, 360])
def test_the_pages_of_cases_have_no_barriers(cast, visit, case, width):
    school = visit(cast.nina, width=width)
    school.goto(address(case))
    looked_at(school, f"case-school-{width}")
    school.get_by_label("Как школа объясняет картину").fill(SAID)
    do(school, "Отправить")

    centre = visit(cast.boris, width=width)
    for name, place in {
        "cases": reverse("monitoring:cases"),
        "case-answered": address(case),
        "case-open": reverse("monitoring:case_open"),
    }.items():
        centre.goto(place)
        looked_at(centre, f"{name}-{width}")
    centre.goto(address(case))
    do(centre, "Назначить перепроверку")
    looked_at(centre, f"case-drawn-{width}")
