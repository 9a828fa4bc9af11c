"""Statistics are written anew with every upload: room for that in their pages, and their index.

Pages that are full already empty by and by; `VACUUM FULL monitoring_statistic` does it at once.
Packed findings are read and written as often, and unpacking them took longer than reading.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0009_attendance"),
        ("organizations", "0004_notice"),
        ("procedures", "0009_holding"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE monitoring_statistic SET (fillfactor = 50)",
            "ALTER TABLE monitoring_statistic RESET (fillfactor)",
        ),
        migrations.RunSQL(
            "ALTER TABLE monitoring_workreference ALTER COLUMN findings SET STORAGE EXTERNAL",
            "ALTER TABLE monitoring_workreference ALTER COLUMN findings SET STORAGE EXTENDED",
        ),
        migrations.AlterField(
            model_name="statistic",
            name="work",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="statistics",
                to="procedures.work",
            ),
        ),
        migrations.AddIndex(
            model_name="statistic",
            index=models.Index(fields=["work", "method"], name="statistic_of_work"),
        ),
    ]
