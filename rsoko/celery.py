"""The Celery application and the beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

from rsoko import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rsoko.settings")

app = Celery("rsoko")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "reconcile-runs": {"task": "organizations.tasks.reconcile", "schedule": 15.0},
    "worker-heartbeat": {"task": "organizations.tasks.heartbeat", "schedule": 15.0},
}


@celeryd_init.connect
@beat_init.connect
def start_embedded(**_: Any) -> None:
    """A worker or a beat started by Celery's own command also brings the servers it needs."""
    embedded.start()
