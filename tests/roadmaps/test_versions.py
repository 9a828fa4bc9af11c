"""A plan over time: its next version takes over, it is closed, it goes on in the next year."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from organizations.errors import Conflict, NotAllowed
from organizations.models import Document, Event, State
from organizations.queries import viewer_of
from roadmaps.models import (
    Execution,
    Item,
    Link,
    Meeting,
    Omission,
    Outcome,
    ProgressNote,
    Responsible,
    Roadmap,
)
from roadmaps.queries import lines
from roadmaps.services import drafts, executions, roadmaps, versions
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

DAY = datetime.date(2026, 2, 1)


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def text_of(answer):
    return answer.content.decode().replace("\u00a0", " ")


def named(plan, number="77-и"):
    """The order by which the changes are made."""
    Document.objects.filter(pk=plan.order_id).update(number=number, signed_on=DAY)
    return Roadmap.objects.get(pk=plan.pk)


def next_in_force(plan, by):
    return roadmaps.approve(named(versions.next_version(plan, by=by)), by=by)


@pytest.fixture
def vera(cast):
    return viewer_of(cast.vera)


@pytest.fixture
def plan(cast):
    """The region's plan: the first item asks municipalities, the second one schools."""
    plan = RoadmapFactory(owner=cast.ministry, title="План на 2025-2026 учебный год")
    ItemFactory(roadmap=plan, position=1, bodies=["mouo"])
    ItemFactory(roadmap=plan, position=2, bodies=["school"])
    return plan


def item(plan, position=1):
    return plan.items.get(position=position)


def owing(one):
    return set(one.executions.values_list("organization__short_name", flat=True))


# The draft of a next version


def test_a_next_version_says_the_same_under_an_order_to_be_named(cast, vera, plan):
    section = plan.sections.create(number="1", title="Меры", position=1)
    plan.items.update(section=section, control_points=[datetime.date(2025, 11, 30)])
    Responsible.objects.filter(item=item(plan, 2)).update(is_lead=True)

    new = versions.next_version(plan, by=vera)

    assert (new.status, new.version, new.supersedes) == ("draft", 2, plan)
    assert (new.order.number, new.order.signed_on) == ("", None)
    assert new.order.issuer == plan.order.issuer
    words = ("number", "title", "term_text", "starts_on", "ends_on", "control_points")
    assert list(new.items.values_list(*words)) == list(plan.items.values_list(*words))
    assert {one.replaces.position: one.position for one in new.items.all()} == {1: 1, 2: 2}
    assert {one.section.title for one in new.items.all()} == {"Меры"}
    assert [one.is_lead for one in Responsible.objects.filter(item__roadmap=new)] == [False, True]
    assert not Execution.objects.filter(item__roadmap=new).exists()


def test_only_one_next_version_of_a_plan_in_force(cast, vera, plan):
    versions.next_version(plan, by=vera)

    with pytest.raises(Conflict, match="уже заведена"):
        versions.next_version(plan, by=vera)
    with pytest.raises(Conflict, match="План сейчас не действует"):
        versions.next_version(RoadmapFactory(owner=cast.ministry, status="closed"), by=vera)


def test_those_below_make_no_version_of_the_regions_plan(cast, plan):
    for act in (versions.next_version, versions.next_year):
        with pytest.raises(NotAllowed):
            act(plan, by=viewer_of(cast.oleg))
    with pytest.raises(NotAllowed):
        versions.close(plan, summary="Всё", by=viewer_of(cast.oleg))


def test_a_next_version_needs_its_own_order(cast, vera, plan):
    new = versions.next_version(plan, by=vera)

    with pytest.raises(Conflict, match="нет номера или даты приказа о внесении изменений"):
        roadmaps.approve(new, by=vera)

    plan.refresh_from_db()
    assert plan.status == "approved"


# It takes over


