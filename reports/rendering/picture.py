"""Charts on paper: our typefaces, and SVG as PNG for programs that take no SVG."""

import re
from functools import cache
from pathlib import Path

import typst

FONTS = Path(__file__).with_name("fonts")
PIXELS_PER_INCH = 200
POINTS_PER_PIXEL = 0.75  # CSS: 96 pixels and 72 points to the inch

PAGE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#set text(font: "PT Sans")
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)
"""


@cache
def fonts() -> typst.Fonts:
    """Our own typefaces and those inside typst; never the machine's, they differ."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


def width_in_points(svg: str) -> float:
    """The width the chart was drawn for, so that its labels keep their size on paper."""
    box = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ', svg)
    if box is None:
        raise ValueError("an SVG without a viewBox has no size")
    return float(box[1]) * POINTS_PER_PIXEL


def png(svg: str) -> bytes:
    """The chart as PNG on white. Raises ValueError when typst would draw it only in part."""
    inputs = {"svg": svg, "width": str(width_in_points(svg))}
    picture, warnings = typst.compile_with_warnings(
        PAGE, sys_inputs=inputs, font_paths=fonts(), format="png", ppi=PIXELS_PER_INCH
    )
    if warnings:
        raise ValueError(f"the chart is not drawn as it should be: {warnings[0].message}")
    return bytes(picture)
