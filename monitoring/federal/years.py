"""When two years of a report may stand side by side (ФИОКО, recommendations of 2026, p. 19).

Only with identical blocks and skills by the кодификатор: other tasks make another number.
"""

from typing import TYPE_CHECKING

from monitoring.federal.kinds import Report

if TYPE_CHECKING:
    from procedures.models import Work
    from procedures.scales import Borders

RULE = "Годы сравнивают, только когда задания проверяют одно и то же по кодификатору"


def why_not(
    report: Report,
    work: "Work",
    earlier: "Work | None",
    borders: "Borders | None",
    earlier_borders: "Borders | None",
) -> str:
    """Why the report is not compared with the year before, in a sentence; "" when it may be."""
    if earlier is None:
        return f"Работы {work.year - 1} года по этому предмету и классу на портале нет."
    if not (work.skills and earlier.skills):
        return f"{RULE}, а умения к заданиям внесены не для обоих лет."
    if (work.tasks, work.skills) != (earlier.tasks, earlier.skills):
        return f"{RULE}, а в {earlier.year} году они проверяли другое."
    if work.max_points != earlier.max_points:
        return f"{RULE} и стоит столько же, а в {earlier.year} году баллы за задания были другими."
    if report.needs_scale and borders != earlier_borders:
        return f"Шкалы отметок {earlier.year} и {work.year} годов различаются: доли не сравнить."
    return ""
