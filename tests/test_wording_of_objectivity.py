"""What the portal never says: no screen, sentence, letter or page of the guide passes a verdict."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from monitoring.passports import METHODS
from monitoring.signal_words import sentences
from monitoring.stats.findings import Method
from monitoring.verdicts import verdict

ROOT = Path(settings.BASE_DIR)
APPS = ("organizations", "roadmaps", "procedures", "monitoring", "reports", "rsoko")

# Where such words may stand, each with its reason.
ALLOWED = {
    "monitoring/verdicts.py": "the words that are refused, as patterns",
}


def code() -> list[Path]:
    return sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))


def pages() -> list[Path]:
    guides = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    return sorted([*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt"),
                   *guides])  # fmt: skip


def literals(path: Path) -> str:
    """All strings of a module, one after another; comments are not read by anybody on a screen."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    strings = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return " ; ".join(one for one in strings if isinstance(one, str))


def said(path: Path) -> str:
    text = literals(path) if path.suffix == ".py" else path.read_text(encoding="utf-8")
    return text.replace("\u00a0", " ").replace("&nbsp;", " ")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_read():
    assert len(code()) > 300
    assert len(pages()) > 150


def test_no_screen_and_no_guide_passes_a_verdict():
    found = {
        named(path): words
        for path in [*code(), *pages()]
        if named(path) not in ALLOWED and (words := verdict(said(path)))
    }

    assert found == {}


def test_what_is_allowed_is_there_and_needed():
    assert all(verdict(said(ROOT / name)) for name in ALLOWED)


@pytest.mark.parametrize(
    "text",
    [
        "Необъективность доказана", "НЕОБЪЕКТИВНОСТЬ\nДОКАЗАНА", "доказана необъективность",
        "доказанную необъективность", "школы-нарушители", "фальсификация результатов", "виновные",
        "рейтинг школ по объективности", "рейтинга необъективности", "результаты подтасованы",
        "необъективность работы доказана", "Необъективность результатов полностью\u00a0доказана",
        "необъективность, по сути, доказана", "доказана полная необъективность работ",
        "вина школы доказана", "Доказана вина комиссии", "допущено нарушение порядка",
        "Выявлены грубые нарушения", "нарушение порядка проведения установлено",
        "школа нарушила порядок", "это нарушение", "картина является нарушением",
        "нарушение со стороны школы",
    ],
)  # fmt: skip
def test_a_verdict_is_known_in_any_ending(text):
    assert verdict(text)


@pytest.mark.parametrize(
    "text",
    [
        "Необъективность не доказана: это сигнал.", "Сигнал подтверждён.", "Мест и рейтинга нет.",
        "Требует дополнительного анализа.", "Не доказана необъективность работ.",
        "Показатели объективности по школам", "Необъективность работы не доказана.",
        "Не была доказана необъективность.", "Необъективность вряд ли будет доказана числом.",
        "Вина школы не доказана.", "Нарушений порядка не выявлено.", "Не выявлено нарушений.",
        "Комиссия не установила нарушений.", "Установлено отсутствие нарушений.",
        "Выявлено, что нарушений нет.", "Проверили, не было ли нарушений порядка.",
        "Школа не нарушила порядок.", "Работа шла без нарушений.", "Нарушение связи в аудитории 3.",
        "Допущено опоздание, нарушений нет.", "Допущены к работе дети с нарушением слуха.",
        "Это дети с нарушениями зрения.",
    ],
)  # fmt: skip
def test_a_careful_sentence_is_let_through(text):
    assert not verdict(text)


@pytest.mark.parametrize(("n", "is_named"), [(9, False), (10, True)])
def test_a_class_of_nine_is_not_named(n, is_named):
    part = {"method": "similarity", "points": 30.0, "work": "ru4", "class_number": 4, "n": n}

    words = sentences([part], {"ru4": ("Русский язык", 4)}, 2026)[0]

    assert ("класс по счёту 4" in words) == is_named
    assert words.startswith("Русский язык, 4 класс, 2026")


@pytest.mark.parametrize("method", Method)
def test_no_sentence_of_a_signal_speaks_of_people_or_carries_a_number(method):
    part = {"method": method.value, "points": 30.0, "work": None, "class_number": None, "n": 30}
    words = " ".join(sentences([part], {}, 2026))

    assert words.startswith("Все работы 2026 года вместе: ")
    assert method == Method.LEVEL or METHODS[method].note in words
    assert not verdict(words)
    assert "учител" not in words
    rest = words.replace("2026", "").replace(METHODS[method].note, "")
    assert not [sign for sign in rest if sign.isdigit()]
