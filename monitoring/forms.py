"""How the pages of monitoring are narrowed; what cannot be read counts as not asked."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from monitoring.models import SchoolGroup
from monitoring.passports import FAMILIES, METHODS, WORDS
from monitoring.queries.groups import Criteria, Ground
from monitoring.stats.engine import COUNTED
from organizations.exchange.cells import decimal
from organizations.forms.fields import DayField, TableFileField
from organizations.forms.filters import Asked
from organizations.models import Organization
from roadmaps.queries.cohorts import read_members

STATES = ("signal", "watch", "few")
LEVELS = (("municipality", "Муниципалитеты"), ("school", "Школы"))


class WorkFilter(Asked):
    """A year of holding, and one of its works."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    work = forms.SlugField(required=False, max_length=50)
    municipality = forms.CharField(required=False, max_length=32)


class FederalFilter(Asked):
    """The unit at which a standard report is opened, and how tasks are counted."""

    unit = forms.CharField(required=False, max_length=32)
    measure = forms.ChoiceField(required=False, choices=[("full", "получили максимум")])


class JournalForm(forms.Form):
    """The marks of the journal by codes; read in memory, never kept."""

    file = TableFileField(
        label="Отметки из журнала",
        help_text="Книга xlsx или таблица csv: «Код участника» и «Отметка по журналу». Без имён.",
        accept=".xlsx,.csv",
    )


class DossierFilter(WorkFilter):
    """What of a dossier is open: a work and one of its classes, or a year as a whole."""

    class_number = forms.IntegerField(required=False, min_value=1, max_value=99)


class MarkersForm(forms.Form):
    """The federal list of markers as it was received."""

    file = TableFileField(
        label="Федеральный список",
        help_text="Книга xlsx или таблица csv в UTF-8, до 10 МБ. Сначала портал покажет, что "
        "изменится.",
        accept=".xlsx,.csv",
    )


class MarkersFilter(Asked):
    """A year of the federal list, and which of its lists: of the year or of three years."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    over = forms.ChoiceField(required=False, choices=[("any", "any"), ("stable", "stable")])


class PlaceFilter(Asked):
    """A year and a territory."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    place = forms.CharField(required=False, max_length=32)


class CampaignForm(forms.Form):
    """The year whose works are set against the journal, and the day by which schools do it."""

    year = forms.IntegerField(min_value=2000, max_value=2100, widget=forms.HiddenInput)
    due_on = DayField(label="Внести отметки до")


class ObjectivityFilter(WorkFilter):
    state = forms.ChoiceField(required=False, choices=[(name, WORDS[name]) for name in STATES])


class IndicatorFilter(WorkFilter):
    level = forms.ChoiceField(required=False, choices=LEVELS)


class GroupFilter(forms.Form):
    """By what schools are proposed for a group; what cannot be read counts as not asked."""

    year = forms.IntegerField(label="Год", required=False, min_value=2000, max_value=2100)
    ground = forms.ChoiceField(
        label="Основание",
        required=False,
        choices=[
            (Ground.SIGNAL, "сигнал этого года"),
            (Ground.STEADY, "сигнал в 2 годах из 3"),
            (Ground.MARKER, "федеральный маркер этого года"),
            (Ground.STEADY_MARKER, "федеральный маркер в 2 годах из 3"),
        ],
    )
    is_wide = forms.BooleanField(label="и те, что требуют внимания", required=False)
    family = forms.ChoiceField(
        label="Признак",
        required=False,
        choices=[("", "любой"), *((family, FAMILIES[family]) for family in COUNTED)],
    )
    method = forms.ChoiceField(
        label="Метод",
        required=False,
        choices=[("", "любой"), *((method, one.title) for method, one in METHODS.items())],
    )

    def criteria(self, newest: int) -> Criteria:
        """What is asked for; nothing asked is a signal of the newest year."""
        self.is_valid()
        typed = self.cleaned_data
        return Criteria(
            year=typed.get("year") or newest,
            ground=Ground(typed.get("ground") or Ground.SIGNAL),
            is_wide=bool(typed.get("is_wide")),
            family=typed.get("family") or "",
            method=typed.get("method") or "",
        )


