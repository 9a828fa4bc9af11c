"""Fields that several forms of the app share."""

import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from organizations.exchange.gate import TABLE_BYTES
from organizations.models import Organization

FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)
YEARS = "%(show_value)s: нужен год от 1900 до 2200. Проверьте год."


class DayField(forms.DateField):
    """A day picked in the browser's own calendar, or typed as 01.09.2026."""

    default_validators = [
        MinValueValidator(FIRST_DAY, YEARS),
        MaxValueValidator(LAST_DAY, YEARS),
    ]

    def __init__(self, *, label: str, required: bool = True, help_text: str = "") -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)


class OrganizationField(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    """One organization of a list, told with its code: names repeat from town to town."""

    def __init__(
        self,
        queryset: QuerySet[Organization] | None = None,
        *,
        empty_label: str | None = "выберите",
        **kwargs: Any,
    ) -> None:
        """The form gives the rows as it begins: they depend on who looks."""
        super().__init__(queryset, empty_label=empty_label, **kwargs)

    def label_from_instance(self, obj: Organization) -> str:
        return f"{obj.short_name} · {obj.code}"


class TableFileField(forms.FileField):
    """A table that is read whole; `accept` are the endings of its name that a browser offers."""

    default_error_messages = {
        "required": "Выберите файл.",
        "empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова.",
        "large": f"Файл больше {TABLE_BYTES // 2**20} МБ. Уберите из него лишние листы и картинки.",
    }

    def __init__(self, *, label: str, help_text: str, accept: str) -> None:
        widget = forms.ClearableFileInput(attrs={"accept": accept})
        super().__init__(label=label, help_text=help_text, widget=widget)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file.size > TABLE_BYTES:
            raise forms.ValidationError(self.error_messages["large"], code="large")
        return file
