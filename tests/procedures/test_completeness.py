"""The board of completeness: its SQL against a count by hand, its pages, who sees what."""

import datetime
import random
from collections import Counter, defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.errors import Conflict, NotAllowed
from organizations.models import Organization, Profile
from organizations.queries import viewer_of
from procedures import completeness
from procedures.completeness import Receipt, Tally
from procedures.models import Exemption, Protocol, Work
from procedures.services import exemptions
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ProtocolFactory, WorkFactory

TODAY = datetime.date(2026, 5, 20)
STATES = list(Protocol.State)


def at(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))


def protocol(school, work, *, on=TODAY, **fields):
    row = ProtocolFactory(organization=school, work=work, **fields)
    if row.state in (Protocol.State.ACCEPTED, Protocol.State.SUPERSEDED):
        Protocol.objects.filter(pk=row.pk).update(accepted_at=at(on), rows_written=1)
    return row


def board(day=TODAY, schools=None):
    works = list(Work.objects.order_by("pk"))
    schools = Organization.objects.schools() if schools is None else schools
    return {(cell.school, cell.work): cell for cell in completeness.cells(schools, works, day)}


# against a count by hand


def by_hand(school, work, day):
    """The rules of the board told again, row by row, from all rows there are."""
    rows = list(Protocol.objects.filter(organization=school))
    known = {
        number
        for row in rows
        if row.state == "accepted" and row.work.grade == work.grade
        for number in row.classes
    }
    own = sorted((row for row in rows if row.work_id == work.pk), key=lambda row: row.version)
    got = {number for row in own if row.state == "accepted" for number in row.classes}
    said = Exemption.objects.filter(organization=school, work=work)
    out = {one.class_number for one in said if one.class_number}
    missing = known - got - out
    if got:
        if missing:
            return "partial"
        first = {
            number: min(
                timezone.localdate(row.accepted_at)
                for row in own
                if row.accepted_at and number in row.classes
            )
            for number in got
        }
        return "late" if work.due_on and max(first.values()) > work.due_on else "accepted"
    if said.filter(class_number=None).exists() or (known and not missing):
        return "exempt"
    newest = own[-1].state if own else None
    if newest in ("faulty", "refused"):
        return "faulty"
    if newest == "checking":
        return newest
    if work.due_on and work.due_on < day:
        return "overdue"
    return "ready" if newest == "ready" else "expected"


@pytest.mark.parametrize("seed", range(6))
def test_the_board_says_what_a_count_by_hand_says(cast, seed):
    chance = random.Random(seed)  # noqa: S311 - the same rows every time
    schools = [cast.lake_school, cast.wood_school, cast.hill_school]
    schools += [OrganizationFactory(parent=cast.south) for _ in range(3)]
    dues = [None, *(TODAY + datetime.timedelta(days=n) for n in (-9, -1, 0, 3))]
    works = [
        WorkFactory(code=f"w{n}", subject=f"Предмет {n}", grade=4 + n % 2,
                    due_on=chance.choice(dues))
        for n in range(5)
    ]  # fmt: skip
    for school in schools:
        for work in works:
            for version in range(1, chance.randrange(4) + 1):
                protocol(
                    school, work, version=version, state=chance.choice(STATES),
                    classes=sorted(chance.sample([1, 2, 3], chance.randrange(1, 4))),
                    on=TODAY - datetime.timedelta(days=chance.randrange(14)),
                )  # fmt: skip
            for number in chance.sample([None, 1, 2, 3], chance.choice([0, 0, 0, 1, 2])):
                Exemption.objects.create(
                    organization=school, work=work, class_number=number, reason="жребий"
                )

    found = board()

    expected = {
        (school.pk, work.pk): by_hand(school, work, TODAY) for school in schools for work in works
    }
    assert {key: str(cell.receipt) for key, cell in found.items()} == expected
    counted = defaultdict(Counter)
    for (school, work), receipt in expected.items():
        counted[next(s.parent_id for s in schools if s.pk == school), work][receipt] += 1
    tallies = completeness.tallies(Organization.objects.schools(), works, TODAY)
    assert {key: dict(one.counts) for key, one in tallies.items()} == counted
    whole = completeness.tally_of(found.values(), works, TODAY)
    assert whole == Tally.sum(tallies.values())
    assert whole.expected == sum(receipt != "exempt" for receipt in expected.values())


def test_a_class_known_from_another_work_is_missed_until_it_comes_or_is_exempt(cast):
    russian = WorkFactory()
    maths = WorkFactory(code="ma4-2026", subject="Математика")
    protocol(cast.lake_school, russian, classes=[1, 2, 3])
    protocol(cast.lake_school, maths, classes=[1])
    cell = board()[cast.lake_school.pk, maths.pk]
    assert (cell.receipt, cell.received, cell.missing) == (Receipt.PARTIAL, (1,), (2, 3))

    protocol(cast.lake_school, maths, version=2, classes=[2])
    exemptions.exempt(
        cast.lake_school, maths, class_number=3, reason="карантин", by=viewer_of(cast.nina)
    )

    cell = board()[cast.lake_school.pk, maths.pk]
    assert (cell.receipt, cell.received, cell.exempt) == (Receipt.ACCEPTED, (1, 2), (3,))


