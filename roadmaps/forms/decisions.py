"""What the level above decides on a report."""

from typing import Any

from django import forms


class DecisionForm(forms.Form):
    """Acceptance of the report that was read."""

    read = forms.CharField(max_length=40, widget=forms.HiddenInput)


USUAL_REMARKS = (
    "Не приложено подтверждение.",
    "Подтверждение не относится к этому пункту.",
    "В документе нет даты, номера или подписи.",
    "Дата документа вне срока пункта.",
    "Не сказано, кто участвовал и какой получен результат.",
    "Исполнено не полностью.",
    "Обоснование не убеждает: пункт к вам относится.",
)


class ReturnForm(DecisionForm):
    """Return of the report that was read, with what to correct."""

    usual = forms.ChoiceField(  # type: ignore[call-arg]  # its stubs know no template_name
        label="Обычные замечания",
        choices=[("", "своими словами"), *((one, one) for one in USUAL_REMARKS)],
        required=False,
        template_name="roadmaps/_needed.html",
    )
    remark = forms.CharField(  # type: ignore[call-arg]  # its stubs know no template_name
        label="Что исправить",
        required=False,
        template_name="roadmaps/_needed.html",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Нужно, если выбрано «своими словами». Организация увидит замечание рядом с "
        "отчётом.",
    )

    def clean(self) -> dict[str, Any]:
        said = [self.cleaned_data.pop("usual", ""), self.cleaned_data.get("remark", "").strip()]
        self.cleaned_data["remark"] = " ".join(filter(None, said))
        if not self.cleaned_data["remark"] and "remark" not in self.errors:
            self.add_error("remark", "Напишите, что исправить: без замечания вернуть нельзя.")
        return self.cleaned_data
