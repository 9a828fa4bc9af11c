"""What several modules about the same thing begin with; a module's own fixture comes first."""

import pytest

from monitoring.computation.cases import open_cases
from monitoring.models import Case
from organizations.models import Organization
from procedures.models import Work
from tests.cast import Cast
from tests.factories.monitoring import LIFTED, SignalFactory, make_schools, make_work, store_results


@pytest.fixture
def case(cast: Cast) -> Case:
    """Lake school's case, just opened."""
    SignalFactory(organization=cast.lake_school)
    open_cases(cast.region.pk, 2026)
    return Case.objects.get()


@pytest.fixture
def lake_work(cast: Cast) -> Work:
    """A work that 87 pupils of Lake school wrote."""
    work = make_work()
    store_results(work, [cast.lake_school], pupils=93)
    return work


@pytest.fixture
def work(cast: Cast) -> Work:
    return make_work()


@pytest.fixture
def schools(cast: Cast, work: Work) -> list[Organization]:
    """Fourteen schools of North with results; the fourth lifts works to the borders."""
    found = make_schools(cast.north, 14)
    store_results(work, found, lifted=[LIFTED])
    return found
