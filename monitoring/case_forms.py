"""What is typed on the pages of cases; names and verdicts are refused beside their field."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorList

from monitoring.models import Case, CaseDecision, Explanation, Recheck, RecheckedWork
from monitoring.queries.cases import Written
from monitoring.services import decisions
from monitoring.services.answers import MOST_TEXT, NEEDED
from monitoring.services.rechecks import Marked
from monitoring.verdicts import HINT, verdict
from organizations.forms.fields import OrganizationField
from organizations.forms.filters import Asked
from organizations.models.organization import OrganizationQuerySet
from procedures.holding_forms import NamelessField
from roadmaps.forms.fields import FilesField

MOST_GROUND = 2000
NOT_BEGUN = {"x": -1, "х": -1}  # «не приступал», Latin or Cyrillic


class CasesFilter(Asked):
    """A year, a state and a municipality of cases."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)
    state = forms.ChoiceField(required=False, choices=Case.State.choices)
    municipality = forms.CharField(required=False, max_length=32)


class CarefulField(NamelessField):
    """A text of those who decide: it names nobody and passes no verdict over people."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if found := verdict(text):
            raise forms.ValidationError(HINT.format(found=found))
        return text


class ActForm(forms.Form):
    """What is typed for one act."""

    @property
    def faulty(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """What the summary above the fields is made of."""
        return [(self[name], self[name].errors) for name in self.fields]

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, as the service of the act takes it."""
        return self.cleaned_data


class AnswerForm(ActForm):
    """How the school explains its signal, with files and what it proposes."""

    text = NamelessField(
        label="Как школа объясняет картину",
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": "answer-count"}),
        error_messages={"required": NEEDED},
    )
    papers = FilesField(
        label="Чем подтверждает", required=False, help_text="PDF, DOCX, XLSX или снимок JPG, PNG."
    )
    proposal = forms.TypedChoiceField(
        label="Что школа предлагает",
        choices=Explanation.Proposal.choices,
        coerce=Explanation.Proposal,
        initial=Explanation.Proposal.RECHECK,
    )

    def __init__(self, *args: Any, is_draft: bool = False, **kwargs: Any) -> None:
        """Of a draft no text is asked."""
        super().__init__(*args, **kwargs)
        self.fields["text"].required = not is_draft

    @property
    def signs(self) -> int:
        """How many signs stand in the text now."""
        return len(self["text"].value() or "")

    @property
    def typed(self) -> dict[str, Any]:
        """The answer as services take it."""
        files = [(file.name, file.read()) for file in self.cleaned_data["papers"]]
        return {name: self.cleaned_data[name] for name in ("text", "proposal")} | {"files": files}


class OrderForm(ActForm):
    """Which works of the school are to be marked anew, and how many of them."""

    work = forms.ChoiceField(label="Работа")
    class_number = forms.IntegerField(
        label="Номер класса",
        required=False,
        min_value=1,
        max_value=30,
        help_text="Пусто — из всей параллели.",
    )
    size = forms.IntegerField(
        label="Сколько работ",
        required=False,
        min_value=1,
        max_value=500,
        help_text="Пусто — столько, сколько велит правило. Какие, выберет система случайно.",
    )

    def __init__(self, *args: Any, works: Iterable[Written], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.works = {one.work.code: one for one in works}
        choices = [(code, one.words) for code, one in self.works.items()]
        self.fields["work"].choices = choices  # type: ignore[attr-defined]  # a field of choices

    @property
    def typed(self) -> dict[str, Any]:
        data = self.cleaned_data
        return data | {"work": self.works[data["work"]].work}


class PointsField(forms.CharField):
    """A work as it was marked anew: its score, or its points task by task."""

    def __init__(self, max_points: Sequence[int], **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self._most = list(max_points)
        self.widget.attrs |= {"inputmode": "numeric", "size": 12}

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        words = text.replace(",", " ").lower().split()
        points = [NOT_BEGUN[word] if word in NOT_BEGUN else _whole(word) for word in words]
        if len(points) == 1:
            return Marked(_within(points[0], sum(self._most)))
        if len(points) != len(self._most):
            raise forms.ValidationError(
                f"Чисел {len(points)}, а заданий {len(self._most)}. Напишите один итоговый балл "
                "или баллы по всем заданиям через пробел."
            )
        checked = [_within(one, most) for one, most in zip(points, self._most, strict=True)]
        return Marked(sum(one for one in checked if one > 0), checked)


def _whole(word: str) -> int:
    if not word.isdecimal():
        raise forms.ValidationError(f"«{word}»: нужно целое число баллов или X.")
    return int(word)


def _within(points: int, most: int) -> int:
    if points > most:
        raise forms.ValidationError(f"{points}: наибольший балл здесь {most}.")
    return points


class ProtocolForm(ActForm):
    """The protocol of marking anew: a line for each drawn work, and who marked."""

    checked_by = CarefulField(
        label="Кто перепроверил",
        max_length=300,
        help_text="Должности и число экспертов, без фамилий.",
        error_messages={"required": "Напишите, кто перепроверил: должности и число экспертов."},
    )

    def __init__(self, *args: Any, recheck: Recheck, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"checked_by": recheck.checked_by})
        super().__init__(*args, **kwargs)
        self._works = list(recheck.works.all())
        for row in self._works:
            self.fields[f"work-{row.participant}"] = PointsField(
                recheck.work.max_points,
                label=f"Новый балл работы {row.participant}",
                initial=_entered(row),
                error_messages={"required": "Внесите балл этой работы."},
            )

    @property
    def lines(self) -> list[tuple[RecheckedWork, forms.BoundField]]:
        return [(row, self[f"work-{row.participant}"]) for row in self._works]

    @property
    def typed(self) -> dict[str, Any]:
        marked = {
            row.participant: self.cleaned_data[f"work-{row.participant}"] for row in self._works
        }
        return {"marked": marked, "checked_by": self.cleaned_data["checked_by"]}


def _entered(row: RecheckedWork) -> str:
    if row.new_points is not None:
        return " ".join("X" if one == -1 else str(one) for one in row.new_points)
    return "" if row.new_score is None else str(row.new_score)


class DecisionForm(ActForm):
    """One of three, and why."""

    outcome = forms.TypedChoiceField(
        label="Решение о сигнале",
        choices=CaseDecision.Outcome.choices,
        coerce=CaseDecision.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите одно из трёх."},
    )
    motivation = CarefulField(
        label="Почему",
        max_length=MOST_GROUND,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Что показали ответ школы и перепроверка. Без фамилий. Школа прочитает это.",
        error_messages={"required": decisions.NEEDED},
    )
    read = forms.CharField(max_length=12, widget=forms.HiddenInput)


class AppealForm(ActForm):
    """With what the school does not agree."""

    text = NamelessField(
        label="С чем школа не согласна",
        max_length=MOST_GROUND,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": decisions.NEEDED_OF_SCHOOL},
    )


class OpeningForm(ActForm):
    """A case opened by hand: of which school and year, and on what ground."""

    organization = OrganizationField(label="Школа", error_messages={"required": "Выберите школу."})
    year = forms.IntegerField(label="Год проведения работ", min_value=2000, max_value=2100)
    ground = CarefulField(
        label="Почему открываете",
        max_length=MOST_GROUND,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Школа прочитает это и ответит. Без фамилий.",
        error_messages={"required": "Напишите, почему открываете дело."},
    )

    def __init__(self, *args: Any, schools: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = schools  # type: ignore[attr-defined]  # a field of rows