def test_what_was_done_goes_on_under_the_next_version(cast, vera, plan):
    sent = ExecutionFactory(item=item(plan, 2), organization=cast.lake_school, report="Сделали")
    meeting = Meeting.objects.create(
        item=item(plan), organization=cast.ministry, kind="seminar", title="Семинар",
        starts_at=timezone.now(),
    )  # fmt: skip
    before = {one.pk: (one.organization_id, one.state) for one in Execution.objects.all()}

    new = next_in_force(plan, vera)

    plan.refresh_from_db()
    meeting.refresh_from_db()
    sent.refresh_from_db()
    assert (plan.status, new.status) == ("superseded", "approved")
    assert {one.pk: (one.organization_id, one.state) for one in Execution.objects.all()} == before
    assert set(Execution.objects.values_list("item__roadmap", flat=True)) == {new.pk}
    assert (sent.item, sent.report) == (item(new, 2), "Сделали")
    assert meeting.item == item(new)
    with pytest.raises(Conflict, match="План сейчас не действует"):
        executions.report(item(plan), text="Поздно", by=viewer_of(cast.oleg))


def test_who_owes_no_longer_is_let_go_and_who_owes_now_is_asked(cast, vera, plan):
    ExecutionFactory(item=item(plan), organization=cast.south, report="Отчёт Юга")
    new = versions.next_version(plan, by=vera)
    Responsible.objects.filter(item=item(new)).update(body="school")

    roadmaps.approve(named(new), by=vera)

    assert owing(item(new)) == {"Lake school", "Wood school", "Hill school", "South"}
    assert Event.objects.get(action="roadmap.superseded").changes["dropped"] == 1


def test_a_changed_term_moves_the_days_of_what_is_not_handed_in(cast, vera, plan):
    sent = ExecutionFactory(item=item(plan), organization=cast.south)
    moved = Execution.objects.get(item=item(plan), organization=cast.north)
    executions.postpone(moved, until=datetime.date(2025, 11, 15), ground="Болезнь", by=vera)
    kept = Execution.objects.get(item=item(plan, 2), organization=cast.lake_school)
    new = versions.next_version(plan, by=vera)
    Item.objects.filter(pk=item(new).pk).update(
        term_text="декабрь 2025 г.", starts_on=datetime.date(2025, 12, 1),
        ends_on=datetime.date(2025, 12, 31),
    )  # fmt: skip

    roadmaps.approve(named(new), by=vera)

    for one in (sent, moved, kept):
        one.refresh_from_db()
    assert (moved.starts_on, moved.due_on) == (
        datetime.date(2025, 12, 1), datetime.date(2025, 12, 31))  # fmt: skip
    assert moved.was_due_on == datetime.date(2025, 10, 31)
    assert sent.due_on == datetime.date(2025, 10, 31)
    assert kept.due_on == datetime.date(2025, 10, 31)


def test_a_postponed_day_stays_where_the_term_is_the_same(cast, vera, plan):
    moved = Execution.objects.get(item=item(plan), organization=cast.north)
    executions.postpone(moved, until=datetime.date(2025, 11, 15), ground="Болезнь", by=vera)

    next_in_force(plan, vera)

    moved.refresh_from_db()
    assert moved.due_on == datetime.date(2025, 11, 15)


def test_a_control_point_told_of_is_not_asked_again(cast, vera, plan):
    first, second, third = (datetime.date(2025, 11, 30), datetime.date(2026, 2, 28),
                            datetime.date(2026, 5, 31))  # fmt: skip
    told = Execution.objects.get(item=item(plan), organization=cast.north)
    other = Execution.objects.get(item=item(plan), organization=cast.south)
    ProgressNote.objects.create(execution=told, point=first, text="Идёт")
    new = versions.next_version(plan, by=vera)
    Item.objects.filter(pk=item(new).pk).update(
        term_text="в течение года", term_kind="school_year", control_points=[first, second, third]
    )

    roadmaps.approve(named(new), by=vera)

    told.refresh_from_db()
    other.refresh_from_db()
    assert (told.due_on, other.due_on) == (second, first)


def test_an_item_left_out_keeps_only_what_was_handed_in(cast, vera, plan):
    ExecutionFactory(item=item(plan), organization=cast.south, report="Отчёт Юга")
    new = versions.next_version(plan, by=vera)
    item(new).delete()

    roadmaps.approve(named(new), by=vera)

    assert owing(item(plan)) == {"South"}
    assert new.items.count() == 1


def test_a_text_in_an_unfinished_report_is_never_lost(cast, vera, plan):
    returned = ExecutionFactory(
        item=item(plan), organization=cast.south, report="Черновой текст", state=State.RETURNED
    )
    new = versions.next_version(plan, by=vera)
    Responsible.objects.filter(item=item(new)).update(body="school")

    roadmaps.approve(named(new), by=vera)

    returned.refresh_from_db()
    assert (returned.item, returned.report) == (item(new), "Черновой текст")


