"""The catalogue of procedures as the Положение of 2022 lists them."""

from django.db import migrations

from procedures import catalogue

NAMES = ("Direction", "Procedure", "Placement", "ProcedureVersion")


def load(apps, schema_editor):
    catalogue.fill(*(apps.get_model("procedures", name) for name in NAMES))


class Migration(migrations.Migration):
    dependencies = [("procedures", "0006_catalogue")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
