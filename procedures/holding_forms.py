"""What is typed on the pages of holding: registrations, draws, people, protocols."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from organizations.forms.fields import DayField, OrganizationField
from organizations.forms.filters import Asked
from organizations.models import Organization, User
from organizations.models.organization import OrganizationQuerySet
from procedures.anonymity import WORDS, named_person
from procedures.checklists import ANSWERS, CHECKLISTS, CURRENT
from procedures.classlists import SAMPLE, ClassListError, ListedClass, read_classes
from procedures.holding_rules import MOST_LOAD, MOST_ROOMS
from procedures.holdings import STATES, TRAITS
from procedures.models import Candidate, Observation, StaffKind, Work
from procedures.services.staffings import PER_ROOM, PER_SCHOOL


class NamelessField(forms.CharField):
    """A text in which nobody is named."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if found := named_person(text):
            raise forms.ValidationError(WORDS.format(found=found))
        return text


class HoldingsFilter(Asked):
    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    school = forms.CharField(required=False, max_length=32)


class RegisteredFilter(Asked):
    state = forms.ChoiceField(required=False, choices=[(name, name) for name in STATES])
    municipality = forms.CharField(required=False, max_length=32)


class RegistrationForm(forms.Form):
    """The classes of a school for one work, or why it takes no part."""

    held_on = DayField(label="День проведения", required=False)
    classes = forms.CharField(
        label="Классы и число учеников",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"По классу на строке, например: {SAMPLE}. Только числа, без фамилий.",
    )
    rooms = forms.IntegerField(
        label="Аудиторий",
        required=False,
        min_value=1,
        max_value=MOST_ROOMS.value,
        error_messages={
            "min_value": "Аудиторий хотя бы одна.",
            "max_value": f"Аудиторий не больше {MOST_ROOMS.value}. Проверьте число.",
        },
    )
    is_absent = forms.BooleanField(label="Школа эту работу не пишет", required=False)
    reason = NamelessField(
        label="Почему не пишет",
        required=False,
        max_length=300,
        help_text="Нужно, только если школа работу не пишет: например, «нет параллели».",
    )

    def __init__(self, *args: Any, work: Work, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("held_on", "classes", "rooms", "reason"):
            self.fields[name].template_name = "roadmaps/_needed.html"  # type: ignore[attr-defined]  # not in its stubs
        self.work = work
        self.listed: list[ListedClass] = []

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("is_absent"):
            if not data.get("reason") and "reason" not in self.errors:
                self.add_error("reason", "Напишите, почему школа не пишет работу.")
            return data
        if not data.get("held_on") and "held_on" not in self.errors:
            self.add_error("held_on", "Укажите день проведения.")
        if data.get("rooms") is None and "rooms" not in self.errors:
            self.add_error("rooms", "Укажите, в скольких аудиториях пишут.")
        try:
            self.listed = read_classes(data.get("classes", ""), self.work.grade)
        except ClassListError as error:
            self.add_error("classes", error.faults)
        return data


class DrawForm(forms.Form):
    """How many schools are drawn, for what, and by which traits the sample is balanced."""

    title = forms.CharField(
        label="Для чего выборка", max_length=200, initial="ВПР с контролем объективности"
    )
    year = forms.IntegerField(label="Год проведения", min_value=2000, max_value=2100)
    size = forms.IntegerField(label="Школ в выборке", min_value=1, max_value=2000)
    traits = forms.MultipleChoiceField(
        label="Признаки страт",
        choices=list(TRAITS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Каждое сочетание признаков даёт хотя бы одну школу.",
    )
    seed = forms.IntegerField(
        label="Зерно",
        required=False,
        min_value=0,
        max_value=2**62,
        help_text="Число, названное при свидетелях. Пусто — портал возьмёт случайное и запишет.",
    )
    reason = NamelessField(
        label="Почему жеребьёвка повторная",
        required=False,
        max_length=300,
        help_text="Нужно, если в этом году жеребьёвка уже была.",
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"year": today.year, "traits": ["area", "profile"]})
        super().__init__(*args, **kwargs)


class CandidateForm(forms.Form):
    """One who may observe or check: by post, without a name; or a user of the portal."""

    kind = forms.ChoiceField(label="Кем", choices=StaffKind.choices)
    organization = OrganizationField(label="Где работает", to_field_name="code")
    post = NamelessField(
        label="Должность",
        required=False,
        max_length=160,
        help_text="Например: «учитель математики школы № 5». Без фамилии: портал даст номер.",
    )
    login = forms.CharField(
        label="Имя входа на портал",
        required=False,
        max_length=150,
        help_text="Если у человека есть учётная запись в этой организации.",
    )
    interests = forms.CharField(
        label="Куда не посылать",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Коды школ, по одному на строке: где учится ребёнок, где человек подрабатывает. "
        "Свою школу указывать не нужно.",
    )
    most = forms.IntegerField(
        label="Назначений на одну работу, не больше",
        min_value=1,
        max_value=MOST_LOAD.value,
        initial=1,
    )
    is_active = forms.BooleanField(label="Можно назначать", required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        organizations: OrganizationQuerySet,
        is_new: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organizations = organizations
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]  # a ModelChoiceField
        for name in ("is_active",) if is_new else ("kind", "organization", "login"):
            del self.fields[name]

    def clean_login(self) -> User | None:
        login = self.cleaned_data["login"].strip()
        if not login:
            return None
        visible = User.objects.filter(
            memberships__organization__in=self.organizations, memberships__until=None
        )
        found = visible.filter(username=login).first()
        if found is None:
            raise forms.ValidationError(f"«{login}»: среди людей вашей территории такого нет.")
        return found

    def clean_interests(self) -> list[Organization]:
        codes = set(self.cleaned_data["interests"].split())
        found = list(self.organizations.schools().filter(code__in=codes))
        if unknown := codes - {one.code for one in found}:
            listed = ", ".join(sorted(unknown))
            raise forms.ValidationError(
                f"{listed}: школы с таким кодом на вашей территории нет. Проверьте код."
            )
        return found


class ProposalForm(forms.Form):
    """Whom to propose, and how many to a school."""

    kind = forms.ChoiceField(label="Кого", choices=StaffKind.choices)
    each = forms.ChoiceField(
        label="Сколько",
        choices=[(PER_SCHOOL, "по одному на школу"), (PER_ROOM, "по одному на аудиторию")],
    )


class ReplacementForm(forms.Form):
    """Whom to send instead, and why."""

    candidate = forms.ModelChoiceField(
        label="Кого послать",
        queryset=Candidate.objects.none(),
        required=False,
        empty_label="никого",
    )
    reason = NamelessField(label="Почему", max_length=300)

    def __init__(self, *args: Any, candidates: QuerySet[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidate"].queryset = candidates  # type: ignore[attr-defined]  # a ModelChoiceField


class ObservationForm(forms.Form):
    """What was seen while one class wrote: a question a fact, then incidents in words."""

    class_name = forms.RegexField(
        r"^\d{1,2}[А-ЯЁа-яёA-Za-z0-9]{0,4}$",
        label="Класс",
        max_length=8,
        error_messages={"invalid": "Напишите класс, например 4А."},
    )
    room = NamelessField(label="Аудитория", max_length=20)
    held_on = DayField(label="День")
    incidents = NamelessField(
        label="Что случилось",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Время и факты. Не пишите ФИО: ни детей, ни взрослых — «ученик», «учитель».",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = CHECKLISTS[CURRENT]
        for question in self.questions:
            self.fields[question.code] = forms.ChoiceField(
                label=question.text,
                choices=ANSWERS,
                widget=forms.RadioSelect,
                error_messages={"required": "Ответьте: да, нет или не видел(а)."},
            )
        self.order_fields(
            ["class_name", "room", "held_on", *(one.code for one in self.questions), "incidents"]
        )

    @property
    def answers(self) -> dict[str, str]:
        return {one.code: self.cleaned_data[one.code] for one in self.questions}


class ConclusionForm(forms.Form):
    """What follows from a protocol that was read."""

    conclusion = NamelessField(
        label="Вывод",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Что сделано или решено. Без фамилий.",
    )


class ObservationsFilter(Asked):
    state = forms.ChoiceField(required=False, choices=Observation.State.choices)
