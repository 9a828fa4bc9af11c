"""What every test has: the embedded servers, the cast, no mail sent, tasks done at once."""

import os

import pytest
from hypothesis import settings as hypothesis_settings

from rsoko import embedded
from rsoko.celery import app
from tests.cast import Cast, make_cast

embedded.start()

# The same examples in every run of the pipeline, fresh ones at a developer's.
hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
hypothesis_settings.register_profile("dev", deadline=None, max_examples=60)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(autouse=True, scope="session")
def _known_tasks():
    """Tasks are known by name whichever tests run: a message to an unknown one is not eager."""
    app.loader.import_default_modules()


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Each test has its own files, its own cache, and tasks that run where they are asked for."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.CELERY_TASK_EAGER_PROPAGATES = True


@pytest.fixture
def cast(db) -> Cast:
    """The people and places that all tests know by name."""
    return make_cast()


@pytest.fixture
def signed_in(client):
    """`signed_in(cast.nina)` gives a client that acts as Nina."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in
