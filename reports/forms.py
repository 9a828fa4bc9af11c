"""What is typed on the pages of reports."""

from django import forms

from organizations.forms.filters import Asked
from organizations.templatetags.ru import school_year
from procedures.queries import years

LEVELS = [("municipality", "муниципалитетов"), ("school", "школ")]


def year_choices() -> list[tuple[int, str]]:
    """The years in which works were held, the latest first."""
    return [(year, f"{year} ({school_year(year)} учебный год)") for year in years()]


class ReportFilter(Asked):
    """How the list is narrowed; what cannot be read counts as not asked."""

    year = forms.TypedChoiceField(choices=year_choices, coerce=int, required=False)
    municipality = forms.CharField(max_length=32, required=False)
    q = forms.CharField(max_length=100, required=False, strip=True)


class BuildForm(forms.Form):
    """Whose report, of which year; with a level, the reports of all its places below."""

    organization = forms.CharField(max_length=32)
    year = forms.IntegerField(min_value=2000, max_value=2100)
    level = forms.ChoiceField(choices=LEVELS, required=False)
