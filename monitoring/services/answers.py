"""The school's answer to its signal: kept as a draft with its files, sent once."""

import hashlib
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Case, Explanation, ExplanationFile
from monitoring.services.cases import held, nameless
from monitoring.working_days import working_day
from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.exchange import gate
from organizations.services import audit, notices
from organizations.services.documents import OF_PROOFS

_ANSWER: Final = Permission.CASE_ANSWER
NEEDED = "Напишите, как школа объясняет картину: без этого ответ не отправить."
MOST_TEXT = 1500  # signs; a page of text is about 2500
MOST_FILES = 10

# A file as it is typed: its name and its bytes.
Typed = tuple[str, bytes]


@transaction.atomic
def keep(
    case: Case,
    *,
    text: str,
    proposal: Explanation.Proposal,
    files: Iterable[Typed] = (),
    by: Viewer,
) -> Explanation:
    """Keep an answer that is not ready yet. Raises as `send`, but asks for no text."""
    said = nameless(text, NEEDED) if text.strip() else ""
    answer = _kept(case, said, proposal, files, by)
    audit.record("case.drafted", answer.case, by=by)
    return answer


@transaction.atomic
def send(
    case: Case,
    *,
    text: str,
    proposal: Explanation.Proposal,
    files: Iterable[Typed] = (),
    by: Viewer,
) -> Explanation:
    """Send the answer; late ones are taken as well. It is then read above and changes no more.

    Raises NotAllowed, Conflict without a text, with a person's name or when it is sent already,
    or Refused for a file that is not what it should be.
    """
    said = nameless(text, NEEDED)
    answer = _kept(case, said, proposal, files, by)
    case = answer.case
    answer.sent_at, answer.sent_by_id = timezone.now(), by.user_id
    answer.save(update_fields=["sent_at", "sent_by"])
    case.state = Case.State.ANSWERED
    case.due_on = working_day(timezone.localdate(), settings.CASE_DECISION_DAYS)
    case.save(update_fields=["state", "due_on"])
    audit.record("case.answered", case, by=by, proposal=str(answer.get_proposal_display()))
    notices.notify(
        case.region,
        kind="case.answered",
        subject=f"Школа ответила на сигнал: {case}",
        url=reverse("monitoring:case", args=[case.pk]),
        key=f"case.answered:{case.pk}",
        permission=Permission.CASE_MANAGE,
    )
    return answer


@transaction.atomic
def remove(file: ExplanationFile, *, by: Viewer) -> None:
    """Take a file from an answer that is not sent. Raises NotAllowed, or Conflict."""
    case = held(file.explanation.case, by, _ANSWER, [Case.State.AWAITING])
    stored = file.file
    file.delete()
    transaction.on_commit(lambda: stored.delete(save=False))
    audit.record("case.unproved", case, by=by, file=file.name)


def _kept(
    case: Case, said: str, proposal: Explanation.Proposal, files: Iterable[Typed], by: Viewer
) -> Explanation:
    case = held(case, by, _ANSWER, [Case.State.AWAITING])
    answer, _ = Explanation.objects.update_or_create(
        case=case, defaults={"text": said, "proposal": proposal, "saved_at": timezone.now()}
    )
    _add(answer, files, by)
    return answer


def _add(answer: Explanation, files: Iterable[Typed], by: Viewer) -> None:
    """Files past the gate; the same bytes once more are the file that is there.

    All are looked at before the first is stored: what is stored does not go with a transaction
    that is taken back.
    """
    known = set(answer.files.values_list("sha256", flat=True))
    fresh = {}
    for name, content in files:
        kind = gate.check_upload(
            content, name, most_bytes=settings.UPLOAD_MOST_BYTES, kinds=OF_PROOFS
        )
        checksum = hashlib.sha256(content).hexdigest()
        if checksum not in known:
            fresh[checksum] = (name, content, kind.content_type)
    if len(known) + len(fresh) > MOST_FILES:
        raise Conflict(f"К ответу прикладывают не больше {MOST_FILES} файлов. Уберите лишние.")
    for checksum, (name, content, content_type) in fresh.items():
        row = ExplanationFile(
            explanation=answer,
            name=gate.clean_name(name),
            content_type=content_type,
            size=len(content),
            sha256=checksum,
            uploaded_by_id=by.user_id,
        )
        row.file.save(name, ContentFile(content), save=False)
        row.save()
        audit.record("case.proved", answer.case, by=by, file=row.name, sha256=checksum)
