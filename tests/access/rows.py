"""All rows of the portal's own tables as fingerprints: what an act has changed, it cannot hide."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction

OURS = ("organizations", "roadmaps", "procedures", "monitoring", "reports")


def fingerprints() -> dict[str, str]:
    """Table → a digest of all its rows. One query."""
    tables = [
        model._meta.db_table for app in OURS for model in apps.get_app_config(app).get_models()
    ]
    digest = "SELECT '{0}', md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {0} t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(digest.format(table) for table in tables))
        return dict(cursor.fetchall())


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
