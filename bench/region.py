"""A database of a benchmark's own, gone afterwards, and the places of its region."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from django.db import connection
from django.test import override_settings

from organizations.models import Kind, Level, Organization

# The finder of files instead of the manifest, which is there only after collectstatic.
PLAIN_FILES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """An empty database and an empty place for files, both gone afterwards; nothing is logged."""
    logging.disable(logging.CRITICAL)
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with (
            TemporaryDirectory() as media,
            override_settings(MEDIA_ROOT=media, STORAGES=PLAIN_FILES),
        ):
            yield
    finally:
        connection.creation.destroy_test_db(usual, verbosity=0)
        logging.disable(logging.NOTSET)


def place(
    kind: Kind, level: Level, number: int, parent: Organization | None, **more: object
) -> Organization:
    """An organization that is not stored yet."""
    name = f"{kind.label} {number:03}"
    return Organization(
        code=f"bench-{kind}-{number}", name=name, short_name=name, kind=kind, level=level,
        parent=parent, **more,
    )  # fmt: skip


def region_and_ministry() -> tuple[Organization, Organization]:
    region = place(Kind.REGION, Level.REGION, 1, None)
    region.save()
    ministry = place(Kind.MINISTRY, Level.REGION, 1, region)
    ministry.save()
    return region, ministry
