"""What is typed on the pages of plans."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator

from organizations.access import Permission, Viewer
from organizations.forms.fields import OrganizationField
from organizations.models import Level, Organization
from roadmaps.exchange.plan import MOST_SIGNS

SHOWS = ("mine", "now", "waiting", "late")
WHOSE = ("own", "above", "below")
MOST_REPORT = 5000  # signs; a page of text is about 2500


class ImportForm(forms.Form):
    """An order with its plan: a file, or the text itself."""

    owner = OrganizationField(
        label="Чей это план",
        help_text="Утверждённый план увидят все организации ниже.",
        error_messages={
            "required": "Выберите организацию.",
            "invalid_choice": "Выберите организацию из списка.",
        },
    )
    file = forms.FileField(
        label="Файл приказа",
        required=False,
        help_text="DOCX, XLSX или TXT. PDF: выделите в нём текст и вставьте его ниже.",
        error_messages={"empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова."},
    )
    text = forms.CharField(
        label="Или текст приказа",
        required=False,
        strip=False,
        max_length=MOST_SIGNS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Вместе с шапкой: из неё читаются номер и дата.",
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ = Organization.objects.open_to(viewer, Permission.ROADMAP_EDIT)
        deepest = max(viewer.level, Level.MUNICIPALITY)
        self.fields["owner"].queryset = open_.filter(level__lte=deepest)  # type: ignore[attr-defined]  # ModelChoiceField
        self.fields["owner"].initial = viewer.organization_id

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
        if file := self.cleaned_data["file"]:
            return file.read(), file.name
        return self.cleaned_data["text"].encode(), "текст приказа.txt"


class ReportForm(forms.Form):
    """What was done on an item, and where it can be seen."""

    text = forms.CharField(
        label="Что сделано",
        max_length=MOST_REPORT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Когда, с кем, какой получился документ.",
        error_messages={"required": "Напишите, что сделано: без этого отчёт не примут."},
    )
    link = forms.URLField(
        label="Где это видно",
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Адрес страницы или документа, если он есть.",
        error_messages={"invalid": "Нужен адрес вида https://пример.рф/страница."},
    )


class DecisionForm(forms.Form):
    """Acceptance of the report that was read."""

    read = forms.CharField(max_length=40, widget=forms.HiddenInput)


class ReturnForm(DecisionForm):
    """Return of the report that was read, with what to correct."""

    remark = forms.CharField(
        label="Что исправить",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Организация увидит эти слова рядом с отчётом.",
        error_messages={"required": "Напишите, что исправить: без замечания вернуть нельзя."},
    )


class PlanFilter(forms.Form):
    """How the items of a plan are narrowed; what cannot be read counts as not asked."""

    show = forms.ChoiceField(choices=[(one, one) for one in SHOWS], required=False)

    @property
    def asked(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("show", ""))


class ListFilter(forms.Form):
    """How the list of plans is narrowed; what cannot be read counts as not asked."""

    whose = forms.ChoiceField(choices=[(one, one) for one in WHOSE], required=False)

    @property
    def asked(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("whose", ""))
