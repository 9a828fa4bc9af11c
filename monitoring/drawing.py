"""Draws charts as inline SVG: ECharts runs inside the process, no browser and no Node.

Not pure: it keeps one engine per process and remembers drawn charts in Django's cache.
"""

import atexit
import hashlib
import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from py_mini_racer import MiniRacer, init_mini_racer

from monitoring.charts.chart import Chart, Option

VENDORED = "static/vendor/echarts-6.1.0/echarts.min.js"

# Part of the cache key: raise it when the cleaning or the measuring below changes.
LOOK = "2026.1"
REMEMBERED = 7 * 24 * 3600  # seconds
LONGEST = 20  # seconds; a chart takes 0.02, so longer means the engine is stuck

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)

# Without a canvas ECharts takes Cyrillic letters for square Chinese ones and hides labels that
# would fit. Shares of the type size, measured on Golos Text.
MEASURE = """
echarts.setPlatformAPI({measureText: function (text, font) {
  var size = parseFloat((/([\\d.]+)px/.exec(font || "") || [0, 13])[1]), width = 0;
  for (var i = 0; i < text.length; i++) {
    var c = text[i];
    width += c === "国" ? 1.2  // asked for the height of a line
      : /[ \\u00a0.,:;!'|()il«»]/.test(c) ? 0.34 : /[жмшщюыфЖМШЩЮЫФmwMW%—№]/.test(c) ? 0.86
      : /[A-ZА-ЯЁ]/.test(c) ? 0.69 : 0.59;
  }
  return {width: width * size * (/bold|[67]00/.test(font || "") ? 1.06 : 1)};
}});
function draw(option, width, height) {
  var chart = echarts.init(null, null, {renderer: "svg", ssr: true, width: width, height: height});
  try { chart.setOption(option); return chart.renderToSVGString(); } finally { chart.dispose(); }
}
"""


def draw(chart: Chart, width: int, height: int) -> str:
    """The chart as SVG for a place of this size; empty when there is nothing to draw.

    About 0.5 s for the first chart of a process, 0.02 s for the next, 0 for a remembered one.
    """
    if not chart.option:
        return ""
    option = json.dumps(chart.option, ensure_ascii=False, sort_keys=True)
    said = f"{LOOK} {width} {height} {chart.label} {option}"
    key = hashlib.sha256(said.encode()).hexdigest()
    drawn: str | None = cache.get(f"chart:{key}")
    if drawn is None:
        drawn = _clean(_engine.draw(chart.option, width, height), chart.label)
        cache.set(f"chart:{key}", drawn, REMEMBERED)
    return drawn


class _Engine:
    """ECharts in V8, made when first needed; one chart at a time, whatever the thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._racer: MiniRacer | None = None

    def draw(self, option: Option, width: int, height: int) -> str:
        with self._lock:
            self._racer = self._racer or self._started()
            drawn: str = self._racer.call("draw", option, width, height, timeout_sec=LONGEST)
            return drawn

    def close(self) -> None:
        if self._racer is not None:
            self._racer.close()
            self._racer = None

    def before_fork(self) -> None:
        """Stop: V8's threads do not live on in a child, which would wait for them forever."""
        self._lock.acquire()
        self.close()

    def after_fork(self) -> None:
        self._lock.release()

    @staticmethod
    def _started() -> MiniRacer:
        # V8's own helper threads would be missing in a forked worker.
        init_mini_racer(flags=("--single-threaded",), ignore_duplicate_init=True)
        racer = MiniRacer()
        racer.eval(Path(settings.BASE_DIR, VENDORED).read_text(encoding="utf-8"))
        racer.eval(MEASURE)
        return racer


_engine = _Engine()
atexit.register(_engine.close)  # left to the interpreter's end, V8 now and then hangs it
os.register_at_fork(
    before=_engine.before_fork,
    after_in_parent=_engine.after_fork,
    after_in_child=_engine.after_fork,
)


def _clean(drawn: str, label: str) -> str:
    """ECharts' SVG without what the page's policy refuses, with a name for those who listen."""
    root = ET.fromstring(drawn)  # noqa: S314 (what we drew ourselves a moment ago)
    for parent in list(root.iter()):
        for child in list(parent):
            if _is_needless(child):
                parent.remove(child)
    for element in root.iter():
        _clean_attributes(element)
    view = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"class": "chart", "viewBox": view, "role": "img", "aria-label": label})
    return ET.tostring(root, encoding="unicode")


def _is_needless(element: ET.Element) -> bool:
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    return (
        tag in {"style", "defs"}  # defs hold clip paths only, and their ids clash on a page
        or (tag == "path" and not element.get("d"))
        or (tag == "rect" and element.get("fill") == "none")
    )


def _clean_attributes(element: ET.Element) -> None:
    style = element.attrib.pop("style", "")
    for name, value in re.findall(r"(font-size|font-weight):([^;]+)", style):
        element.set(name, value)
    for name in list(element.attrib):
        if name in {"class", "clip-path", "pointer-events"} or name.startswith("ecmeta"):
            del element.attrib[name]
    for name in element.attrib.keys() & {"d", "transform", "x", "y", "width", "height"}:
        element.set(name, _rounded(element.attrib[name]))


def _rounded(text: str) -> str:
    return re.sub(r"-?\d+\.\d{2,}", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), text)
