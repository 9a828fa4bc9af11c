"""A draft edited on its page: read from a file or begun empty, corrected, saved, put into force."""

import datetime
import io
import re
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from docx import Document as Docx
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import Conflict, NotAllowed
from organizations.models import Document, Event
from organizations.queries import viewer_of
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Cohort, Item, Link, Roadmap, StandardItem
from roadmaps.services import drafts, roadmaps
from roadmaps.views import sheets
from roadmaps.views.cures import cured
from roadmaps.views.numbers import renumbered
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

PLANS = Path(__file__).parent / "plans"
IMPORT, NEW = reverse("roadmaps:import"), reverse("roadmaps:new")
HEAD = "№\tМероприятие\tСроки\tОтветственные\tРезультат\n"


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def text_of(answer):
    return answer.content.decode().replace("\u00a0", " ")


@pytest.fixture
def draft(cast):
    """A draft of North: two items in a section, one without any."""
    file = PLANS / "district.txt"
    return roadmaps.import_plan(cast.north, read_plan(file.read_bytes(), file.name), by=None)


def posted(plan, **changes):
    """What a browser sends for the page of a draft that nobody has touched yet."""
    return post_of(sheets.stored(plan), read=drafts.revision(plan), **changes)


def post_of(raw, **changes):
    data = {name: value or "" for name, value in raw.heading.items()}
    for letter, rows in (("s", raw.sections), ("i", raw.rows)):
        for n, row in enumerate(rows):
            data |= {f"{letter}{n}-{name}": value or "" for name, value in row.items()}
    counts = {"sections": len(raw.sections), "rows": len(raw.rows)}
    return data | counts | {"act": "save"} | changes


def told(plan):
    """All that is stored of a draft, but for the moment it was changed."""
    plan = Roadmap.objects.get(pk=plan.pk)
    raw = sheets.stored(plan)
    bodies = [list(item.responsible.values_list("pk", "text", "body", "organization_id"))
              for item in plan.items.all()]  # fmt: skip
    terms = list(plan.items.values_list("pk", "term_kind", "starts_on", "ends_on", "recurrence"))
    return raw.heading, raw.sections, raw.rows, bodies, terms


def table(*rows):
    head = "ПРИКАЗ\nот 30.06.2025 № 77\nО плане\nПлан мероприятий на 2025-2026 учебный год\n"
    return head + HEAD + "\n".join("\t".join(row) for row in rows)


# From a file, from the clipboard, from nothing


def test_after_reading_one_lands_on_the_page_of_the_draft(cast, signed_in):
    rows = (("1.", "Совещание", "октябрь 2025", "МОУО", "протокол"),
            ("2.", "Семинар", "до марта 2026", "ММС", ""))  # fmt: skip
    client = signed_in(cast.oleg)

    answer = client.post(IMPORT, {"owner": cast.north.pk, "text": table(*rows)}, follow=True)

    plan = Roadmap.objects.get()
    assert answer.redirect_chain[-1][0] == url("edit", plan.pk)
    page = text_of(answer)
    assert "Прочитано: 2 пункта." in page
    assert "Разберите 1 сомнение" in page
    assert "Результат не указан." in page
    assert "Впишите, чем мероприятие закончится" in page
    assert "понято: 1\u2060–\u206031 октября" in page


def test_the_two_ways_in_say_that_one_is_enough(cast, signed_in):
    page = text_of(signed_in(cast.oleg).get(IMPORT))

    assert page.count("одно из двух") == 2
    form = page[page.index("<form method") :]
    assert "необязательно" not in form[: form.index("</form>")]


def test_a_word_file_is_kept_as_the_first_version_of_the_order(cast, signed_in):
    document = Docx()
    document.add_paragraph("ПРИКАЗ от 30.06.2025 № 78")
    grid = document.add_table(rows=0, cols=4)
    for cells in (("№", "Мероприятие", "Сроки", "Ответственные"),
                  ("1", "Совещание", "октябрь 2025", "МОУО")):  # fmt: skip
        for cell, text in zip(grid.add_row().cells, cells, strict=True):
            cell.text = text
    content = io.BytesIO()
    document.save(content)
    file = SimpleUploadedFile("Приказ 78.docx", content.getvalue())

    signed_in(cast.oleg).post(IMPORT, {"owner": cast.north.pk, "file": file})

    order = Roadmap.objects.get().order
    version = order.versions.get()
    assert (version.number, version.name) == (1, "Приказ 78.docx")
    with version.file.open() as stored:
        assert stored.read() == content.getvalue()


