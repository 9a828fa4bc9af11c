"""Notices as letters: at once or in the morning's digest, tried until they go or are given up."""

import datetime
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.errors import MessageError
from itertools import groupby
from operator import attrgetter
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.template.loader import render_to_string
from django.utils import timezone

from organizations.models import NOTICE_KINDS, Notice, Urgency, User

log = logging.getLogger(__name__)

BATCH = 50
# The wait after the first failure, after the second …; the failure that has none is the last.
WAITS = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
ANSWER_SECONDS = 10
# Longer than a batch of which every letter waits for the server as long as it may.
LEASE = datetime.timedelta(minutes=15)
OF_ONE_KIND = 20  # links of one kind in a digest; the others are counted

# What is wrong with one letter; every other OSError is the server's and stops the batch.
LETTER_FAULTS = (
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPDataError,
    SMTPNotSupportedError,
    MessageError,
    ValueError,
)
# Never the error's own words: they hold addresses.
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (SMTPRecipientsRefused, "почтовый сервер не принял адрес"),
    (SMTPAuthenticationError, "почтовый сервер не принял пароль портала"),
    (TimeoutError, "почтовый сервер не ответил вовремя"),
    (ConnectionError, "нет связи с почтовым сервером"),
    (OSError, "сбой почтового сервера"),
)
UNFIT = "адрес не подходит для письма"


@dataclass(frozen=True)
class Letter:
    """What one person is sent, and until when the worker that claimed it has it for itself."""

    user: User
    notices: tuple[Notice, ...]
    lease: datetime.datetime


Claim = Callable[[], list[Letter]]


def open_digests() -> int:
    """Let the digest notices that have gathered be sent; gives how many there are."""
    gathered = Notice.objects.unread().filter(
        urgency=Urgency.DIGEST, mail_state=Notice.Mail.DUE, next_try_at=None
    )
    return gathered.update(next_try_at=timezone.now())


def send_due() -> int:
    """Send every letter whose time has come; gives how many went.

    Safe beside another worker and after one that died: a letter is claimed before it is sent.
    """
    give_up_unreachable()
    return _deliver(_claimed_singles) + _deliver(_claimed_digests)


def give_up_unreachable() -> int:
    """Cancel the due letters to people who have moved, are blocked or have no address any more."""
    due = Notice.objects.due(timezone.now()).unreachable(timezone.localdate())
    return due.update(mail_state=Notice.Mail.NONE, next_try_at=None)


def _claimed_singles() -> list[Letter]:
    """The next letters of one notice each, for this worker alone."""
    with transaction.atomic():
        due = Notice.objects.due(timezone.now()).filter(urgency=Urgency.IMMEDIATE)
        due = due.select_for_update(skip_locked=True, of=("self",)).select_related("user")
        notices = list(due.order_by("pk")[:BATCH])
        lease = _leased(notices)
    return [Letter(notice.user, (notice,), lease) for notice in notices]


def _claimed_digests() -> list[Letter]:
    """The next letters of all that one person has gathered, for this worker alone.

    The person is locked, not the notices: two workers must not share one person's between them.
    """
    with transaction.atomic():
        due = Notice.objects.due(timezone.now()).filter(urgency=Urgency.DIGEST)
        people = User.objects.filter(Exists(due.filter(user=OuterRef("pk"))))
        people = people.select_for_update(skip_locked=True, no_key=True).order_by("pk")[:BATCH]
        notices = list(due.filter(user__in=[person.pk for person in people]).select_related("user"))
        lease = _leased(notices)
    notices.sort(key=attrgetter("user_id"))
    return [
        Letter(own[0].user, own, lease)
        for own in (tuple(group) for _, group in groupby(notices, attrgetter("user_id")))
    ]


def _leased(notices: Iterable[Notice]) -> datetime.datetime:
    """Keep these notices from other workers; should this one die, they are due again then."""
    lease = timezone.now() + LEASE
    _rows(notices).update(next_try_at=lease)
    return lease


def _deliver(claim: Claim) -> int:
    """Send batch by batch until nothing is due, or until the server fails."""
    sent = 0
    while letters := claim():
        try:
            with get_connection(timeout=ANSWER_SECONDS) as post:
                while letters:
                    sent += _went(letters[0], post)
                    letters.pop(0)
        except OSError as error:
            _note_failure(letters, error)
            break
    return sent


def _went(letter: Letter, post: BaseEmailBackend) -> bool:
    """Send one letter. It is noted at once: a worker that dies repeats no letter but its last."""
    message = _written(letter)
    try:
        post.send_messages([message])
    except LETTER_FAULTS as error:
        _note_failure([letter], error)
        return False
    _mine([letter]).update(
        mail_state=Notice.Mail.SENT, sent_at=timezone.now(), next_try_at=None, last_error=""
    )
    return True


def _note_failure(letters: list[Letter], error: Exception) -> None:
    """The next try, further away each time; after the last one the letter is given up."""
    log.warning("%s letters did not go: %s", len(letters), type(error).__name__)
    now = timezone.now()
    tries = [When(attempts=failed, then=Value(now + wait)) for failed, wait in enumerate(WAITS)]
    waits = When(attempts__lt=len(WAITS), then=Value(Notice.Mail.DUE))
    _mine(letters).filter(mail_state=Notice.Mail.DUE).update(
        attempts=F("attempts") + 1,
        mail_state=Case(waits, default=Value(Notice.Mail.FAILED)),
        next_try_at=Case(*tries, default=None),
        last_error=_reason(error),
    )


def _mine(letters: list[Letter]) -> QuerySet[Notice]:
    """The letters' rows, as long as this worker's lease on them lasts."""
    rows = _rows(notice for letter in letters for notice in letter.notices)
    return rows.filter(next_try_at__in={letter.lease for letter in letters})


def _rows(notices: Iterable[Notice]) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=[notice.pk for notice in notices])


def _reason(error: Exception) -> str:
    return next((words for kind, words in REASONS if isinstance(error, kind)), UNFIT)


def _written(letter: Letter) -> EmailMessage:
    """The letter in words: subjects and links, nothing of what the pages behind them hold."""
    digest = letter.notices[0].urgency == Urgency.DIGEST
    name = "digest" if digest else "notice"
    context = {
        "notice": letter.notices[0],
        "count": len(letter.notices),
        "groups": _grouped(letter.notices),
        "most": OF_ONE_KIND,
        "today": timezone.localdate(),
        "site": settings.SITE_URL,
    }
    subject = render_to_string(f"organizations/email/{name}_subject.txt", context)
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string(f"organizations/email/{name}.txt", context),
        to=[letter.user.email],
        # Absence messages do not answer what says that nobody wrote it.
        headers={"Auto-Submitted": "auto-generated"},
    )


def _grouped(notices: tuple[Notice, ...]) -> list[tuple[str, list[Notice]]]:
    """The notices by what they are about, the kinds in the order of their table."""
    kinds = {kind: [one for one in notices if one.kind == kind] for kind in NOTICE_KINDS}
    return [(NOTICE_KINDS[kind][0], own) for kind, own in kinds.items() if own]
