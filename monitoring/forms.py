"""How the pages of monitoring are narrowed; what cannot be read counts as not asked."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from monitoring.passports import WORDS
from organizations.exchange.gate import TABLE_BYTES

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


class JournalForm(forms.Form):
    """The marks of the journal by codes; read in memory, never kept."""

    file = forms.FileField(
        label="Отметки из журнала",
        help_text="Книга xlsx или таблица csv: «Код участника» и «Отметка по журналу». Без имён.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "Выберите файл.",
            "empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова.",
        },
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > TABLE_BYTES:
            raise forms.ValidationError(
                f"Файл больше {TABLE_BYTES // 2**20} МБ. Уберите из него лишние листы и картинки."
            )
        return file


class ObjectivityFilter(WorkFilter):
    state = forms.ChoiceField(required=False, choices=[(name, WORDS[name]) for name in STATES])


class IndicatorFilter(WorkFilter):
    level = forms.ChoiceField(required=False, choices=LEVELS)
