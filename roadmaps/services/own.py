"""The execution of the viewer's own organization: found, and held while it is changed."""

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import State
from organizations.services import guard
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.queries import own_executions, own_places


def own_execution(item: Item, by: Viewer) -> Execution:
    """What the viewer's organization owes on an item.

    Raises NotAllowed when it owes nothing, Conflict when the plan is not in force.
    """
    in_force(item.roadmap)
    found = own_executions([item], by).get(item.pk)
    if found is None:
        raise NotAllowed("Этот пункт исполняют другие: вашей организации нет среди ответственных.")
    return found


def held_own(execution: Execution, by: Viewer) -> Execution:
    """The viewer's own organization's execution, held. Raises NotAllowed."""
    if execution.organization_id not in own_places(by):
        raise NotAllowed("Отчитывается сама организация: вы принимаете её отчёт или возвращаете.")
    return held(execution, by, Permission.EXECUTION_REPORT)


def held(execution: Execution, by: Viewer, permission: Permission) -> Execution:
    """The row as it is now, kept from others until the end of the transaction."""
    guard.require(by, permission, execution)
    # Held first, then read: a version that takes over meanwhile puts it under another item.
    held = Execution.objects.select_for_update().filter(pk=execution.pk).order_by()
    if not held:
        raise Conflict("В новой версии плана этого пункта у вас больше нет. Обновите страницу.")
    return Execution.objects.select_related("item__roadmap").get(pk=execution.pk)


def to_carry_out(execution: Execution, by: Viewer) -> Execution:
    """The viewer's own execution, held, of a plan in force and reported under this very plan.

    Raises NotAllowed, or Conflict.
    """
    execution = held_own(execution, by)
    in_force(execution.item.roadmap)
    if execution.is_carried:
        raise Conflict(
            "Этот пункт ваша организация исполняет по своему плану: отчитайтесь по его пункту там, "
            "здесь он засчитается сам."
        )
    return execution


def in_force(roadmap: Roadmap) -> None:
    """Raises Conflict for a plan that nobody carries out now."""
    if roadmap.status != Roadmap.Status.APPROVED:
        now = roadmap.get_status_display()
        raise Conflict(f"План сейчас не действует ({now}): отчитаться по нему нельзя.")


def not_handed_in(execution: Execution) -> None:
    """Raises Conflict while the report waits for its decision or is accepted."""
    if execution.state not in (State.DRAFT, State.RETURNED):
        raise Conflict(f"Исполнение уже сдано ({execution.get_state_display()}).")
