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

from organizations.models import State
from organizations.queries import viewer_of
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Execution, Responsible, Roadmap
from roadmaps.queries import lines
from roadmaps.services import executions, roadmaps
from roadmaps.terms import TermKind
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
    assert answer.redirect_chain[-1][0] == url("roadmap", stored.pk)
    assert "Прочитано: 7 пунктов. План сохранён черновиком." in page
    assert "В приказе №" in page
    approved = text_of(client.post(url("approve", stored.pk), follow=True))
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


def test_a_report_goes_up_comes_back_and_is_accepted(cast, signed_in, plan):
    item = plan.items.get(position=2)
    school = signed_in(cast.nina)
    sent = school.post(
        item_url(item, "report"), {"text": "Провели урок", "link": "example.org/urok"}, follow=True
    )
    assert "сдан на приёмку" in text_of(sent)
    execution = Execution.objects.get()
    assert execution.link == "https://example.org/urok"

    municipality = signed_in(cast.oleg)
    page = page_of(municipality, item_url(item))
    assert "Провели урок" in page
    read = executions.revision(execution)
    municipality.post(url("return", execution.pk), {"read": read, "remark": "Нет протокола"})
    assert "Нет протокола" in page_of(signed_in(cast.nina), item_url(item))

    signed_in(cast.nina).post(item_url(item, "report"), {"text": "Приложили протокол"})
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
        ({"text": "Да", "link": "javascript:alert(1)"}, "Нужен адрес вида"),
        ({"text": "Да", "link": "ftp://example.org/1"}, "Нужен адрес вида"),
    ],
)
def test_a_faulty_report_comes_back_with_what_was_typed(cast, signed_in, plan, typed, words):
    running = plan.items.get(position=2)

    answer = signed_in(cast.nina).post(item_url(running, "report"), typed)

    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not Execution.objects.exists()


def test_a_return_without_a_remark_comes_back_open(cast, signed_in, plan):
    execution = ExecutionFactory(item=late_item(plan), organization=cast.lake_school)

    answer = signed_in(cast.oleg).post(
        url("return", execution.pk), {"read": executions.revision(execution), "remark": ""}
    )

    page = text_of(answer)
    assert "без замечания вернуть нельзя" in page
    assert "<details open>" in page
    assert page.count(f'id="return-{execution.pk}-remark"') == 1


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
            more = ItemFactory(roadmap=plan, bodies=["mouo", "school"], position=100 + school.pk)
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
