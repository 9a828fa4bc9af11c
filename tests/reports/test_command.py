"""`build_reports`: what is built, what is said, how it ends."""

import io

import pytest
from django.core.management import CommandError, call_command

from reports.models import YearlyReport
from tests.factories.monitoring import make_work
from tests.factories.reports import make_year


def run(*arguments) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("build_reports", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def bytes_of(file) -> bytes:
    with file.open() as stored:
        return stored.read()


def codes() -> list[str]:
    built = YearlyReport.objects.values_list("organization__code", flat=True)
    return sorted(built)


def test_one_school_s_report_is_laid_into_the_folder(cast, tmp_path):
    make_year([cast.lake_school], works=1)

    out, err = run("--year", "2026", "--organization", "edu420001", "--out", str(tmp_path / "new"))

    report = YearlyReport.objects.get()
    laid = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert laid == {
        "edu420001-2026.docx": bytes_of(report.docx),
        "edu420001-2026.pdf": bytes_of(report.pdf),
    }
    assert out == "Собрано отчётов: 1.\n"
    assert err == "готово 1 из 1\n"


def test_a_level_of_one_organization_is_all_of_it_below(cast):
    make_work()

    run("--year", "2026", "--level", "school", "--organization", "reg42_m001")

    assert codes() == ["edu420001", "edu420002"]


def test_without_a_level_all_three_are_built(cast):
    make_work()

    run("--year", "2026")

    schools, municipalities = ["edu420001", "edu420002", "edu420101"], ["reg42_m001", "reg42_m002"]
    assert codes() == [*schools, "reg42", *municipalities, "reg54"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--year", "2031"], "За 2031 год нет оценочных работ"),
        (["--year", "2026", "--organization", "nobody"], "Организации с кодом «nobody» нет"),
        (["--year", "2026", "--organization", "kcmko"], "для региона, муниципалитета или школы"),
        (
            ["--year", "2026", "--organization", "edu420001", "--level", "region"],
            "для которых собирают отчёты, не нашлось",
        ),
        (["--year", "2026", "--out", "/dev/null/reports"], "Папку /dev/null/reports не создать"),
    ],
)
@pytest.mark.usefixtures("cast")
def test_what_cannot_be_done_is_refused_with_the_reason(arguments, reason):
    make_work()

    with pytest.raises(CommandError, match=reason):
        run(*arguments)

    assert not YearlyReport.objects.exists()
