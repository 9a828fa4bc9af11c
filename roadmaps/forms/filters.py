"""How lists and views are narrowed; what cannot be read counts as not asked."""

from typing import Any

from django import forms

from organizations.forms.filters import Asked
from roadmaps.forms.fields import MOST_KEY
from roadmaps.queries import Column
from roadmaps.queries.calendars import Whose

SHOWS = ("personal", "mine", "now", "waiting", "late")


WHOSE = ("own", "above", "below")


class AcceptanceFilter(Asked):
    """How what waits is narrowed; what cannot be read counts as not asked."""

    plan = forms.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    organization = forms.CharField(max_length=32, required=False)


class BoardFilter(Asked):
    """What is picked on a board; what cannot be read counts as not asked."""

    place = forms.CharField(max_length=32, required=False)
    item = forms.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    column = forms.TypedChoiceField(
        choices=[(one.value, one.value) for one in Column], coerce=Column, required=False
    )


class PlanFilter(forms.Form):
    """How the items of a plan are narrowed; what cannot be read counts as not asked."""

    show = forms.ChoiceField(choices=[(one, one) for one in SHOWS], required=False)
    body = forms.CharField(max_length=300, required=False)
    place = forms.CharField(max_length=32, required=False)

    @property
    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("show", "body", "place")}


class GanttFilter(forms.Form):
    """The one item whose terms are asked for in all plans; nonsense counts as not asked."""

    item = forms.IntegerField(min_value=1, max_value=MOST_KEY, required=False)

    @property
    def asked(self) -> int | None:
        self.is_valid()
        return self.cleaned_data.get("item")


class CalendarFilter(forms.Form):
    """The month, the plan and the day of a calendar; what cannot be read counts as not asked."""

    month = forms.DateField(input_formats=["%Y-%m"], required=False)
    day = forms.DateField(input_formats=["%Y-%m-%d"], required=False)
    plan = forms.IntegerField(min_value=1, max_value=MOST_KEY, required=False)
    whose = forms.ChoiceField(choices=[(one.value, one.value) for one in Whose], required=False)

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("month", "day", "plan", "whose")}


class ListFilter(forms.Form):
    """How the list of plans is narrowed; what cannot be read counts as not asked."""

    whose = forms.ChoiceField(choices=[(one, one) for one in WHOSE], required=False)

    @property
    def asked(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("whose", ""))


class DeliveryFilter(forms.Form):
    """How the sheet of acquaintance is narrowed; what cannot be read counts as not asked."""

    show = forms.ChoiceField(choices=[("unread", "unread")], required=False)
    place = forms.CharField(max_length=32, required=False)

    @property
    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("show", "place")}


class MeetingFilter(forms.Form):
    """How the list of events is narrowed; what cannot be read counts as not asked."""

    show = forms.ChoiceField(choices=[("held", "held"), ("cancelled", "cancelled")], required=False)
    whose = forms.ChoiceField(choices=[("all", "all")], required=False)

    @property
    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("show", "whose")}


DIFFERENCES = ("same", "reworded", "redated", "merged", "dropped", "elsewhere", "added")


class DifferenceFilter(forms.Form):
    """Which differences are shown; what cannot be read counts as not asked."""

    show = forms.ChoiceField(choices=[(one, one) for one in DIFFERENCES], required=False)
    same = forms.ChoiceField(choices=[("whole", "whole")], required=False)

    @property
    def asked(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("show", ""))

    @property
    def is_brief(self) -> bool:
        self.is_valid()
        return not self.cleaned_data.get("same")


CELLS = ("waiting", "late", "omitted")


class MatrixFilter(forms.Form):
    """Which cells of a matrix are shown, and which one is picked («пункт-место»)."""

    show = forms.ChoiceField(choices=[(one, one) for one in CELLS], required=False)
    cell = forms.RegexField(r"^\d{1,18}-\d{0,18}$", required=False)

    @property
    def asked(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("show", ""))

    @property
    def picked(self) -> tuple[int, int | None] | None:
        """The item and the place; no place for what the owner's own level carries out."""
        self.is_valid()
        item, _, place = str(self.cleaned_data.get("cell", "")).partition("-")
        return (int(item), int(place) if place else None) if item else None
