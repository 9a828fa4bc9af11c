"""A plan beside the plan above: pairs, reasons, groups."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from organizations.access import Viewer
from organizations.models import Organization
from roadmaps.forms.fields import PlanField
from roadmaps.models import Roadmap
from roadmaps.queries.cohorts import read_members

GROUNDS = (
    "Исполняет уровень выше, мы участвуем",
    "Нет тех, к кому относится пункт",
    "Уже сделано, документ есть",
    "Вошло в другой пункт нашего плана",
)


OWN_WORDS = "own"


class OmissionForm(forms.Form):
    """Why an item of the plan above is left out: a usual ground, own words, or both."""

    ground = forms.ChoiceField(
        label="Почему пункта нет",
        choices=[(OWN_WORDS, "своими словами"), *((one, one) for one in GROUNDS)],
        error_messages={"required": "Выберите причину."},
    )
    text = forms.CharField(  # type: ignore[call-arg]  # its stubs know no template_name
        label="Пояснение",
        max_length=1000,
        required=False,
        template_name="roadmaps/_needed.html",
        help_text="Нужно, если причина — «своими словами».",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.reason:
            self.add_error("text", "Выберите причину или напишите её: её прочитает уровень выше.")
        return self.cleaned_data

    @property
    def reason(self) -> str:
        """«Уже сделано, документ есть. Приказ № 5»"""
        said = [self.cleaned_data.get(name, "").strip() for name in ("ground", "text")]
        return ". ".join(part for part in said if part and part != OWN_WORDS)


class MatchForm(forms.Form):
    """The plan of a level above from which a plan was made."""

    upper = PlanField(
        None,
        label="План выше",
        empty_label="выберите",
        error_messages={
            "required": "Выберите план.",
            "invalid_choice": "Этот план сейчас не действует. Выберите из списка.",
        },
    )

    def __init__(self, *args: Any, viewer: Viewer, plan: Roadmap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = Roadmap.objects.visible_to(viewer).filter(
            status=Roadmap.Status.APPROVED, owner__level__lt=plan.owner.level
        )
        field = cast("forms.ModelChoiceField[Roadmap]", self.fields["upper"])
        field.queryset = above.select_related("owner", "order")


class CohortForm(forms.Form):
    """A named group of schools: its title, its ground, who is in it."""

    title = forms.CharField(
        label="Название",
        max_length=200,
        help_text="Как группу назовут в плане. Чужие школы её не увидят.",
        error_messages={"required": "Назовите группу."},
    )
    basis = forms.CharField(
        label="Основание",
        max_length=400,
        required=False,
        help_text="Приказ, анализ, решение: почему эти школы вместе.",
    )
    members = forms.CharField(
        label="Школы",
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="По одной на строке: код или название, как в списке школ территории.",
        error_messages={"required": "Назовите хотя бы одну школу."},
    )

    def __init__(self, *args: Any, schools: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = schools

    def clean_members(self) -> list[Organization]:
        found, faults = read_members(self.cleaned_data["members"], self.schools)
        if faults:
            raise forms.ValidationError([str(fault) for fault in faults])
        return found
