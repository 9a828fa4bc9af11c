"""What is typed on the pages of works and protocols."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from organizations.exchange.gate import TABLE_BYTES
from organizations.forms.fields import DayField
from organizations.models import Organization
from organizations.models.organization import OrganizationQuerySet
from procedures.completeness import Receipt
from procedures.exchange.results import MOST_CLASSES
from procedures.queries import STANDINGS
from procedures.services.forms import USUAL_PUPILS

MOST_PUPILS = 60  # rows a class; a class of a school has at most 25 places by the sanitary rules


class Asked(forms.Form):
    """A form of filters: what cannot be read counts as not asked."""

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class WorksFilter(Asked):
    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    school = forms.CharField(required=False, max_length=32)


class SchoolsFilter(Asked):
    standing = forms.ChoiceField(required=False, choices=[(name, name) for name in STANDINGS])
    municipality = forms.CharField(required=False, max_length=32)


class BlankFormRequest(Asked):
    """Of which school, and how many classes and pupils when the portal knows none."""

    organization = forms.CharField(required=False, max_length=32)
    classes = forms.IntegerField(required=False, min_value=1, max_value=MOST_CLASSES)
    pupils = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_PUPILS, initial=USUAL_PUPILS
    )


class SchoolField(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    """One school of a list, told with its code: names repeat from town to town."""

    def label_from_instance(self, obj: Organization) -> str:
        return f"{obj.short_name} · {obj.code}"


class UploadForm(forms.Form):
    """One filled form; outside a school also whose it is."""

    organization = SchoolField(
        empty_label="Выберите школу",
        label="Школа",
        queryset=Organization.objects.none(),
        to_field_name="code",
        error_messages={
            "required": "Выберите школу.",
            "invalid_choice": "Выберите школу из списка.",
        },
    )
    file = forms.FileField(
        label="Заполненная форма",
        help_text="Книга Excel (.xlsx), до 10 МБ. Ничего не запишется, пока в файле есть ошибки.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "Выберите файл.",
            "empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова.",
        },
    )

    def __init__(
        self, *args: Any, schools: OrganizationQuerySet | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if schools is None:
            del self.fields["organization"]
        else:
            self.fields["organization"].queryset = schools  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > TABLE_BYTES:
            raise forms.ValidationError(
                f"Файл больше {TABLE_BYTES // 2**20} МБ. Уберите из него лишние листы и картинки."
            )
        return file


# completeness, days, versions


class BoardFilter(Asked):
    """What the board of completeness is narrowed by."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    grade = forms.IntegerField(required=False, min_value=1, max_value=11)
    municipality = forms.CharField(required=False, max_length=32)
    school = forms.CharField(required=False, max_length=32)
    show = forms.ChoiceField(required=False, choices=[(one, one) for one in Receipt])


class VersionFilter(Asked):
    since = forms.IntegerField(required=False, min_value=1)


class DueForm(forms.Form):
    """The day until which a work is handed in; empty: no day."""

    due_on = DayField(label="Срок сдачи", required=False)


class ReasonForm(forms.Form):
    """Why: of a wish or of a refusal."""

    reason = forms.CharField(label="Почему", max_length=500)


class GrantForm(forms.Form):
    """Up to which day the intake is opened."""

    until = DayField(label="Открыть по")


class ExemptionForm(forms.Form):
    """Which class does not take part, all of them when none is named, and why."""

    reason = forms.CharField(label="Почему не участвует", max_length=300)
    class_number = forms.IntegerField(
        label="Номер класса", required=False, min_value=1, max_value=MOST_CLASSES
    )