def test_the_older_one_must_still_be_in_force(cast, vera, plan):
    new = versions.next_version(plan, by=vera)
    Roadmap.objects.filter(pk=plan.pk).update(status="closed")

    with pytest.raises(Conflict, match="Прежняя версия уже не действует"):
        roadmaps.approve(named(new), by=vera)

    new.refresh_from_db()
    assert new.status == "draft"
    assert not Execution.objects.filter(item__roadmap=new).exists()


# The cascade goes on


@pytest.fixture
def below(cast, plan):
    """North's plan in force: its first item takes the region's first one, the second is left."""
    lower = RoadmapFactory(owner=cast.north, above=plan, status="draft")
    one = ItemFactory(roadmap=lower, position=1, bodies=["mouo"])
    Link.objects.create(upper=item(plan), lower=one)
    Omission.objects.create(roadmap=lower, item=item(plan, 2), reason="Нет таких школ")
    return roadmaps.approve(lower, by=viewer_of(cast.oleg))


def counted(plan, position, viewer):
    found = next(one for one in lines(plan, viewer, day=DAY) if one.item.position == position)
    return found.total


def test_lower_plans_go_on_under_the_next_version_of_the_upper_one(cast, vera, plan, below):
    before = counted(plan, 1, vera)
    assert before == 2

    new = next_in_force(plan, vera)

    below.refresh_from_db()
    assert below.above == new
    assert item(below).links.get().upper == item(new)
    assert below.omissions.get().item == item(new, 2)
    assert counted(new, 1, vera) == before
    assert item(new).executions.get(organization=cast.north).is_carried


def test_the_next_version_of_a_lower_plan_answers_once(cast, vera, plan, below):
    oleg = viewer_of(cast.oleg)
    ExecutionFactory(item=item(below), organization=cast.north, state=State.ACCEPTED)

    new = next_in_force(below, oleg)

    assert counted(plan, 1, vera) == 2
    assert item(new).links.get().upper == item(plan)
    assert not item(below).links.exists()
    assert item(plan).executions.get(organization=cast.north).is_carried


def test_an_item_that_the_next_version_gives_up_is_owed_above_again(cast, vera, plan, below):
    oleg = viewer_of(cast.oleg)
    new = versions.next_version(below, by=oleg)
    Omission.objects.create(roadmap=new, item=item(plan), reason="Больше не про нас")
    item(new).links.all().delete()

    roadmaps.approve(named(new), by=oleg)

    own = item(plan).executions.get(organization=cast.north)
    assert (own.is_carried, own.state, own.outcome) == (False, "sent", "not_applicable")


def test_omissions_and_links_are_copied_into_the_draft(cast, plan, below):

    new = versions.next_version(below, by=viewer_of(cast.oleg))

    assert new.above == plan
    assert new.omissions.get().reason == "Нет таких школ"
    assert item(new).links.get().upper == item(plan)


# A law


reports = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(["north", "south", "lake_school", "hill_school"]),
              st.sampled_from(["sent", "returned", "accepted"]), st.text("абв ", min_size=1)),
    max_size=6, unique_by=lambda one: one[:2],
)  # fmt: skip
changes = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(["body", "term", "drop", "title"])), max_size=4
)


