"""Forms of one's own account."""

from django import forms

from organizations.models import ApiToken

TERMS = ((30, "30 дней"), (90, "90 дней"), (180, "полгода"), (365, "год"))


class TokenForm(forms.Form):
    """A new token of the REST interface."""

    name = forms.CharField(
        label="Название", max_length=80, help_text="Какая программа будет с ним работать."
    )
    days = forms.TypedChoiceField(label="Срок", choices=TERMS, coerce=int, initial=90)
    scope = forms.ChoiceField(label="Право", choices=ApiToken.Scope.choices, initial="read")

    def clean_scope(self) -> ApiToken.Scope:
        return ApiToken.Scope(self.cleaned_data["scope"])
