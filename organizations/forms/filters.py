"""What every form of filters has."""

from typing import Any

from django import forms


class Asked(forms.Form):
    """A form of filters: what cannot be read counts as not asked."""

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
