"""Forms of people and their places: invite, join, move, stand in."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils import timezone

from organizations.access import INVITES, ROLE_TITLES, Permission, Role, Viewer
from organizations.forms.fields import DayField, OrganizationField
from organizations.models import Membership, Organization


class MemberFilter(forms.Form):
    """Whom to show of the territory's people."""

    q = forms.CharField(label="Имя, логин, почта", required=False, max_length=200)
    role = forms.ChoiceField(
        label="Роль", required=False, choices=[("", "любая"), *ROLE_TITLES.items()]
    )
    state = forms.ChoiceField(required=False, choices=[("", ""), ("blocked", ""), ("never", "")])


class PlaceForm(forms.Form):
    """A place: the organization and the role, of those the viewer may give."""

    organization = OrganizationField(label="Организация")
    role = forms.ChoiceField(label="Роль")
    position = forms.CharField(label="Должность", max_length=160, required=False)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Organization.objects.open_to(viewer, Permission.MEMBER_MANAGE)
        self.fields["organization"].queryset = places.working(timezone.localdate())  # type: ignore[attr-defined]  # a ModelChoiceField
        given = INVITES.get(viewer.role, frozenset())
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (role.value, title) for role, title in ROLE_TITLES.items() if role in given
        ]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class InvitationForm(PlaceForm):
    email = forms.EmailField(label="Почта", help_text="Туда уйдёт письмо со ссылкой.")

    field_order = ("email", "organization", "role", "position")


class JoinForm(forms.Form):
    """What an invited person tells of themselves."""

    last_name = forms.CharField(label="Фамилия", max_length=150)
    first_name = forms.CharField(label="Имя и отчество", max_length=150)
    username = forms.CharField(
        label="Логин",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text="Латинские буквы, цифры, точка или дефис: по нему вы будете входить.",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Пароль",
        strip=False,
        help_text="Не короче 10 знаков, не одни цифры и не одно из частых слов.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Пароль ещё раз",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "again" in cleaned and cleaned.get("password") != cleaned["again"]:
            self.add_error("again", "Пароли не совпадают. Введите один и тот же дважды.")
        return cleaned


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=None, empty_label="выберите", **kwargs)

    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.full_name}, {obj.organization}"


class SubstitutionForm(forms.Form):
    """Who stands in for a person, and from when to when."""

    substitute = ColleagueField(label="Кто замещает")
    since = DayField(label="С")
    until = DayField(label="По", help_text="Последний день замещения.")

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["substitute"].queryset = colleagues  # type: ignore[attr-defined]  # a ModelChoiceField
