"""Papers about plans: the execution report on any day, the tables as docx, the orders."""

import datetime
import io
import random
import re
from collections import Counter

import docx
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx.enum.section import WD_ORIENT
from openpyxl import load_workbook

from organizations.errors import PortalError
from organizations.models import DocumentKind, Event, State
from organizations.queries import viewer_of
from reports.paper import Grid, Heading, Look, Paper, Paragraph, Signature
from reports.plans import past
from reports.plans.execution import executed
from reports.plans.figures import Answer, Fate, counted
from reports.plans.orders import order_paper
from reports.plans.report import report
from reports.plans.wording import summed_up
from reports.rendering import paper
from roadmaps.exchange.order_text import Clause, OrderText
from roadmaps.models import Execution, Meeting, Outcome, Responsible, Roadmap
from roadmaps.queries import lines, to_accept
from roadmaps.queries.closing import figures as closing_figures
from roadmaps.services import adoption, assignment, executions, meetings, roadmaps, versions
from roadmaps.services.evidence import Proof, detach
from tests.factories.documents import DocumentFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

DAY = datetime.timedelta(days=1)
MAY = datetime.date(2026, 5, 15)
DONE = "Провели совещание и разобрали ошибки."


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u2060", "")


def text_of(answer):
    assert answer.status_code == 200
    return plain(answer.content.decode())


def word(content):
    return docx.Document(io.BytesIO(content))


def words_of(content):
    document = word(content)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return plain("\n".join([*(one.text for one in document.paragraphs), *cells]))


def whole_standings(found):
    return {item: Counter(one.standing for one in some) for item, some in found.by_item.items()}


def live_standings(plan, viewer, day):
    told = lines(plan, viewer, day=day)
    return {line.item.pk: line.counts for line in told if line.counts}


@pytest.fixture
def clock(monkeypatch):
    """The portal's clock: `clock(day)` sets it to noon of a day, each look is a second later."""
    moments = {"now": timezone.now()}

    def now():
        moments["now"] += datetime.timedelta(seconds=1)
        return moments["now"]

    monkeypatch.setattr(timezone, "now", now)

    def put(day):
        noon = datetime.datetime.combine(day, datetime.time(12))
        moments["now"] = timezone.make_aware(noon)

    return put


@pytest.fixture
def vera(cast):
    return viewer_of(cast.vera)


@pytest.fixture
def oleg(cast):
    return viewer_of(cast.oleg)


