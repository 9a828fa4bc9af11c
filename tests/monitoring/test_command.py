"""The command computes what is stored, and says what it did."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from monitoring.models import Statistic
from tests.factories.monitoring import make_schools, make_work, store_results


@pytest.fixture
def works(cast):
    schools = make_schools(cast.north, 11)
    works = [make_work(), make_work("ma4-2025", subject="Математика", year=2025)]
    for work in works:
        store_results(work, schools)
    return works


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("compute_objectivity", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def computed() -> set[str]:
    rows = Statistic.objects.filter(work__isnull=False)
    return set(rows.values_list("work__code", flat=True))


def test_all_works_are_computed_and_progress_goes_to_standard_error(works):
    out, err = run()

    assert computed() == {"ru4-2026", "ma4-2025"}
    assert out == "Посчитано работ: 2\n"
    assert "1 из 2. Математика, 4 класс, 2025" in err
    assert "школ: 11 из 11" in err


def test_a_year_or_a_work_narrows(works):
    run("--year", "2025")
    assert computed() == {"ma4-2025"}

    run("--work", "ru4-2026")
    assert computed() == {"ru4-2026", "ma4-2025"}


def test_an_unknown_work_is_told(works):
    with pytest.raises(CommandError, match="Нет такой работы: год 2031, код ru9"):
        run("--year", "2031", "--work", "ru9")
