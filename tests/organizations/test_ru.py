"""Russian words and figures: what a person reads in every template."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Engine
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from organizations.templatetags import ru

SCHOOLS = "школа,школы,школ"
HERE = ZoneInfo("Asia/Novokuznetsk")
NOW = dt.datetime(2026, 11, 12, 9, 41, tzinfo=HERE)


@pytest.fixture
def noon(monkeypatch):
    """The clock stands at 9:41 on 12 November 2026, in Kuzbass."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with timezone.override(HERE):
        yield


@pytest.mark.parametrize(
    ("count", "noun"),
    [(0, "школ"), (1, "школа"), (3, "школы"), (5, "школ"), (11, "школ"), (12, "школ"),
     (14, "школ"), (21, "школа"), (22, "школы"), (25, "школ"), (111, "школ"), (112, "школ"),
     (121, "школа"), (650, "школ"), (1001, "школа")],
)  # fmt: skip
def test_the_noun_agrees_with_its_number(count, noun):
    assert ru.plural(count, SCHOOLS) == noun


@given(st.integers(0, 10**9))
def test_only_the_last_two_digits_choose_the_form(count):
    assert ru.plural(count, SCHOOLS) == ru.plural(count % 100 + 100, SCHOOLS)


@given(st.integers(0, 10**9))
def test_a_loss_takes_the_same_noun_as_a_gain(count):
    assert ru.plural(-count, SCHOOLS) == ru.plural(count, SCHOOLS)


@given(st.integers(1, 10**6))
def test_the_singular_comes_exactly_after_numbers_read_as_odin(count):
    """Read aloud, a number ends in «один» when it ends in 1 and not in 11."""
    read_as_one = str(count).endswith("1") and not str(count).endswith("11")
    assert (ru.plural(count, SCHOOLS) == "школа") == read_as_one


def test_a_share_becomes_percent_with_a_comma_and_a_held_space():
    assert ru.percent(0.634) == "63,4\u00a0%"
    assert ru.percent(1.0, 0) == "100\u00a0%"
    assert ru.percent(-0.021) == "−2,1\u00a0%"


def test_no_share_is_a_dash_and_zero_is_a_zero():
    assert ru.percent(None) == "–"
    assert ru.percent(0) == "0,0\u00a0%"
    assert ru.percent(-0.0001) == "0,0\u00a0%"


@given(st.floats(-1, 1))
def test_percent_reads_back_as_the_share(share):
    shown = ru.percent(share).removesuffix("\u00a0%").replace(",", ".").replace("−", "-")
    assert float(shown) / 100 == pytest.approx(share, abs=0.0005 + 1e-12)


def test_numbers_group_thousands_and_keep_the_decimals_asked_for():
    assert ru.number(12345.6) == "12\u00a0345,6"
    assert ru.number(650) == "650"
    assert ru.number(4.0) == "4"
    assert ru.number(4, 1) == "4,0"
    assert ru.number(-7) == "−7"
    assert ru.number(None) == "–"


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_reads_back_as_itself(value):
    assert int(ru.number(value).replace("\u00a0", "").replace("−", "-")) == value


def test_an_interval_does_not_break_at_its_dash():
    assert ru.interval(0.601, 0.667) == "60,1\u2060–\u206066,7\u00a0%"
    assert ru.interval(None, 0.667) == "–"


def test_days_are_written_as_in_orders():
    assert ru.day(dt.date(2022, 6, 29)) == "29\u00a0июня 2022\u00a0г."
    assert ru.day_short(dt.date(2022, 5, 1)) == "1\u00a0мая"
    assert ru.day(None) == ru.day_short(None) == ru.moment(None) == "–"


def test_the_day_of_a_moment_is_the_day_it_is_here(noon):
    late_in_utc = dt.datetime(2026, 6, 30, 20, 0, tzinfo=dt.UTC)
    assert ru.day(late_in_utc) == "1\u00a0июля 2026\u00a0г."


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "сегодня в\u00a09:41"),
        (NOW - dt.timedelta(hours=15, minutes=41), "вчера в\u00a018:00"),
        (NOW + dt.timedelta(days=1), "завтра в\u00a09:41"),
        (NOW - dt.timedelta(days=2), "10\u00a0ноября в\u00a09:41"),
        (NOW.replace(year=2025, hour=0, minute=5), "12\u00a0ноября 2025\u00a0г. в\u00a00:05"),
    ],
)
def test_a_moment_near_now_is_named_by_its_day(noon, at, words):
    assert ru.moment(at.astimezone(dt.UTC)) == words


def test_the_school_year_ends_in_the_year_of_holding():
    assert ru.school_year(2026) == "2025/26"
    assert ru.school_year(2000) == "1999/00"
    assert ru.school_year(None) == "–"


@pytest.mark.parametrize(
    ("loose", "held"),
    [
        ("приказ № 1874", "приказ №~1874"),
        ("по п. 6 и п. 7", "по~п.~6 и~п.~7"),
        ("и в школе", "и~в~школе"),
        ("рост на 2 %", "рост на~2~%"),
        ("30 июня 2026 г. и позже", "30 июня 2026~г. и~позже"),
        ("обновлено — вчера", "обновлено~— вчера"),
        ("кто-то вошёл", "кто-то вошёл"),
    ],
)
def test_spaces_are_held_where_a_line_must_not_end(loose, held):
    assert ru.tie(loose) == held.replace("~", "\u00a0")


@given(st.text(st.sampled_from("на в№ 5%г.п—ст1"), max_size=40))
def test_tying_changes_spaces_only_and_once(text):
    tied = ru.tie(text)
    assert tied.replace("\u00a0", " ") == text
    assert ru.tie(tied) == tied


def test_tying_keeps_markup_escaped_unless_it_was_safe():
    template = Engine(libraries={"ru": ru.__name__}).from_string("{% load ru %}{{ text|tie }}")
    assert template.render(Context({"text": "<b> & в школе"})) == "&lt;b&gt; &amp; в\u00a0школе"
    assert template.render(Context({"text": mark_safe("<b>в школе</b>")})) == SafeString(
        "<b>в\u00a0школе</b>"
    )


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, "–"),
        (1, "1\u00a0байт"),
        (870, "870\u00a0байт"),
        (41_800, "41\u00a0КБ"),
        (1_048_575, "1\u00a0МБ"),
        (1_258_291, "1,2\u00a0МБ"),
    ],
)
def test_the_size_of_a_file_is_told_in_the_unit_that_fits(size, words):
    assert ru.filesize_ru(size) == words
