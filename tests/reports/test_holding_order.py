"""The order that sends observers and checkers: from an approved list, as a docx."""

import io

import docx
import pytest
from django.urls import reverse
from django.utils import timezone

from procedures.models import Staffing
from tests.factories.holding import AssignmentFactory, CandidateFactory, StaffingFactory
from tests.factories.procedures import WorkFactory


@pytest.fixture
def staffing(cast):
    row = StaffingFactory(
        organization=cast.north, work=WorkFactory(), status=Staffing.Status.APPROVED,
        approved_at=timezone.now(),
    )  # fmt: skip
    teacher = CandidateFactory(organization=cast.wood_school, post="учитель химии")
    AssignmentFactory(staffing=row, organization=cast.lake_school, candidate=teacher)
    AssignmentFactory(staffing=row, organization=cast.wood_school, candidate=None)
    return row


def order_of(client, staffing):
    answer = client.get(reverse("reports:holding_order", args=[staffing.pk]))
    assert answer.status_code == 200
    return docx.Document(io.BytesIO(answer.content))


def test_the_order_lists_those_who_go_and_leaves_out_empty_places(cast, staffing, signed_in):
    paper = order_of(signed_in(cast.oleg), staffing)

    rows = [[cell.text for cell in row.cells] for row in paper.tables[-1].rows]
    assert len(rows) == 2
    number, school, day, who, works_at = rows[1]
    assert (number, school, works_at) == ("1", "Lake school", "Wood school")
    assert day.replace("\u00a0", " ") == "20 апреля 2026 г."
    assert who.endswith("учитель химии")


def test_the_order_names_the_work_and_its_day(cast, staffing, signed_in):
    paper = order_of(signed_in(cast.oleg), staffing)

    text = "\n".join(one.text for one in paper.paragraphs).replace("\u00a0", " ")
    assert "О направлении в школы: независимых наблюдателей" in text
    assert "Русский язык, 4 класс, 20 апреля 2026 г." in text
    assert "Список направленных" in text


def test_there_is_no_order_before_the_list_is_approved(cast, staffing, signed_in):
    Staffing.objects.update(status=Staffing.Status.PROPOSED, approved_at=None)

    answer = signed_in(cast.oleg).get(reverse("reports:holding_order", args=[staffing.pk]))

    assert answer.status_code == 409
