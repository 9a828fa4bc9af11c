"""A plan brought in, written, closed."""

import datetime
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property

from organizations.access import Permission, Viewer
from organizations.forms.fields import DayField, OrganizationField
from organizations.models import Level, Organization
from roadmaps.bodies import read_bodies
from roadmaps.exchange.plan import MOST_SIGNS
from roadmaps.services.drafts import ItemRow, SectionRow

Pair = tuple[str, str]


MOST_POINTS = 60  # of one item: monthly over five years


class OwnerForm(forms.Form):
    """A new plan of an organization for which the viewer may make plans."""

    owner = OrganizationField(
        label="Чей это план",
        help_text="Утверждённый план увидят все организации ниже.",
        error_messages={
            "required": "Выберите организацию.",
            "invalid_choice": "Выберите организацию из списка.",
        },
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ = Organization.objects.open_to(viewer, Permission.ROADMAP_EDIT)
        deepest = max(viewer.level, Level.MUNICIPALITY)
        self.fields["owner"].queryset = open_.filter(level__lte=deepest)  # type: ignore[attr-defined]  # ModelChoiceField
        self.fields["owner"].initial = viewer.organization_id


class ImportForm(OwnerForm):
    """An order with its plan: a file, or the text itself."""

    file = forms.FileField(  # type: ignore[call-arg]  # its stubs know no template_name
        label="Файл приказа",
        required=False,
        template_name="roadmaps/_either.html",
        help_text="DOCX, XLSX или TXT. PDF: выделите в нём текст и вставьте его ниже.",
        error_messages={"empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова."},
    )
    text = forms.CharField(  # type: ignore[call-arg]  # its stubs know no template_name
        label="Или текст приказа",
        required=False,
        strip=False,
        template_name="roadmaps/_either.html",
        max_length=MOST_SIGNS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Вместе с шапкой: из неё читаются номер и дата. Таблицу можно скопировать прямо "
        "из Word или Excel, со строкой названий столбцов.",
    )

    def clean_file(self) -> "UploadedFile[bytes] | None":
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file and file.size is not None and file.size > settings.UPLOAD_MOST_BYTES:
            most = settings.UPLOAD_MOST_BYTES // 2**20
            raise forms.ValidationError(f"Файл больше {most} МБ. Уберите из него картинки.")
        return file

    def clean(self) -> dict[str, Any]:
        given = [self.cleaned_data.get("file"), self.cleaned_data.get("text", "").strip()]
        if not any(given) and not self.errors:
            self.add_error("file", "Выберите файл или вставьте текст приказа ниже.")
        if all(given):
            self.add_error("text", "Оставьте что-то одно: файл или текст.")
        return self.cleaned_data

    @property
    def source(self) -> tuple[bytes, str]:
        """The bytes to read, and the name that tells their kind."""
        return self.upload or (self.cleaned_data["text"].encode(), "текст приказа.txt")

    @cached_property
    def upload(self) -> tuple[bytes, str] | None:
        """The file as it came; None for a text that was pasted."""
        file = self.cleaned_data["file"]
        return (file.read(), file.name) if file else None


class NewPlanForm(OwnerForm):
    """A plan begun without a file."""

    title = forms.CharField(
        label="Название плана",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Назовите план, как он назван в приказе."},
    )
    starts_on = DayField(label="Действует с", required=False)
    ends_on = DayField(
        label="По",
        required=False,
        help_text="Без периода у сроков без года не будет точных дней.",
    )

    def clean(self) -> dict[str, Any]:
        check_period(self)
        return self.cleaned_data


def check_period(form: forms.Form) -> None:
    starts, ends = form.cleaned_data.get("starts_on"), form.cleaned_data.get("ends_on")
    if starts and ends and ends < starts:
        told = f"Конец плана, {ends:%d.%m.%Y}, раньше начала, {starts:%d.%m.%Y}. Исправьте одно."
        form.add_error("ends_on", told)


class HeadingForm(forms.Form):
    """The order's requisites and the plan's own."""

    number = forms.CharField(
        label="Приказ №",
        max_length=40,
        required=False,
        help_text="Без него план не утвердить.",
    )
    signed_on = DayField(label="От", required=False, help_text="Без даты план не утвердить.")
    issuer = forms.CharField(label="Кем издан", max_length=200, required=False)
    order_title = forms.CharField(label="О чём приказ", max_length=400, required=False)
    title = forms.CharField(
        label="Название плана",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Назовите план, как он назван в приказе."},
    )
    starts_on = DayField(label="Действует с", required=False)
    ends_on = DayField(label="По", required=False)
    checked = forms.BooleanField(
        label="Собранные заново строки сверены с приказом: убрать отметки", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("number", "signed_on"):  # a draft waits for them, so they are not required
            self.fields[name].template_name = "roadmaps/_needed.html"  # type: ignore[attr-defined]  # not in its stubs

    def clean(self) -> dict[str, Any]:
        check_period(self)
        return self.cleaned_data


class SectionForm(forms.Form):
    """A section of a draft; items name it by its key."""

    key = forms.CharField(max_length=20, widget=forms.HiddenInput)
    number = forms.CharField(label="№ раздела", max_length=20, required=False)
    title = forms.CharField(
        label="Раздел",
        max_length=400,
        error_messages={"required": "Назовите раздел или уберите его."},
    )

    @property
    def row(self) -> SectionRow:
        typed = self.cleaned_data
        pk = int(typed["key"]) if typed["key"].isdecimal() else None
        return SectionRow(typed["key"], pk, typed["number"], typed["title"])


class ItemForm(forms.Form):
    """An item of a draft, in the order's words."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    place = forms.CharField(label="Место", max_length=6, required=False)
    number = forms.CharField(
        label="№",
        max_length=20,
        error_messages={"required": "Поставьте номер пункта, как в приказе."},
    )
    title = forms.CharField(
        label="Мероприятие",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Напишите мероприятие или уберите строку."},
    )
    term_text = forms.CharField(
        label="Срок, как в приказе",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    bodies = forms.CharField(
        label="Ответственные, через «;»",
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    lead = forms.ChoiceField(
        label="Головной исполнитель",
        required=False,
        error_messages={
            "invalid_choice": "Среди ответственных нет «%(value)s». Выберите головного снова."
        },
    )
    section = forms.ChoiceField(label="Раздел", required=False)
    result = forms.CharField(
        label="Результат",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    evidence = forms.CharField(label="Чем подтвердить", max_length=300, required=False)
    points = forms.CharField(
        label="Контрольные точки",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    cohort = forms.ChoiceField(label="Только для группы", required=False)

    def __init__(
        self, *args: Any, sections: Sequence[Pair], cohorts: Sequence[Pair], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        bodies = [one.text for one in read_bodies(str(self["bodies"].value() or ""))]
        self._offer("lead", "первый по порядку", [(one, one) for one in dict.fromkeys(bodies)])
        self._offer("section", "без раздела", sections)
        self._offer("cohort", "для всех", cohorts)

    def _offer(self, name: str, empty: str, choices: Sequence[Pair]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [("", empty), *choices]

    def clean_points(self) -> tuple[datetime.date, ...]:
        words = re.split(r"[,;\s]+", self.cleaned_data["points"].strip(" ,;"))
        found = tuple(sorted({_point(word) for word in words if word}))
        if len(found) > MOST_POINTS:
            told = f"Контрольных точек {len(found)}, а бывает не больше {MOST_POINTS}."
            raise forms.ValidationError(told)
        return found

    @property
    def row(self) -> ItemRow:
        typed = {name: text for name, text in self.cleaned_data.items() if name != "place"}
        cohort = typed.pop("cohort")
        return ItemRow(**typed, cohort=int(cohort) if cohort else None)


def _point(word: str) -> datetime.date:
    with suppress(ValueError):
        return datetime.datetime.strptime(word, "%d.%m.%Y").date()  # noqa: DTZ007 - a day alone
    raise forms.ValidationError(
        f"Контрольная точка «{word[:40]}»: ожидался день, например 30.11.2026. "
        "Дни разделяют запятыми."
    )


class ClosingForm(forms.Form):
    """What a plan came to."""

    summary = forms.CharField(
        label="Итоги",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": "Напишите итоги: без них план не завершают."},
    )
