"""Schools gathered by their signals: the portal proposes, a person confirms, a group is made."""

from collections.abc import Sequence

from django.db import transaction

from monitoring.models import SchoolGroup
from monitoring.queries.groups import Criteria, proposed
from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Organization
from organizations.services import audit, guard
from roadmaps.services import cohorts

# The plan and whoever edits it know the group, not the signals behind it: those are seen by the
# school, its municipality, the centre and the ministry alone.
GROUND = "Анализ результатов оценочных процедур, {year} год"


@transaction.atomic
def gather(
    owner: Organization,
    *,
    criteria: Criteria,
    title: str,
    purpose: str,
    members: Sequence[Organization],
    reason: str,
    by: Viewer,
) -> SchoolGroup:
    """Make a group of the schools a person confirmed out of those the criteria propose.

    Whoever is dropped or added needs a reason. Raises NotAllowed, Conflict.
    """
    guard.require(by, Permission.OBJECTIVITY_READ, owner)
    offered = {one.school.code for one in proposed(by, criteria)}
    chosen = {one.code for one in members}
    dropped, added = sorted(offered - chosen), sorted(chosen - offered)
    if (dropped or added) and not reason.strip():
        raise Conflict(
            f"Вы изменили список (снято {len(dropped)}, добавлено {len(added)}): напишите почему."
        )
    cohort = cohorts.create(
        owner, title=title, members=members, basis=GROUND.format(year=criteria.year), by=by
    )
    group = SchoolGroup.objects.create(
        organization=owner,
        cohort=cohort,
        title=title,
        purpose=purpose,
        criteria=criteria.as_json(),
        proposed=sorted(offered),
        dropped=dropped,
        added=added,
        reason=reason.strip() if dropped or added else "",
        gathered_by_id=by.user_id,
    )
    audit.record(
        "group.gathered", group, by=by, organization=owner, purpose=group.get_purpose_display(),
        proposed=len(offered), dropped=", ".join(dropped), added=", ".join(added),
        reason=group.reason,
    )  # fmt: skip
    return group
