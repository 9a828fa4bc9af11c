"""The September comparison with the journal: who is asked, what is counted, who sees it."""

import datetime
import io

import docx
import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from monitoring.models import Campaign, Case, CaseDecision
from monitoring.queries import campaign as queries
from monitoring.services import campaigns as service
from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice, Organization
from organizations.queries import viewer_of
from procedures.queries import works_of
from tests.factories.monitoring import (
    CaseFactory,
    CellFactory,
    SignalFactory,
    StatisticFactory,
    a_part,
    make_work,
)
from tests.factories.organizations import OrganizationFactory
from tests.monitoring.test_pages import text

PAGE = "/monitoring/campaign/"
SOON = timezone.localdate() + datetime.timedelta(days=10)


def cell(school, work, *, journal, marked=None, number=1):
    """A class with these pairs: (journal mark, mark for the work) → how many."""
    table, marks = np.zeros((4, 4), int), np.zeros(4, int)
    for (in_journal, for_work), pupils in journal.items():
        table[in_journal - 2, for_work - 2] += pupils
    marks[2] = marked if marked is not None else table.sum()
    CellFactory(
        organization=school, work=work, class_number=number, marks=marks.tolist(),
        journal=table.ravel().tolist(),
    )  # fmt: skip


@pytest.fixture
def region(cast):
    """Lake has all its journal marks, Wood none in one work, Hill not of all pupils."""
    russian, maths = make_work(), make_work("ma4-2026", subject="Математика")
    cell(cast.lake_school, russian, journal={(4, 4): 10, (5, 3): 5})
    cell(cast.lake_school, russian, journal={(4, 5): 5}, number=2)
    cell(cast.wood_school, russian, journal={(4, 4): 12})
    cell(cast.wood_school, maths, journal={}, marked=20)
    cell(cast.hill_school, maths, journal={(3, 4): 4}, marked=9)
    return cast.region


def announce(region, by, **given_):
    asked = {"year": 2026, "due_on": SOON} | given_
    return service.announce(region, **asked, by=viewer_of(by))


def marks(region):
    return queries.marks_of(2026, Organization.objects.under(region).schools())


# -- What is counted ----------------------------------------------------------------------------
def test_the_classes_of_a_school_are_one_line(region, cast):
    found = marks(region)

    stands = queries.stands(found, [cast.hill_school, cast.lake_school, cast.wood_school])

    told = {one.school: (one.complete, one.partial, one.missing) for one in stands}
    assert told == {
        cast.lake_school: (1, 0, 0), cast.wood_school: (1, 0, 1), cast.hill_school: (0, 1, 0),
    }  # fmt: skip


def test_shares_are_those_counted_by_hand(region):
    maths, russian = queries.by_subject(marks(region), works_of(2026))

    assert russian.title == "Русский язык, 4 класс"
    # of 32 pairs 22 are equal, 5 are higher than the journal, 5 lower by two marks
    assert (russian.pairs, russian.equal, russian.higher) == (32, 22 / 32, 5 / 32)
    assert russian.lower == russian.wide == 5 / 32
    assert maths.is_hidden
    assert maths.equal is None
    assert queries.whole(marks(region), works_of(2026)).pairs == 32


tables = arrays.arrays(np.int64, (5, 4, 4), elements=st.integers(0, 9))


@given(tables)
def test_the_sides_are_the_whole_and_a_part_of_schools_adds_up(drawn):
    whole = queries.line("", drawn)
    parts = [queries.line("", drawn[:2]), queries.line("", drawn[2:])]

    assert sum(one.pairs for one in parts) == whole.pairs
    if not whole.is_hidden:
        assert whole.lower + whole.equal + whole.higher == pytest.approx(1)
        assert whole.wide <= whole.lower + whole.higher + 1e-12  # shares are rounded
    if not any(one.is_hidden for one in (whole, *parts)):
        lowered = sum(one.lower * one.pairs for one in parts)
        assert lowered == pytest.approx(whole.lower * whole.pairs)


def places_of(region):
    schools = Organization.objects.under(region).schools()
    named = schools.select_related("parent").order_by("short_name")
    found, works = marks(region), works_of(2026)
    return queries.whole(found, works), queries.by_municipality(found, works, named)


def test_a_hidden_subject_cannot_be_told_from_the_municipalities(cast):
    maths, chemistry = make_work("ma4-2026", subject="Математика"), make_work(subject="Химия")
    cell(cast.lake_school, maths, journal={(4, 4): 60})
    cell(cast.hill_school, maths, journal={(4, 4): 50})
    cell(cast.lake_school, chemistry, journal={(5, 3): 4})

    whole, places = places_of(cast.region)

    assert [(one.pairs, one.wide) for one in places] == [(60, 0), (50, 0)]
    assert whole.pairs == 110


def test_a_hidden_municipality_takes_another_with_it(cast):
    maths = make_work("ma4-2026", subject="Математика")
    east = OrganizationFactory(
        kind="municipality", code="reg42_m003", short_name="East", parent=cast.region
    )
    far = OrganizationFactory(code="edu420301", parent=east)
    for school, pupils in ((cast.lake_school, 60), (cast.hill_school, 50), (far, 4)):
        cell(school, maths, journal={(4, 4): pupils})

    _, places = places_of(cast.region)

    told = {one.title: (one.is_few, one.is_hidden) for one in places}
    assert told == {"East": (True, True), "North": (False, False), "South": (False, True)}


