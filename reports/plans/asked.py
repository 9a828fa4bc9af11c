"""What the page of an execution report asks for: the day, and a part of the territory."""

import datetime
from collections.abc import Sequence

from django import forms
from django.forms.utils import ErrorList

from organizations.forms.fields import DayField
from organizations.models import Organization


class ReportForm(forms.Form):
    """The day to which figures are told and the place; left out, today and the whole territory."""

    on = DayField(label="На дату", required=False)
    place = forms.ChoiceField(label="Территория", required=False)

    def __init__(
        self,
        data: object,
        *,
        places: Sequence[Organization],
        whole: str,
        since: datetime.date | None,
        today: datetime.date,
    ) -> None:
        """`since` is the day the plan came into force: nothing is known of it before."""
        super().__init__(data)  # type: ignore[arg-type]
        self._places = {place.code: place for place in places}
        self._since, self._today = since, today
        choices = [("", whole), *((place.code, place.short_name) for place in places)]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]
        self.fields["place"].error_messages["invalid_choice"] = (
            "«%(value)s»: такой территории в этом плане у вас нет. Выберите из списка."
        )
        self.fields["on"].error_messages["invalid"] = (
            f"«{self.data.get('on', '')}» не читается как дата. Нужна дата вида 15.12.2026."
        )

    def clean_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["on"] or self._today
        if day > self._today:
            raise forms.ValidationError(
                f"{day:%d.%m.%Y} ещё не наступило. Отчёт бывает на сегодня или на прошедший день."
            )
        if self._since is not None and day < self._since:
            raise forms.ValidationError(
                f"{day:%d.%m.%Y} план ещё не действовал: он утверждён на портале "
                f"{self._since:%d.%m.%Y}. Назовите этот день или более поздний."
            )
        return day

    @property
    def faulty(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """Fields with what is wrong in them, for the head of the page."""
        return [(field, field.errors) for field in self]

    @property
    def day(self) -> datetime.date:
        """The day asked for; today when it cannot be told."""
        self.is_valid()
        return self.cleaned_data.get("on") or self._today

    @property
    def within(self) -> Organization | None:
        self.is_valid()
        return self._places.get(self.cleaned_data.get("place", ""))
