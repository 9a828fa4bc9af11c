"""What the pieces of a case need wherever they stand: on its own page, in the dossier."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from monitoring.case_forms import AnswerForm
from monitoring.models import Case
from monitoring.queries import cases as queries
from organizations.access import Permission, Viewer
from organizations.models import Level


def parts(viewer: Viewer, case: Case, answer_form: AnswerForm | None = None) -> dict[str, Any]:
    """The context of `monitoring/_case.html` and `monitoring/_case_course.html` for a case read
    with `whole`. Three queries."""
    return {
        "case": case,
        "case_texts": queries.texts(case),
        "case_course": queries.course(case),
        "case_standing": queries.standing(case),
        "case_is_late": case.is_late(timezone.localdate()),
        "answer_form": answer_form or blank_answer(viewer, case),
        "appeal_days": settings.CASE_APPEAL_DAYS,
    }


def may_answer(viewer: Viewer, case: Case) -> bool:
    is_own = viewer.territory_id == case.organization_id and viewer.level == Level.SCHOOL
    return is_own and viewer.may(Permission.CASE_ANSWER)


def blank_answer(viewer: Viewer, case: Case) -> AnswerForm | None:
    """The form of the answer as it was last kept; None for whoever does not answer now."""
    if case.state != Case.State.AWAITING or not may_answer(viewer, case):
        return None
    draft = getattr(case, "explanation", None)
    return AnswerForm(initial={"text": draft.text, "proposal": draft.proposal} if draft else None)
