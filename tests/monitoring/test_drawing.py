"""Drawing: the SVG a page may show under a strict policy, from any thread and any process."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from defusedxml.ElementTree import fromstring
from django.core.cache import cache

from monitoring import drawing
from monitoring.charts import PAIR, PHONE, Chart, Group, Limits, Point, bars, distribution, funnel
from monitoring.drawing import draw

TITLE = "Математика «5» & 4 < 6 класс"


def chart_of(height, place=PAIR):
    return distribution(TITLE, [1, 5, height, 7], [1, 2, 3], [1.5, 5.5, 8.0, 6.0], place=place)


@pytest.fixture
def svg():
    return draw(chart_of(9), *PAIR)


def test_the_svg_obeys_a_policy_without_inline_styles(svg):
    for refused in ("style=", "<style", "zr0-cls", "font-family", "ecmeta", "pointer-events"):
        assert refused not in svg


def test_the_svg_is_named_for_those_who_listen(svg):
    root = fromstring(svg)

    assert root.attrib["class"] == "chart"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == chart_of(9).label
    assert root.attrib["viewBox"] == f"0 0 {PAIR.width} {PAIR.height}"


def test_coordinates_have_one_decimal(svg):
    geometry = " ".join(re.findall(r' (?:d|transform|x|y)="([^"]*)"', svg))

    assert re.search(r"\d\.\d", geometry)
    assert not re.search(r"\.\d\d", geometry)


def test_labels_keep_their_size_as_an_attribute(svg):
    texts = [element for element in fromstring(svg).iter() if element.tag.endswith("}text")]

    assert texts
    assert {text.get("font-size") for text in texts} == {"13px"}


def test_the_bars_stand_to_the_zero_line_in_proportion(svg):
    """The other road: heights read back from the drawing are the counts."""
    heights = [float(h) for h in re.findall(r'd="M[^"]*l0 (-[\d.]+)l[^"]*Z" fill="#8793a0"', svg)]

    assert [round(height / heights[0], 1) for height in heights] == [1, 5, 9, 7]


def test_nothing_in_a_drawing_has_an_id_that_could_clash_with_the_next_one():
    points = [Point(f"Школа {n}", 20 + n, 0.6, is_own=n == 3) for n in range(20)]
    limits = Limits(0.6, [10, 100], [0.3, 0.5], [0.9, 0.7], [0.2, 0.4], [1.0, 0.8])
    groups = [Group("школа", 90, [0.4, 0.6], is_own=True)]
    charts = [chart_of(9), funnel(TITLE, points, limits), bars(TITLE, ["«4»", "«5»"], groups)]

    assert not any(re.search(r"\bid=|url\(#", draw(chart, *PAIR)) for chart in charts)


def test_a_chart_drawn_again_is_the_same_to_the_last_sign(svg):
    cache.clear()
    draw(chart_of(12), *PAIR)

    assert draw(chart_of(9), *PAIR) == svg


def test_a_chart_of_too_few_is_nothing():
    assert draw(Chart({}, "", "", (), ()), *PAIR) == ""


def test_a_chart_is_drawn_once_and_remembered(monkeypatch, svg):
    monkeypatch.setattr(drawing, "_engine", None)

    assert draw(chart_of(9), *PAIR) == svg


def test_another_size_is_another_picture(svg):
    assert draw(chart_of(9, PHONE), *PHONE) != svg


def test_threads_draw_the_same_charts_as_one_alone():
    charts = [chart_of(n) for n in range(10, 26)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda chart: draw(chart, *PAIR), charts))

    assert len(set(together)) == len(charts)
    assert all(
        chart.label in fromstring(svg).attrib["aria-label"]
        for chart, svg in zip(charts, together, strict=True)
    )


def test_a_forked_worker_draws_although_its_parent_has_drawn(svg):
    """Hangs without the hooks around the fork, so the child gets an alarm."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _draw_in_child(writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answer:
        drawn = answer.read()
    _, status = os.waitpid(child, 0)

    assert status == 0
    assert drawn.startswith("<svg")
    assert draw(chart_of(31), *PAIR) == drawn


def _draw_in_child(writing):
    signal.alarm(30)
    try:
        os.write(writing, draw(chart_of(31), *PAIR).encode())
    finally:
        os._exit(0)