def test_a_correction_after_the_day_does_not_make_a_school_late(cast):
    work = WorkFactory(due_on=TODAY)
    protocol(cast.lake_school, work, version=1, state="superseded")
    later = TODAY + datetime.timedelta(days=5)
    protocol(cast.lake_school, work, version=2, on=later)

    assert board(later)[cast.lake_school.pk, work.pk].receipt == Receipt.ACCEPTED


def test_a_basic_school_is_not_asked_for_senior_grades(cast):
    work = WorkFactory(code="ru10-2026", grade=10)
    Organization.objects.filter(pk=cast.lake_school.pk).update(profile=Profile.BASIC)

    asked = {school for school, _ in board()}

    assert asked == {cast.wood_school.pk, cast.hill_school.pk}
    assert work.pk in {work for _, work in board()}


def test_shares_are_of_what_is_expected_and_of_days_that_are_over():
    tally = Tally(Counter({Receipt.ACCEPTED: 3, Receipt.LATE: 1, Receipt.OVERDUE: 4,
                           Receipt.EXEMPT: 5}), closed=8, in_time=3)  # fmt: skip

    assert (tally.expected, tally.received) == (8, 4)
    assert (tally.completeness, tally.timeliness) == (0.5, 0.375)
    assert (Tally().completeness, Tally().timeliness) == (None, None)


# who does not take part


@pytest.mark.parametrize("person", ["igor", "svetlana", "vera", "inna", "anton"])
def test_only_who_hands_in_for_a_school_says_that_it_does_not_take_part(cast, person):
    with pytest.raises(NotAllowed):
        exemptions.exempt(
            cast.lake_school, WorkFactory(), reason="жребий", by=viewer_of(getattr(cast, person))
        )


def test_what_is_stored_is_not_exempt(cast):
    work = WorkFactory()
    protocol(cast.lake_school, work, classes=[1])
    by = viewer_of(cast.nina)

    with pytest.raises(Conflict, match="уже записаны"):
        exemptions.exempt(cast.lake_school, work, reason="жребий", by=by)
    exemptions.exempt(cast.lake_school, work, class_number=2, reason="жребий", by=by)
    exemptions.exempt(cast.lake_school, work, class_number=2, reason="карантин", by=by)

    assert [row.reason for row in Exemption.objects.all()] == ["карантин"]


# pages


def page(client, **asked):
    return client.get(reverse("procedures:completeness"), asked)


def test_the_board_goes_from_the_region_to_a_school(cast, signed_in):
    work = WorkFactory()
    protocol(cast.lake_school, work)
    vera = signed_in(cast.vera)

    region = page(vera).context
    north = page(vera, municipality=cast.north.code).context
    school = page(vera, school=cast.lake_school.code)

    assert [(row.place, row.total.received, row.total.expected) for row, _ in region["rows"]] == [
        (cast.north, 1, 2), (cast.south, 0, 1),
    ]  # fmt: skip
    assert [(place, told.word) for place, (told,) in north["rows"]] == [
        (cast.lake_school, "принят"), (cast.wood_school, "ждём протокол"),
    ]  # fmt: skip
    assert "есть класс 1" in school.content.decode().replace("\u00a0", " ")


def test_each_sees_the_board_of_their_own_territory(cast, signed_in):
    WorkFactory()

    oleg = signed_in(cast.oleg)
    assert page(oleg).context["municipality"] == cast.north
    assert page(oleg, municipality=cast.south.code).context["municipality"] == cast.north
    assert page(oleg, school=cast.hill_school.code).status_code == 404
    nina = signed_in(cast.nina)
    assert page(nina, school=cast.hill_school.code).context["school"] == cast.lake_school
    assert page(signed_in(cast.inna)).status_code == 403


def test_the_board_is_narrowed_to_a_state(cast, signed_in):
    work = WorkFactory()
    protocol(cast.lake_school, work, state="faulty")
    oleg = signed_in(cast.oleg)

    assert [school for school, _ in page(oleg, show="faulty").context["rows"]] == [cast.lake_school]
    (row, (cell,)), _ = page(signed_in(cast.vera), show="faulty").context["rows"]
    assert (row.place, cell) == (cast.north, "1")


def test_the_file_has_a_line_for_every_work_of_every_school_one_sees(cast, signed_in, tmp_path):
    work = WorkFactory()
    protocol(cast.lake_school, work, classes=[1, 2])

    answer = signed_in(cast.oleg).get(reverse("procedures:completeness_xlsx"))

    (tmp_path / "a.xlsx").write_bytes(answer.getvalue())
    rows = list(load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))[1:]
    assert [(row[1], row[6], row[7]) for row in rows] == [
        ("Lake school", "принят", "1, 2"), ("Wood school", "ждём протокол", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("person", "asked"), [("vera", {}), ("oleg", {}), ("nina", {}), ("vera", {"municipality": 1})]
)
def test_the_board_makes_as_many_queries_however_many_schools_and_works(
    cast, signed_in, person, asked
):
    work = WorkFactory()
    protocol(cast.lake_school, work)
    client = signed_in(getattr(cast, person))
    asked = {"municipality": cast.north.code} if asked else {}

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert page(client, **asked).status_code == 200
        return len(captured)

    queries()
    before = queries()
    for number in range(8):
        more = WorkFactory(code=f"x{number}", subject=f"Предмет {number}")
        protocol(OrganizationFactory(parent=cast.north), more)
        protocol(cast.lake_school, more)
        Exemption.objects.create(
            organization=cast.lake_school, work=more, class_number=9, reason="жребий"
        )

    assert queries() == before