@pytest.mark.parametrize("way", ["text", "file"])
def test_a_plain_text_is_no_file_to_keep(cast, signed_in, way):
    text = table(("1.", "Совещание", "октябрь 2025", "МОУО", "протокол"))
    given = {"text": text} if way == "text" else {
        "file": SimpleUploadedFile("план.txt", text.encode())}  # fmt: skip

    signed_in(cast.oleg).post(IMPORT, {"owner": cast.north.pk, **given})

    assert not Roadmap.objects.get().order.versions.exists()


def test_a_deleted_draft_takes_the_file_of_its_order_along(
    cast, signed_in, django_capture_on_commit_callbacks
):
    test_a_word_file_is_kept_as_the_first_version_of_the_order(cast, signed_in)
    plan = Roadmap.objects.get()
    name = plan.order.versions.get().file.name

    with django_capture_on_commit_callbacks(execute=True):
        roadmaps.delete(plan, by=viewer_of(cast.oleg))

    assert not default_storage.exists(name)
    assert not Document.objects.exists()


def test_a_plan_is_begun_without_a_file(cast, signed_in):
    typed = {"owner": cast.north.pk, "title": "План поддержки школ", "starts_on": "2025-09-01",
             "ends_on": "2026-08-31"}  # fmt: skip

    answer = signed_in(cast.oleg).post(NEW, typed, follow=True)

    plan = Roadmap.objects.get()
    assert answer.redirect_chain[-1][0] == url("edit", plan.pk)
    assert (plan.status, plan.owner, plan.items.count()) == ("draft", cast.north, 0)
    assert "Пока нет ни одного пункта" in text_of(answer)


def test_a_period_that_ends_before_it_begins_is_told(cast, signed_in):
    typed = {"owner": cast.north.pk, "title": "План", "starts_on": "2026-09-01",
             "ends_on": "2025-08-31"}  # fmt: skip

    page = text_of(signed_in(cast.oleg).post(NEW, typed))

    assert "Конец плана, 31.08.2025, раньше начала, 01.09.2026." in page
    assert not Roadmap.objects.exists()


# Saving


def test_what_nobody_has_touched_is_saved_as_it_was(cast, signed_in, draft):
    before = told(draft)

    answer = signed_in(cast.oleg).post(url("edit", draft.pk), posted(draft))

    assert answer.status_code == 302
    assert told(draft) == before


def test_a_corrected_term_is_read_anew_and_its_control_points_with_it(cast, signed_in, draft):
    item = draft.items.first()
    Roadmap.objects.filter(pk=draft.pk).update(
        starts_on=datetime.date(2025, 9, 1), ends_on=datetime.date(2026, 8, 31)
    )
    draft.refresh_from_db()
    data = posted(draft, **{"i0-term_text": "в течение 2025-2026 учебного года"})

    signed_in(cast.oleg).post(url("edit", draft.pk), data)

    item.refresh_from_db()
    assert (item.term_text, item.term_kind) == ("в течение 2025-2026 учебного года", "school_year")
    assert item.starts_on == datetime.date(2025, 9, 1)
    assert len(item.control_points) >= 3
    assert item.control_points[-1] == item.ends_on


def test_typed_control_points_stay_as_typed(cast, signed_in, draft):
    data = posted(draft, **{"i0-points": "28.02.2026, 30.11.2025; 28.02.2026"})

    signed_in(cast.oleg).post(url("edit", draft.pk), data)

    days = [datetime.date(2025, 11, 30), datetime.date(2026, 2, 28)]
    assert draft.items.first().control_points == days


def test_bodies_are_recognised_again_and_the_chosen_one_leads(cast, signed_in, draft):
    data = posted(draft, **{"i0-bodies": "КЦМКО; ММС; Комитет по спорту", "i0-lead": "ММС"})

    signed_in(cast.oleg).post(url("edit", draft.pk), data)

    bodies = draft.items.first().responsible.all()
    assert [(one.text, one.body, one.is_lead) for one in bodies] == [
        ("КЦМКО", "kcmko", False),
        ("ММС", "mms", True),
        ("Комитет по спорту", "other", False),
    ]
    assert bodies[0].organization == cast.centre
    draft.refresh_from_db()
    assert "unknown_body" in {doubt["code"] for doubt in draft.doubts}


