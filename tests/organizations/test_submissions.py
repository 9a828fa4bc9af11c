"""The one workflow: which state follows which, and who may move it."""

import pytest

from organizations.access import Permission
from organizations.errors import Conflict, NotAllowed
from organizations.models import MOVES, Document, Event, State
from organizations.queries import viewer_of
from organizations.services import submissions
from tests.factories.documents import DocumentFactory


def send(document, by):
    return submissions.send(document, by=by, permission=Permission.DOCUMENT_UPLOAD)


def accept(document, by):
    return submissions.accept(document, by=by, permission=Permission.DOCUMENT_ACCEPT)


def send_back(document, by, remark="Нет приказа."):
    return submissions.send_back(
        document, remark=remark, by=by, permission=Permission.DOCUMENT_ACCEPT
    )


ACTS = {State.SENT: send, State.ACCEPTED: accept, State.RETURNED: send_back}


@pytest.mark.parametrize("to", ACTS, ids=str)
@pytest.mark.parametrize("state", State, ids=str)
def test_a_state_moves_only_along_the_table(cast, state, to):
    document = DocumentFactory(organization=cast.lake_school, state=state)
    by = viewer_of(cast.nina if to == State.SENT else cast.oleg)

    if to in MOVES[state]:
        ACTS[to](document, by)
    else:
        with pytest.raises(Conflict, match=State(state).label):
            ACTS[to](document, by)

    document.refresh_from_db()
    assert document.state == (to if to in MOVES[state] else state)


def test_a_return_without_a_remark_is_refused(cast):
    document = DocumentFactory(organization=cast.lake_school)

    with pytest.raises(Conflict, match="без замечания"):
        send_back(document, viewer_of(cast.oleg), remark="  ")

    document.refresh_from_db()
    assert document.state == State.SENT


def test_sending_again_takes_the_old_decision_away(cast):
    document = DocumentFactory(organization=cast.lake_school)
    send_back(document, viewer_of(cast.oleg))

    sent = send(document, viewer_of(cast.nina))

    assert (sent.remark, sent.decided_by, sent.sent_by) == ("", None, cast.nina)


def test_a_coordinator_accepts_nothing_of_another_municipality(cast):
    document = DocumentFactory(organization=cast.hill_school)

    with pytest.raises(NotAllowed, match="не относится"):
        accept(document, viewer_of(cast.oleg))


@pytest.mark.parametrize("who", ["vera", "boris", "inna", "nina", "elena", "pavel", "anton"])
def test_only_a_coordinator_accepts(cast, who):
    document = DocumentFactory(organization=cast.lake_school)

    with pytest.raises(NotAllowed):
        accept(document, viewer_of(getattr(cast, who)))


def test_every_move_leaves_a_line_in_the_journal_of_the_owner(cast):
    document = DocumentFactory(organization=cast.lake_school)

    send_back(document, viewer_of(cast.oleg))

    event = Event.objects.get(action="document.returned")
    assert event.organization_id == cast.lake_school.pk
    assert event.changes == {"state": ["sent", "returned"], "remark": "Нет приказа."}


def test_a_row_read_long_ago_is_judged_by_its_state_now(cast):
    stale = DocumentFactory(organization=cast.lake_school)
    accept(Document.objects.get(pk=stale.pk), viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="принято"):
        send_back(stale, viewer_of(cast.oleg))
