"""The Celery application and the beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init

from rsoko import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rsoko.settings")

app = Celery("rsoko")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "reconcile-runs": {"task": "organizations.tasks.reconcile", "schedule": 15.0},
    "worker-heartbeat": {"task": "organizations.tasks.heartbeat", "schedule": 15.0},
    "send-letters": {
        "task": "organizations.tasks.send_letters",
        "schedule": 60.0,
        "options": {"expires": 60},  # a busy worker finds one doorbell of the post, not hundreds
    },
    # What a killed command or a lost wish left undone is done at night.
    "compute-objectivity": {
        "task": "monitoring.tasks.compute_nightly",
        "schedule": crontab(hour="2", minute="0"),
    },
    # At the clock of the region: CELERY_TIMEZONE is TIME_ZONE. The reminders fill the digest.
    "remind": {
        "task": "roadmaps.tasks.remind",
        "schedule": crontab(hour="6", minute="0"),
    },
    "remind-of-protocols": {
        "task": "procedures.tasks.remind",
        "schedule": crontab(hour="6", minute="30"),
    },
    "remind-of-cases": {
        "task": "monitoring.tasks.remind",
        "schedule": crontab(hour="6", minute="45"),
    },
    "send-digests": {
        "task": "organizations.tasks.send_digests",
        "schedule": crontab(hour="8", minute="0"),
    },
}


@celeryd_init.connect
@beat_init.connect
def start_embedded(**_: Any) -> None:
    """A worker or a beat started by Celery's own command also brings the servers it needs."""
    embedded.start()
