"""Two people at the same case at the same moment: one act is done, the other is told why not."""

import pytest

from monitoring.computation.cases import open_cases
from monitoring.models import Case, CaseDecision, Explanation
from monitoring.services import answers, decisions
from organizations.errors import Conflict
from organizations.models import Event
from organizations.queries import viewer_of
from tests.factories.monitoring import CaseFactory, SignalFactory
from tests.factories.organizations import MembershipFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
Outcome = CaseDecision.Outcome


@pytest.mark.parametrize("attempt", range(3))
def test_one_of_two_decides_and_the_other_is_told(cast, attempt):
    case = CaseFactory(organization=cast.lake_school, state=Case.State.ANSWERED)
    vera, boris = viewer_of(cast.vera), viewer_of(cast.boris)

    results = at_once(
        lambda: decisions.decide(case, outcome=Outcome.CLEARED, motivation="Объяснили.", by=vera),
        lambda: decisions.decide(case, outcome=Outcome.WATCHED, motivation="Смотрим.", by=boris),
    )

    [lost] = [one for one in results if isinstance(one, Exception)]
    [won] = [one for one in results if not isinstance(one, Exception)]
    assert isinstance(lost, Conflict)
    assert f"уже принято: {won.get_outcome_display()}" in str(lost)
    assert CaseDecision.objects.get() == won
    assert Event.objects.filter(action="case.decided").count() == 1


def test_two_of_the_school_send_one_answer(cast):
    case = CaseFactory(organization=cast.lake_school)
    people = [cast.nina, MembershipFactory(organization=cast.lake_school).user]

    def send(person):
        return answers.send(
            case, text=f"Пишет {person.pk}", proposal=Explanation.Proposal.NOTHING,
            by=viewer_of(person),
        )  # fmt: skip

    results = at_once(*(lambda person=person: send(person) for person in people))

    assert [type(one) for one in results if isinstance(one, Exception)] == [Conflict]
    assert Event.objects.filter(action="case.answered").count() == 1


def test_two_computations_open_a_case_once(cast):
    SignalFactory(organization=cast.lake_school)
    SignalFactory(organization=cast.hill_school)

    results = at_once(*(lambda: open_cases(cast.region.pk, 2026) for _ in range(2)))

    assert sorted(results) == [0, 2]
    assert {case.serial for case in Case.objects.all()} == {1, 2}
