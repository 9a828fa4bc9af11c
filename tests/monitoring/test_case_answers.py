"""The school's answer: a draft nobody sees, sent once, with files, naming nobody."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from monitoring.models import Explanation
from monitoring.queries.cases import course, texts
from monitoring.services import answers
from organizations.errors import Conflict, NotAllowed, Refused
from organizations.models import Event
from organizations.queries import viewer_of
from tests.factories.documents import pdf
from tests.monitoring.cases import SAID, Proposal, S, acts, answer, now, overdue


def test_a_draft_is_kept_and_seen_by_nobody_else(cast, case):
    nina = viewer_of(cast.nina)
    answers.keep(case, text=SAID, proposal=Proposal.NOTHING, files=[("п.pdf", pdf("п"))], by=nina)

    assert now(case).state == S.AWAITING
    assert texts(now(case)).answer.words == ""
    assert "черновик" not in " ".join(step.note for step in course(now(case)))
    file = case.explanation.files.get()
    rows = type(file).objects
    assert rows.visible_to(nina).exists()
    assert not rows.visible_to(viewer_of(cast.oleg)).exists()
    assert not rows.visible_to(viewer_of(cast.boris)).exists()


def test_a_sent_answer_is_read_above_and_changes_no_more(cast, case):
    answer(cast, case, files=[("п.pdf", pdf("п")), ("п.pdf", pdf("п"))])

    assert now(case).state == S.ANSWERED
    assert SAID in texts(now(case)).answer.words
    file = now(case).explanation.files.get()  # the same bytes are one file
    assert type(file).objects.visible_to(viewer_of(cast.oleg)).exists()
    assert not type(file).objects.visible_to(viewer_of(cast.inna)).exists()
    assert not type(file).objects.visible_to(viewer_of(cast.igor)).exists()
    with pytest.raises(Conflict, match="школа ответила"):
        answer(cast, case)
    with pytest.raises(Conflict):
        answers.remove(file, by=viewer_of(cast.nina))


def test_a_late_answer_is_taken(cast, case):
    overdue(case, days=40)

    answer(cast, case)

    assert now(case).state == S.ANSWERED


@pytest.mark.parametrize("text", ["Работы проверяла Иванова М. И.", "Мария Ивановна была больна"])
def test_an_answer_that_names_a_person_is_refused(cast, case, text):
    with pytest.raises(Conflict, match="похоже на имя"):
        answer(cast, case, text=text)
    assert now(case).state == S.AWAITING


def test_an_answer_without_words_or_with_a_spoilt_file_is_refused(cast, case):
    with pytest.raises(Conflict, match="Напишите, как школа"):
        answer(cast, case, text=" ")
    with pytest.raises(Refused):
        answer(cast, case, files=[("п.pdf", b"<html>")])
    assert not Explanation.objects.exists()


def stored() -> int:
    kept = Path(default_storage.location) / "explanations"
    return sum(path.is_file() for path in kept.rglob("*"))


def test_a_file_beside_a_spoilt_one_or_one_too_many_is_not_stored(cast, case):
    before, good = stored(), ("п.pdf", pdf("п"))
    with pytest.raises(Refused):
        answer(cast, case, files=[good, ("б.pdf", b"<html>")])
    with pytest.raises(Conflict, match="не больше 10"):
        answer(cast, case, files=[(f"{n}.pdf", pdf(str(n))) for n in range(11)])

    assert stored() == before
    answer(cast, case, files=[good])
    assert stored() == before + 1


def test_an_answer_sent_at_once_was_no_draft(cast, case):
    answer(cast, case)

    assert acts() == ["case.opened", "case.answered"]


def test_the_journal_tells_nobody_above_of_a_draft(cast, case):
    answers.keep(
        case, text=SAID, proposal=Proposal.NOTHING, files=[("п.pdf", pdf("п"))],
        by=viewer_of(cast.nina),
    )  # fmt: skip
    drafts = Event.objects.filter(action__in=["case.drafted", "case.proved"])

    assert drafts.count() == 2
    for who in (cast.vera, cast.boris, cast.oleg, cast.anton):
        assert not drafts.visible_to(viewer_of(who)).exists()
    assert drafts.fit_for(viewer_of(cast.nina)).count() == 2


@pytest.mark.parametrize("who", ["oleg", "boris", "vera", "igor", "inna", "anton"])
def test_only_the_school_answers(cast, case, who):
    with pytest.raises(NotAllowed):
        answers.send(case, text=SAID, proposal=Proposal.RECHECK, by=viewer_of(getattr(cast, who)))