def test_a_leading_body_that_is_not_named_is_told_and_nothing_is_saved(cast, signed_in, draft):
    before = told(draft)
    data = posted(draft, **{"i0-bodies": "КЦМКО", "i0-lead": "ММС", "i0-title": "Другое дело"})

    page = text_of(signed_in(cast.oleg).post(url("edit", draft.pk), data))

    assert "Среди ответственных нет «ММС»" in page
    assert "Другое дело" in page
    assert told(draft) == before


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("i0-title", " ", "Напишите мероприятие или уберите строку."),
        ("i0-number", "", "Поставьте номер пункта, как в приказе."),
        ("i0-points", "30.11", "«30.11»: ожидался день, например 30.11.2026."),
        ("i0-points", "31.02.2026", "«31.02.2026»: ожидался день"),
        ("s0-title", "", "Назовите раздел или уберите его."),
        ("title", "", "Назовите план"),
    ],
)
def test_a_fault_is_told_at_its_place_and_above(cast, signed_in, draft, field, typed, words):
    before = told(draft)

    page = text_of(
        signed_in(cast.oleg).post(url("edit", draft.pk), posted(draft, **{field: typed}))
    )

    assert page.count(words) == 2
    assert f'<a href="#id_{field}">' in page
    assert told(draft) == before


def test_a_doubt_goes_when_its_cause_is_mended(cast, signed_in):
    plan = RoadmapFactory(owner=cast.north, status="draft")
    item = ItemFactory(roadmap=plan, position=1, term_text="март 2020 г.", bodies=["mouo"])
    drafts.recheck(plan)
    assert "deadline_before_order" in {doubt["code"] for doubt in plan.doubts}

    signed_in(cast.oleg).post(
        url("edit", plan.pk), posted(plan, **{"i0-term_text": "март 2026 г."})
    )

    plan.refresh_from_db()
    item.refresh_from_db()
    assert "deadline_before_order" not in {doubt["code"] for doubt in plan.doubts}
    assert item.ends_on == datetime.date(2026, 3, 31)


def test_a_mended_row_is_marked_until_it_is_checked(cast, signed_in, draft):
    number = draft.items.first().number
    mark = {"code": "page_break_repaired", "item": number, "place": "", "message": "Сверьте!",
            "cure": ""}  # fmt: skip
    Roadmap.objects.filter(pk=draft.pk).update(doubts=[mark])
    client = signed_in(cast.oleg)

    def codes(**changes):
        plan = Roadmap.objects.get(pk=draft.pk)
        client.post(url("edit", draft.pk), posted(plan, **changes))
        plan.refresh_from_db()
        return [(one["code"], one["item"]) for one in plan.doubts]

    assert ("page_break_repaired", number) in codes()
    assert ("page_break_repaired", "77") in codes(**{"i0-number": "77"})
    assert "page_break_repaired" not in dict(codes(checked="on"))


def test_the_order_is_named_on_the_page_and_then_the_plan_is_approved(cast, signed_in):
    plan = roadmaps.create(cast.north, title="План", by=viewer_of(cast.oleg))
    client = signed_in(cast.oleg)
    data = posted(plan) | {"number": "15-п", "signed_on": "2026-01-12", "issuer": "Управление",
                           "rows": 1, "i0-number": "1", "i0-title": "Совещание",
                           "i0-term_text": "до 1 марта 2026 г.", "i0-bodies": "МОУО"}  # fmt: skip

    with pytest.raises(Conflict, match="нет номера или даты приказа"):
        roadmaps.approve(plan, by=viewer_of(cast.oleg))
    client.post(url("edit", plan.pk), data)
    client.post(url("approve", plan.pk))

    plan.refresh_from_db()
    assert (plan.status, plan.order.number, plan.order.issuer) == ("approved", "15-п", "Управление")
    assert plan.items.get().executions.get().organization == cast.north


