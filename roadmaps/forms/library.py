"""Standard items and their choice."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from roadmaps.forms.fields import MOST_KEY
from roadmaps.services.library import Words


class StandardForm(forms.Form):
    """A standard item of the library."""

    title = forms.CharField(
        label="Мероприятие",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Напишите мероприятие."},
    )
    term_text = forms.CharField(label="Обычный срок", max_length=300, required=False)
    bodies_text = forms.CharField(label="Ответственные", max_length=600, required=False)
    result = forms.CharField(
        label="Результат", max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    evidence = forms.CharField(label="Чем подтвердить", max_length=300, required=False)

    @property
    def words(self) -> Words:
        return Words(**self.cleaned_data)


class LibraryFilter(forms.Form):
    """What is looked for in the library; what cannot be read counts as not asked."""

    q = forms.CharField(label="Найти", max_length=200, required=False)
    plan = forms.IntegerField(required=False, max_value=MOST_KEY, widget=forms.HiddenInput)

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("q", "plan")}


class TakeForm(forms.Form):
    """Standard items chosen for a draft."""

    standard = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        error_messages={"invalid_choice": "Пункта уже нет в библиотеке. Обновите страницу."},
    )

    def __init__(self, *args: Any, keys: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["standard"]).choices = [(key, key) for key in keys]
