"""What was stored while attendance was one family with the journal's marks."""

from importlib import import_module

import pytest
from django.apps import apps

from monitoring.models import Case, MethodSettings, Signal
from monitoring.queries.settings import settings_of, thresholds_of
from monitoring.stats.findings import Family
from monitoring.stats.settings import Settings
from tests.factories.monitoring import CaseFactory, SignalFactory, a_part

pytestmark = pytest.mark.django_db

migration = import_module("monitoring.migrations.0009_attendance")
part = migration.part


def old_thresholds(**weights):
    thresholds = thresholds_of(Settings())
    del thresholds["weights"]["attendance"]
    thresholds["weights"] |= weights
    return thresholds


def test_attendance_weighs_what_an_order_said_of_both(cast):
    thresholds = old_thresholds(marks=0.7)
    row = MethodSettings.objects.create(
        organization=cast.region, version=1, thresholds=thresholds, tried=thresholds
    )

    part(apps, None)
    part(apps, None)

    row.refresh_from_db()
    assert settings_of(row.thresholds).weights[Family.ATTENDANCE] == 0.7
    assert settings_of(row.thresholds).weights[Family.MARKS] == 0.7
    assert row.is_tried


def test_a_signal_that_rested_on_absence_rests_on_attendance_and_no_other_moves(cast):
    of_absence = SignalFactory(
        organization=cast.lake_school,
        families=["borders", "marks"],
        evidence=[a_part(), a_part("marks", "absence")],
    )
    of_journal = SignalFactory(
        organization=cast.wood_school,
        families=["borders", "marks"],
        evidence=[a_part(), a_part("marks", "journal_shift")],
    )

    part(apps, None)

    moved, kept = (Signal.objects.get(pk=row.pk) for row in (of_absence, of_journal))
    assert moved.families == ["borders", "attendance"]
    assert moved.evidence == [a_part(), a_part("attendance", "absence")]
    assert (kept.families, kept.evidence) == (of_journal.families, of_journal.evidence)


@pytest.mark.parametrize(
    ("points", "kept"), [([22.0, 5.0, 4.9, -2.0], 2), ([3.0, 2.0], 1), ([], 0)]
)
def test_a_case_keeps_what_was_put_into_words(cast, points, kept):
    evidence = [a_part(points=one) for one in points]
    case = CaseFactory(organization=cast.lake_school, evidence=evidence)

    migration.keep_what_was_said(apps, None)

    assert Case.objects.get(pk=case.pk).evidence == evidence[:kept]
