"""How the lists of runs and of acts are narrowed; what cannot be read counts as not asked."""

import datetime

from django import forms
from django.utils import timezone

from organizations.acts import WORDS
from organizations.forms.filters import Asked
from organizations.models import Run

UNDER_WAY = "active"


class RunFilter(Asked):
    state = forms.ChoiceField(
        choices=[
            (UNDER_WAY, "идут и ждут"),
            (Run.Status.FAILED.value, "не удались"),
            (Run.Status.DONE.value, "готовы"),
            (Run.Status.CANCELLED.value, "отменены"),
        ],
        required=False,
    )
    mine = forms.BooleanField(required=False)
    q = forms.CharField(max_length=100, required=False, strip=True)


def _words(label: str) -> forms.CharField:
    narrow = forms.TextInput(attrs={"size": 14})
    return forms.CharField(label=label, max_length=100, required=False, widget=narrow)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Нужна дата в виде 01.09.2026."},
    )


class JournalFilter(forms.Form):
    """Whom, what, on what and when to show."""

    person = _words("Кто")
    action = forms.ChoiceField(
        label="Действие",
        choices=[("", "любое"), *sorted(WORDS.items(), key=lambda pair: pair[1])],
        required=False,
    )
    about = _words("Над чем")
    since = _day("С")
    until = _day("По")

    @property
    def start(self) -> datetime.datetime | None:
        return _midnight(self.cleaned_data.get("since"))

    @property
    def end(self) -> datetime.datetime | None:
        """The first moment that is no longer shown."""
        day = self.cleaned_data.get("until")
        return _midnight(day + datetime.timedelta(days=1)) if day else None


def _midnight(day: datetime.date | None) -> datetime.datetime | None:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time())) if day else None
