"""Background runs from the wish to the end: request, claim, progress, cancel, repeat."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, PortalError
from organizations.models import Kind, Organization, Run
from organizations.services import audit, guard
from organizations.tasks import ring

log = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 0.5


class Superseded(Exception):
    """The run was cancelled, or another worker took it over: this worker writes nothing more."""


class Progress:
    """How far a run is. Calling it also tells the others that this worker is alive."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.result: dict[str, Any] = {}
        self._written_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Note the progress, twice a second at most. Raises Superseded when to stop."""
        if done < total and time.monotonic() - self._written_at < WRITE_EVERY_SECONDS:
            return
        self._written_at = time.monotonic()
        _mine(self.run, done=done, total=total, heartbeat_at=timezone.now())

    def hold(self) -> None:
        """Keep the run for the rest of the transaction, so that only its owner commits results."""
        mine = Run.objects.filter(pk=self.run.pk, attempt=self.run.attempt, status="running")
        if not mine.select_for_update().exists():
            raise Superseded


def unwatched(done: int, total: int) -> None:
    """The progress of work that nobody watches: a command's or a test's."""


@transaction.atomic
def request(
    task: str,
    *,
    subject: Model,
    title: str,
    organization: Organization,
    by: Viewer | None,
    unit: str = "шаг,шага,шагов",
    **parameters: Any,
) -> Run:
    """Note the wish for background work and ring for a worker when it is committed.

    Raises Conflict while the same work on the same subject is under way.
    """
    try:
        with transaction.atomic():
            run = Run.objects.create(
                task=task,
                subject=f"{subject._meta.label_lower}:{subject.pk}",
                title=title,
                organization=organization,
                parameters=parameters,
                requested_by_id=by.user_id if by else None,
                unit=unit,
            )
    except IntegrityError as error:
        raise Conflict(
            f"«{title}» уже выполняется. Дождитесь конца или отмените запуск."
        ) from error
    transaction.on_commit(lambda: ring(run.task, run.pk))
    return run


def request_for_regions(task: str, *, title: str, unit: str) -> None:
    """Request tonight's run of the task for each region, whose name ends the title."""
    for region in Organization.objects.filter(kind=Kind.REGION).order_by("pk"):
        # Yesterday's still waits for a worker: it reads today's clock.
        with contextlib.suppress(Conflict):
            request(
                task,
                subject=region,
                title=f"{title}: {region}",
                organization=region,
                by=None,
                unit=unit,
            )


@transaction.atomic
def wish(
    task: str,
    *,
    key: str,
    subject: Model,
    join: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]],
    title: str,
    organization: Organization,
    by: Viewer | None,
    unit: str,
    **parameters: Any,
) -> Run:
    """Note the wish for work that may be wished for again and again: none is lost, none done twice.

    A run about the subject that still waits takes the wish in: `join` makes one of the
    parameters of both. While a run is at work, which may have read its inputs already, another is
    noted to follow it. The parameter `key` holds the subject's key.
    """
    about = {key: subject.pk}
    with connection.cursor() as cursor:
        lock = f"wishes for {task} about {subject.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    known = Run.objects.filter(task=task, parameters__contains=about)
    waiting = known.filter(status=Run.Status.REQUESTED)
    # Locked, so that no worker takes it meanwhile.
    if run := waiting.select_for_update().order_by("pk").first():
        run.parameters = join(run.parameters, parameters | about)
        # Whoever wished for it from above a municipality sees it, too.
        if Organization.objects.under(organization).filter(pk=run.organization_id).exists():
            run.organization = organization
        run.save(update_fields=["parameters", "organization"])
        return run
    # One task and subject have one active run: whoever follows is about the run it follows.
    running = known.filter(status=Run.Status.RUNNING).order_by("-pk").first()
    return request(
        task,
        subject=running or subject,
        title=title,
        organization=organization,
        by=by,
        unit=unit,
        **parameters,
        **about,
    )


def claim(run_id: int) -> Run | None:
    """Take a run for this worker; None when another delivery of the task has it or ended it."""
    now = timezone.now()
    claimed = (
        Run.objects.claimable()
        .filter(pk=run_id)
        .update(
            status=Run.Status.RUNNING,
            attempt=F("attempt") + 1,
            heartbeat_at=now,
            started_at=now,
            done=0,
            total=0,
            error="",
        )
    )
    return Run.objects.select_related("organization").get(pk=run_id) if claimed else None


@contextlib.contextmanager
def recorded(run: Run) -> Iterator[Progress]:
    """Do a claimed run's work inside: its end, its result or its error are noted on the row."""
    progress = Progress(run)
    try:
        yield progress
    except Superseded:
        log.warning("run %s was cancelled or taken over", run.pk)
    except PortalError as error:
        _end(run, Run.Status.FAILED, error=str(error))
    except Exception:
        _end(
            run, Run.Status.FAILED, error="Внутренняя ошибка. Она записана, разработчики увидят её."
        )
        raise
    else:
        _end(run, Run.Status.DONE, result=progress.result)


@transaction.atomic
def cancel(run: Run, *, by: Viewer) -> Run:
    """Stop a run. Raises NotAllowed, or Conflict when it has ended."""
    _require_hold(run, by)
    stopped = (
        Run.objects.active()
        .filter(pk=run.pk)
        .update(status=Run.Status.CANCELLED, ended_at=timezone.now())
    )
    if not stopped:
        raise Conflict("Запуск уже завершён, отменять нечего.")
    audit.record("run.cancelled", run, by=by)
    run.refresh_from_db()
    return run


@transaction.atomic
def repeat(run: Run, *, by: Viewer) -> Run:
    """Wish for the same work again. Raises NotAllowed, or Conflict while it is under way."""
    _require_hold(run, by)
    try:
        with transaction.atomic():
            again = Run.objects.create(
                task=run.task,
                subject=run.subject,
                title=run.title,
                organization=run.organization,
                parameters=run.parameters,
                requested_by_id=by.user_id,
                unit=run.unit,
            )
    except IntegrityError as error:
        raise Conflict("Такой запуск уже выполняется.") from error
    audit.record("run.repeated", again, by=by, of=run.pk)
    transaction.on_commit(lambda: ring(again.task, again.pk))
    return again


def in_hand(run: Run, viewer: Viewer) -> bool:
    """Whether a run the viewer sees is theirs to stop or repeat: their own, or they manage runs."""
    return run.requested_by_id == viewer.user_id or viewer.may(Permission.RUN_MANAGE)


def _require_hold(run: Run, by: Viewer) -> None:
    guard.require(by, Permission.RUN_READ if in_hand(run, by) else Permission.RUN_MANAGE, run)


def _end(run: Run, status: Run.Status, **fields: Any) -> None:
    with contextlib.suppress(Superseded):
        _mine(run, status=status, ended_at=timezone.now(), **fields)


def _mine(run: Run, **fields: Any) -> None:
    """Write to the run's row as long as it is this worker's own; Superseded when it is not."""
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING)
    if not mine.update(**fields):
        raise Superseded
