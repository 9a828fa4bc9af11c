"""A person's calendar address: given out once, replaced, taken back; only its digest is kept."""

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import User
from organizations.services import audit
from roadmaps.models import CalendarFeed


@transaction.atomic
def subscribe(*, by: Viewer) -> str:
    """A new secret of the viewer's own calendar; it is not kept, the one before stops working."""
    secret = secrets.token_urlsafe(32)
    feed, _ = CalendarFeed.objects.update_or_create(
        user_id=by.user_id, defaults={"digest": _digest(secret), "created_at": timezone.now()}
    )
    audit.record("calendar.issued", feed.user, by=by, organization=by.organization_id)
    return secret


@transaction.atomic
def unsubscribe(*, by: Viewer) -> bool:
    """Take the viewer's own address back. Tells whether there was one."""
    feed = CalendarFeed.objects.filter(user_id=by.user_id).select_related("user").first()
    if feed is None:
        return False
    audit.record("calendar.revoked", feed.user, by=by, organization=by.organization_id)
    feed.delete()
    return True


def subscriber(secret: str) -> User | None:
    """Whose calendar the secret opens. One query."""
    feed = CalendarFeed.objects.filter(digest=_digest(secret)).select_related("user").first()
    return feed.user if feed else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
