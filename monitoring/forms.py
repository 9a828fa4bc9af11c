"""How the pages of monitoring are narrowed; what cannot be read counts as not asked."""

from typing import Any

from django import forms

from monitoring.passports import WORDS

STATES = ("signal", "watch", "few")
LEVELS = (("municipality", "Муниципалитеты"), ("school", "Школы"))


class WorkFilter(forms.Form):
    """A year of holding, and one of its works."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    work = forms.SlugField(required=False, max_length=50)
    municipality = forms.CharField(required=False, max_length=32)

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class FederalFilter(forms.Form):
    """The unit at which a standard report is opened, and how tasks are counted."""

    unit = forms.CharField(required=False, max_length=32)
    measure = forms.ChoiceField(required=False, choices=[("full", "получили максимум")])

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ObjectivityFilter(WorkFilter):
    state = forms.ChoiceField(required=False, choices=[(name, WORDS[name]) for name in STATES])


class IndicatorFilter(WorkFilter):
    level = forms.ChoiceField(required=False, choices=LEVELS)
