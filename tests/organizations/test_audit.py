"""The audit trail: written with the act, and never altered."""

import pytest
from django.db import DatabaseError, transaction

from organizations.models import Event
from organizations.queries import viewer_of
from organizations.services import audit


@pytest.fixture
def event(cast):
    audit.record("organization.closed", cast.lake_school, by=viewer_of(cast.vera), on="2026-06-01")
    return Event.objects.get()


def test_a_line_says_who_as_whom_did_what_to_what(cast, event):
    assert (event.user_id, event.user_name, event.role) == (cast.vera.pk, "Vera", "ministry")
    assert (event.object_type, event.object_id) == (
        "organizations.organization",
        str(cast.lake_school.pk),
    )
    assert event.object_name == "Lake school"
    assert event.organization_id == cast.lake_school.pk
    assert event.changes == {"on": "2026-06-01"}


def test_the_portal_itself_has_a_name_and_no_role(cast):
    audit.record("run.ended", cast.lake_school, by=None)

    event = Event.objects.get()
    assert (event.user_id, event.user_name, event.role) == (None, "портал", "")


def test_a_row_of_nobody_stands_in_the_journal_it_is_given(cast):
    audit.record("token.issued", cast.vera, by=viewer_of(cast.vera), organization=cast.ministry)

    assert Event.objects.get().organization_id == cast.ministry.pk


def test_the_database_refuses_to_change_a_line(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(user_name="Nobody")

    event.refresh_from_db()
    assert event.user_name == "Vera"


def test_the_database_refuses_to_delete_a_line(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()

    assert Event.objects.filter(pk=event.pk).exists()


def test_a_line_outlives_what_it_speaks_of(cast, event):
    cast.lake_school.memberships.all().delete()
    cast.lake_school.delete()

    assert Event.objects.get(pk=event.pk).object_name == "Lake school"


def test_the_journal_is_read_by_those_whose_role_allows_it_in_their_territory(cast, event):
    readers = {
        name for name, person in cast.people().items()
        if Event.objects.visible_to(viewer_of(person)).filter(pk=event.pk).exists()
    }  # fmt: skip

    assert readers == {"vera", "oleg", "anton"}
