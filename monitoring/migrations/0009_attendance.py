"""Attendance is a family of its own: what was stored while it was one with the journal's marks.

Cases keep what their signal rested on, no longer all its parts. There is no way back: code of
before knows no attendance.
"""

from django.db import migrations

MARKS, ATTENDANCE, ABSENCE = "marks", "attendance", "absence"

# From here on a part of a case was put into words.
LEAST_POINTS = 5.0


def _weighed(thresholds):
    """Attendance weighs what an order said of both together."""
    weights = (thresholds or {}).get("weights", {})
    if MARKS not in weights or ATTENDANCE in weights:
        return thresholds
    return {**thresholds, "weights": {**weights, ATTENDANCE: weights[MARKS]}}


def part(apps, schema_editor):
    """Thresholds of both families; signals that rested on absence rest on attendance."""
    settings = apps.get_model("monitoring", "MethodSettings")
    for row in settings.objects.all():
        row.thresholds, row.tried = _weighed(row.thresholds), _weighed(row.tried)
        row.save(update_fields=["thresholds", "tried"])
    signals = apps.get_model("monitoring", "Signal")
    resting = signals.objects.filter(evidence__contains=[{"family": MARKS, "method": ABSENCE}])
    for row in resting.iterator():
        for one in row.evidence:
            if one["family"] == MARKS:
                one["family"] = ATTENDANCE
        row.families = [ATTENDANCE if family == MARKS else family for family in row.families]
        row.save(update_fields=["evidence", "families"])


def keep_what_was_said(apps, schema_editor):
    for row in apps.get_model("monitoring", "Case").objects.exclude(evidence=[]):
        said = [one for one in row.evidence if one["points"] >= LEAST_POINTS]
        row.evidence = said or row.evidence[:1]
        row.save(update_fields=["evidence"])


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0008_values_without_constraints")]

    operations = [migrations.RunPython(part), migrations.RunPython(keep_what_was_said)]
