"""Cases: opened by hand where the centre has a reason, held while one person acts on them."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from monitoring.computation.cases import held_region, open_one, tell_schools
from monitoring.models import Case
from monitoring.models.signal import expiry
from monitoring.verdicts import HINT, verdict
from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Kind, Organization
from organizations.services import audit, guard
from organizations.templatetags.ru import day
from procedures.anonymity import WORDS, named_person
from procedures.models import Result


@transaction.atomic
def open_by_hand(organization: Organization, year: int, *, ground: str, by: Viewer) -> Case:
    """Open the case of a school and year that the numbers have not opened, on a ground.

    Raises NotAllowed, or Conflict without a ground, when there is a case already, for what is no
    school, or for a year whose signals have gone out or in which the school has no results.
    """
    guard.require(by, Permission.CASE_MANAGE, organization)
    if organization.kind != Kind.SCHOOL:
        raise Conflict("Дело открывают школе.")
    said = checked(ground, "Напишите, почему открываете дело: школа будет отвечать на это.")
    if timezone.localdate() >= expiry(year):
        raise Conflict(f"Сигналы за {year} год погасли {day(expiry(year))}: дела уже не открывают.")
    if not Result.objects.filter(organization=organization, work__year=year).exists():
        raise Conflict(f"За {year} год у школы нет результатов: отвечать не на что.")
    region = held_region(by.territory_id)
    if known := Case.objects.filter(organization=organization, year=year).first():
        raise Conflict(f"За {year} год у школы уже есть дело № {known.number}.")
    case = open_one(region, organization, year)
    case.ground, case.opened_by_id = said, by.user_id
    case.save(update_fields=["ground", "opened_by"])
    audit.record("case.opened", case, by=by, ground=said)
    tell_schools([case])
    return case


def checked(text: str, needed: str) -> str:
    """A text of those who decide: not empty, names nobody, passes no verdict. Raises Conflict."""
    said = nameless(text, needed)
    if words := verdict(said):
        raise Conflict(HINT.format(found=words))
    return said


def nameless(text: str, needed: str) -> str:
    """A text that is not empty and names nobody. Raises Conflict."""
    said = text.strip()
    if not said:
        raise Conflict(needed)
    if found := named_person(said):
        raise Conflict(WORDS.format(found=found))
    return said


def held(case: Case, by: Viewer, permission: Permission, states: Collection[Case.State]) -> Case:
    """The case as it is now, kept from others until the end of the transaction.

    Raises NotAllowed, or Conflict when it stands where this cannot be done.
    """
    guard.require(by, permission, case)
    # `of` the case alone: the school's row is only read.
    rows = Case.objects.select_related("organization").select_for_update(of=("self",))
    case = rows.get(pk=case.pk)
    if case.state not in states:
        raise Conflict(_why(case))
    return case


def _why(case: Case) -> str:
    """What has become of the case meanwhile, so that nobody wonders."""
    made = case.last_decision
    if case.state == Case.State.DECIDED and made:
        at = timezone.localtime(made.decided_at)
        return (
            f"По делу № {case.number} решение уже принято: {made.get_outcome_display()}, "
            f"{made.decided_by.full_name}, {at:%d.%m.%Y в %H:%M}. Обновите страницу."
        )
    return f"Дело № {case.number}: {case.get_state_display()}. Это действие сейчас невозможно."


def is_overdue(case: Case) -> bool:
    return case.due_on is not None and case.due_on < timezone.localdate()
