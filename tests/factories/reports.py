"""A year with results, and reports of it, for tests."""

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from monitoring.computation import compute
from organizations.models import Organization
from procedures.models import Work
from reports.models import YearlyReport
from tests.factories.monitoring import make_schools, make_work, store_results
from tests.factories.organizations import OrganizationFactory


class Unwatched:
    """The progress of a computation that nobody watches."""

    def __call__(self, done: int, total: int) -> None:
        pass

    def hold(self) -> None:
        pass


def write(work: Work, schools: list[Organization], *, pupils: int = 30, seed: int = 1) -> None:
    """The schools' results in the work, computed."""
    store_results(work, schools, seed=seed, pupils=pupils)
    compute(work, progress=Unwatched())


def make_year(schools: list[Organization], *, pupils: int = 30, works: int = 2) -> list[Work]:
    """Works of 2026 which all these schools wrote, computed."""
    named = (("ru4-2026", "Русский язык"), ("ma4-2026", "Математика"))
    made = [make_work(code, subject=subject) for code, subject in named[:works]]
    for seed, work in enumerate(made, start=1):
        write(work, schools, pupils=pupils, seed=seed)
    return made


def many_schools(parent: Organization, number: int = 12) -> list[Organization]:
    """Enough schools for a funnel; their names are not those of the cast."""
    return make_schools(parent, number, first=500)


CONTENT = {
    "title": "Ежегодный комплексный отчёт РСОКО",
    "organization": "Lake school",
    "year": 2026,
    "requisites": [["Учебный год", "2025/26"]],
    "passages": [
        {"number": "2", "title": "Результаты", "blocks": [{"text": "Средний процент 61,4 %."}]},
        {
            "number": "3",
            "title": "Объективность результатов",
            "blocks": [{"text": "Рассчитано 8 статистик."}],
        },
    ],
    "data_on": "2026-11-12",
}


class ReportFactory(DjangoModelFactory[YearlyReport]):
    """A built report of one organization with two parts; its files hold a few bytes."""

    class Meta:
        model = YearlyReport

    organization = factory.SubFactory(OrganizationFactory)
    year = 2026
    template_version = "2026.1"
    content = factory.LazyFunction(lambda: CONTENT)
    docx = factory.LazyFunction(lambda: ContentFile(b"docx of the report", name="docx"))
    pdf = factory.LazyFunction(lambda: ContentFile(b"%PDF of the report", name="pdf"))
