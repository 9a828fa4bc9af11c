"""Sound files that nobody had written: let go after a while, so that none waits for ever."""

import datetime

from django.db import transaction

from organizations.services import audit
from organizations.templatetags.ru import plural
from procedures.models import Protocol

State = Protocol.State


def expire(days: int, now: datetime.datetime) -> int:
    """Let go of files that nobody had written for so many days; gives how many.

    Their schools may upload them again.
    """
    old = Protocol.objects.filter(
        state=State.READY, uploaded_at__lt=now - datetime.timedelta(days=days)
    )
    message = f"Файл не записан: за {days} {plural(days, 'день,дня,дней')} его не подтвердили."
    return sum(_let_go(pk, message) for pk in old.values_list("pk", flat=True))


@transaction.atomic
def _let_go(pk: int, message: str) -> bool:
    waiting = Protocol.objects.select_for_update().filter(pk=pk, state=State.READY)
    row = waiting.first()
    if row is None:  # somebody has written it meanwhile
        return False
    row.state, row.message = State.CANCELLED, message
    row.save(update_fields=["state", "message"])
    audit.record("protocol.cancelled", row, by=None, version=row.version)
    return True
