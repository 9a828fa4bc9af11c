"""What the lists of this app can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import State
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.queries import overdue


class OfPlan(filters.FilterSet):
    """What plans, their items and executions are narrowed by alike; `plan` leads to the plan."""

    plan = ""
    year = filters.NumberFilter(method="in_year", min_value=2000, max_value=2100)
    owner = filters.CharFilter(method="of_owner")
    status = filters.ChoiceFilter(choices=Roadmap.Status.choices, method="of_status")
    overdue = filters.BooleanFilter(method="with_overdue")

    @property
    def viewer(self) -> Viewer:
        viewer: Viewer = self.request.viewer
        return viewer

    def in_year(self, rows: QuerySet[Any], name: str, value: Any) -> Any:
        first, last = f"{self.plan}starts_on__year__lte", f"{self.plan}ends_on__year__gte"
        return rows.filter(**{first: value, last: value})

    def of_owner(self, rows: QuerySet[Any], name: str, value: str) -> Any:
        return rows.filter(**{f"{self.plan}owner__code": value})

    def of_status(self, rows: QuerySet[Any], name: str, value: str) -> Any:
        return rows.filter(**{f"{self.plan}status": value})

    def late(self) -> QuerySet[Execution]:
        """The executions in force that the caller sees and whose day is over."""
        rows = Execution.objects.visible_to(self.viewer).counted()
        in_force = rows.filter(item__roadmap__status=Roadmap.Status.APPROVED)
        return in_force.overdue(timezone.localdate())


class RoadmapFilters(OfPlan):
    body = filters.CharFilter(method="of_body")
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Roadmap
        fields = ["year", "owner", "status", "body", "overdue", "updated_since"]

    def of_body(self, rows: QuerySet[Roadmap], name: str, value: str) -> Any:
        """By the items that the caller sees: those for a cohort are not to be guessed."""
        named = Item.objects.visible_to(self.viewer).filter(responsible__body=value)
        return rows.filter(pk__in=named.values("roadmap"))

    def with_overdue(self, rows: QuerySet[Roadmap], name: str, value: bool) -> Any:
        """Plans in force with an execution whose day is over and on which nothing was handed in."""
        late = overdue(self.viewer, day=timezone.localdate())
        return rows.filter(late) if value else rows.exclude(late)


class ItemFilters(OfPlan):
    plan = "roadmap__"
    roadmap = filters.NumberFilter(field_name="roadmap", min_value=1, max_value=2**63 - 1)
    body = filters.CharFilter(field_name="responsible__body", distinct=True)
    updated_since = filters.IsoDateTimeFilter(field_name="roadmap__updated_at", lookup_expr="gte")

    class Meta:
        model = Item
        fields = ["year", "owner", "status", "overdue", "body", "updated_since", "roadmap"]

    def with_overdue(self, rows: QuerySet[Item], name: str, value: bool) -> Any:
        late = self.late().values("item")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class ExecutionFilters(OfPlan):
    plan = "item__roadmap__"
    roadmap = filters.NumberFilter(field_name="item__roadmap", min_value=1, max_value=2**63 - 1)
    body = filters.CharFilter(field_name="item__responsible__body", distinct=True)
    state = filters.ChoiceFilter(choices=State.choices)
    organization = filters.CharFilter(field_name="organization__code")
    updated_since = filters.IsoDateTimeFilter(field_name="changed_at", lookup_expr="gte")

    class Meta:
        model = Execution
        fields = [
            "year", "owner", "status", "overdue", "body", "updated_since", "roadmap", "state",
            "organization",
        ]  # fmt: skip

    def with_overdue(self, rows: QuerySet[Execution], name: str, value: bool) -> Any:
        late = self.late().values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)