def test_an_empty_plan_is_not_approved(cast):
    plan = RoadmapFactory(owner=cast.north, status="draft")

    with pytest.raises(Conflict, match="нет ни одного пункта"):
        roadmaps.approve(plan, by=viewer_of(cast.oleg))


def test_a_number_of_another_plan_is_not_taken(cast, signed_in, draft):
    other = RoadmapFactory(owner=cast.north)
    order = {"number": other.order.number, "signed_on": other.order.signed_on.isoformat()}

    page = text_of(signed_in(cast.oleg).post(url("edit", draft.pk), posted(draft, **order)))

    assert f"План по приказу № {other.order.number} у «North» уже есть." in page


def test_links_and_lineage_stay_with_items_that_stay(cast, signed_in, draft):
    upper = ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry))
    first, second = draft.items.all()[:2]
    for item in (first, second):
        Link.objects.create(upper=upper, lower=item)
    raw = sheets.stored(draft)
    raw = sheets.after(sheets.after(raw, "down:0"), "remove:0")  # the second one goes

    signed_in(cast.oleg).post(url("edit", draft.pk), post_of(raw, read=drafts.revision(draft)))

    assert list(upper.taken.values_list("lower", flat=True)) == [first.pk]
    assert not Item.objects.filter(pk=second.pk).exists()
    event = Event.objects.filter(action="roadmap.edited").get()
    assert (event.changes["removed"], event.changes["added"]) == (1, 0)


def test_an_item_may_be_for_a_cohort_only(cast, signed_in, draft):
    cohort = Cohort.objects.create(owner=cast.north, title="Школы поддержки")
    foreign = Cohort.objects.create(owner=cast.south, title="Чужая группа")
    client = signed_in(cast.oleg)

    page = text_of(client.get(url("edit", draft.pk)))
    client.post(url("edit", draft.pk), posted(draft, **{"i0-cohort": cohort.pk}))

    assert "Школы поддержки" in page
    assert "Чужая группа" not in page
    assert draft.items.first().cohort == cohort
    refused = text_of(
        client.post(
            url("edit", draft.pk),
            posted(Roadmap.objects.get(pk=draft.pk), **{"i0-cohort": foreign.pk}),
        )
    )
    assert "summary" in refused
    assert draft.items.first().cohort == cohort


def test_a_plan_of_a_hundred_items_is_posted_whole(cast, signed_in):
    plan = RoadmapFactory(owner=cast.north, status="draft")
    Item.objects.bulk_create(
        Item(roadmap=plan, position=n, number=str(n), title=f"Дело {n}", term_kind="unknown")
        for n in range(1, 101)
    )
    last = {"i99-title": "Последнее дело"}

    answer = signed_in(cast.oleg).post(url("edit", plan.pk), posted(plan, **last))

    assert answer.status_code == 302
    assert plan.items.count() == 100
    assert plan.items.last().title == "Последнее дело"


def test_saving_costs_the_same_however_many_items(cast, signed_in, django_assert_max_num_queries):
    plan = RoadmapFactory(owner=cast.north, status="draft")
    for n in range(1, 41):
        ItemFactory(roadmap=plan, position=n, bodies=["mouo", "school"])
    changes = {f"i{n}-bodies": "ММС" for n in range(40)}
    data = posted(Roadmap.objects.get(pk=plan.pk), **changes)

    with django_assert_max_num_queries(60):
        assert signed_in(cast.oleg).post(url("edit", plan.pk), data).status_code == 302


# Two at once


def test_who_comes_second_is_told_and_loses_nothing(cast, signed_in, draft):
    stale = posted(draft, **{"i0-title": "Слова второго"})
    drafts.save(
        draft,
        _sheet(posted(draft, title="Название первого")),
        by=viewer_of(cast.vera),
    )
    client = signed_in(cast.oleg)

    answer = client.post(url("edit", draft.pk), stale)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "Пока вы правили, черновик изменён (Vera)" in page
    assert "Слова второго" in page
    draft.refresh_from_db()
    assert draft.title == "Название первого"
    assert draft.items.first().title != "Слова второго"

    assert client.post(url("edit", draft.pk), stale | {"act": "over"}).status_code == 302
    assert draft.items.first().title == "Слова второго"


def _sheet(data):
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in data.items()})
    bound = sheets.SheetForms(sheets.typed(query), [], query)
    assert bound.is_valid(), list(bound.faults)
    return bound.sheet


