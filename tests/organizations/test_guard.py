"""The one check before an act."""

import pytest

from organizations.access import Permission
from organizations.errors import NotAllowed
from organizations.models import Event
from organizations.queries import viewer_of
from organizations.services import audit, guard


def test_a_role_with_the_right_acts_in_its_territory(cast):
    guard.require(viewer_of(cast.oleg), Permission.MEMBER_MANAGE, cast.lake_school)


def test_a_role_without_the_right_acts_nowhere(cast):
    with pytest.raises(NotAllowed, match="Ваша роль не даёт права"):
        guard.require(viewer_of(cast.nina), Permission.MEMBER_MANAGE, cast.lake_school)


def test_the_right_ends_at_the_border_of_the_territory(cast):
    with pytest.raises(
        NotAllowed, match=r"«Hill school» не относится к вашей территории \(North\)"
    ):
        guard.require(viewer_of(cast.oleg), Permission.MEMBER_MANAGE, cast.hill_school)


def test_a_line_of_the_journal_is_guarded_by_its_organization(cast):
    audit.record("test.done", cast.hill_school, by=None)
    event = Event.objects.get(action="test.done")

    guard.require(viewer_of(cast.svetlana), Permission.JOURNAL_READ, event)
    with pytest.raises(NotAllowed):
        guard.require(viewer_of(cast.oleg), Permission.JOURNAL_READ, event)
