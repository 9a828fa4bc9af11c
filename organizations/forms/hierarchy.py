"""Forms of the tree: what to show of it, and its changes."""

from typing import Any

from django import forms

from organizations.access import Permission, Viewer
from organizations.forms.fields import DayField, OrganizationField
from organizations.models import Kind, Organization, Succession
from organizations.placement import kinds_above

# Shorter than the names of the Положение: a list of choices has to fit a phone.
KINDS = {
    Kind.SCHOOL: "школы",
    Kind.COLLEGE: "колледжи и техникумы",
    Kind.KINDERGARTEN: "детские сады",
    Kind.SUPPLEMENTARY: "дополнительное образование",
    Kind.MUNICIPALITY: "муниципалитеты",
    Kind.MOUO: "МОУО",
    Kind.MMS: "ММС",
    Kind.MINISTRY: "министерство",
    Kind.CENTRE: "центр мониторинга",
    Kind.INSTITUTE: "повышение квалификации",
    Kind.VOCATIONAL_INSTITUTE: "развитие профобразования",
    Kind.PSYCHOLOGICAL_CENTRE: "психологические центры",
    Kind.SUPPLEMENTARY_CENTRE: "центры допобразования",
    Kind.TALENT_CENTRE: "центры одарённых детей",
    Kind.PUBLIC_BODY: "общественные органы",
}
CHANGED = ("name", "short_name", "oktmo", "parent")


class TreeFilter(forms.Form):
    """Which organizations to show, and as of which day."""

    q = forms.CharField(label="Название, код, ИНН", required=False, max_length=200)
    kind = forms.ChoiceField(label="Вид", required=False, choices=[("", "любой"), *KINDS.items()])
    as_of = DayField(label="На дату", required=False)
    territory = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", ""), ("closed", "")])


class ClosingForm(forms.Form):
    on = DayField(label="Закрыта с", help_text="Первый день, когда организации уже нет.")


class ChangeForm(forms.Form):
    """A new name, place or status; what is left as it stands does not change."""

    name = forms.CharField(label="Полное наименование", max_length=400)
    short_name = forms.CharField(label="Краткое наименование", max_length=160)
    oktmo = forms.RegexField(
        r"^([0-9]{8}|[0-9]{11})$",
        label="ОКТМО",
        required=False,
        error_messages={"invalid": "Нужно 8 или 11 цифр."},
    )
    parent = OrganizationField(label="Вышестоящая")
    since = DayField(label="С какого дня")
    basis = forms.CharField(
        label="Основание",
        max_length=400,
        help_text="Вид, дата и номер акта: его прочтёт проверяющий.",
    )

    def __init__(
        self, *args: Any, organization: Organization, viewer: Viewer, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {name: getattr(organization, name) for name in CHANGED}
        super().__init__(*args, **kwargs)
        kinds = kinds_above(Kind(organization.kind))
        if kinds:
            above = Organization.objects.open_to(viewer, Permission.ORGANIZATION_MANAGE)
            self.fields["parent"].queryset = above.filter(kind__in=kinds, closed_on=None)  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["parent"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not set(CHANGED) & set(self.changed_data):
            raise forms.ValidationError("Ничего не изменено: исправьте хотя бы одно поле.")
        return cleaned


# The model's labels join two names; here the organization itself is the one before.
HAPPENED = {
    Succession.Kind.MERGED: "присоединена к преемнику",
    Succession.Kind.SPLIT: "из неё выделен преемник",
    Succession.Kind.REORGANIZED: "преобразована в преемника",
}


class SuccessionForm(forms.Form):
    """Who carries the organization on."""

    kind = forms.ChoiceField(
        label="Что произошло", choices=list(HAPPENED.items()), widget=forms.RadioSelect
    )
    successor = OrganizationField(label="Преемник")
    on = DayField(label="С какого дня")
    basis = forms.CharField(label="Основание", max_length=400)

    def __init__(
        self, *args: Any, organization: Organization, viewer: Viewer, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        others = Organization.objects.open_to(viewer, Permission.ORGANIZATION_MANAGE)
        alike = others.filter(kind=organization.kind).exclude(pk=organization.pk)
        self.fields["successor"].queryset = alike  # type: ignore[attr-defined]  # a ModelChoiceField