def test_a_post_without_the_revision_read_is_no_save(cast, signed_in, draft):
    data = posted(draft, **{"i0-title": "Слова"})
    del data["read"]

    assert signed_in(cast.oleg).post(url("edit", draft.pk), data).status_code == 409


# Who may


@pytest.mark.parametrize(("name", "status"), [("oleg", 200), ("vera", 200), ("svetlana", 404),
                                               ("nina", 404), ("pavel", 404)])  # fmt: skip
def test_a_draft_is_opened_by_those_who_may_edit_it(cast, signed_in, draft, name, status):
    assert signed_in(getattr(cast, name)).get(url("edit", draft.pk)).status_code == status


def test_a_plan_in_force_is_not_edited(cast, signed_in):
    plan = ItemFactory(roadmap=RoadmapFactory(owner=cast.north)).roadmap
    client = signed_in(cast.oleg)

    for answer in (
        client.get(url("edit", plan.pk)),
        client.post(url("edit", plan.pk), posted(plan)),
    ):
        assert answer.status_code == 409
        assert "менять можно только черновик" in text_of(answer)
    assert client.post(url("edit", plan.pk), {}).status_code == 409


def test_the_plan_of_the_level_above_is_not_edited(cast, signed_in):
    plan = ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry)).roadmap

    assert signed_in(cast.oleg).get(url("edit", plan.pk)).status_code == 403
    with pytest.raises(NotAllowed):
        roadmaps.create(cast.ministry, title="План", by=viewer_of(cast.oleg))


# Buttons that only rearrange


def test_buttons_rearrange_the_page_and_save_nothing(cast, signed_in, draft):
    before, client = told(draft), signed_in(cast.oleg)
    data = posted(draft, **{"i0-title": "Напечатано, но не сохранено"})

    page = text_of(client.post(url("edit", draft.pk), data | {"act": "down:0"}))

    assert "Изменения ещё не сохранены" in page
    assert page.index('name="i0-title"') < page.index("Напечатано, но не сохранено")
    assert page.index('name="i1-title"') < page.index("Напечатано, но не сохранено")
    assert told(draft) == before


def raw_of(titles):
    rows = [
        {"title": one, "section": "", "number": str(n), "place": n}
        for n, one in enumerate(titles, start=1)
    ]
    return sheets.Raw({}, [], rows)


def titles(raw):
    return [row["title"] for row in raw.rows]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("up:2", "acbd"), ("up:0", "abcd"), ("down:3", "abcd"), ("down:0", "bacd"),
        ("remove:1", "acd"), ("remove:9", "abcd"), ("up:x", "abcd"), ("nonsense", "abcd"),
        ("up:-1", "abcd"),
    ],
)  # fmt: skip
def test_rows_go_up_down_and_away(act, expected):
    assert "".join(titles(sheets.after(raw_of("abcd"), act))) == expected


@pytest.mark.parametrize(
    ("row", "place", "expected"),
    [(3, 1, "dabc"), (0, 4, "bcda"), (0, 3, "bcad"), (3, 2, "adbc"), (1, 99, "acdb"),
     (1, "x", "abcd"), (1, "", "abcd"), (2, 0, "cabd")],
)  # fmt: skip
def test_a_row_goes_to_the_place_that_was_typed(row, place, expected):
    raw = raw_of("abcd")
    raw.rows[row]["place"] = place

    assert "".join(titles(sheets.after(raw, "place"))) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["1", "3", "", "7"], ["1", "2", "3", "4"]),
        (["2.1", "2.4", "2.15"], ["2.1", "2.2", "2.3"]),
        (["1.1", "1.3", "2.2", "2.15"], ["1.1", "1.2", "2.1", "2.2"]),
        (["1", "1.2", "3", "3.1", ""], ["1", "1.1", "2", "2.1", "2.2"]),
        (["3.", "5а."], ["1.", "2."]),
        (["", ""], ["1", "2"]),
        ([], []),
    ],
)
def test_gaps_close_and_the_way_of_numbering_stays(before, after):
    assert renumbered([("", number) for number in before]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a1 a4 b6 b9", "a1 a2 b3 b4"),  # one count through the plan
        ("a1 a3 b1 b5", "a1 a2 b1 b2"),  # each section has its own
        ("a1.1 a1.3 b2.2 b1.2 b2.15", "a1.1 a1.2 b2.1 b2.2 b2.3"),  # 1.2 was moved to b
        ("a1 a b5 b", "a1 a2 b3 b4"),
    ],
)
def test_numbers_are_counted_within_their_sections(before, after):
    items = [(one[0], one[1:]) for one in before.split()]

    assert renumbered(items) == [one[1:] for one in after.split()]


