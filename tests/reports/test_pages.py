"""Pages of the reports: what each role sees, takes away and may have built."""

import io

import docx
import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import Run
from reports.models import YearlyReport
from tests.factories.documents import RunFactory
from tests.factories.monitoring import IndicatorValueFactory, make_work
from tests.factories.organizations import OrganizationFactory
from tests.factories.reports import ReportFactory, make_year

LIST = reverse("reports:reports")
BUILD = reverse("reports:build")
OBJECTIVITY = "Объективность результатов"


def page_of(report) -> str:
    return reverse("reports:report", args=[report.pk])


def file_of(report, form="docx") -> str:
    return reverse("reports:download", args=[report.pk, form])


def text_of(answer) -> str:
    return answer.content.decode().replace("\u00a0", " ")


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def report(cast):
    return ReportFactory(organization=cast.lake_school)


def test_the_list_has_every_place_of_the_territory_built_or_not(cast, signed_in, report):
    make_work()
    OrganizationFactory(kind="kindergarten", short_name="Sunny nursery", parent=cast.north)

    said = text_of(signed_in(cast.oleg).get(LIST))

    assert all(name in said for name in ("North", "Lake school", "Wood school"))
    assert "Hill school" not in said
    assert "Sunny nursery" not in said
    assert page_of(report) in said
    assert file_of(report, "pdf") in said
    assert "готово 1 из 3" in said


def test_a_school_s_list_is_its_own(cast, signed_in, report):
    make_work()

    said = text_of(signed_in(cast.nina).get(LIST))

    assert "Lake school" in said
    assert "Wood school" not in said
    assert "Собрать отчёты" not in said


def test_a_list_of_another_year_does_not_show_this_year_s_report(cast, signed_in, report):
    make_work()
    make_work("ru4-2025", year=2025)

    said = text_of(signed_in(cast.nina).get(LIST, {"year": "2025"}))

    assert page_of(report) not in said
    assert "не собран" in said


def test_without_works_the_list_says_where_to_begin(cast, signed_in):
    said = text_of(signed_in(cast.vera).get(LIST))

    assert "Пока нет ни одной оценочной работы" in said
    assert "Собрать отчёт" not in said


def test_numbers_that_came_after_the_report_make_it_stale(cast, signed_in, report):
    work = make_work()
    IndicatorValueFactory(organization=cast.lake_school, work=work)

    assert "числа изменились" in signed_in(cast.nina).get(LIST).content.decode()
    assert (
        "После сборки пришли новые числа"
        in signed_in(cast.nina).get(page_of(report)).content.decode()
    )


def test_the_list_narrows_by_municipality_and_name(cast, signed_in):
    make_work()
    client = signed_in(cast.vera)

    of_south = client.get(LIST, {"municipality": "reg42_m002"}).content.decode()
    named = client.get(LIST, {"q": "wood"}).content.decode()

    assert "Hill school" in of_south
    assert "Lake school" not in of_south
    assert "Wood school" in named
    assert "Hill school" not in named


def test_twice_the_schools_take_the_same_number_of_queries(cast, signed_in, report):
    make_work()
    client = signed_in(cast.vera)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for _ in range(12):
        ReportFactory(organization=OrganizationFactory(parent=cast.south))
    with CaptureQueriesContext(connection) as many:
        said = client.get(LIST).content.decode()

    assert said.count(">DOCX<") == 13
    assert len(many) == len(few)


def test_a_run_under_way_is_shown_above_the_list(cast, signed_in):
    make_work()
    RunFactory(task="reports.tasks.build_schools", title="Отчёты школ", organization=cast.north,
               status="running", done=12, total=34, unit="отчёт,отчёта,отчётов")  # fmt: skip

    said = text_of(signed_in(cast.oleg).get(LIST))

    assert "12 из 34 отчёта" in said
    assert "Сборка идёт" in said


def test_the_page_tells_what_the_files_tell(
    cast, signed_in, client, django_capture_on_commit_callbacks
):
    make_year([cast.lake_school])
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(cast.nina).post(BUILD, {"organization": "edu420001", "year": "2026"})
    report = YearlyReport.objects.get()

    page = client.get(page_of(report)).content.decode()

    assert answer.url == f"{LIST}?year=2026"
    written = docx.Document(io.BytesIO(body_of(client.get(file_of(report)))))
    texts = [p.text for p in written.paragraphs if p.style.name == "Normal" and p.text]
    squeezed = "".join(page.split()).replace("&nbsp;", "")
    sentences = [text for text in texts if text.endswith(".")]
    assert len(sentences) > 8
    missing = [text for text in sentences if "".join(text.split()) not in squeezed]
    assert not missing
    assert page.count('class="chart"') == 4  # two figures, each for a wide and a narrow page
    assert " style=" not in page


def test_a_file_leaves_as_a_download_that_no_browser_runs(cast, signed_in, report):
    answer = signed_in(cast.nina).get(file_of(report, "pdf"))

    assert body_of(answer) == b"%PDF of the report"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"] == "private, no-store"


