"""What is typed on the pages of the catalogue, of scales and of tasks' levels."""

from typing import Any

from django import forms

from organizations.forms.fields import DayField
from procedures.models import Direction, Procedure


class LevelFilter(forms.Form):
    level = forms.ChoiceField(required=False, choices=Procedure.Level.choices)

    @property
    def asked(self) -> str:
        """The level asked for; empty for none and for one that does not exist."""
        return str(self.cleaned_data.get("level", "")) if self.is_valid() else ""


class ProcedureField(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    """One procedure of the catalogue by its short title."""

    def label_from_instance(self, obj: Procedure) -> str:
        return obj.short_title


class ProcedureForm(forms.Form):
    """Everything the catalogue says of a procedure, and why it is said anew."""

    code = forms.SlugField(
        label="Код",
        max_length=50,
        help_text="Латинские буквы, цифры и дефис. Потом не меняется: по коду загружают работы.",
        error_messages={
            "required": "Дайте процедуре код.",
            "invalid": "Нужны латинские буквы, цифры, дефис или подчёркивание.",
        },
    )
    title = forms.CharField(
        label="Название",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Как в Положении или в приказе.",
        error_messages={"required": "Впишите название."},
    )
    short_title = forms.CharField(
        label="Кратко",
        max_length=60,
        help_text="Так процедуру назовут в списках.",
        error_messages={"required": "Впишите краткое название."},
    )
    kind = forms.ChoiceField(label="Вид", choices=Procedure.Kind.choices)
    level = forms.ChoiceField(label="Кто проводит", choices=Procedure.Level.choices)
    also_at = forms.MultipleChoiceField(
        label="Кто ещё участвует",
        choices=Procedure.Level.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    directions = forms.ModelMultipleChoiceField(
        label="Направления",
        queryset=Direction.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    part_of = ProcedureField(
        label="Входит в процедуру",
        queryset=Procedure.objects.order_by("short_title"),
        required=False,
        empty_label="сама по себе",
        to_field_name="code",
    )
    ground = forms.CharField(
        label="Правовое основание",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    products = forms.MultipleChoiceField(
        label="Результаты (продукты)",
        choices=Procedure.Product.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Перечень п. 5.2 Положения.",
    )
    valid_from = DayField(label="Действует с", required=False)
    valid_to = DayField(label="Действовала до", required=False)
    replaced_by = ProcedureField(
        label="Чем заменена",
        queryset=Procedure.objects.order_by("short_title"),
        required=False,
        empty_label="не заменена",
        to_field_name="code",
    )
    basis = forms.CharField(
        label="Основание изменения",
        max_length=300,
        help_text="Приказ с номером и датой или причина правки.",
        error_messages={"required": "Назовите приказ или причину: она останется в истории."},
    )
    read = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, procedure: Procedure | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if procedure is not None:
            del self.fields["code"]
            for name in ("part_of", "replaced_by"):
                field = self.fields[name]
                field.queryset = field.queryset.exclude(pk=procedure.pk)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "Раньше дня, с которого процедура действует.")
        held = cleaned.get("level")
        cleaned["also_at"] = [level for level in cleaned.get("also_at", []) if level != held]
        return cleaned