def test_after_a_row_is_gone_one_button_closes_the_gap(cast, signed_in, draft):
    raw = sheets.after(sheets.stored(draft), "remove:1")
    numbers = [row["number"] for row in sheets.stored(draft).rows]
    assert numbers[:5] == ["1.1", "1.2", "1.3", "1.4", "2.1"]
    numbers.remove("1.4")
    client = signed_in(cast.oleg)
    data = post_of(raw, read=drafts.revision(draft), act="renumber")

    page = text_of(client.post(url("edit", draft.pk), data))

    assert "Изменения ещё не сохранены" in page
    assert re.findall(r'name="i\d+-number" value="([^"]*)"', page) == numbers
    client.post(url("edit", draft.pk), post_of(sheets.after(raw, "renumber"),
                                               read=drafts.revision(draft)))  # fmt: skip
    assert "number_gap" not in {one["code"] for one in Roadmap.objects.get(pk=draft.pk).doubts}
    assert list(draft.items.values_list("number", flat=True)) == numbers


def test_control_points_may_be_typed_in_lines(cast, signed_in, draft):
    data = posted(draft, **{"i0-points": "30.11.2025\r\n28.02.2026"})

    signed_in(cast.oleg).post(url("edit", draft.pk), data)

    points = draft.items.first().control_points
    assert [f"{one:%d.%m.%Y}" for one in points] == ["30.11.2025", "28.02.2026"]


def test_the_number_and_date_of_the_order_are_not_called_optional(cast, signed_in, draft):
    page = text_of(signed_in(cast.oleg).get(url("edit", draft.pk)))

    for name, words in (("number", "Без него план"), ("signed_on", "Без даты план")):
        label = page[page.index(f'for="id_{name}"') :]
        field = label[: label.index("</div>")]
        assert "необязательно" not in field
        assert f'aria-describedby="id_{name}_helptext"' in field
        assert f'id="id_{name}_helptext">{words}' in page


def test_a_row_is_added_below_another_in_its_section():
    raw = raw_of("ab")
    raw.rows[0]["section"] = "7"

    added = sheets.after(raw, "add:0")
    last = sheets.after(raw, "add")

    assert [(row["title"], row["section"]) for row in added.rows] == [
        ("a", "7"),
        ("", "7"),
        ("b", ""),
    ]
    assert titles(last) == ["a", "b", ""]
    assert titles(sheets.after(raw_of(""), "add")) == [""]


def test_a_removed_section_leaves_its_items(cast, signed_in, draft):
    section, items = draft.sections.first(), draft.items.count()
    raw = sheets.after(sheets.stored(draft), "drop:0")

    signed_in(cast.oleg).post(url("edit", draft.pk), post_of(raw, read=drafts.revision(draft)))

    assert not draft.sections.filter(pk=section.pk).exists()
    assert draft.items.count() == items
    assert draft.items.first().section is None


def test_a_new_section_takes_items_at_once(cast, signed_in, draft):
    raw = sheets.after(sheets.stored(draft), "section")
    raw.sections[-1] |= {"number": "9", "title": "Итоги"}
    raw.rows[0]["section"] = raw.sections[-1]["key"]

    signed_in(cast.oleg).post(url("edit", draft.pk), post_of(raw, read=drafts.revision(draft)))

    assert draft.items.first().section.title == "Итоги"


acts = st.lists(
    st.builds(
        lambda name, row: f"{name}:{row}",
        st.sampled_from(
            ["up", "down", "place", "remove", "add", "drop", "section", "renumber", "zz"]
        ),
        st.integers(-2, 9),
    ),
    max_size=12,
)


