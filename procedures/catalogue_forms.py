"""What is typed on the pages of the catalogue, of scales and of tasks' levels."""

from typing import Any

from django import forms

from organizations.forms.fields import DayField, TableFileField
from organizations.forms.filters import Asked
from procedures.exchange.works import MOST_SKILL
from procedures.models import Direction, Procedure, Work
from procedures.scales import Borders, PointScale


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


SOURCE = {
    "required": "Назовите источник: приказ, описание работы, письмо с номером и датой.",
}


class ScaleForm(forms.Form):
    """The borders of a scale and where they come from."""

    three = forms.IntegerField(label="«3» с балла", min_value=1, max_value=10_000)
    four = forms.IntegerField(label="«4» с балла", min_value=1, max_value=10_000)
    five = forms.IntegerField(label="«5» с балла", min_value=1, max_value=10_000)
    source = forms.CharField(
        label="Источник",
        max_length=300,
        help_text="Документ, в котором напечатана шкала, с номером и датой.",
        error_messages=SOURCE,
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"three", "four", "five"} <= cleaned.keys():
            try:
                borders = Borders(cleaned["three"], cleaned["four"], cleaned["five"])
                cleaned["borders"] = borders.within(self.most)
            except ValueError as error:
                self.add_error(None, str(error).capitalize())
        return cleaned


class ConversionForm(forms.Form):
    """A table of test points: one for each primary score from 0 on, the passing one, the source."""

    points = forms.CharField(
        label="Тестовые баллы",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Впишите тестовые баллы через пробел."},
    )
    threshold = forms.IntegerField(
        label="Минимальный тестовый балл",
        min_value=1,
        max_value=100,
        help_text="Порог: с этого балла экзамен сдан.",
    )
    source = forms.CharField(label="Источник", max_length=300, error_messages=SOURCE)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "points"
        ].help_text = f"Через пробел, по порядку первичных баллов от 0 до {most}: всего {most + 1}."

    def clean_points(self) -> tuple[int, ...]:
        words = self.cleaned_data["points"].replace(";", " ").replace(",", " ").split()
        if wrong := [word for word in words if not word.isascii() or not word.isdigit()]:
            raise forms.ValidationError(f"Нужны целые числа, а здесь «{wrong[0][:20]}».")
        return tuple(int(word[:6]) for word in words)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"points", "threshold"} <= cleaned.keys():
            try:
                cleaned["scale"] = PointScale(cleaned["points"], cleaned["threshold"])
            except ValueError as error:
                self.add_error("points", str(error).capitalize())
        return cleaned


class TasksForm(forms.Form):
    """The level and the skill of every task of a work, a pair of fields a task."""

    LEVELS = (("", "–"), ("Б", "базовый"), ("П", "повышенный"), ("В", "высокий"))

    def __init__(self, *args: Any, work: Work, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = list(work.tasks)
        blank = [""] * len(self.labels)
        pairs = zip(work.levels or blank, work.skills or blank, strict=True)
        for n, (level, skill) in enumerate(pairs):
            label = self.labels[n]
            self.fields[f"level-{n}"] = forms.ChoiceField(
                choices=self.LEVELS, required=False, initial=level, label=f"Уровень задания {label}"
            )
            self.fields[f"skill-{n}"] = forms.CharField(
                max_length=MOST_SKILL,
                required=False,
                initial=skill,
                label=f"Что проверяет задание {label}",
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each task's label with its two fields."""
        return [
            (label, self[f"level-{n}"], self[f"skill-{n}"]) for n, label in enumerate(self.labels)
        ]

    def column(self, name: str) -> list[str]:
        """What was typed of every task in `level` or `skill`."""
        return [self.cleaned_data[f"{name}-{n}"].strip() for n in range(len(self.labels))]


class TableFilter(Asked):
    """What the rows of a database are narrowed by; what cannot be read counts as not asked."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    municipality = forms.CharField(required=False, max_length=32)


class TableForm(forms.Form):
    """A filled form of a database."""

    file = TableFileField(
        label="Заполненная форма",
        help_text="Книга Excel (.xlsx), до 10 МБ. Сначала портал покажет, что изменится.",
        accept=".xlsx",
    )