@given(st.lists(st.integers(1, 30), max_size=8))
def test_what_is_not_told_is_never_a_few(sizes):
    drawn = [np.full((1, 4, 4), 0) for _ in sizes]
    for table, size in zip(drawn, sizes, strict=True):
        table[0, 1, 1] = size
    lines = queries.guarded([queries.line(str(n), table) for n, table in enumerate(drawn)])

    hidden = [one.pairs for one in lines if one.is_hidden]
    assert not hidden or len(hidden) == len(lines) or (len(hidden) > 1 and sum(hidden) >= 10)
    assert all(one.is_hidden for one in lines if one.pairs < 10)


# -- Announcing and asking ----------------------------------------------------------------------
def test_only_schools_without_journal_marks_are_asked(region, cast):
    announce(region, cast.boris)

    assert not Notice.objects.filter(user__in=[cast.nina, cast.igor]).exists()
    assert Event.objects.get(action="campaign.announced").changes["told"] == 0


def test_a_school_without_journal_marks_hears_of_it_once_a_day(region, cast):
    cell(cast.lake_school, make_work("om4-2026", subject="Мир"), journal={}, marked=11)
    row = announce(region, cast.boris)

    again = service.remind(row, by=viewer_of(cast.boris))

    told = Notice.objects.get(user=cast.nina)
    assert "1 работа" in told.subject
    assert told.url == f"{PAGE}?year=2026"
    assert again == 0


def test_a_year_is_announced_once_by_the_centre_and_for_a_day_to_come(region, cast):
    with pytest.raises(NotAllowed):
        announce(region, cast.oleg)
    with pytest.raises(Conflict, match="уже прошёл"):
        announce(region, cast.boris, due_on=datetime.date(2020, 1, 1))
    with pytest.raises(Conflict, match="ещё нет"):
        announce(region, cast.boris, year=2025)
    announce(region, cast.boris)
    with pytest.raises(Conflict, match="уже объявлено"):
        announce(region, cast.boris)

    assert Campaign.objects.count() == 1


# -- The pages ----------------------------------------------------------------------------------
def test_the_region_sees_municipalities_and_a_municipality_its_schools(region, cast, signed_in):
    of_region = text(signed_in(cast.vera).get(PAGE))
    of_town = text(signed_in(cast.oleg).get(PAGE))

    assert "North" in of_region
    assert "South" in of_region
    assert "Lake school" in of_town
    assert "Hill school" not in of_town
    assert signed_in(cast.oleg).get(f"{PAGE}?place=edu420101").status_code == 404


def test_small_numbers_are_shown_to_nobody(region, cast, signed_in):
    of_town = text(signed_in(cast.svetlana).get(PAGE))

    assert "меньше 10" in of_town
    assert "100,0 %" not in of_town


def test_a_school_sees_which_of_its_works_wait(region, cast, signed_in):
    cell(cast.lake_school, make_work("om4-2026", subject="Мир"), journal={}, marked=11)
    announce(region, cast.boris)

    seen = text(signed_in(cast.nina).get(PAGE))

    assert "их нет в 1 работе" in seen
    assert "Wood school" not in seen


@pytest.fixture
def noticed(region, cast):
    """One finding stands out in Hill; the year of Lake rests on the journal, that of Wood not."""
    work = works_of(2026)[0]
    StatisticFactory(organization=cast.hill_school, work=work, method="journal_shift", q_value=0.01)
    together = a_part("marks", "journal_mirror", work=None)
    SignalFactory(organization=cast.lake_school, families=["marks"], evidence=[together])
    SignalFactory(organization=cast.wood_school)
    return work


def test_analysis_is_asked_for_by_the_year_and_a_finding_alone_is_attention(
    cast, noticed, signed_in
):
    found = queries.noticed(2026, Organization.objects.under(cast.region).schools())
    seen = text(signed_in(cast.vera).get(PAGE))

    assert found.signals == [(cast.lake_school, [])]
    assert found.watched == [(cast.hill_school, [noticed])]
    order = ["Требует дополнительного анализа", "Lake school", "работы года вместе",
             "Внимание", "Hill school"]  # fmt: skip
    assert sorted(order, key=seen.index) == order
    assert "Wood school" not in seen


def test_a_signal_taken_back_asks_for_no_analysis(cast, noticed, signed_in):
    case = CaseFactory(organization=cast.lake_school, year=2026, state=Case.State.DECIDED)
    CaseDecision.objects.create(
        case=case, outcome="cleared", motivation="Журнал заполнен по теме.", decided_by=cast.boris
    )

    seen = text(signed_in(cast.vera).get(PAGE))
    said = note(signed_in(cast.vera), "reg42")

    assert "Lake school" not in seen
    assert "Lake school" not in said
    assert "Сигналов года" in seen
    assert "Сигналов года" in said


# -- The note -----------------------------------------------------------------------------------
def note(client, code):
    answer = client.get(f"/reports/journal/2026/{code}/note.docx")
    paper = docx.Document(io.BytesIO(answer.content))
    cells = [one.text for table in paper.tables for row in table.rows for one in row.cells]
    return " ".join([one.text for one in paper.paragraphs] + cells).replace("\u00a0", " ")


def test_the_note_of_the_region_has_municipalities_by_name(region, cast, signed_in):
    announce(region, cast.boris)

    said = note(signed_in(cast.vera), "reg42")

    assert said.index("North") < said.index("South")
    assert "совпала в 68,8 %" in said  # 22 of 32 pairs; the four of mathematics are hidden
    assert "Срок внесения" in said
    assert "Lake school" not in said


def test_the_note_of_a_municipality_names_who_waits_and_hides_the_small(region, cast, signed_in):
    said = note(signed_in(cast.oleg), "reg42_m001")
    small = note(signed_in(cast.svetlana), "reg42_m002")

    assert "Wood school" in said
    assert "Hill school" not in said
    assert "доли не приводятся" in small
