"""Named groups of schools: who may be in one, and how a typed list of them is read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import Organization
from roadmaps.models import IN_FORCE_ONCE, Cohort, Item

MOST_FAULTS = 20


def cohorts(viewer: Viewer) -> QuerySet[Cohort]:
    """The groups a viewer may know of, each with the number of its schools and of its items."""
    rows = Cohort.objects.visible_to(viewer).select_related("owner")
    return rows.annotate(
        size=Count("members", distinct=True), uses=Count("items", distinct=True)
    ).order_by("title", "pk")


def candidates(owner: Organization, viewer: Viewer) -> list[Organization]:
    """The working schools of the owner's territory by name: they may be in a group. One query."""
    within = Organization.objects.visible_to(viewer).filter(pk__in=_under(owner))
    working = within.schools().working(timezone.localdate())
    return list(working.select_related("parent").order_by("short_name", "pk"))


def _under(owner: Organization) -> QuerySet[Organization, int]:
    node = Organization(pk=owner.territory_id)
    return Organization.objects.under(node).values_list("pk", flat=True)


def in_force(cohort: Cohort) -> QuerySet[Item]:
    """The items of plans that are or were in force and that ask this group."""
    items = Item.objects.filter(cohort=cohort, roadmap__status__in=IN_FORCE_ONCE)
    return items.select_related("roadmap").order_by("roadmap", "position")


@dataclass(frozen=True)
class Misread:
    """A line of a typed list that names no school, or several."""

    line: int
    text: str
    cure: str

    def __str__(self) -> str:
        return f"Строка {self.line}: «{self.text}». {self.cure}"


def read_members(
    text: str, schools: Sequence[Organization]
) -> tuple[list[Organization], list[Misread]]:
    """The schools that a list names, one on a line by code or by name, each once; and what could
    not be understood. A line may hold both: «edu420001 · Школа № 1»."""
    codes, names = {one.code.casefold(): one for one in schools}, _by_name(schools)
    found: dict[int, Organization] = {}
    faults: list[Misread] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = " ".join(line.split())
        if not words:
            continue
        code = words.split()[0].strip("·,;").casefold()
        named = [codes[code]] if code in codes else names.get(_plain(words), [])
        if len(named) == 1:
            found[named[0].pk] = named[0]
        else:
            faults.append(Misread(number, words[:80], _cure(named)))
    return list(found.values()), faults[:MOST_FAULTS]


def _by_name(schools: Sequence[Organization]) -> dict[str, list[Organization]]:
    found: dict[str, list[Organization]] = defaultdict(list)
    for one in schools:
        for name in {_plain(one.short_name), _plain(one.name)}:
            found[name].append(one)
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").replace("«", "").replace("»", "").split())


def _cure(named: Sequence[Organization]) -> str:
    if not named:
        return "Такой школы на вашей территории нет. Возьмите код из списка школ."
    codes = ", ".join(one.code for one in named)
    return f"Так называются несколько школ: {codes}. Впишите код нужной."


def written(members: Sequence[Organization]) -> str:
    """A list of schools as the form shows it, to be read by `read_members` again."""
    return "\n".join(f"{one.code} · {one.short_name}" for one in members)