@given(st.text("abcdef", max_size=6), acts)
def test_no_button_loses_a_row_but_the_one_that_removes(letters, pressed):
    raw = raw_of(letters)
    for act in pressed:
        raw = sheets.after(raw, act)
    kept = [one for one in titles(raw) if one]
    removed = sum(act.startswith("remove") for act in pressed)

    assert len(letters) - removed <= len(kept) <= len(letters)
    assert not set(kept) - set(letters)


# Cures


@pytest.mark.parametrize(
    ("doubt", "field", "after"),
    [
        ({"code": "deadline_before_order", "message": "Срок «март 2020»", "cure":
          "Вероятно, «март 2026»: так срок попадает в период плана."}, "term_text", "март 2026"),
        ({"code": "mixed_alphabets", "message": "В слове «cовещание» есть", "cure":
          "Вероятно, «совещание» русскими буквами."}, "title", "Провести совещание"),
        ({"code": "misspelt_body", "message": "В названии «КЦМК0» описка", "cure":
          "Напишите: КЦМКО."}, "bodies", "КЦМКО; ММС"),
    ],
)  # fmt: skip
def test_exact_words_are_put_in_by_one_button(doubt, field, after):
    row = {"title": "Провести cовещание", "term_text": "март 2020", "bodies": "КЦМК0; ММС",
           "result": "", "evidence": ""}  # fmt: skip

    assert cured(row, doubt)[field] == after


@pytest.mark.parametrize("doubt", [
    {"code": "no_result", "message": "Результат не указан.", "cure": "Впишите, чем закончится."},
    {"code": "deadline_before_order", "message": "Срок", "cure": "Сверьте срок с приказом."},
    {"code": "mixed_alphabets", "message": "Слово", "cure": None},
])  # fmt: skip
def test_where_no_words_are_proposed_there_is_no_button(doubt):
    row = dict.fromkeys(("title", "term_text", "bodies", "result", "evidence"), "текст")

    assert cured(row, doubt) is None


def test_the_button_of_a_cure_changes_the_field_and_saves_nothing(cast, signed_in):
    plan = RoadmapFactory(owner=cast.north, status="draft")
    item = ItemFactory(roadmap=plan, position=1, term_text="март 2024 г.", bodies=["mouo"])
    drafts.recheck(plan)
    client = signed_in(cast.oleg)
    act = next(
        f"cure:0:{n}"
        for n, doubt in enumerate(one for one in plan.doubts if one["item"])
        if doubt["code"] == "deadline_before_order"
    )

    shown = text_of(client.get(url("edit", plan.pk)))
    page = text_of(client.post(url("edit", plan.pk), posted(plan, act=act)))

    assert f'value="{act}"' in shown
    assert "март 2026 г.</textarea>" in page
    item.refresh_from_db()
    assert item.term_text == "март 2024 г."


# Approval with doubts left


def test_approval_with_doubts_asks_with_their_number(cast, signed_in, draft):
    Document.objects.filter(pk=draft.order_id).update(
        number="55", signed_on=datetime.date(2026, 1, 1)
    )
    draft.doubts = [{"code": "no_result", "item": "1.1", "place": "", "message": "Результата нет.",
                     "cure": "Впишите его."}]  # fmt: skip
    draft.save()
    client = signed_in(cast.oleg)

    asked = text_of(client.post(url("approve", draft.pk)))
    wrong = client.post(url("approve", draft.pk), {"sure": "7"})
    draft.refresh_from_db()

    assert "Утвердить с 1 сомнением?" in asked
    assert "Результата нет." in asked
    assert "Впишите его." in asked
    assert wrong.status_code == 200
    assert draft.status == "draft"

    assert client.post(url("approve", draft.pk), {"sure": "1"}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "approved"


# A row to the library


def test_a_row_goes_to_the_library_from_the_page(cast, signed_in, draft):
    data = posted(draft, act="keep:0", **{"i0-title": "Разбор работ", "i0-term_text": "май"})

    page = text_of(signed_in(cast.oleg).post(url("edit", draft.pk), data))
    again = text_of(signed_in(cast.oleg).post(url("edit", draft.pk), data))

    standard = StandardItem.objects.get()
    assert (standard.owner, standard.title, standard.term_text) == (
        cast.north, "Разбор работ", "май")  # fmt: skip
    assert "Взято в библиотеку: «Разбор работ»." in page
    assert "уже есть" in again