@given(reports, changes)
@examples(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_no_report_is_lost_by_a_next_version(cast, vera, handed_in, changed):
    plan = RoadmapFactory(owner=cast.ministry)
    for position in (1, 2):
        ItemFactory(roadmap=plan, position=position, bodies=["mouo", "school"])
    for position, name, state, text in handed_in:
        ExecutionFactory(
            item=item(plan, position), organization=getattr(cast, name), state=state, report=text
        )
    both = Execution.objects.filter(item__roadmap__owner=cast.ministry, item__roadmap__gte=plan.pk)
    before = sorted(
        both.exclude(state="draft").values_list("pk", "state", "report", "organization")
    )
    new = versions.next_version(plan, by=vera)
    for position, what in changed:
        _change(new, position, what)

    if not new.items.exists():
        return
    roadmaps.approve(named(new, f"и-{new.pk}"), by=vera)

    after = sorted(both.exclude(state="draft").values_list("pk", "state", "report", "organization"))
    assert after == before
    pairs = list(both.values_list("item", "organization"))
    assert len(pairs) == len(set(pairs))


def _change(new, position, what):
    rows = new.items.filter(position=position)
    match what:
        case "body":
            Responsible.objects.filter(item__in=rows, body="mouo").delete()
        case "term":
            rows.update(term_text="май 2026 г.", ends_on=datetime.date(2026, 5, 31))
        case "drop":
            rows.delete()
        case "title":
            rows.update(title="Иначе")


def test_taking_over_costs_the_same_however_many_organizations(
    cast, vera, plan, django_assert_max_num_queries
):
    for n in range(30):
        OrganizationFactory(code=f"edu4299{n:02}", kind="school", parent=cast.north)
    other = RoadmapFactory(owner=cast.ministry)
    for position in range(1, 11):
        ItemFactory(roadmap=other, position=position, bodies=["school"])
    new = named(versions.next_version(other, by=vera))

    with django_assert_max_num_queries(75):
        roadmaps.approve(new, by=vera)

    assert Execution.objects.filter(item__roadmap=new).count() == 330


# The next year


def test_the_plan_of_the_next_year_is_a_year_later(cast, vera):
    plan = RoadmapFactory(owner=cast.north, title="План на 2025-2026 учебный год",
                          above=RoadmapFactory(owner=cast.ministry))  # fmt: skip
    ItemFactory(roadmap=plan, position=1, bodies=["mouo"])

    new = versions.next_year(plan, by=vera)

    one = item(new)
    assert (new.status, new.version, new.supersedes, new.above) == ("draft", 1, None, None)
    assert new.title == "План на 2026-2027 учебный год"
    assert (new.starts_on, new.ends_on) == (
        datetime.date(2026, 8, 1), datetime.date(2027, 8, 31))  # fmt: skip
    assert (one.term_text, one.ends_on) == ("октябрь 2026 г.", datetime.date(2026, 10, 31))
    assert (one.replaces, new.order.number, new.order.signed_on) == (None, "", None)
    plan.refresh_from_db()
    assert plan.status == "approved"


def test_the_next_year_twice_is_two_years_later(cast, vera, plan):
    plan.items.filter(position=2).update(
        term_text="в течение 2025-2026 учебного года", term_kind="school_year"
    )

    later = versions.next_year(versions.next_year(plan, by=vera), by=vera)

    assert later.title == "План на 2027-2028 учебный год"
    assert later.starts_on == datetime.date(2027, 8, 1)
    assert item(later).ends_on == datetime.date(2027, 10, 31)
    assert item(later, 2).term_text == "в течение 2027-2028 учебного года"
    assert all(day.year in (2027, 2028) for day in item(later, 2).control_points)
    assert item(later, 2).control_points


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 12, 31)))
def test_a_day_a_year_later_is_in_the_same_month(day):
    later = versions.year_later(day)

    assert (later.year, later.month) == (day.year + 1, day.month)
    last = (day + datetime.timedelta(days=1)).month != day.month
    assert not last or (later + datetime.timedelta(days=1)).month != later.month


def test_no_day_has_none_a_year_later():
    assert versions.year_later(None) is None


# Closing


def test_a_plan_is_closed_with_its_figures(cast, signed_in, plan):
    done = {"state": State.ACCEPTED, "sent_at": datetime.datetime(2025, 10, 5, tzinfo=datetime.UTC)}
    late = done | {"sent_at": datetime.datetime(2025, 11, 5, tzinfo=datetime.UTC)}
    ExecutionFactory(item=item(plan), organization=cast.north, **done)
    ExecutionFactory(item=item(plan), organization=cast.south, **late)
    ExecutionFactory(
        item=item(plan, 2), organization=cast.lake_school, outcome=Outcome.NOT_APPLICABLE, **done
    )
    client = signed_in(cast.vera)

    page = text_of(client.get(url("close", plan.pk)))

    assert "Всего по плану за период по 31 августа 2026 г.: 5 исполнений." in page
    assert "принято в срок – 1; принято позже срока – 1; не применимо" in page
    assert "не исполнено – 2" in page
    answer = client.post(url("close", plan.pk), {"summary": "Итоги подведены."}, follow=True)
    assert "План завершён" in text_of(answer)
    plan.refresh_from_db()
    assert (plan.status, plan.summary) == ("closed", "Итоги подведены.")
    assert plan.closed_at is not None
    with pytest.raises(Conflict, match="не действует"):
        executions.report(item(plan, 2), text="Поздно", by=viewer_of(cast.igor))


