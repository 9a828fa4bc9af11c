"""What is typed on the pages of documents."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from organizations.forms.filters import Asked
from organizations.models import DocumentKind, State
from organizations.vsoko import MONITORED, SCHOOL_KINDS, YEARLY, year_of, year_title

MISSING = "missing"
STATES = [
    (State.SENT.value, "ждут приёмки"),
    (State.RETURNED.value, "возвращено"),
    (MISSING, "не загружено"),
    (State.ACCEPTED.value, "принято"),
]


def year_choices() -> list[tuple[int, str]]:
    """This school year, the next, and two before."""
    now = year_of(timezone.localdate())
    return [(year, year_title(year)) for year in range(now + 1, now - 3, -1)]


def kind_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    others = [kind for kind in SCHOOL_KINDS if kind not in MONITORED]
    groups = {"За этими следит регион": MONITORED, "Другие локальные акты": others}
    return [
        (title, [(kind.value, str(kind.label)) for kind in kinds])
        for title, kinds in groups.items()
    ]


class DocumentFilter(Asked):
    """How a list of documents is narrowed; what cannot be read counts as not asked."""

    state = forms.ChoiceField(choices=STATES, required=False)
    year = forms.TypedChoiceField(choices=year_choices, coerce=int, required=False)
    municipality = forms.CharField(max_length=32, required=False)
    school = forms.CharField(max_length=32, required=False)

    @property
    def asked(self) -> dict[str, Any]:
        return {"year": year_of(timezone.localdate()), **super().asked}


class UploadForm(forms.Form):
    """One file of one document."""

    kind = forms.TypedChoiceField(
        label="Что это за документ",
        choices=kind_choices,
        coerce=DocumentKind,
        error_messages={"invalid_choice": "Выберите документ из списка."},
    )
    year = forms.TypedChoiceField(
        label="Учебный год",
        choices=year_choices,
        coerce=int,
        help_text="Нужен планам, графикам, справкам и отчётам. Положения и перечни действуют, "
        "пока их не заменит новая версия.",
        error_messages={"invalid_choice": "Выберите учебный год из списка."},
    )
    file = forms.FileField(
        label="Файл",
        help_text="PDF, DOCX или XLSX. Прежние версии сохраняются.",
        error_messages={
            "required": "Выберите файл.",
            "empty": "Файл пуст. Проверьте, что он сохранён, и выберите его снова.",
        },
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > settings.UPLOAD_MOST_BYTES:
            most = settings.UPLOAD_MOST_BYTES // 2**20
            raise forms.ValidationError(f"Файл больше {most} МБ. Сожмите картинки в нём.")
        return file

    @property
    def holding_year(self) -> int | None:
        """The year the document is kept under; None for a kind that needs none."""
        year: int = self.cleaned_data["year"]
        return year if self.cleaned_data["kind"] in YEARLY else None


class DecisionForm(forms.Form):
    """Acceptance of the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(DecisionForm):
    """Return of the version that was read, with what to correct."""

    remark = forms.CharField(
        label="Что исправить",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Школа увидит эти слова рядом с документом.",
        error_messages={"required": "Напишите, что исправить: без замечания вернуть нельзя."},
    )
