"""When executions were changed and for what returned: from the journal, which every act writes."""

from collections.abc import Iterable

from django.db.models import CharField, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Greatest

from organizations.models import Event
from roadmaps.models import Execution


def with_changed_at(rows: QuerySet[Execution]) -> QuerySet[Execution]:
    """Executions with `changed_at`: their newest act, or the moment their plan came into force."""
    acts = Event.objects.filter(
        object_type=Execution._meta.label_lower,
        object_id=Cast(OuterRef("pk"), CharField()),
    )
    newest = acts.order_by().values("object_id").annotate(newest=Max("at")).values("newest")
    return rows.annotate(changed_at=Greatest(Subquery(newest), F("item__roadmap__approved_at")))


def earlier_remarks(rows: Iterable[Execution]) -> dict[int, str]:
    """Execution → with what it was given back before, if it has not been accepted since: handing
    in anew clears the remark of the row itself. One query."""
    decided = Event.objects.filter(
        object_type=Execution._meta.label_lower,
        object_id__in=[str(row.pk) for row in rows],
        action__in=["execution.returned", "execution.accepted"],
    )
    newest = decided.order_by("object_id", "-at", "-pk").distinct("object_id")
    return {int(one.object_id): one.changes.get("remark", "") for one in newest if _returned(one)}


def _returned(event: Event) -> bool:
    return event.action == "execution.returned"
