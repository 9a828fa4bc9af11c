"""Pages of monitoring: who sees what, no name goes across, few pupils stay hidden, no ranks."""

import re
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from monitoring.indicators.catalog import CATALOG
from monitoring.models import IndicatorValue, Statistic
from monitoring.passports import FORMULAS, METHODS
from monitoring.stats.findings import Method
from organizations.access import Role
from organizations.models import Event, Run
from tests.factories.monitoring import (
    IndicatorValueFactory,
    StatisticFactory,
    make_schools,
    make_work,
    store_results,
)
from tests.factories.organizations import MembershipFactory
from tests.monitoring.test_computation import computed

OBJECTIVITY = "/monitoring/objectivity/"
INDICATORS = "/monitoring/indicators/"
LIFTED = 3
PAGES = [OBJECTIVITY, f"{OBJECTIVITY}file/", INDICATORS, f"{INDICATORS}share_2/",
         f"{INDICATORS}share_2/file/"]  # fmt: skip


def dossier(school) -> str:
    return f"{OBJECTIVITY}schools/{school.code}/"


def source(response) -> str:
    """The whole page, drawings and attributes too, with plain spaces."""
    return response.content.decode().replace("\u00a0", " ")


def text(response) -> str:
    """What is read on the page: no tags, no drawing, plain spaces."""
    page = re.sub(r"<svg.*?</svg>", "", source(response), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def sheet(response) -> list[tuple]:
    book = load_workbook(BytesIO(response.getvalue()))
    return list(book.active.iter_rows(values_only=True))


@pytest.fixture
def region(cast):
    """A computed work: fourteen schools of North, the fourth lifts works; three of South."""
    work = make_work()
    north, south = make_schools(cast.north, 14), make_schools(cast.south, 3, first=60)
    store_results(work, [*north, *south], lifted=[LIFTED])
    computed(work)
    return work, north, south


def member(school):
    return MembershipFactory(organization=school, role=Role.DEPUTY).user


# -- Who sees what -----------------------------------------------------------------------------
def test_a_section_is_open_to_the_roles_that_have_it(cast, region, signed_in):
    of_objectivity = {"vera": 200, "boris": 200, "inna": 403, "oleg": 200, "elena": 403,
                      "pavel": 403, "anton": 403}  # fmt: skip
    of_indicators = of_objectivity | {"inna": 200, "nina": 200}

    for url in PAGES:
        expected = of_objectivity if url.startswith(OBJECTIVITY) else of_indicators
        answers = {name: signed_in(getattr(cast, name)).get(url).status_code for name in expected}
        assert answers == expected, url


def test_a_school_is_led_to_its_own_dossier(cast, region, signed_in):
    answer = signed_in(cast.nina).get(OBJECTIVITY)
    assert (answer.status_code, answer.url) == (302, dossier(cast.lake_school))


def test_a_dossier_is_seen_by_the_school_its_coordinator_the_centre_and_the_ministry(
    cast, region, signed_in
):
    _, (school, *_), _ = region
    people = {"own": member(school), "other school": cast.igor, "coordinator": cast.oleg,
              "other coordinator": cast.svetlana, "centre": cast.boris, "ministry": cast.vera,
              "institute": cast.inna, "other region": cast.rita}  # fmt: skip

    seen = {name: signed_in(who).get(dossier(school)).status_code for name, who in people.items()}

    expected = {"own": 200, "other school": 404, "coordinator": 200, "other coordinator": 404,
                "centre": 200, "ministry": 200, "institute": 403, "other region": 404}  # fmt: skip
    assert seen == expected


def test_a_coordinator_sees_the_others_as_points_without_a_name(cast, region, signed_in):
    _, north, south = region
    page = source(signed_in(cast.oleg).get(OBJECTIVITY))

    assert all(school.short_name in page for school in north)
    assert not any(school.short_name in page for school in south)
    assert "<svg" in page
    for code in ("quality_share", "mean_percent"):
        page = source(signed_in(cast.oleg).get(f"{INDICATORS}{code}/"))
        assert not any(school.short_name in page for school in south)


# -- What is said ------------------------------------------------------------------------------
def test_the_first_line_is_the_duty_and_a_signal_is_no_verdict(cast, region, signed_in):
    said = text(signed_in(cast.vera).get(OBJECTIVITY))

    assert "Разберите 1 сигнал" in said
    assert "Сравнили 17 школ: сигнал у 1" in said
    assert "Сигнал — не вывод" in said
    assert not re.search("нарушен|необъективн|рейтинг[^а]|место в", said)


def test_schools_stand_by_name_and_the_state_narrows(cast, region, signed_in):
    _, north, _ = region
    client = signed_in(cast.vera)
    names = [row[1] for row in sheet(client.get(f"{OBJECTIVITY}file/"))[1:]]
    assert names == sorted(names)
    assert len(names) == 17

    (line,) = sheet(client.get(f"{OBJECTIVITY}file/", {"state": "signal"}))[1:]
    assert line[1] == north[LIFTED].short_name
    assert line[5:] == ("сигнал", "в пределах случайного разброса", *line[7:])
    assert north[LIFTED].short_name in text(client.get(OBJECTIVITY, {"state": "signal"}))


def test_a_municipality_narrows_the_region(cast, region, signed_in):
    _, _, south = region
    answer = signed_in(cast.vera).get(OBJECTIVITY, {"municipality": "reg42_m002"})

    assert "Сравнили 3 школы" in text(answer)
    found = sheet(signed_in(cast.vera).get(f"{OBJECTIVITY}file/?municipality=reg42_m002"))[1:]
    assert [row[1] for row in found] == [school.short_name for school in south]


def test_what_the_address_cannot_mean_counts_as_not_asked(cast, region, signed_in):
    asked = {"year": "x", "work": "нет такой", "state": "worst", "page": "99"}
    assert signed_in(cast.vera).get(OBJECTIVITY, asked).status_code == 200


def test_level_alone_is_attention_and_never_a_signal(cast, signed_in):
    work = make_work()
    StatisticFactory(organization=cast.lake_school, work=work, method="level", p_value=1e-9,
                     q_value=1e-8)  # fmt: skip
    StatisticFactory(organization=cast.lake_school, work=work, method="journal_shift", q_value=0.07)

    said = text(signed_in(cast.vera).get(OBJECTIVITY))

    assert "сигналов нет, внимания требует 1" in said
    assert "Сигналов нет" in text(signed_in(cast.nina).get(dossier(cast.lake_school)))


def test_a_dossier_tells_the_numbers_of_the_work_that_stands_out(cast, region, signed_in):
    work, north, _ = region
    school = north[LIFTED]
    said = text(signed_in(cast.oleg).get(dossier(school)))

    assert "Работа с сигналом: 1" in said
    assert "Ровно на первый балл отметки" in said
    assert "Что даёт ту же картину честно" in said
    assert METHODS[Method.BORDER_NOTCH].source.split(" — ")[0] in said
    assert "2026.1" in said
    value = IndicatorValue.objects.get(organization=school, work=work, indicator="journal_gap2")
    assert f"Сопоставлено {value.pupils} работ" in said


def test_a_school_reads_the_source_of_a_threshold_and_never_its_number(cast, region, signed_in):
    _, north, _ = region
    own = text(signed_in(member(north[LIFTED])).get(dossier(north[LIFTED])))
    above = text(signed_in(cast.oleg).get(dossier(north[LIFTED])))

    assert "Порог и его источник — в методике" in own
    assert not re.search(r"0,05|5 %|\bq\b|99,8", own)
    assert "Числа методов" in above
    assert "Числа методов" not in own


def test_a_work_without_a_scale_says_why_its_borders_are_empty(cast, signed_in):
    work = make_work("iy5-2026", borders=None)
    schools = make_schools(cast.north, 12)
    store_results(work, schools)
    computed(work)

    said = text(signed_in(cast.oleg).get(dossier(schools[0])))

    assert "нет шкалы отметок" in said
    assert "не рассчитывается" in said.lower()


def test_nine_pupils_are_shown_by_no_number(cast, region, signed_in):
    work, _, _ = region
    (small,) = make_schools(cast.north, 1, first=80)
    store_results(work, [small], pupils=8)
    computed(work)
    client = signed_in(cast.oleg)

    (line,) = [row for row in sheet(client.get(f"{OBJECTIVITY}file/")) if row[0] == small.code]
    assert line[3:5] == (None, None)
    page = text(client.get(OBJECTIVITY))
    assert f"{small.short_name} меньше 10 –" in page
    assert "меньше 10: таблицу не показываем" in text(client.get(dossier(small)))
    values = client.get(f"{INDICATORS}mean_percent/")
    assert f"{small.short_name} меньше 10 учеников" in text(values)


def test_an_empty_portal_teaches_what_comes_first(cast, signed_in):
    assert "Оценочных работ ещё нет" in text(signed_in(cast.vera).get(OBJECTIVITY))
    assert "ещё ничего не посчитано" in text(signed_in(cast.nina).get(dossier(cast.lake_school)))
    assert "Чисел пока нет" in text(signed_in(cast.nina).get(INDICATORS))

    make_work()
    page = text(signed_in(cast.vera).get(OBJECTIVITY))
    assert "ещё не посчитаны" in page
    assert "Посчитать" in page


# -- Indicators --------------------------------------------------------------------------------
def test_the_catalog_stands_whole_with_its_passports(cast, region, signed_in):
    said = text(signed_in(cast.oleg).get(INDICATORS))

    assert [one.title for one in CATALOG if one.title not in said] == []
    assert [one.source for one in CATALOG if one.source.replace("\u00a0", " ") not in said] == []
    assert set(FORMULAS) == {one.code for one in CATALOG}


def test_a_schools_value_stands_beside_those_above_it(cast, region, signed_in):
    work, north, south = region
    said = text(signed_in(member(south[0])).get(INDICATORS, {"work": work.code}))

    for place in (south[0], cast.south, cast.region):
        value = IndicatorValue.objects.get(organization=place, work=work, indicator="share_2")
        assert f"{100 * value.value:.1f} %".replace(".", ",") in said
    assert north[0].short_name not in said


def test_the_regions_table_goes_by_level(cast, region, signed_in):
    client = signed_in(cast.vera)
    above = sheet(client.get(f"{INDICATORS}share_2/file/", {"level": "municipality"}))
    below = sheet(client.get(f"{INDICATORS}share_2/file/", {"level": "school"}))

    assert [row[1] for row in above[1:]] == ["North", "South"]
    assert len(below) == 1 + 17


def test_a_schools_own_indicator_goes_by_years_and_works(cast, region, signed_in):
    _, north, _ = region
    own = sheet(signed_in(member(north[0])).get(f"{INDICATORS}share_2/file/"))

    assert [row[4] for row in own[1:]] == ["весь год", "Русский язык, 4 класс, 2026"]
    assert {row[0] for row in own[1:]} == {north[0].code}


def test_an_unknown_indicator_is_not_there(cast, signed_in):
    assert signed_in(cast.vera).get(f"{INDICATORS}rank/").status_code == 404


def test_where_every_share_is_the_same_there_is_no_funnel(cast, signed_in):
    for school in make_schools(cast.north, 12):
        IndicatorValueFactory(organization=school, value=1, low=0.9, high=1)
    IndicatorValueFactory(organization=cast.north, value=1, low=0.9, high=1)

    said = text(signed_in(cast.oleg).get(f"{INDICATORS}quality_share/"))

    assert "Воронки нет" in said
    assert "100,0 %" in said


# -- The wish to compute -----------------------------------------------------------------------
def test_a_wish_leads_to_its_progress(cast, region, signed_in, django_capture_on_commit_callbacks):
    work, _, _ = region
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(cast.oleg).post(f"{OBJECTIVITY}compute/", {"work": work.code})

    run = Run.objects.get()
    assert answer.url == f"/organizations/runs/{run.pk}/"
    assert run.status == "done"
    assert Event.objects.get(action="objectivity.requested").user_name == "Oleg"


def test_a_wish_that_another_territory_already_has_leads_back(cast, region, signed_in):
    work, _, _ = region
    signed_in(cast.vera).post(f"{OBJECTIVITY}compute/", {"work": work.code})

    answer = signed_in(cast.oleg).post(f"{OBJECTIVITY}compute/", {"work": work.code})

    assert answer.url == f"{OBJECTIVITY}?work={work.code}"
    assert Run.objects.count() == 1


def test_who_may_wish(cast, region, signed_in):
    work, _, _ = region
    expected = {"vera": 302, "boris": 302, "oleg": 302, "nina": 403, "inna": 403, "anton": 403}

    answers = {
        name: signed_in(getattr(cast, name))
        .post(f"{OBJECTIVITY}compute/", {"work": work.code})
        .status_code
        for name in expected
    }

    assert answers == expected


def test_nothing_is_computed_by_looking(cast, region, signed_in):
    assert signed_in(cast.vera).get(f"{OBJECTIVITY}compute/").status_code == 405
    unknown = signed_in(cast.vera).post(f"{OBJECTIVITY}compute/", {"work": "ru9"})
    assert unknown.status_code == 404


# -- Queries -----------------------------------------------------------------------------------
@pytest.mark.parametrize("url", [*PAGES, f"{INDICATORS}share_2/?level=school"])
def test_twice_the_schools_make_not_one_query_more(cast, region, signed_in, url):
    work, _, _ = region
    client = signed_in(cast.vera)
    client.get(url)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    before = queries()
    store_results(work, make_schools(cast.south, 17, first=100), seed=4)
    computed(work)
    assert Statistic.objects.filter(method="level").count() == 34

    assert queries() == before


def test_more_years_make_not_one_query_more_in_a_dossier(cast, region, signed_in):
    _, north, _ = region
    client = signed_in(cast.oleg)

    def queries() -> int:
        client.get(dossier(north[0]))
        with CaptureQueriesContext(connection) as captured:
            client.get(dossier(north[0]))
        return len(captured)

    before = queries()
    for year in (2024, 2025):
        earlier = make_work(f"ru4-{year}", year=year)
        store_results(earlier, north, seed=year)
        computed(earlier)

    assert queries() == before
