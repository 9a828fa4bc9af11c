"""Proofs of what was done: documents with requisites, one of which may serve several items."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Document, DocumentKind, DocumentVersion, State
from organizations.services import audit, documents, guard, submissions
from roadmaps.models import Execution
from roadmaps.services.own import held_own, not_handed_in


@dataclass(frozen=True)
class Proof:
    """A proof as it is typed: its requisites, and a file or a link or both or neither."""

    title: str
    number: str = ""
    signed_on: datetime.date | None = None
    link: str = ""
    name: str = ""
    content: bytes = b""

    @property
    def requisites(self) -> dict[str, object]:
        return {
            "title": self.title, "number": self.number, "signed_on": self.signed_on,
            "link": self.link,
        }  # fmt: skip


@transaction.atomic
def store(execution: Execution, proofs: Iterable[Proof], *, by: Viewer) -> list[Document]:
    """Keep proofs as documents of the organization that owes the execution, files checked.

    The same file with the same requisites is the document that is there already. Raises
    NotAllowed, or Refused for a file that is not what it should be.
    """
    guard.require(by, Permission.EXECUTION_REPORT, execution)
    return [_same(execution, proof) or _stored(execution, proof, by) for proof in proofs]


def _same(execution: Execution, proof: Proof) -> Document | None:
    own = Document.objects.filter(
        organization=execution.organization_id, kind=DocumentKind.EVIDENCE, **proof.requisites
    )
    if proof.content:
        return own.filter(versions__sha256=hashlib.sha256(proof.content).hexdigest()).first()
    return own.filter(versions=None).first()


def _stored(execution: Execution, proof: Proof, by: Viewer) -> Document:
    document = Document.objects.create(
        organization_id=execution.organization_id, kind=DocumentKind.EVIDENCE, **proof.requisites
    )
    if proof.content:
        documents.add_version(
            document, content=proof.content, name=proof.name, by=by,
            most_bytes=settings.UPLOAD_MOST_BYTES,
        )  # fmt: skip
    return document


def attach(execution: Execution, evidence: Iterable[Document], *, by: Viewer) -> None:
    """Add proofs of the same organization to an execution; one proof may serve several."""
    proofs = list(evidence)
    for proof in proofs:
        if proof.organization_id != execution.organization_id:
            raise NotAllowed("Подтверждение принадлежит другой организации.")
    if proofs:
        execution.evidence.add(*proofs)
        audit.record("execution.proved", execution, by=by, proofs="; ".join(map(str, proofs)))


@transaction.atomic
def detach(execution: Execution, proof: Document, *, by: Viewer) -> None:
    """Take a proof from an execution that is not handed in; the document itself stays.

    Raises NotAllowed, or Conflict.
    """
    execution = held_own(execution, by)
    not_handed_in(execution)
    if not execution.evidence.filter(pk=proof.pk).exists():
        raise Conflict(f"«{proof}» уже не приложен к этому пункту. Обновите страницу.")
    execution.evidence.remove(proof)
    audit.record("execution.unproved", execution, by=by, proofs=str(proof))


@transaction.atomic
def add_version(
    execution: Execution, proof: Document, *, content: bytes, name: str, by: Viewer
) -> DocumentVersion:
    """Store a corrected file of a proof; every report that waits with it is handed in anew.

    Whoever reads such a report then decides on what they have seen, not on what came since.
    Raises NotAllowed, Conflict, or Refused for a file that is not what it should be.
    """
    guard.require(by, Permission.EXECUTION_REPORT, execution)
    # All that it serves in one order, as those who accept several reports at once hold them.
    served = Execution.objects.filter(evidence=proof).order_by("pk")
    list(served.select_for_update(of=("self",)).values_list("pk", flat=True))
    execution = held_own(execution, by)
    if not execution.evidence.filter(pk=proof.pk).exists():
        raise Conflict(f"«{proof}» не приложен к этому пункту. Обновите страницу.")
    version = documents.add_version(
        proof, content=content, name=name, by=by, most_bytes=settings.UPLOAD_MOST_BYTES
    )
    for waiting in served.filter(state=State.SENT):
        submissions.send(waiting, by=by, permission=Permission.EXECUTION_REPORT)
    return version
