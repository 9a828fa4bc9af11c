"""Charts as pictures: the typeface, the size, the faults."""

import pytest

from reports.rendering.picture import png
from tests.reports.sample import SVG


def set_in(typeface):
    return SVG.replace("<svg ", f'<svg font-family="{typeface}" ')


def test_a_chart_that_names_no_typeface_is_set_in_ours():
    assert png(SVG) == png(set_in("PT Sans"))
    assert png(SVG) != png(set_in("Libertinus Serif"))


def test_a_picture_without_a_size_is_refused():
    with pytest.raises(ValueError, match="viewBox"):
        png("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
