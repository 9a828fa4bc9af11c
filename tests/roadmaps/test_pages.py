"""Pages of plans: what each role finds there, the way from a file to an accepted report."""

import datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import Document, DocumentKind, State
from organizations.queries import viewer_of
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Execution, Responsible, Roadmap
from roadmaps.queries import lines
from roadmaps.services import executions, roadmaps
from roadmaps.terms import TermKind
from tests.factories.documents import pdf
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

PLANS = Path(__file__).parent / "plans"
LIST = reverse("roadmaps:roadmaps")
IMPORT = reverse("roadmaps:import")


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def item_url(item, name="item"):
    return url(name, item.roadmap_id, item.pk)


def text_of(answer):
    """The page with its held spaces made plain."""
    return answer.content.decode().replace("\u00a0", " ")


def page_of(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200, text_of(answer)
    return text_of(answer)


def days(number):
    return timezone.localdate() + datetime.timedelta(days=number)


@pytest.fixture
def plan(cast):
    """The region's plan: one item late, one running, one ahead, one by the ministry alone."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона",
                          starts_on=days(-90), ends_on=days(300))  # fmt: skip
    ItemFactory(roadmap=plan, position=1, title="Прошлое дело", term_text="октябрь")
    ItemFactory(roadmap=plan, position=2, title="Нынешнее дело", starts_on=days(-5),
                ends_on=days(5), bodies=["school"])  # fmt: skip
    ItemFactory(roadmap=plan, position=3, title="Будущее дело", starts_on=days(10),
                ends_on=days(20))  # fmt: skip
    alone = ItemFactory(roadmap=plan, position=4, title="Дело министерства", bodies=["ministry"])
    Responsible.objects.filter(item=alone).update(organization=cast.ministry)
    return plan


def late_item(plan):
    return plan.items.get(position=1)


# The list


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("vera", {"региона", "Севера", "Юга", "школы"}),
        ("pavel", {"региона", "Севера", "Юга", "школы"}),
        ("oleg", {"региона", "Севера", "школы"}),
        ("nina", {"региона", "Севера", "школы"}),
        ("igor", {"региона", "Юга"}),
        ("rita", set()),
    ],
)
def test_the_list_holds_own_plans_those_from_above_and_those_below(cast, signed_in, name, seen):
    owners = {"региона": cast.ministry, "Севера": cast.north, "Юга": cast.south,
              "школы": cast.lake_school}  # fmt: skip
    for title, owner in owners.items():
        RoadmapFactory(owner=owner, title=f"План {title}")

    page = page_of(signed_in(getattr(cast, name)), LIST)

    assert {title for title in owners if f"План {title}" in page} == seen


def test_the_filters_tell_whose_a_plan_is(cast, signed_in):
    for title, owner in (
        ("сверху", cast.ministry),
        ("свой", cast.north),
        ("снизу", cast.wood_school),
    ):
        RoadmapFactory(owner=owner, title=f"План {title}")
    client = signed_in(cast.oleg)

    for whose, title in (("above", "сверху"), ("own", "свой"), ("below", "снизу")):
        page = page_of(client, LIST, whose=whose)
        assert [word for word in ("сверху", "свой", "снизу") if f"План {word}" in page] == [title]
    assert "Свои <b>1</b>" in page


def test_a_plan_tells_its_order_its_states_and_the_nearest_day(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), LIST)

    assert f"№ {plan.order.number}" in page.replace("&nbsp;", " ")
    assert "30 июня 2025 г." in page
    assert page.count("просрочено") == 1
    assert f"{days(5).day} " in page


def test_reports_that_wait_stand_before_the_plans(cast, signed_in, plan):
    ExecutionFactory(item=late_item(plan), organization=cast.lake_school)

    page = page_of(signed_in(cast.oleg), LIST)

    assert "Примите или верните 1 отчёт об исполнении" in page
    assert page.index("Ждут вашей приёмки") < page.index("Чьи планы")
    assert item_url(late_item(plan)) in page


def test_nobody_is_asked_to_accept_what_is_not_theirs_to_accept(cast, signed_in, plan):
    ExecutionFactory(item=late_item(plan), organization=cast.north)

    for person in (cast.oleg, cast.svetlana, cast.nina, cast.boris):
        assert "Ждут вашей приёмки" not in page_of(signed_in(person), LIST)


def test_an_empty_list_teaches_the_first_step_to_those_who_may_take_it(cast, signed_in):
    assert IMPORT in page_of(signed_in(cast.vera), LIST)
    observer = page_of(signed_in(cast.pavel), LIST)
    assert "Она появится здесь" in observer
    assert IMPORT not in observer


def test_nonsense_in_the_address_is_not_asked_for(cast, signed_in, plan):
    client = signed_in(cast.vera)

    assert "План региона" in page_of(client, LIST, whose="x", page="-7")
    assert "Прошлое дело" in page_of(client, url("roadmap", plan.pk), show="'")


# One plan


def test_the_table_shows_the_printed_words_and_our_reading(cast, signed_in, plan):
    page = page_of(signed_in(cast.oleg), url("roadmap", plan.pk))

    assert "<b>октябрь</b><small>1\u2060–\u206031 октября 2025 г.</small>" in page
    assert "действует" in page
    assert "<b>mouo</b>" in page
    assert "Исполняют другие" in page
    late = (timezone.localdate() - datetime.date(2025, 10, 31)).days
    assert f"Просрочено на {late} д" in page


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("", {"Прошлое", "Нынешнее", "Будущее", "министерства"}),
        ("mine", {"Прошлое", "Будущее"}),
        ("now", {"Нынешнее"}),
        ("waiting", {"Нынешнее"}),
        ("late", {"Прошлое"}),
    ],
)
def test_a_saved_filter_is_an_address_and_counts_what_it_shows(cast, signed_in, plan, show, shown):
    current = plan.items.get(position=2)
    ExecutionFactory(item=current, organization=cast.lake_school)

    page = page_of(signed_in(cast.oleg), url("roadmap", plan.pk), show=show)

    words = {"Прошлое", "Нынешнее", "Будущее", "министерства"}
    assert {word for word in words if f"{word} дело" in page or f"Дело {word}" in page} == shown
    current = page[page.index('aria-current="true"') :]
    assert f"<b>{len(shown)}</b>" in current[: current.index("</a>")]


def test_an_empty_filter_leads_back_to_the_whole_plan(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk), show="waiting")

    assert "По этому отбору нет ни одного мероприятия" in page


def test_the_readers_doubts_are_told_and_listed_with_their_items(cast, signed_in, plan):
    plan.doubts = [
        {"code": "order_number_differs", "item": None, "message": "Номера различаются."},
        {"code": "deadline_before_order", "item": "1", "message": "Срок раньше приказа."},
    ]
    plan.save()
    Execution.objects.filter(item=late_item(plan)).update(is_doubtful=True, due_on=None)

    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk))

    assert "найдены 2 сомнения" in page
    assert "Срок под вопросом" in page
    listed = page[page.index('id="doubts"') :]
    assert item_url(late_item(plan)) in listed
    assert "Номера различаются." in listed


def test_sections_head_their_items_in_order(cast, signed_in):
    file = PLANS / "district.txt"
    read = read_plan(file.read_bytes(), file.name)
    stored = roadmaps.import_plan(cast.north, read, by=None)

    page = page_of(signed_in(cast.oleg), url("roadmap", stored.pk))

    places = [page.index(section.title[:20]) for section in read.sections]
    assert len(places) > 1
    assert places == sorted(places)


def test_a_territory_sees_no_plan_of_its_neighbour(cast, signed_in):
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.south))
    execution = ExecutionFactory(item=item, organization=cast.hill_school)
    client = signed_in(cast.oleg)

    for address in (
        url("roadmap", item.roadmap_id), url("roadmap_xlsx", item.roadmap_id), item_url(item)
    ):  # fmt: skip
        assert client.get(address).status_code == 404
    for address in (
        url("approve", item.roadmap_id), url("delete", item.roadmap_id),
        item_url(item, "report"), url("accept", execution.pk), url("return", execution.pk),
    ):  # fmt: skip
        assert client.post(address).status_code == 404


def test_an_item_is_found_only_under_its_own_plan(cast, signed_in, plan):
    other = RoadmapFactory(owner=cast.ministry)

    answer = signed_in(cast.vera).get(url("item", other.pk, late_item(plan).pk))

    assert answer.status_code == 404


def test_acts_are_only_posted(cast, signed_in, plan):
    client = signed_in(cast.vera)
    item = late_item(plan)
    execution = ExecutionFactory(item=item, organization=cast.north)

    for address in (url("approve", plan.pk), url("delete", plan.pk), item_url(item, "report"),
                    url("accept", execution.pk), url("return", execution.pk)):  # fmt: skip
        assert client.get(address).status_code == 405


# Its file


def book_of(answer):
    return answer.content, load_workbook(BytesIO(answer.content))


def test_the_downloaded_plan_reads_back_as_the_same_plan(cast, signed_in):
    read = read_plan((PLANS / "region.txt").read_bytes(), "region.txt")
    stored = roadmaps.import_plan(cast.ministry, read, by=None)

    answer = signed_in(cast.vera).get(url("roadmap_xlsx", stored.pk))

    content, book = book_of(answer)
    again = read_plan(content, "plan.xlsx")
    assert [(one.number, one.title, one.term.text) for one in again.items] == [
        (one.number, one.title, one.term.text) for one in read.items
    ]
    assert [[body.code for body in one.bodies] for one in again.items] == [
        [body.code for body in one.bodies] for one in read.items
    ]
    assert ("Приказ №", "318") in list(book["Приказ"].values)


def test_the_file_holds_the_filtered_view(cast, signed_in, plan):
    client = signed_in(cast.oleg)
    told = {line.item.number for line in lines(plan, viewer_of(cast.oleg), day=timezone.localdate())
            if line.is_mine}  # fmt: skip

    _, book = book_of(client.get(url("roadmap_xlsx", plan.pk), {"show": "mine"}))

    assert {row[0] for row in list(book["План"].values)[1:]} == told == {"1", "3"}


def test_the_file_leaves_as_an_attachment_nobody_runs(cast, signed_in, plan):
    answer = signed_in(cast.nina).get(url("roadmap_xlsx", plan.pk))

    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


# Bringing an order in


def uploaded(name="region.txt", as_name=None):
    return SimpleUploadedFile(as_name or name, (PLANS / name).read_bytes())


def test_an_order_is_read_shown_as_a_draft_and_approved(cast, signed_in):
    client = signed_in(cast.vera)

    answer = client.post(IMPORT, {"owner": cast.ministry.pk, "file": uploaded()}, follow=True)

    stored = Roadmap.objects.get()
    page = text_of(answer)
    assert answer.redirect_chain[-1][0] == url("edit", stored.pk)
    assert "Прочитано: 7" in page
    assert "Прочитано: 7 пунктов. План сохранён черновиком." in page
    assert "В приказе №" in page
    sure = {"sure": len(stored.doubts)}
    approved = text_of(client.post(url("approve", stored.pk), sure, follow=True))
    assert "План утверждён и действует" in approved
    assert url("approve", stored.pk) not in approved


def test_pasted_text_is_read_as_a_file_would_be(cast, signed_in):
    text = (PLANS / "city_layer.txt").read_text(encoding="utf-8")

    signed_in(cast.oleg).post(IMPORT, {"owner": cast.north.pk, "text": text})

    read = read_plan(text.encode(), "city.txt")
    stored = Roadmap.objects.get()
    assert [item.title for item in stored.items.all()] == [item.title for item in read.items]


def test_a_draft_may_be_thrown_away(cast, signed_in):
    stored = RoadmapFactory(owner=cast.ministry, status=Roadmap.Status.DRAFT)
    client = signed_in(cast.vera)
    assert url("delete", stored.pk) in page_of(client, url("roadmap", stored.pk))

    answer = client.post(url("delete", stored.pk), follow=True)

    assert "Черновик удалён." in text_of(answer)
    assert not Roadmap.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Выберите файл или вставьте текст"),
        ({"text": "  \n "}, "Выберите файл или вставьте текст"),
        ({"text": "Уважаемые коллеги!"}, "нет плана мероприятий"),
        ({"name": "region.txt", "as_name": "region.docx"}, "Дайте файлу окончание .txt"),
        ({"name": "region.txt", "text": "ещё"}, "Оставьте что-то одно"),
        ({"owner": "south"}, "Выберите организацию из списка"),
    ],
)
def test_what_cannot_be_read_is_told_in_the_form_and_stores_nothing(cast, signed_in, sent, words):
    data = {"owner": getattr(cast, sent.get("owner", "north")).pk}
    if "name" in sent or "owner" in sent:
        data["file"] = uploaded(sent.get("name", "region.txt"), sent.get("as_name"))
    if "text" in sent:
        data["text"] = sent["text"]

    answer = signed_in(cast.oleg).post(IMPORT, data)

    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not Roadmap.objects.exists()


def test_the_same_order_again_is_told_beside_the_file(cast, signed_in):
    client = signed_in(cast.vera)
    client.post(IMPORT, {"owner": cast.ministry.pk, "file": uploaded()})

    answer = client.post(IMPORT, {"owner": cast.ministry.pk, "file": uploaded()})

    assert "уже есть" in text_of(answer)
    assert Roadmap.objects.count() == 1


@pytest.mark.parametrize("name", ["elena", "pavel", "anton"])
def test_roles_without_plans_of_their_own_bring_nothing_in(cast, signed_in, name):
    client = signed_in(getattr(cast, name))

    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, {"owner": cast.ministry.pk, "file": uploaded()}).status_code == 403


def test_a_plan_from_above_is_read_but_neither_approved_nor_deleted(cast, signed_in, plan):
    client = signed_in(cast.oleg)

    assert url("approve", plan.pk) not in page_of(client, url("roadmap", plan.pk))
    for act in ("approve", "delete"):
        assert client.post(url(act, plan.pk)).status_code == 403


def test_a_plan_already_in_force_is_not_deleted(cast, signed_in, plan):
    answer = signed_in(cast.vera).post(url("delete", plan.pk))

    assert answer.status_code == 409
    assert "менять можно только черновик" in text_of(answer)


# Reporting and deciding


def of(item, organization):
    return Execution.objects.get(item=item, organization=organization)


def test_a_report_goes_up_comes_back_and_is_accepted(cast, signed_in, plan):
    item = plan.items.get(position=2)
    school = signed_in(cast.nina)
    typed = {
        "text": "Провели урок", "paper": "Протокол", "number": "7",
        "file": [SimpleUploadedFile("протокол.pdf", pdf())],
    }  # fmt: skip
    sent = school.post(item_url(item, "report"), typed, follow=True)
    assert "сдан на приёмку" in text_of(sent)
    execution = of(item, cast.lake_school)

    municipality = signed_in(cast.oleg)
    page = page_of(municipality, item_url(item))
    assert "Провели урок" in page
    assert "Протокол</b> №&nbsp;7" in page
    read = executions.revision(execution)
    municipality.post(url("return", execution.pk), {"read": read, "remark": "Нет подписи"})
    assert "Нет подписи" in page_of(signed_in(cast.nina), item_url(item))

    signed_in(cast.nina).post(item_url(item, "report"), {"text": "Подписали протокол"})
    execution.refresh_from_db()
    accepted = signed_in(cast.oleg).post(
        url("accept", execution.pk), {"read": executions.revision(execution)}, follow=True
    )
    assert "Отчёт принят: Lake school." in text_of(accepted)
    assert "Ваш отчёт принят" in page_of(signed_in(cast.nina), item_url(item))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": " "}, "Напишите, что сделано"),
        ({"text": " ", "outcome": "not_applicable"}, "почему пункт к вам не применим"),
        ({"text": "Ждём", "outcome": "postponement"}, "Назовите день"),
        ({"text": "Да", "link": "javascript:alert(1)"}, "Нужен адрес вида"),
        ({"text": "Да", "link": "ftp://example.org/1"}, "Нужен адрес вида"),
        ({"text": "Да", "link": "example.org/1"}, "Назовите вид документа"),
        ({"text": "Да", "paper": "Приказ"}, "Выберите файл или укажите адрес либо номер"),
        ({"text": "Да", "paper": "Приказ", "number": "1", "signed_on": "31.02.2026"}, "дату"),
        ({"text": "Да", "evidence": "999"}, "нет среди ваших"),
    ],
)
def test_a_faulty_report_comes_back_with_what_was_typed(cast, signed_in, plan, typed, words):
    running = plan.items.get(position=2)

    answer = signed_in(cast.nina).post(item_url(running, "report"), {"about": "Озеро"} | typed)

    assert answer.status_code == 200
    assert words in text_of(answer)
    assert "Озеро" in text_of(answer)
    assert typed["text"].strip() in text_of(answer)
    assert of(running, cast.lake_school).state == State.DRAFT
    assert not Document.objects.filter(kind=DocumentKind.EVIDENCE).exists()


def test_a_refused_file_is_told_beside_its_field_and_the_words_stay(cast, signed_in, plan):
    running = plan.items.get(position=2)
    typed = {"text": "Провели урок", "paper": "Протокол",
             "file": [SimpleUploadedFile("a.pdf", b"MZ\x90")]}  # fmt: skip

    answer = signed_in(cast.nina).post(item_url(running, "report"), typed)

    assert "Файл не опознан" in text_of(answer)
    assert "Провели урок" in text_of(answer)
    assert of(running, cast.lake_school).report == ""


def test_a_draft_keeps_words_and_proofs_until_the_report(cast, signed_in, plan):
    running, client = plan.items.get(position=2), signed_in(cast.nina)
    for n, name in enumerate(("приказ", "протокол")):
        typed = {"act": "keep", "text": "Пока так", "paper": "Приказ", "about": name,
                 "file": [SimpleUploadedFile(f"{name}.pdf", pdf(name))]}  # fmt: skip
        page = text_of(client.post(item_url(running, "report"), typed, follow=True))
        assert "Черновик отчёта" in page
        assert page.count("сумма <code") == n + 1

    client.post(item_url(running, "report"), {"text": "Готово"})

    execution = of(running, cast.lake_school)
    assert (execution.state, execution.evidence.count()) == (State.SENT, 2)


def test_a_proof_of_another_item_is_chosen_again(cast, signed_in, plan):
    first, second = (ItemFactory(roadmap=plan, bodies=["school"]) for _ in range(2))
    client = signed_in(cast.nina)
    typed = {"text": "Да", "paper": "Справка", "number": "3", "signed_on": "2025-10-02"}
    client.post(item_url(first, "report"), typed)
    document = of(first, cast.lake_school).evidence.get()
    assert "Справка № 3 от 02.10.2025" in page_of(client, item_url(second))

    client.post(item_url(second, "report"), {"text": "Да", "evidence": document.pk})

    assert list(document.proves.values_list("item", flat=True)) == [first.pk, second.pk]
    assert "Справка № 3" not in page_of(signed_in(cast.igor), item_url(second))


def test_a_proof_is_downloaded_by_those_above_and_by_no_neighbour(cast, signed_in, plan):
    running = plan.items.get(position=2)
    typed = {"text": "Да", "paper": "Протокол", "file": [SimpleUploadedFile("п.pdf", pdf("свой"))]}
    signed_in(cast.nina).post(item_url(running, "report"), typed)
    document = of(running, cast.lake_school).evidence.get()
    file = reverse("organizations:document_version", args=[document.pk, 1])

    answers = {name: signed_in(getattr(cast, name)).get(file) for name in
               ("nina", "oleg", "vera", "igor", "svetlana", "elena", "pavel", "rita")}  # fmt: skip

    seen = {name: answer.status_code for name, answer in answers.items()}
    below = dict.fromkeys(["igor", "svetlana", "elena", "pavel", "rita"], 404)
    assert seen == dict.fromkeys(["nina", "oleg", "vera"], 200) | below
    assert answers["oleg"].content == pdf("свой")
    assert answers["oleg"]["Content-Disposition"].startswith("attachment")


def test_a_corrected_file_is_the_next_version(cast, signed_in, plan):
    running, client = plan.items.get(position=2), signed_in(cast.nina)
    typed = {"text": "Да", "paper": "Протокол", "file": [SimpleUploadedFile("п.pdf", pdf("1"))]}
    client.post(item_url(running, "report"), typed)
    execution = of(running, cast.lake_school)
    proof = execution.evidence.get()
    address = url("proof_version", execution.pk, proof.pk)

    again = {"file": SimpleUploadedFile("п.pdf", pdf("2")), "next": item_url(running)}
    page = text_of(client.post(address, again, follow=True))

    assert "загружена версия 2" in page
    assert "версия 2 от" in page
    same = client.post(address, {"file": SimpleUploadedFile("п.pdf", pdf("2"))})
    assert "уже загружен как версия 2" in text_of(same)
    assert signed_in(cast.igor).post(address, again).status_code == 404


def test_the_part_of_an_organization_is_read_by_its_territory_only(cast, signed_in, plan):
    mine = of(plan.items.get(position=2), cast.lake_school)

    everyone = ("nina", "oleg", "vera", "boris", "igor", "svetlana", "elena", "rita")

    seen = {
        name
        for name in everyone
        if signed_in(getattr(cast, name)).get(url("execution", mine.pk)).status_code == 200
    }

    assert seen == {"nina", "oleg", "vera", "boris"}


def test_an_item_is_taken_up_told_of_and_entrusted(cast, signed_in, plan):
    item = ItemFactory(
        roadmap=plan, bodies=["school"], term_kind=TermKind.CONTINUOUS, starts_on=None,
        ends_on=None, control_points=[days(3), days(90)],
    )  # fmt: skip
    client, mine = signed_in(cast.nina), of(item, cast.lake_school)

    client.post(url("start", mine.pk))
    client.post(url("tell", mine.pk), {"note": "Провели первый семинар"})
    client.post(url("entrust", mine.pk), {"holder": cast.nina.pk})

    page = page_of(client, item_url(item))
    mine.refresh_from_db()
    assert "Провели первый семинар" in page
    assert "Кто исполняет: Nina" in page
    assert "Пункт взят в работу" in page
    assert mine.due_on == days(90)
    empty = client.post(url("tell", mine.pk), {"note": " "})
    assert "Напишите, что сделано к контрольной точке" in text_of(empty)
    stranger = client.post(url("entrust", mine.pk), {"holder": cast.igor.pk})
    assert "Выберите человека из списка" in text_of(stranger)


def test_the_level_above_moves_a_day_with_its_ground(cast, signed_in, plan):
    item, client = plan.items.get(position=2), signed_in(cast.oleg)
    mine = of(item, cast.lake_school)
    assert url("execution", mine.pk) in page_of(client, item_url(item))

    faulty = client.post(url("postpone", mine.pk), {"until": days(30).isoformat(), "ground": ""})
    early = client.post(url("postpone", mine.pk), {"until": days(2).isoformat(), "ground": "Х"})
    done = client.post(
        url("postpone", mine.pk), {"until": days(30).isoformat(), "ground": "Карантин"}, follow=True
    )

    assert "Напишите основание переноса" in text_of(faulty)
    assert early.status_code == 409
    assert "Карантин" in text_of(done)
    mine.refresh_from_db()
    assert (mine.was_due_on, mine.due_on) == (days(5), days(30))
    assert "Карантин" in page_of(signed_in(cast.nina), item_url(item))


def test_after_an_act_one_is_led_only_within_the_portal(cast, signed_in, plan):
    mine, client = of(plan.items.get(position=2), cast.lake_school), signed_in(cast.nina)

    for asked in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = client.post(url("start", mine.pk), {"next": asked})
        assert answer.url == item_url(mine.item)
    assert client.post(url("start", mine.pk), {"next": LIST}).url == LIST


def test_a_return_without_a_remark_comes_back_open(cast, signed_in, plan):
    execution = ExecutionFactory(item=late_item(plan), organization=cast.lake_school)

    answer = signed_in(cast.oleg).post(
        url("return", execution.pk), {"read": executions.revision(execution), "remark": ""}
    )

    page = text_of(answer)
    assert "без замечания вернуть нельзя" in page
    assert "<details open>" in page
    assert page.count(f'id="return-{execution.pk}-remark"') == 1


def test_a_usual_remark_is_chosen_and_may_be_added_to(cast, signed_in, plan):
    execution = ExecutionFactory(item=late_item(plan), organization=cast.lake_school)
    typed = {"read": executions.revision(execution), "usual": "Не приложено подтверждение."}

    signed_in(cast.oleg).post(url("return", execution.pk), typed | {"remark": "Нужен протокол."})

    execution.refresh_from_db()
    assert execution.remark == "Не приложено подтверждение. Нужен протокол."


def test_what_was_handed_in_anew_is_not_accepted_unread(cast, signed_in, plan):
    execution = ExecutionFactory(item=late_item(plan), organization=cast.lake_school)
    read = executions.revision(execution)
    Execution.objects.update(sent_at=timezone.now())

    answer = signed_in(cast.oleg).post(url("accept", execution.pk), {"read": read})

    assert answer.status_code == 409
    assert "сдан заново" in text_of(answer)
    execution.refresh_from_db()
    assert execution.state == State.SENT


@pytest.mark.parametrize("name", ["boris", "inna", "nina"])
def test_those_who_see_a_report_but_do_not_accept_are_refused(cast, signed_in, plan, name):
    execution = ExecutionFactory(item=late_item(plan), organization=cast.lake_school)
    client = signed_in(getattr(cast, name))
    read = executions.revision(execution)

    assert "Принять" not in page_of(client, item_url(late_item(plan)))
    assert client.post(url("accept", execution.pk), {"read": read}).status_code in (403, 409)
    execution.refresh_from_db()
    assert execution.state == State.SENT


@pytest.mark.parametrize("name", ["elena", "pavel", "anton"])
def test_roles_without_duties_read_an_item_and_report_nothing(cast, signed_in, plan, name):
    client, item = signed_in(getattr(cast, name)), late_item(plan)

    assert "Отчёт вашей организации" not in page_of(client, item_url(item))
    assert client.post(item_url(item, "report"), {"text": "Да"}).status_code == 403


def test_a_draft_asks_nobody_for_a_report(cast, signed_in):
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT))
    client = signed_in(cast.oleg)

    assert "Отчёт вашей организации" not in page_of(client, item_url(item))
    assert client.post(item_url(item, "report"), {"text": "Да"}).status_code == 409


def test_text_of_others_is_shown_and_never_run(cast, signed_in, plan):
    evil = "<script>alert(1)</script>"
    item = ItemFactory(roadmap=plan, position=9, title=evil, term_text=evil,
                       term_kind=TermKind.UNKNOWN)  # fmt: skip
    ExecutionFactory(item=item, organization=cast.lake_school, report=evil, remark=evil)
    plan.doubts = [{"code": "unknown_body", "item": "9", "message": evil}]
    plan.save()
    client = signed_in(cast.oleg)

    for address in (LIST, url("roadmap", plan.pk), item_url(item)):
        assert evil not in page_of(client, address)


# Queries


def test_twice_as_many_rows_make_no_more_queries(cast, signed_in, plan):
    item = late_item(plan)

    def grow(number):
        for _ in range(number):
            school = OrganizationFactory(parent=cast.north)
            ExecutionFactory(item=item, organization=school)
            more = ItemFactory(
                roadmap=plan, bodies=["mouo", "school"], position=100 + school.pk % 30_000
            )
            ExecutionFactory(item=more, organization=school)
            ItemFactory(roadmap=RoadmapFactory(owner=cast.north))

    def queries():
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                page_of(client, address)
            counts.append(len(captured))
        return counts

    client = signed_in(cast.oleg)
    addresses = (LIST, url("roadmap", plan.pk), item_url(item))
    grow(3)
    page_of(client, LIST)  # the first answer also writes the session
    before = queries()
    grow(6)

    assert queries() == before