def test_the_last_day_of_a_term_is_in_time_by_the_clock_of_kuzbass(cast, signed_in, plan):
    """31 October ends at 17:00 UTC."""
    for organization, hour in ((cast.north, 16), (cast.south, 17)):
        sent = datetime.datetime(2025, 10, 31, hour, 30, tzinfo=datetime.UTC)
        ExecutionFactory(
            item=item(plan), organization=organization, state=State.ACCEPTED, sent_at=sent
        )

    page = text_of(signed_in(cast.vera).get(url("close", plan.pk)))

    assert "принято в срок – 1; принято позже срока – 1" in page


def test_a_plan_is_not_closed_while_reports_wait(cast, signed_in, vera, plan):
    ExecutionFactory(item=item(plan), organization=cast.north)
    client = signed_in(cast.vera)

    page = text_of(client.post(url("close", plan.pk), {"summary": "Итоги моими словами"}))

    assert "Ждут приёмки отчёты: 1." in page
    assert "Итоги моими словами" in page
    plan.refresh_from_db()
    assert plan.status == "approved"


@pytest.mark.parametrize("summary", ["", "  \n"])
def test_a_plan_is_not_closed_without_words(cast, vera, plan, summary):
    with pytest.raises(Conflict, match="Напишите итоги"):
        versions.close(plan, summary=summary, by=vera)


def test_a_plan_is_not_closed_while_its_next_version_is_prepared(cast, vera, plan):
    versions.next_version(plan, by=vera)

    with pytest.raises(Conflict, match="Заведена новая версия"):
        versions.close(plan, summary="Итоги", by=vera)


def test_only_a_plan_in_force_is_closed(cast, signed_in):
    draft = RoadmapFactory(owner=cast.ministry, status="draft")

    answer = signed_in(cast.vera).get(url("close", draft.pk))

    assert answer.status_code == 409
    assert "Завершают действующий план" in text_of(answer)


# Pages


def test_the_page_of_versions_strikes_out_what_went(cast, signed_in, vera, plan):
    client = signed_in(cast.vera)
    client.post(url("next_version", plan.pk))
    new = plan.successors.get()
    one = item(new)
    one.title, one.term_text = "Мероприятие новое", "ноябрь 2025 г."
    one.ends_on = datetime.date(2025, 11, 30)
    one.save()
    ItemFactory(roadmap=new, position=3, title="Добавленное дело")

    page = text_of(client.get(url("versions", new.pk)))

    assert "<del>1</del><ins>новое</ins>" in page
    assert "<del>октябрь</del><ins>ноябрь</ins>" in page
    assert "<ins>Добавленное дело</ins>" in page
    assert "изменила 2 пункта версии 1" in page
    assert url("versions", plan.pk) in page


def test_runs_of_unchanged_items_are_told_as_one(cast, signed_in, vera, plan):
    new = versions.next_version(plan, by=vera)

    page = text_of(signed_in(cast.vera).get(url("versions", new.pk)))

    assert "То же, 2 пункта" in page
    assert "пока всё как в версии 1" in page


def test_a_draft_version_is_hidden_from_those_who_only_read(cast, signed_in, vera, plan):
    new = versions.next_version(plan, by=vera)

    page = text_of(signed_in(cast.oleg).get(url("versions", plan.pk)))

    assert url("versions", new.pk) not in page
    assert "Внести изменения" not in page
    assert signed_in(cast.oleg).get(url("versions", new.pk)).status_code == 404


def test_the_next_year_begins_from_the_page_of_versions(cast, signed_in, plan):
    client = signed_in(cast.vera)
    assert url("next_year", plan.pk) in text_of(client.get(url("versions", plan.pk)))

    answer = client.post(url("next_year", plan.pk), follow=True)

    new = Roadmap.objects.exclude(pk=plan.pk).get()
    assert answer.redirect_chain[-1][0] == url("edit", new.pk)
    assert "План на 2026-2027 учебный год" in text_of(answer)


def test_a_draft_of_a_version_is_thrown_away_and_the_old_one_goes_on(cast, vera, plan):
    roadmaps.delete(versions.next_version(plan, by=vera), by=vera)

    plan.refresh_from_db()
    assert plan.status == "approved"
    assert drafts.revision(versions.next_version(plan, by=vera))
