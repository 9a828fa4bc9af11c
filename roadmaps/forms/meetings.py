"""Events: announced, registered for, closed."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils import timezone

from organizations.forms.fields import DayField
from roadmaps.forms.fields import MOST_REPORT, NumberField, TimeField
from roadmaps.models import Cohort, Meeting, Participation
from roadmaps.queries.meetings import Circle as Invited

MOST_DAYS_AWAY = 3 * 366  # an event is told of within three years; further is a slip in the year


class MeetingForm(forms.Form):
    """What is announced of an event; days and times are those of the region."""

    kind = forms.TypedChoiceField(
        label="Вид", choices=Meeting.Kind.choices, coerce=Meeting.Kind,
        error_messages={"invalid_choice": "Выберите вид события из списка."},
    )  # fmt: skip
    title = forms.CharField(
        label="Тема",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Назовите тему события."},
    )
    day = DayField(label="День")
    time = TimeField(label="Начало")
    until_time = TimeField(label="Окончание", required=False)
    until_day = DayField(
        label="Последний день", required=False, help_text="Если событие идёт не один день."
    )
    place = forms.CharField(label="Место", max_length=300, required=False)
    link = forms.URLField(
        label="Ссылка для подключения",
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        error_messages={"invalid": "Нужен адрес вида https://пример.рф/страница."},
    )
    audience = forms.CharField(
        label="Для кого",
        max_length=300,
        required=False,
        help_text="Например: заместители директоров, методисты ММС.",
    )

    def clean_day(self) -> datetime.date:
        return _near(self.cleaned_data["day"])

    def clean_until_day(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["until_day"]
        return day and _near(day)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors and not (data["place"] or data["link"]):
            self.add_error("place", "Укажите место или ссылку для подключения.")
        if not self.errors and data["until_day"] and not data["until_time"]:
            self.add_error("until_time", "Укажите, во сколько событие закончится в последний день.")
        if not self.errors and (ends := self.ends_at) and ends < self.starts_at:
            self.add_error("until_time", "Окончание раньше начала. Исправьте день или время.")
        return data

    @property
    def starts_at(self) -> datetime.datetime:
        return _here(self.cleaned_data["day"], self.cleaned_data["time"])

    @property
    def ends_at(self) -> datetime.datetime | None:
        data = self.cleaned_data
        if not data["until_time"]:
            return None
        return _here(data["until_day"] or data["day"], data["until_time"])


def _here(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time))


def _near(day: datetime.date) -> datetime.date:
    away = abs((day - timezone.localdate()).days)
    if away > MOST_DAYS_AWAY:
        raise forms.ValidationError(f"Стоит {day:%d.%m.%Y}. Проверьте год.")
    return day


class RegistrationForm(forms.Form):
    """How many people an invited organization sends, and what it saw there before."""

    number = NumberField(label="Сколько человек придёт")
    read = forms.IntegerField(required=False, widget=forms.HiddenInput)


class InvitationForm(forms.Form):
    """Whom to invite."""

    circle = forms.TypedChoiceField(
        choices=[(one.value, one.value) for one in Invited], coerce=Invited
    )
    cohort: "forms.ModelChoiceField[Cohort]" = forms.ModelChoiceField(None, required=False)

    def __init__(self, *args: Any, cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]  # ModelChoiceField


class AttendanceForm(forms.Form):
    """Who came: one number for each organization of a page."""

    def __init__(self, *args: Any, rows: Iterable[Participation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            name = str(row.organization)
            self.fields[f"came-{row.pk}"] = NumberField(label=name, required=False)
            self.initial[f"came-{row.pk}"] = row.attended

    @property
    def numbers(self) -> dict[int, int | None]:
        """Participation → people."""
        return {
            int(name.removeprefix("came-")): number for name, number in self.cleaned_data.items()
        }


class OutcomeForm(forms.Form):
    """What came of an event."""

    outcome = forms.CharField(
        label="Что решили",
        max_length=MOST_REPORT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Что рассмотрели, к чему пришли. Каждое решение с новой строки.",
        error_messages={"required": "Напишите, что решили: по этим словам готовят приказ."},
    )


class CancellationForm(forms.Form):
    """Why an event is called off."""

    reason = forms.CharField(
        label="Почему отменено",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Приглашённые увидят эти слова.",
        error_messages={"required": "Напишите, почему событие отменено."},
    )


class MaterialForm(forms.Form):
    """A file or an address to put with an event."""

    title = forms.CharField(label="Название", max_length=400)
    file = forms.FileField(
        label="Файл",
        required=False,
        help_text="PDF, DOCX, XLSX или снимок JPG, PNG; или адрес ниже.",
        error_messages={"empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова."},
    )  # fmt: skip
    link = forms.URLField(
        label="Адрес",
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        error_messages={"invalid": "Нужен адрес вида https://пример.рф/страница."},
    )

    def clean(self) -> dict[str, Any]:
        if not self.errors and not (self.cleaned_data.get("file") or self.cleaned_data["link"]):
            self.add_error("file", "Выберите файл или укажите адрес.")
        return self.cleaned_data
