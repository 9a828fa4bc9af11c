"""What is typed on the pages of works and protocols."""

from typing import Any

from django import forms

from organizations.forms.fields import DayField, OrganizationField, TableFileField
from organizations.forms.filters import Asked
from organizations.models import Organization
from organizations.models.organization import OrganizationQuerySet
from procedures.completeness import Receipt
from procedures.exchange.results import MOST_CLASSES
from procedures.queries import STANDINGS
from procedures.services.forms import USUAL_PUPILS

MOST_PUPILS = 60  # rows a class; a class of a school has at most 25 places by the sanitary rules


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


class UploadForm(forms.Form):
    """One filled form; outside a school also whose it is."""

    organization = OrganizationField(
        empty_label="Выберите школу",
        label="Школа",
        queryset=Organization.objects.none(),
        to_field_name="code",
        error_messages={
            "required": "Выберите школу.",
            "invalid_choice": "Выберите школу из списка.",
        },
    )
    file = TableFileField(
        label="Заполненная форма",
        help_text="Книга Excel (.xlsx), до 10 МБ. Ничего не запишется, пока в файле есть ошибки.",
        accept=".xlsx",
    )

    def __init__(
        self, *args: Any, schools: OrganizationQuerySet | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if schools is None:
            del self.fields["organization"]
        else:
            self.fields["organization"].queryset = schools  # type: ignore[attr-defined]  # a ModelChoiceField


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
