"""Composition root: puts the apps together; no app imports it."""

from rsoko.celery import app as celery_app

__all__ = ["celery_app"]
