"""Pages of cases: the whole road through forms, what each reads, the texts that go together."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from monitoring.computation.cases import open_cases
from monitoring.models import Case, CaseDecision, Explanation
from organizations.models import Event
from organizations.queries import viewer_of
from procedures.models import Result, Work
from rsoko.home.duties import duties
from tests.factories.documents import pdf
from tests.factories.monitoring import SignalFactory, StatisticFactory, make_work, store_results

SAID, WHY, AGAINST, AGAIN = (
    "Задание совпало с темой урока.", "Баллы изменились у немногих работ.",
    "Протокол комиссии не учли.", "Протокол комиссии объясняет картину.",
)  # fmt: skip


@pytest.fixture
def case(cast) -> Case:
    work = make_work()
    store_results(work, [cast.lake_school], pupils=93)
    SignalFactory(organization=cast.lake_school)
    open_cases(cast.region.pk, 2026)
    return Case.objects.get()


@pytest.fixture
def browser(cast):
    """`browser("nina")` gives a client signed in as Nina."""

    def opened(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return opened


def page(client: Client, case: Case) -> str:
    answer = client.get(reverse("monitoring:case", args=[case.pk]))
    assert answer.status_code == 200
    return plain(answer)


def plain(answer) -> str:
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


def act(client: Client, case: Case, name: str, **typed):
    return client.post(reverse(f"monitoring:case_{name}", args=[case.pk]), typed, follow=True)


def marked(case: Case, change: int = 0) -> dict[str, str]:
    rows = Case.objects.get(pk=case.pk).recheck.works.all()
    return {f"work-{row.participant}": str(max(0, row.score + change)) for row in rows}


def road(browser, case: Case) -> None:
    """From the answer to the decision on the appeal."""
    file = SimpleUploadedFile("протокол.pdf", pdf("протокол"), content_type="application/pdf")
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck", papers=file)
    act(browser("boris"), case, "recheck", work="ru4-2026", size=12)
    act(browser("boris"), case, "recheck_enter", checked_by="два эксперта", **marked(case))
    act(browser("boris"), case, "decide", outcome="confirmed", motivation=WHY, read="rechecking")
    act(browser("nina"), case, "appeal", text=AGAINST)
    act(browser("vera"), case, "decide", outcome="cleared", motivation=AGAIN, read="appealed")


def test_the_texts_go_together_on_the_page_in_the_file_and_in_the_api(cast, case, browser):
    road(browser, case)
    signal = Case.objects.get().sentences[0]
    oleg = browser("oleg")

    shown = page(oleg, case)
    book = oleg.get(reverse("monitoring:cases_xlsx"))
    rows = list(load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True))
    given = oleg.get(reverse("api:case-list")).json()["results"]
    table = oleg.get(reverse("api:case-list"), {"format": "csv"}).content.decode()

    in_row = " ".join(str(cell) for cell in rows[1]).replace("\u00a0", " ")
    in_json = " ".join(str(value) for value in given[0].values()).replace("\u00a0", " ")
    for text in (SAID, WHY, AGAINST, AGAIN, signal):
        for place in (shown, in_row, in_json, table.replace("\u00a0", " ")):
            assert text in place
    assert (len(rows), len(given)) == (2, 1)


def test_the_road_leaves_the_signal_cleared_and_its_steps_told(cast, case, browser):
    road(browser, case)

    shown = page(browser("nina"), case)

    assert "Сигнал снят" in shown
    for step in ("школа ответила", "работы перепроверены", "подтверждён", "обжаловала", "снят"):
        assert step in shown
    assert "жребий повторён, работы те же" in shown
    assert "протокол.pdf" in shown


def test_codes_of_works_are_read_by_the_school_and_the_centre_only(cast, case, browser):
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")
    act(browser("boris"), case, "recheck", work="ru4-2026")
    codes = [f">{row.participant}<" for row in Case.objects.get().recheck.works.all()]

    assert all(code in page(browser("nina"), case) for code in codes)
    assert all(code in page(browser("boris"), case) for code in codes)
    assert not [code for code in codes if code in page(browser("oleg"), case)]


def test_so_few_works_are_told_in_numbers_to_who_holds_them_only(cast, case, browser):
    few, rows = 6, Result.objects.filter(organization=cast.lake_school)
    kept = list(rows.filter(score__isnull=False).values_list("pk", flat=True)[:few])
    rows.exclude(pk__in=kept).delete()
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")
    act(browser("boris"), case, "recheck", work="ru4-2026")

    for told in (f"Из {few} ", "случайно работ: "):
        assert told not in page(browser("oleg"), case)
    assert f"Из {few} " in page(browser("boris"), case)
    assert "Работы система выбрала случайно" in page(browser("oleg"), case)
    changes = Event.objects.get(action="case.recheck_ordered").changes
    assert not {"works", "frame"} & set(changes)


def test_nobody_reads_a_number_that_would_let_a_school_pass(cast, case, browser):
    shown = page(browser("nina"), case)
    given = browser("nina").get(reverse("api:case-list")).content.decode()

    for word in ("p_value", "decibans", "22.0", "22,0", "points", "индекс"):
        assert word not in shown
        assert word not in given


def test_a_draft_keeps_text_and_file_and_counts_its_signs(cast, case, browser):
    file = SimpleUploadedFile("протокол.pdf", pdf("протокол"), content_type="application/pdf")
    act(browser("nina"), case, "answer", text=SAID, proposal="nothing", papers=file, act="keep")

    shown = page(browser("nina"), case)
    assert f"<span data-signs>{len(SAID)}</span> из 1 500" in shown
    assert "Черновик сохранён" in shown
    assert SAID not in page(browser("boris"), case)
    answer = Explanation.objects.get()
    assert (answer.sent_at, answer.files.count()) == (None, 1)

    remove = reverse("monitoring:case_file_remove", args=[case.pk, answer.files.get().pk])
    browser("nina").post(remove)
    assert not answer.files.exists()


def test_the_school_looks_at_its_answer_before_it_is_sent(cast, case, browser):
    seen = act(browser("nina"), case, "answer", text=SAID, proposal="recheck", act="show")

    assert "Так ответ увидят" in plain(seen)
    assert plain(seen).count(SAID) == 2  # in the field, and as it will be read
    other = browser("boris").get(reverse("monitoring:case", args=[case.pk]), {"seen": "1"})
    assert SAID not in plain(other)
    wrong = act(
        browser("nina"), case, "answer", text="Иванова М. И.", proposal="recheck", act="show"
    )
    assert "похоже на имя" in plain(wrong)


def test_faults_stand_beside_their_field(cast, case, browser):
    named = act(browser("nina"), case, "answer", text="Проверяла Иванова М. И.", proposal="recheck")
    assert "похоже на имя человека" in plain(named)
    bad = SimpleUploadedFile("p.pdf", b"<html></html>", content_type="application/pdf")
    spoilt = act(browser("nina"), case, "answer", text=SAID, proposal="recheck", papers=bad)
    assert "веб-страница" in plain(spoilt)
    assert not Explanation.objects.exists()

    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")
    verdict = act(
        browser("boris"), case, "decide", outcome="confirmed", read="answered",
        motivation="Необъективность доказана.",
    )  # fmt: skip
    assert "числа такого не показывают" in plain(verdict)
    assert not CaseDecision.objects.exists()


def test_points_task_by_task_are_summed_and_checked(cast, case, browser):
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")
    act(browser("boris"), case, "recheck", work="ru4-2026", size=2)
    first, second = marked(case)
    good = {first: "4 3 2 1 2 3 2 2 1 4", second: "X 0 0 0 0 0 0 0 0 1"}

    for wrong in ("4 3", "5 3 2 1 2 3 2 2 1 4", "99", "много"):
        answer = act(
            browser("boris"), case, "recheck_enter", checked_by="эксперт", **(good | {first: wrong})
        )
        assert "errorlist" in plain(answer), wrong
    act(browser("boris"), case, "recheck_enter", checked_by="эксперт", **good)

    rows = {row.new_score for row in Case.objects.get().recheck.works.all()}
    assert rows == {24, 1}


def test_a_second_decision_is_refused_in_words(cast, case, browser):
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")
    typed = {"outcome": "watched", "motivation": WHY, "read": "answered"}
    act(browser("boris"), case, "decide", **typed)

    second = act(browser("vera"), case, "decide", **typed)

    assert "решение уже принято: под наблюдением, Boris" in plain(second)
    assert CaseDecision.objects.count() == 1


def test_the_first_page_calls_the_school_and_then_the_centre(cast, case, browser):
    def called(person) -> list[str]:
        return [d.title for d in duties(viewer_of(person), []) if "сигнал" in d.title]

    assert called(cast.nina)[0].startswith("Ответить на сигнал до ")
    assert called(cast.boris) == called(cast.oleg) == []
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")

    assert called(cast.nina) == called(cast.oleg) == []
    assert called(cast.boris) == ["Рассмотреть 1 дело по сигналам"]


def test_the_list_is_alphabetical_and_narrowed(cast, case, browser):
    SignalFactory(organization=cast.hill_school, year=2025)
    SignalFactory(organization=cast.wood_school)
    for year in (2025, 2026):
        open_cases(cast.region.pk, year)
    client, address = browser("boris"), reverse("monitoring:cases")

    def schools(**asked) -> list[str]:
        rows = client.get(address, asked).context["rows"]
        return [row.organization.short_name for row, *_ in rows]

    assert schools() == ["Hill school", "Lake school", "Wood school"]
    assert schools(year=2025) == ["Hill school"]
    assert schools(municipality="reg42_m001") == ["Lake school", "Wood school"]
    assert schools(state="decided") == []
    given = client.get(reverse("api:case-list"), {"method": "task_max", "status": "awaiting"})
    assert len(given.json()["results"]) == 3
    none = client.get(reverse("api:case-list"), {"method": "absence"})
    assert none.json()["results"] == []


def test_the_dossier_says_how_far_its_case_is(cast, case, browser):
    StatisticFactory(organization=cast.lake_school, work=Work.objects.get(), year=2026)
    dossier = reverse("monitoring:school", args=[cast.lake_school.code])
    act(browser("nina"), case, "answer", text=SAID, proposal="recheck")

    said = plain(browser("nina").get(dossier))

    assert f"2026 год: сигнал. Дело № {case.number}: школа ответила." in said
    assert "разберите её в школе" not in said
    assert 'href="/monitoring/cases/">Все дела школы' in said


def test_who_decides_on_an_appeal_is_led_to_it(cast, case, browser):
    road_to_appeal = [
        ("nina", "answer", {"text": SAID, "proposal": "recheck"}),
        ("boris", "decide", {"outcome": "confirmed", "motivation": WHY, "read": "answered"}),
        ("nina", "appeal", {"text": AGAINST}),
    ]
    for who, name, typed in road_to_appeal:
        act(browser(who), case, name, **typed)

    assert "Прочитайте жалобу школы и решите ещё раз" in page(browser("vera"), case)


def test_a_case_by_hand_asks_a_school_without_a_signal_to_answer(cast, browser):
    store_results(work := make_work(), [cast.lake_school])
    StatisticFactory(organization=cast.lake_school, work=work, year=2026)
    SignalFactory(organization=cast.lake_school, tier="none")
    form = {"organization": cast.lake_school.pk, "year": 2026, "ground": "Обращение родителей"}
    browser("boris").post(reverse("monitoring:case_open"), form)
    case = Case.objects.get()

    said = plain(browser("nina").get(reverse("monitoring:school", args=["edu420001"])))

    assert f"По школе открыто дело № {case.number}" in said
    assert "Ничего делать не нужно" not in said
    assert "г.." not in page(browser("boris"), case)
