"""To whom an order is passed on."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from organizations.models import Membership, User
from roadmaps.forms.fields import PeopleField
from roadmaps.queries.deliveries import Circle


class PassForm(forms.Form):
    """To whom an order is passed: a circle of organizations, or people of one's own school."""

    circle = forms.TypedChoiceField(
        choices=[(one.value, one.value) for one in Circle],
        coerce=Circle,
        empty_value=Circle.OWING,
        required=False,
        widget=forms.HiddenInput,
    )
    people = PeopleField(
        None,
        label="Кого знакомите с приказом",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people  # type: ignore[attr-defined]  # PeopleField

    @property
    def chosen_circle(self) -> Circle:
        return Circle(self.cleaned_data["circle"])

    @property
    def chosen_people(self) -> list[User]:
        return [one.user for one in self.cleaned_data["people"]]