class GroupForm(forms.Form):
    """The group a person confirms: those kept of the proposed, those added, and why."""

    title = forms.CharField(
        label="Название",
        max_length=200,
        help_text="Как группу назовут в плане: без слов о сигналах.",
        error_messages={"required": "Назовите группу."},
    )
    kept = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    purpose = forms.ChoiceField(label="Для чего", choices=SchoolGroup.Purpose.choices)
    added = forms.CharField(
        label="Добавить школы",
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="По одной на строке: код или название.",
    )
    reason = forms.CharField(
        label="Почему список изменён",
        required=False,
        max_length=400,
        help_text="Нужно, если школу сняли или добавили.",
    )

    def __init__(
        self,
        *args: Any,
        schools: Sequence[Organization],
        proposed: Sequence[Organization],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schools, self.proposed = schools, proposed

        kept = cast(forms.MultipleChoiceField, self.fields["kept"])
        kept.choices = [(one.code, one.short_name) for one in proposed]

    def is_kept(self, school: Organization) -> bool:
        """Whether a proposed school is in; before anything was typed all are."""
        return not self.is_bound or school.code in self.cleaned_data.get("kept", ())

    def clean_added(self) -> list[Organization]:
        found, faults = read_members(self.cleaned_data["added"], self.schools)
        if faults:
            raise forms.ValidationError([str(fault) for fault in faults])
        return found

    @property
    def members(self) -> list[Organization]:
        kept = [school for school in self.proposed if self.is_kept(school)]
        return list({one.pk: one for one in [*kept, *self.cleaned_data["added"]]}.values())


class ThresholdField(forms.CharField):
    """A number with a decimal comma between two limits."""

    def __init__(self, *, least: float, most: float, label: str) -> None:
        super().__init__(
            label=label, max_length=20, help_text=f"от {comma(least)} до {comma(most)}"
        )
        self.least, self.most = least, most

    def clean(self, value: object) -> float:
        text = super().clean(value)
        try:
            return decimal(text, least=self.least, most=self.most)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def comma(number: float) -> str:
    """«0,0001»: in full, as it is typed."""
    return f"{number:.10f}".rstrip("0").rstrip(".").replace(".", ",")


# What of the thresholds a person may move and how far: below a chance of five in a hundred a
# family says nothing, and more than a fifth of the list by chance is no list (our decision, 0021).
LIMITS: dict[str, tuple[str, float, float]] = {
    "red_q": ("Доля случайных среди сигналов", 0.001, 0.2),
    "amber_q": ("Доля случайных среди сигналов и внимания", 0.001, 0.3),
    "family_p": ("Второй независимый признак: вероятность случайности", 0.0001, 0.05),
    "amber_p": ("Один признак без второго: вероятность случайности", 0.0000001, 0.01),
    "prior": ("Доля классов с вмешательством", 0.001, 0.3),
}
MOST_WEIGHT = 2.0


class MethodForm(forms.Form):
    """Thresholds of a copy with the source of each, and what is changed and why."""

    def __init__(self, *args: Any, thresholds: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thresholds = thresholds
        for name, (label, least, most) in LIMITS.items():
            self.fields[name] = ThresholdField(least=least, most=most, label=label)
            self._source(name)
        for family, title in FAMILIES.items():
            self.fields[f"weight_{family}"] = ThresholdField(
                least=0, most=MOST_WEIGHT, label=f"Вес признака «{title}»"
            )
        self._source("weights")
        self.fields["note"] = forms.CharField(
            label="Что изменено и почему",
            max_length=400,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="Без этого копию не опубликовать.",
        )

    def _source(self, name: str) -> None:
        self.fields[f"source_{name}"] = forms.CharField(
            label="Источник",
            max_length=300,
            error_messages={"required": "Порог без источника не публикуют: напишите, откуда он."},
        )

    @staticmethod
    def typed(thresholds: dict[str, Any], sources: dict[str, str], note: str) -> dict[str, str]:
        """Stored thresholds as the form shows them."""
        numbers = {name: comma(thresholds[name]) for name in LIMITS}
        weights = {
            f"weight_{family}": comma(thresholds["weights"][family])
            for family in map(str, FAMILIES)
        }
        named = {f"source_{name}": sources.get(name, "") for name in (*LIMITS, "weights")}
        return numbers | weights | named | {"note": note}

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if typed.get("red_q", 0) > typed.get("amber_q", 1):
            self.add_error("amber_q", "Внимание не может быть строже сигнала.")
        if typed.get("amber_p", 0) > typed.get("family_p", 1):
            self.add_error("amber_p", "Один признак без второго не может быть мягче двух.")
        return typed

    @property
    def changed(self) -> dict[str, Any]:
        """The thresholds as they are typed."""
        weights = {str(family): self.cleaned_data[f"weight_{family}"] for family in FAMILIES}
        return {name: self.cleaned_data[name] for name in LIMITS} | {
            "weights": {**self.thresholds["weights"], **weights}
        }

    @property
    def sources(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"source_{name}"] for name in (*LIMITS, "weights")}


class PublishForm(forms.Form):
    """The order by which thresholds are put in force."""

    order_number = forms.CharField(
        label="Номер приказа", max_length=50, error_messages={"required": "Укажите номер приказа."}
    )
    order_date = DayField(label="Дата приказа")
