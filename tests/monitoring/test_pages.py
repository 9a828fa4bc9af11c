"""Pages of monitoring: who sees what, no name goes across, few pupils stay hidden, no ranks."""

import re
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from monitoring.computation import assess
from monitoring.indicators.catalog import CATALOG
from monitoring.models import IndicatorValue, Signal, Statistic, SystemNotch
from monitoring.passports import FAMILIES, FORMULAS
from organizations.access import Role
from organizations.models import Event, Run
from tests.factories.monitoring import (
    LIFTED,
    IndicatorValueFactory,
    SignalFactory,
    StatisticFactory,
    a_part,
    make_schools,
    make_work,
    store_results,
)
from tests.factories.organizations import MembershipFactory
from tests.monitoring.test_computation import Silent, computed

OBJECTIVITY = "/monitoring/objectivity/"
INDICATORS = "/monitoring/indicators/"
IN_WORK = f"{OBJECTIVITY}?work=ru4-2026"
FILE = f"{OBJECTIVITY}file/"
PAGES = [OBJECTIVITY, IN_WORK, FILE, f"{FILE}?work=ru4-2026", INDICATORS, f"{INDICATORS}share_2/",
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
    assess(cast.region.pk, [2026], progress=Silent())
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
    page = source(signed_in(cast.oleg).get(IN_WORK))

    assert all(school.short_name in page for school in north)
    assert not any(school.short_name in page for school in south)
    assert "<svg" in page
    for code in ("quality_share", "mean_percent"):
        page = source(signed_in(cast.oleg).get(f"{INDICATORS}{code}/"))
        assert not any(school.short_name in page for school in south)


# -- What is said of a year --------------------------------------------------------------------
def test_the_first_line_is_the_duty_and_a_signal_is_no_verdict(cast, region, signed_in):
    Signal.objects.all().delete()
    SignalFactory(organization=cast.lake_school)
    SignalFactory(organization=cast.wood_school, tier="amber")
    SignalFactory(organization=cast.hill_school, tier="insufficient")

    said = text(signed_in(cast.vera).get(OBJECTIVITY))

    assert "Разберите 1 сигнал" in said
    assert "Оценили 3 школы: сигнал у 1 , внимание у 1, данных недостаточно у 1." in said
    assert "Сигнал — не вывод" in said
    assert not re.search("нарушен|необъективн|рейтинг[^а]|место в", said)


def test_every_school_with_results_is_counted_once_in_its_year(cast, region, signed_in):
    """The signals in the database, grouped by hand."""
    said = text(signed_in(cast.vera).get(OBJECTIVITY))
    tiers = list(Signal.objects.values_list("tier", flat=True))

    assert len(tiers) == 17
    found = re.search("Оценили 17 школ: (.*?)[.]", said)[1]
    numbers = {"сигнал у": "red", "внимание у": "amber", "данных недостаточно у": "insufficient"}
    for words, tier in numbers.items():
        told = re.search(f"{words} (\\d+)", found)
        assert (int(told[1]) if told else 0) == tiers.count(tier), words


def test_schools_of_a_year_stand_by_name_and_the_tier_narrows(cast, region, signed_in):
    _, north, _ = region
    Signal.objects.filter(organization=north[LIFTED]).update(
        tier="red", families=["borders"], evidence=[a_part(), a_part(family="tasks", points=0.1)]
    )
    Signal.objects.exclude(organization=north[LIFTED]).update(tier="none")
    client = signed_in(cast.vera)

    head, *rows = sheet(client.get(FILE))
    names = [row[1] for row in rows]
    assert names == sorted(names)
    assert len(names) == 17
    (line,) = sheet(client.get(FILE, {"state": "signal"}))[1:]
    assert line[1] == north[LIFTED].short_name
    told = dict(zip(head, line, strict=True))
    assert told["Итог года"] == told["Границы отметок"] == "сигнал"
    assert told["Задания"] == "в пределах случайного разброса"
    assert told["Похожесть и разброс"] == "данных недостаточно"
    assert list(head[5:11]) == list(FAMILIES.values())
    assert north[LIFTED].short_name in text(client.get(OBJECTIVITY, {"state": "signal"}))
    assert north[0].short_name not in text(client.get(OBJECTIVITY, {"state": "signal"}))


def test_the_index_is_for_those_who_compare_schools(cast, signed_in):
    make_work()
    SignalFactory(organization=cast.lake_school, index=87.4)

    above, own = (
        dict(zip(*sheet(signed_in(person).get(FILE)), strict=True))
        for person in (cast.oleg, cast.nina)
    )

    assert above.pop("Индекс") == 87
    assert own == above


def test_a_heap_common_to_a_territory_is_told_of_it_and_of_no_school(cast, region, signed_in):
    """To the region, and to the municipality it is common to; small heaps and chance are not."""
    work, north, _ = region
    SystemNotch.objects.all().delete()
    rows = [
        (cast.north, "municipality", 8, 0.4, 5.1),
        (cast.region, "region", 13, 0.3, 9.0),
        (cast.south, "municipality", 19, 0.5, 1.2),
        (cast.region, "region", 19, 0.02, 9.0),
    ]
    for place, level, border, share, z in rows:
        SystemNotch.objects.create(organization=place, work=work, border=border, level=level,
                                   share_missing=share, z=z, placebo=0.01)  # fmt: skip

    told = {
        name: re.findall("«.» / «.» общее, [A-Z][a-z]+", text(signed_in(who).get(url)))
        for name, who, url in [
            ("region", cast.vera, OBJECTIVITY),
            ("north", cast.oleg, IN_WORK),
            ("south", cast.svetlana, OBJECTIVITY),
            ("school", cast.oleg, dossier(north[0])),
        ]
    }

    of_region, of_north = "«3» / «4» общее, Region", "«2» / «3» общее, North"
    assert told == {
        "region": [of_north, of_region],
        "north": [of_north, of_region],
        "south": [of_region],
        "school": [of_north, of_region],
    }
    assert "общее, North: работ прямо под ней на 40 % меньше" in text(
        signed_in(cast.vera).get(OBJECTIVITY)
    )


# -- What is said of a work --------------------------------------------------------------------
def test_schools_of_a_work_stand_by_name_and_the_state_narrows(cast, region, signed_in):
    """A signal is a year's: a work has those whose strong evidence lies in it."""
    _, north, south = region
    Signal.objects.update(tier="none", families=[], evidence=[])
    standing = {
        north[2]: ("red", ["borders"], [a_part(class_number=2)]),  # here
        north[3]: ("red", ["tasks"], [a_part("tasks", "task_max"), a_part()]),  # here by tasks
        north[4]: ("red", ["borders"], [a_part(work="ma4-2026")]),  # elsewhere
        north[5]: ("red", ["tasks"], [a_part()]),  # its borders are too weak to count
        south[0]: ("amber", ["borders"], [a_part()]),
    }
    for school, (tier, families, evidence) in standing.items():
        Signal.objects.filter(organization=school).update(
            tier=tier, families=families, evidence=evidence
        )
    Statistic.objects.update(q_value=0.5, p_value=0.5)
    client = signed_in(cast.vera)
    head, *rows = sheet(client.get(FILE, {"work": "ru4-2026"}))
    names = [row[1] for row in rows]
    assert names == sorted(names)
    assert len(names) == 17

    narrowed = {
        state: sheet(client.get(FILE, {"work": "ru4-2026", "state": state}))[1:]
        for state in ("signal", "watch")
    }

    told = {state: {row[1] for row in lines} for state, lines in narrowed.items()}
    assert told == {
        "signal": {north[2].short_name, north[3].short_name},
        "watch": {south[0].short_name},
    }
    words = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert words[north[2].short_name]["Границы отметок"] == "сигнал"
    assert words[north[3].short_name]["Одно задание"] == "сигнал"
    assert words[north[5].short_name]["Границы отметок"] == "в пределах случайного разброса"
    page = text(client.get(IN_WORK))
    assert "Сравнили 17 школ: сигнал у 2 , внимания требует 1" in page
    assert "РУ4 2" in page


def test_a_municipality_narrows_the_region(cast, region, signed_in):
    _, _, south = region
    client = signed_in(cast.vera)

    assert "Сравнили 3 школы" in text(client.get(f"{IN_WORK}&municipality=reg42_m002"))
    assert "Оценили 3 школы" in text(client.get(OBJECTIVITY, {"municipality": "reg42_m002"}))
    for asked in ("?municipality=reg42_m002", "?work=ru4-2026&municipality=reg42_m002"):
        found = sheet(client.get(f"{FILE}{asked}"))[1:]
        assert [row[1] for row in found] == [school.short_name for school in south]


def test_what_the_address_cannot_mean_counts_as_not_asked(cast, region, signed_in):
    asked = {"year": "x", "work": "нет такой", "state": "worst", "page": "99"}
    assert signed_in(cast.vera).get(OBJECTIVITY, asked).status_code == 200


def test_level_alone_is_attention_and_never_a_signal(cast, signed_in):
    work = make_work()
    school = cast.lake_school
    StatisticFactory(organization=school, work=work, method="level", p_value=1e-9, q_value=1e-8)
    SignalFactory(organization=school, families=["level"], evidence=[a_part("level", "level")])

    client = signed_in(cast.vera)
    head, line = sheet(client.get(FILE, {"work": work.code}))
    assert dict(zip(head, line, strict=True))["Уровень"] == "внимание"


def test_nine_pupils_are_shown_by_no_number(cast, region, signed_in):
    work, _, _ = region
    (small,) = make_schools(cast.north, 1, first=80)
    store_results(work, [small], pupils=8)
    computed(work)
    assess(cast.region.pk, [2026], progress=Silent())
    client = signed_in(cast.oleg)

    for asked, empty in [("?work=ru4-2026", slice(3, 5)), ("", slice(3, 4))]:
        (line,) = [row for row in sheet(client.get(f"{FILE}{asked}")) if row[0] == small.code]
        assert set(line[empty]) == {None}
    assert f"{small.short_name} меньше 10 –" in text(client.get(IN_WORK))
    assert f"{small.short_name} меньше 10 Данных" in text(client.get(OBJECTIVITY)).replace(
        "данных", "Данных"
    )
    page = text(client.get(dossier(small)))
    assert "меньше 10: таблицу не показываем" in page
    assert "Мало данных: показываем от 10 работ" in page
    assert "пары не показываем" in page
    values = client.get(f"{INDICATORS}mean_percent/")
    assert f"{small.short_name} меньше 10 учеников" in text(values)


def test_an_empty_portal_teaches_what_comes_first(cast, signed_in):
    assert "Оценочных работ ещё нет" in text(signed_in(cast.vera).get(OBJECTIVITY))
    assert "ещё ничего не посчитано" in text(signed_in(cast.nina).get(dossier(cast.lake_school)))
    assert "Чисел пока нет" in text(signed_in(cast.nina).get(INDICATORS))

    make_work()
    assert "Итога года ещё нет" in text(signed_in(cast.vera).get(OBJECTIVITY))
    page = text(signed_in(cast.vera).get(IN_WORK))
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

    run, assessment = Run.objects.order_by("pk")
    assert answer.url == f"/organizations/runs/{run.pk}/"
    assert run.status == assessment.status == "done"
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
    assess(cast.region.pk, [2026], progress=Silent())
    assert Statistic.objects.filter(method="level", work=work).count() == 34

    assert queries() == before


@pytest.mark.parametrize(
    "name", ["objectivity", "cases", "markers", "campaign", "groups", "method"]
)
def test_a_page_of_objectivity_stands_in_its_section(cast, signed_in, name):
    answer = signed_in(cast.vera).get(f"/monitoring/{name}/")

    current = [entry.title for entry in answer.context["navigation"] if entry.current]
    assert current == ["Объективность"]


def test_cases_are_reached_from_objectivity(cast, region, signed_in):
    assert 'href="/monitoring/cases/?year=2026"' in source(signed_in(cast.vera).get(OBJECTIVITY))