def test_other_forms_of_a_report_do_not_exist(cast, signed_in, report):
    assert signed_in(cast.nina).get(file_of(report, "xlsx")).status_code == 404


def test_a_lost_file_is_told_with_its_cure(cast, signed_in, report):
    report.docx.storage.delete(report.docx.name)

    answer = signed_in(cast.nina).get(file_of(report))

    assert answer.status_code == 409
    assert "Соберите отчёт ещё раз" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [("vera", 200), ("boris", 200), ("inna", 200), ("oleg", 200), ("nina", 200),
     ("svetlana", 404), ("igor", 404), ("elena", 404), ("pavel", 404), ("anton", 404),
     ("rita", 404)],
)  # fmt: skip
def test_who_sees_a_school_s_report_and_its_files(cast, signed_in, report, name, status):
    client = signed_in(getattr(cast, name))

    answers = [client.get(page_of(report)), client.get(file_of(report)),
               client.get(file_of(report, "pdf"))]  # fmt: skip

    assert [answer.status_code for answer in answers] == [status] * 3
    for answer in answers:
        answer.close()


@pytest.mark.parametrize("name", ["elena", "pavel", "anton"])
def test_the_list_is_closed_to_roles_without_reports(cast, signed_in, name):
    assert signed_in(getattr(cast, name)).get(LIST).status_code == 403


def test_a_methodologist_reads_a_report_without_its_part_on_objectivity(cast, signed_in, report):
    """Signals of a school are seen by the school, its municipality, the centre, the ministry."""
    client = signed_in(cast.inna)

    page = client.get(page_of(report)).content.decode()
    word = docx.Document(io.BytesIO(body_of(client.get(file_of(report)))))
    pdf = pypdfium2.PdfDocument(body_of(client.get(file_of(report, "pdf"))))

    texts = [
        page,
        "\n".join(paragraph.text for paragraph in word.paragraphs),
        "\n".join(leaf.get_textpage().get_text_bounded() for leaf in pdf),
    ]
    assert all("61,4" in text for text in texts)
    assert not [text for text in texts if OBJECTIVITY in text or "статистик" in text]
    assert "Раздел об объективности вам не показан" in page


def test_everyone_else_reads_the_part_on_objectivity(cast, signed_in, report):
    for name in ("vera", "boris", "oleg", "nina"):
        assert OBJECTIVITY in signed_in(getattr(cast, name)).get(page_of(report)).content.decode()


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [("vera", "reg42", 302), ("boris", "edu420101", 302), ("oleg", "edu420002", 302),
     ("nina", "edu420001", 302), ("nina", "edu420002", 404), ("oleg", "edu420101", 404),
     ("oleg", "reg42", 404), ("inna", "edu420001", 403), ("elena", "edu420001", 403),
     ("pavel", "edu420001", 403), ("anton", "edu420001", 403), ("rita", "edu420001", 404)],
)  # fmt: skip
def test_who_may_have_a_report_built(cast, signed_in, name, code, status):
    make_work()

    answer = signed_in(getattr(cast, name)).post(BUILD, {"organization": code, "year": "2026"})

    assert answer.status_code == status
    assert Run.objects.count() == (status == 302)


def test_a_whole_level_is_asked_for_in_one_go(cast, signed_in):
    make_work()

    signed_in(cast.vera).post(BUILD, {"organization": "reg42", "year": "2026", "level": "school"})

    run = Run.objects.get()
    assert run.task == "reports.tasks.build_schools"
    assert len(run.parameters["places"]) == 3


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"organization": "edu420001", "year": "many"},
        {"organization": "edu420001", "year": "2026", "level": "9"},
    ],
)
def test_a_wish_that_cannot_be_read_is_a_readable_refusal(cast, signed_in, asked):
    answer = signed_in(cast.nina).post(BUILD, asked)

    assert answer.status_code == 409
    assert "Выберите организацию и год" in answer.content.decode()


def test_asking_twice_is_told_and_changes_nothing(cast, signed_in):
    make_work()
    client = signed_in(cast.nina)
    client.post(BUILD, {"organization": "edu420001", "year": "2026"})

    answer = client.post(BUILD, {"organization": "edu420001", "year": "2026"})

    assert answer.status_code == 409
    assert "уже выполняется" in answer.content.decode()


def test_a_report_is_built_by_post_alone(cast, signed_in):
    assert signed_in(cast.vera).get(BUILD).status_code == 405


def test_what_stands_in_a_report_is_text_and_never_markup(cast, signed_in):
    content = ReportFactory.build().content | {"organization": "<script>alert(1)</script>"}
    report = ReportFactory(organization=cast.lake_school, content=content)

    said = text_of(signed_in(cast.nina).get(page_of(report)))

    assert "<script>alert" not in said
    assert "&lt;script&gt;alert" in said