@pytest.fixture
def plan(cast):
    """The region's plan: items for municipalities, for schools, for the ministry, without a day."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона", order__number="704/1")
    section = plan.sections.create(number="1", title="Организационные меры", position=1)
    due = datetime.date(2026, 5, 1)
    asked = [["mouo"], ["school"], ["ministry", "mouo"], ["school"]]
    for position, bodies in enumerate(asked, start=1):
        last = position == len(asked)
        item = ItemFactory(
            roadmap=plan, position=position, bodies=bodies, section=section,
            starts_on=due - 20 * DAY, ends_on=None if last else due + 8 * position * DAY,
            term_kind="year" if last else "period",
            control_points=[due + 5 * DAY, due + 20 * DAY] if last else [],
        )  # fmt: skip
        rows = Responsible.objects.filter(item=item, body="ministry")
        rows.update(organization=cast.ministry)
    Execution.objects.filter(item__roadmap=plan).delete()
    assignment.assign(plan)
    return Roadmap.objects.get(pk=plan.pk)


def owed(plan, position, place):
    return Execution.objects.get(item__roadmap=plan, item__position=position, organization=place)


def put(plan, position, place, **fields):
    ExecutionFactory(item=plan.items.get(position=position), organization=place, **fields)


def moment(day, hour=12):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


# Figures


def test_every_answer_that_fell_due_has_one_fate_and_they_add_up(cast, plan, vera):
    before, after = moment(MAY - 10 * DAY), moment(MAY - 3 * DAY)
    put(plan, 1, cast.north, state=State.ACCEPTED, sent_at=before, decided_at=before)
    put(plan, 1, cast.south, state=State.ACCEPTED, sent_at=after, decided_at=after)
    given_up = Outcome.NOT_APPLICABLE
    put(plan, 2, cast.lake_school, state=State.ACCEPTED, sent_at=before, outcome=given_up)

    found = executed(plan, vera, day=datetime.date(2026, 5, 25)).figures

    assert found.total == 11  # 2 + 3 + (2 + the ministry) + 3
    assert dict(found.fates) == {
        Fate.IN_TIME: 1, Fate.AFTER: 1, Fate.NOT_APPLICABLE: 1, Fate.OVERDUE: 5,
        Fate.LAST_DAY: 3,
    }  # fmt: skip
    assert found.days_after == [3]


@pytest.mark.parametrize(
    ("fields", "day", "fate"),
    [
        ({"state": State.SENT}, 20, Fate.WAITING),
        ({"state": State.RETURNED, "remark": "Добавьте"}, 20, Fate.RETURNED),
        ({"state": State.DRAFT, "sent_at": None}, 20, Fate.OVERDUE),
        ({"state": State.DRAFT, "sent_at": None}, 9, Fate.LAST_DAY),
        ({"state": State.DRAFT, "sent_at": None}, 8, None),
    ],
)
def test_a_fate_follows_from_state_and_day(cast, plan, vera, fields, day, fate):
    put(plan, 1, cast.north, **({"sent_at": moment(datetime.date(2026, 5, 4))} | fields))

    found = executed(plan, vera, day=datetime.date(2026, 5, day))

    answer = next(one for one in found.answers if one.name == "North" and is_first(plan, one))
    assert answer.fate is fate


def is_first(plan, answer):
    return answer.item == plan.items.get(position=1).pk


def test_fates_today_are_what_closing_counts(cast, plan, vera):
    today = timezone.localdate()
    Execution.objects.filter(item__roadmap=plan).update(due_on=today - 10 * DAY)
    sent = {"in_time": moment(today - 11 * DAY), "late": moment(today - 2 * DAY)}
    put(plan, 1, cast.north, state=State.ACCEPTED, sent_at=sent["in_time"])
    put(plan, 1, cast.south, state=State.ACCEPTED, sent_at=sent["late"])
    put(plan, 2, cast.lake_school, state=State.SENT)

    fates = executed(plan, vera, day=today).figures.fates
    told = closing_figures(plan, vera)

    assert (fates[Fate.IN_TIME], fates[Fate.AFTER]) == (told.in_time, told.late) == (1, 1)
    assert fates[Fate.WAITING] == told.waiting == 1
    assert fates[Fate.OVERDUE] == told.undone == 8


def test_proofs_delays_returns_and_moved_terms_are_counted(cast, plan, vera, oleg, clock):
    clock(datetime.date(2026, 5, 12))
    nina = viewer_of(cast.nina)
    two, four = owed(plan, 2, cast.lake_school), owed(plan, 4, cast.lake_school)
    executions.hand_in(two, text=DONE, proofs=[Proof("Протокол")], by=nina)
    executions.send_back(two, remark="Приложите приказ", by=oleg)
    executions.hand_in(two, text=DONE, by=nina)
    executions.accept(two, by=oleg)
    executions.postpone(four, until=MAY, ground="Каникулы", by=oleg)
    executions.hand_in(owed(plan, 1, cast.north), text=DONE, by=oleg)
    executions.accept(owed(plan, 1, cast.north), by=vera)

    found = executed(plan, vera, day=MAY).figures

    assert (found.proved, found.handed_in) == (1, 2)
    assert (found.returns, found.decisions) == (1, 3)
    assert found.moved == 1
    assert found.days_after == [3]  # due on the 9th, handed in on the 12th
    assert len(found.days_overdue) == found.fates[Fate.OVERDUE] == 3


# The laws of the past


def test_as_of_today_is_what_the_plan_s_page_counts(cast, plan, vera):
    chance = random.Random(5)  # noqa: S311 - the same rows in every run
    for row in Execution.objects.filter(item__roadmap=plan):
        state = chance.choice([*State])
        ExecutionFactory(item=row.item, organization=row.organization, state=state,
                         outcome=chance.choice([*Outcome]))  # fmt: skip
    today = timezone.localdate()

    for person in (cast.vera, cast.oleg, cast.svetlana, cast.nina):
        viewer = viewer_of(person)
        found = executed(plan, viewer, day=today)
        assert whole_standings(found) == live_standings(plan, viewer, today)


def test_a_part_of_the_territory_is_what_the_page_counts_within_it(cast, plan, vera):
    put(plan, 2, cast.lake_school)
    today = timezone.localdate()

    found = executed(plan, vera, day=today, within=cast.north)

    told = {line.item.pk: line.counts
            for line in lines(plan, vera, day=today, within=cast.north) if line.counts}  # fmt: skip
    assert whole_standings(found) == told
    assert found.figures.total == 6  # without the ministry and South


class History:
    """Some weeks of a plan: random acts of its people, who do what they may."""

    def __init__(self, cast, plan, seed):
        self.cast, self.plan = cast, plan
        self.random = random.Random(seed)  # noqa: S311 - the same history in every run
        people = (cast.vera, cast.oleg, cast.svetlana, cast.nina, cast.igor)
        self.viewers = {one.username: viewer_of(one) for one in people}
        self.own = {
            cast.ministry.pk: "vera", cast.north.pk: "oleg", cast.south.pk: "svetlana",
            cast.lake_school.pk: "nina", cast.hill_school.pk: "igor",
        }  # fmt: skip
        self.done = Counter()

    def act(self):
        name = self.random.choice(["hand_in", "hand_in", "tell", "decide", "decide", "postpone"])
        try:
            getattr(self, name)()
        except PortalError:
            return
        self.done[name] += 1

    def an_execution(self):
        rows = Execution.objects.filter(
            organization__in=self.own, item__roadmap__status=Roadmap.Status.APPROVED
        )
        row = self.random.choice(list(rows.order_by("pk")))
        return row, self.viewers[self.own[row.organization_id]]

    def hand_in(self):
        row, by = self.an_execution()
        if row.state == State.ACCEPTED:
            return
        outcome = self.random.choice([*Outcome])
        proofs = [Proof(f"Протокол {row.pk}")] if self.random.random() < 0.5 else []
        later = (row.due_on or timezone.localdate()) + 7 * DAY
        executions.hand_in(row, text=DONE, outcome=outcome, postpone_to=later, proofs=proofs, by=by)

    def tell(self):
        row, by = self.an_execution()
        executions.tell(row, text="Идёт", by=by)

    def decide(self):
        by = self.viewers[self.random.choice(["vera", "oleg", "svetlana"])]
        row = to_accept(by).order_by("pk").first()
        if row is None:
            return
        if self.random.random() < 0.4:
            executions.send_back(row, remark="Добавьте", by=by)
            self.take_back(row)
        else:
            executions.accept(row, by=by)

    def take_back(self, row):
        """The proof of a returned report is taken away before it is handed in anew."""
        proof = row.evidence.first()
        if proof is not None:
            detach(row, proof, by=self.viewers[self.own[row.organization_id]])
            self.done["take_back"] += 1

    def postpone(self):
        schools = Execution.objects.filter(
            organization__parent=self.cast.north, state__in=[State.DRAFT, State.RETURNED]
        )
        row = self.random.choice(list(schools.order_by("pk")))
        until = (row.due_on or timezone.localdate()) + 9 * DAY
        executions.postpone(row, until=until, ground="Каникулы", by=self.viewers["oleg"])

    def adopt(self):
        """North takes the plan: from now on its schools answer under its own items."""
        by = self.viewers["oleg"]
        draft = adoption.adopt(self.plan, owner=self.cast.north, by=by)
        return self.into_force(draft, by)

    def into_force(self, draft, by):
        draft.order.number, draft.order.signed_on = f"8-{draft.version}", timezone.localdate()
        draft.order.save()
        return roadmaps.approve(draft, by=by)

    def next_version(self, plan):
        by = self.viewers["oleg"]
        return self.into_force(versions.next_version(plan, by=by), by)


def copy_of(found):
    figures = found.figures
    return whole_standings(found), (
        figures.total, dict(figures.fates), figures.moved, figures.handed_in, figures.proved,
        figures.returns, figures.decisions, sorted(figures.days_after),
        sorted(figures.days_overdue), {one.place.pk: one.plan and one.plan.order.number
                                       for one in found.taken},
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_an_earlier_day_gives_what_was_counted_on_it(cast, plan, vera, oleg, clock, seed):
    first = datetime.date(2026, 4, 25)
    clock(first)
    history, kept = History(cast, plan, seed), {}
    adopted = None
    for number in range(15):
        day = first + 2 * number * DAY
        clock(day)
        if number == 4:
            adopted = history.adopt()
        if number == 10:
            adopted = history.next_version(adopted)
        for _ in range(history.random.randrange(9)):
            history.act()
        for name, viewer in (("vera", vera), ("oleg", oleg)):
            found = executed(plan, viewer, day=day)
            assert whole_standings(found) == live_standings(plan, viewer, day)
            kept[name, day] = copy_of(found)

    assert {"hand_in", "tell", "decide", "postpone", "take_back"} == set(history.done)
    for (name, day), then in kept.items():
        assert copy_of(executed(plan, history.viewers[name], day=day)) == then, (name, day)


def test_the_day_ends_at_midnight_of_the_portal_s_own_clock(cast, plan, vera, oleg, clock):
    row = owed(plan, 1, cast.north)
    late_evening = moment(datetime.date(2026, 5, 4), hour=23)
    clock(datetime.date(2026, 5, 4))
    executions.hand_in(row, text=DONE, by=oleg)
    clock(datetime.date(2026, 5, 6))
    end = past.end_of(datetime.date(2026, 5, 4))

    assert late_evening < end <= late_evening + datetime.timedelta(hours=1)
    on = [executed(plan, vera, day=datetime.date(2026, 5, day)).figures.handed_in
          for day in (3, 4, 5)]  # fmt: skip
    assert on == [0, 1, 1]


def test_a_row_that_the_journal_does_not_know_goes_by_its_dates(cast, plan, vera):
    put(
        plan, 1, cast.north, state=State.ACCEPTED, sent_at=moment(MAY), decided_at=moment(MAY + DAY)
    )

    states = [
        executed(plan, vera, day=MAY + number * DAY).by_item[plan.items.get(position=1).pk]
        for number in (-1, 0, 1)
    ]

    assert not Event.objects.filter(action__startswith="execution.").exists()
    told = [next(one for one in some if one.name == "North").parts[0] for some in states]
    assert [part.execution.state for part in told] == [State.DRAFT, State.SENT, State.ACCEPTED]


def test_what_is_looked_up_of_the_past_is_not_stored(cast, plan, vera, oleg, clock):
    clock(MAY)
    executions.hand_in(owed(plan, 1, cast.north), text=DONE, by=oleg)
    clock(MAY + 9 * DAY)

    executed(plan, vera, day=MAY - DAY)

    assert owed(plan, 1, cast.north).state == State.SENT


def test_the_number_of_queries_does_not_grow(cast, plan, vera):
    plan = Roadmap.objects.select_related("owner", "order").get(pk=plan.pk)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            executed(plan, vera, day=MAY)
        return len(queries)

    few = asked()
    for number in range(5):
        town = OrganizationFactory(code=f"t{number}", kind="municipality", parent=cast.region)
        OrganizationFactory(code=f"s{number}", parent=town)
        ItemFactory(roadmap=plan, position=50 + number, bodies=["mouo", "school"])

    assert asked() == few == 6


# The page and its files


def test_the_report_says_the_sum_first_then_items_places_and_names(cast, plan, vera, signed_in):
    put(plan, 1, cast.north, state=State.ACCEPTED, sent_at=moment(MAY - 9 * DAY))

    said = text_of(signed_in(cast.vera).get(url("execution_report", plan.pk), {"on": "20.05.2026"}))

    assert "К 20 мая 2026 г. срок наступил у 8 исполнений из 11" in said
    titles = re.findall(r'<h2 id="part-\d">\d (.+)</h2>', said)
    assert titles == ["Исполнение в целом", "По мероприятиям", "По муниципалитетам", "Просрочено",
                      "Взяли в свой план"]  # fmt: skip
    assert "№ 704/1" in said


def test_late_organizations_stand_by_name_with_their_items(cast, plan, vera):
    found = executed(plan, vera, day=datetime.date(2026, 5, 30))

    content = report(found, cast.region, vera, today=MAY)

    late = next(part for part in content.passages if part.title == "Просрочено").blocks[1].rows
    assert [row[0] for row in late] == sorted(row[0] for row in late)
    assert ("Lake school", "2, 4", "24") in late
    assert ("North", "1, 3", "21") in late


def test_a_report_says_how_it_looks_back_and_who_made_it(cast, plan, vera):
    content = report(executed(plan, vera, day=MAY), cast.region, vera, today=MAY + DAY)
    now = report(executed(plan, vera, day=MAY), cast.region, vera, today=MAY)

    assert "восстановлены по журналу" in content.passages[0].blocks[-1].text
    assert all("журнал" not in getattr(one, "text", "") for one in now.passages[0].blocks)
    assert ("Кем", "Ministry, специалист министерства") in content.requisites
    assert ("Приказ", "от\u00a030\u00a0июня 2025\u00a0г. №\u00a0704/1") in content.requisites


def test_plans_made_below_are_named_with_their_orders(cast, plan, vera, oleg):
    draft = adoption.adopt(plan, owner=cast.north, by=oleg)
    draft.order.number, draft.order.signed_on = "800-п", MAY
    draft.order.save()
    roadmaps.approve(draft, by=oleg)

    content = report(executed(plan, vera, day=timezone.localdate()), cast.region, vera, today=MAY)

    said, table = content.passages[-1].blocks
    assert plain(said.text) == "Свой план из этого сделала 1 организация из 2 (50,0 %)."
    assert [tuple(map(plain, row)) for row in table.rows] == [
        ("North", "800-п", "15 мая 2026 г."), ("South", "не взят", "–"),
    ]  # fmt: skip


def test_a_place_narrows_the_report_and_what_is_told_by(cast, plan, vera, signed_in):
    page = url("execution_report", plan.pk)

    said = text_of(signed_in(cast.vera).get(page, {"on": "30.05.2026", "place": cast.north.code}))

    assert "По школам" in said
    assert "Wood school" in said
    assert "Hill school" not in said


def test_a_coordinator_and_a_school_read_their_own_part_only(cast, plan, signed_in):
    page = url("execution_report", plan.pk)

    of_north = text_of(signed_in(cast.oleg).get(page, {"on": "30.05.2026"}))
    of_school = text_of(signed_in(cast.nina).get(page, {"on": "30.05.2026"}))

    assert "Lake school" in of_north
    assert "Wood school" in of_north
    assert "Hill school" not in of_north
    assert "South" not in of_north
    assert "Wood school" not in of_school


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"on": "32.13.2026"}, "«32.13.2026» не читается как дата. Нужна дата вида 15.12.2026."),
        ({"on": "01.01.2126"}, "01.01.2126 ещё не наступило."),
        ({"place": "nowhere"}, "«nowhere»: такой территории в этом плане у вас нет."),
    ],
)
def test_what_cannot_be_told_is_named_on_the_page_and_refused_as_a_file(
    cast, plan, signed_in, asked, said
):
    client = signed_in(cast.vera)

    page = text_of(client.get(url("execution_report", plan.pk), asked))
    file = client.get(url("execution_report_file", plan.pk), asked)

    assert said in page
    assert file.status_code == 409
    assert said in plain(file.content.decode())


def test_before_the_plan_was_in_force_there_is_nothing_to_tell(cast, plan, signed_in):
    Roadmap.objects.filter(pk=plan.pk).update(approved_at=moment(MAY))
    page = url("execution_report", plan.pk)

    early = text_of(signed_in(cast.vera).get(page, {"on": "14.05.2026"}))
    first = text_of(signed_in(cast.vera).get(page, {"on": "15.05.2026"}))

    assert "14.05.2026 план ещё не действовал: он утверждён на портале 15.05.2026." in early
    assert "ещё не действовал" not in first


def test_a_draft_has_no_report(cast, oleg, plan, signed_in):
    draft = adoption.adopt(plan, owner=cast.north, by=oleg)

    answer = signed_in(cast.oleg).get(url("execution_report", draft.pk))

    assert answer.status_code == 409


def test_all_files_say_what_the_page_says(cast, plan, signed_in):
    client, asked = signed_in(cast.vera), {"on": "30.05.2026"}
    said = "К 30 мая 2026 г. срок наступил у 11 исполнений из 11"
    files = {
        ending: client.get(url("execution_report_file", plan.pk), asked | {"format": ending})
        for ending in ("docx", "xlsx", "pdf")
    }

    book = load_workbook(io.BytesIO(files["xlsx"].content))
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
             for cell in row}  # fmt: skip
    pdf = pypdfium2.PdfDocument(files["pdf"].content)
    first_page = plain(pdf[0].get_textpage().get_text_range()).replace("\r\n", " ")
    assert said in text_of(client.get(url("execution_report", plan.pk), asked))
    assert said in words_of(files["docx"].content)
    assert said in first_page
    assert any(said in plain(cell) for cell in cells)
    assert "None год" not in words_of(files["docx"].content) + first_page
    assert book["По мероприятиям"]["D2"].value == 2
    assert "704-1" in files["docx"].headers["Content-Disposition"]


def test_an_unknown_format_is_no_page(cast, plan, signed_in):
    page = url("execution_report_file", plan.pk)

    assert signed_in(cast.vera).get(page, {"format": "odt"}).status_code == 404


def test_the_sum_has_its_words_when_nothing_is_due_or_owed():
    def answer(due):
        row = Execution(organization_id=1, item_id=1, state=State.DRAFT, due_on=due)
        return Answer([past.Part(row, "item", 1, 0, 1, "1", "Школа", 3, None, False)], MAY)

    assert plain(summed_up(counted([answer(MAY + DAY)]), MAY)) == (
        "К 15 мая 2026 г. срок не наступил ни у одного из 1 исполнения."
    )
    assert "никто ничего не исполняет" in summed_up(counted([]), MAY)
    assert plain(summed_up(counted([answer(MAY - DAY)]), MAY)) == (
        "К 15 мая 2026 г. срок наступил у 1 исполнения из 1: исполнено в срок 0 (0,0 %), "
        "просрочено 1."
    )


# Tables


def test_the_plan_as_docx_lies_wide_with_its_sections_and_a_head_on_each_page(
    cast, plan, signed_in
):
    answer = signed_in(cast.vera).get(url("plan_docx", plan.pk))

    document = word(answer.content)
    page, table = document.sections[0], document.tables[0]
    assert page.orientation == WD_ORIENT.LANDSCAPE
    assert page.page_width > page.page_height
    assert [cell.text for cell in table.rows[0].cells] == [
        "№", "Мероприятие", "Срок", "Ответственные", "Состояние",
    ]  # fmt: skip
    assert table.rows[0]._tr.trPr.xpath("w:tblHeader")
    assert len(set(table.rows[1].cells)) == 1
    assert table.rows[1].cells[0].text == "1 Организационные меры"
    assert [row.cells[0].text for row in table.rows[2:]] == ["1", "2", "3", "4"]
    assert "Приложение к приказу" in words_of(answer.content)


def test_the_plan_as_docx_is_narrowed_as_its_page_is(cast, plan, signed_in):
    put(plan, 2, cast.lake_school)

    answer = signed_in(cast.vera).get(url("plan_docx", plan.pk), {"show": "waiting"})

    assert [row.cells[0].text for row in word(answer.content).tables[0].rows[2:]] == ["2"]


def test_the_difference_as_docx_has_every_row_of_the_page_s_sheet(cast, plan, oleg, signed_in):
    draft = adoption.adopt(plan, owner=cast.north, by=oleg)
    draft.items.filter(position=1).update(title="Совсем другое мероприятие города")

    answer = signed_in(cast.oleg).get(url("difference_docx", draft.pk))

    table = word(answer.content).tables[0]
    assert len(table.rows) == 1 + 4
    assert "Совсем другое мероприятие города" in words_of(answer.content)
    assert "взято" in words_of(answer.content).lower()


def test_the_matrix_as_docx_holds_all_places_over_several_tables(cast, plan, signed_in):
    for number in range(12):
        OrganizationFactory(code=f"t{number}", kind="municipality", parent=cast.region,
                            short_name=f"Город {number:02}")  # fmt: skip
    assignment.assign(plan)

    document = word(signed_in(cast.vera).get(url("matrix_docx", plan.pk)).content)

    heads = [cell.text for table in document.tables for cell in table.rows[0].cells[2:]]
    assert len(document.tables) == 2
    assert len(heads) == len(set(heads)) == 14 + 1  # and the bodies of the region
    assert {len(table.rows) for table in document.tables} == {5}
    assert "просрочено" in document.tables[0].rows[1].cells[3].text


# Orders


def test_the_closing_order_drops_what_is_done_and_carries_over_what_is_not(cast, plan, signed_in):
    for place in (cast.north, cast.south):
        put(plan, 1, place, state=State.ACCEPTED, sent_at=moment(MAY))
    for place in (cast.lake_school, cast.wood_school, cast.hill_school):
        put(plan, 2, place, state=State.ACCEPTED, outcome=Outcome.NOT_APPLICABLE)

    answer = signed_in(cast.vera).get(url("closing_order", plan.pk))

    said = words_of(answer.content)
    assert "О завершении исполнения плана «План региона»" in said
    assert "Признать не применимыми по представленным обоснованиям пункты плана: 2." in said
    assert "Снять с контроля как исполненные пункты плана: 1." in said
    assert "Перенести в план следующего года" in said
    assert "пункты: 3, 4." in said
    assert "6. Довести приказ до сведения исполнителей плана." in said
    assert "7. Контроль за исполнением приказа оставляю за собой." in said
    assert "И. О. Фамилия" in said
    annex = word(answer.content).tables[0]
    assert [row.cells[0].text for row in annex.rows] == ["№", "3", "4"]
    assert plain(annex.rows[1].cells[5].text) == "3 из 3"
    assert annex.rows[1].cells[3].text == "ministry, mouo"


def test_a_plan_done_to_the_end_has_nothing_to_carry_over(cast, plan, signed_in):
    Execution.objects.filter(item__roadmap=plan).update(state=State.ACCEPTED, sent_at=moment(MAY))
    Roadmap.objects.filter(pk=plan.pk).update(
        status=Roadmap.Status.CLOSED, closed_at=moment(MAY), summary="Меры дали результат."
    )

    said = words_of(signed_in(cast.vera).get(url("closing_order", plan.pk)).content)

    assert "Перенести" not in said
    assert "Приложение" not in said
    assert "К 15 мая 2026 г." in said
    assert "Меры дали результат." in said
    assert "Полностью исполнено мероприятий: 4 из 4." in said


def test_a_closing_order_is_not_for_a_plan_that_was_replaced(cast, plan, signed_in):
    Roadmap.objects.filter(pk=plan.pk).update(status=Roadmap.Status.SUPERSEDED)

    assert signed_in(cast.vera).get(url("closing_order", plan.pk)).status_code == 409


@pytest.fixture
def meeting(cast, plan):
    return Meeting.objects.create(
        item=plan.items.get(position=1), organization=cast.north, kind=Meeting.Kind.SEMINAR,
        title="Разбор ошибок", starts_at=timezone.now() - DAY, place="Школа № 1",
    )  # fmt: skip


def test_the_order_of_a_held_event_is_that_of_its_page(cast, meeting, oleg, signed_in):
    meetings.hold(meeting, outcome="Разобрали ошибки.", by=oleg)
    client = signed_in(cast.oleg)
    order = url("meeting_order", meeting.pk)

    said = words_of(client.get(order).content)

    assert order in text_of(client.get(reverse("roadmaps:meeting", args=[meeting.pk])))
    assert "Об итогах проведения семинара «Разбор ошибок»" in said
    assert "В ходе семинара рассмотрено и решено: Разобрали ошибки." in said
    assert "1. Принять к сведению" in said


def test_an_event_that_is_not_held_has_no_order(cast, meeting, signed_in):
    assert signed_in(cast.oleg).get(url("meeting_order", meeting.pk)).status_code == 409


def test_an_order_as_paper_keeps_the_order_of_its_parts():
    order = OrderText("ПРИКАЗ", "Министерство", "г. Кемерово", "О плане", ("Почему.",),
                      (Clause("1.", "Сделать."), Clause("1.1.", "Начать.")), "Контроль мой.",
                      "А. Иванова")  # fmt: skip

    said = words_of(paper.render(order_paper(order, made_on=MAY)))

    parts = ["Министерство", "ПРИКАЗ", "г. Кемерово", "О плане", "Почему.", "ПРИКАЗЫВАЮ:",
             "1. Сделать.", "1.1. Начать.", "2. Контроль мой.", "А. Иванова"]  # fmt: skip
    assert [said.index(one) for one in parts] == sorted(said.index(one) for one in parts)


def test_a_paper_is_the_same_file_for_the_same_content():
    made = Paper("О плане", "Министерство", MAY, (Paragraph("Текст", Look.TITLE), Signature()))

    assert paper.render(made) == paper.render(made)


def test_a_cell_keeps_its_lines_and_a_heading_runs_across():
    grid = Grid(("А", "Б"), (Heading("Раздел"), ("раз\nдва", "\x07три")), (1, 3), "lr")

    table = word(paper.render(Paper("Т", "М", MAY, (grid,)))).tables[0]

    assert table.rows[2].cells[0].text == "раз\nдва"
    assert table.rows[2].cells[1].text == "три"
    assert len(set(table.rows[1].cells)) == 1
    widths = [int(cell.width) for cell in table.rows[2].cells]
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.01)


@pytest.mark.parametrize(
    ("rows", "shares", "align"),
    [((("а",),), (1, 1), ""), ((("а", "б"),), (1,), ""), ((), (1, 1), "l")],
)
def test_a_table_that_does_not_fit_its_head_is_refused(rows, shares, align):
    with pytest.raises(ValueError, match="fit the head"):
        Grid(("А", "Б"), rows, shares, align)


def test_a_person_s_name_stands_in_no_paper(cast, plan, vera, signed_in):
    name = cast.vera.full_name
    assert name
    pages = [url(one, plan.pk) for one in ("execution_report_file", "closing_order", "plan_docx")]
    client = signed_in(cast.vera)

    assert not [page for page in pages if name in words_of(client.get(page).content)]


def test_a_proof_that_the_journal_does_not_know_counts(cast, plan, vera):
    put(plan, 1, cast.north)
    proof = DocumentFactory(organization=cast.north, kind=DocumentKind.EVIDENCE)
    owed(plan, 1, cast.north).evidence.add(proof)

    assert executed(plan, vera, day=timezone.localdate()).figures.proved == 1
