"""Words that numbers do not give a right to: a signal is a reason to look, never a proof (pure)."""

import re

# Up to three words between the two halves of a verdict; a denial among them makes it none.
_DENIAL = r"(?!(?:не|ни|нет|никогда|нельзя|вряд|без|с|отсутств\w*)\b)"
_GAP = rf"[^\w.!?;:]+(?:{_DENIAL}\w+[^\w.!?;:]+){{0,3}}{_DENIAL}"
_NOT_AFTER_DENIAL = "".join(
    rf"(?<!\b{words} )" for words in ("не", "не был", "не была", "не было", "не были", "не будет")
)
_PROVED = r"доказан\w*"
_FOUND = (
    r"(?:допущен\w*|допустил\w*|выявлен\w*|выявил\w*|установлен\w*|установил\w*|доказан\w*"
    r"|подтвержд[её]н\w*|зафиксирован\w*|совершен\w*|совершил\w*)"
)
_BREACH = r"\bнарушени\w*"


def _either_way(one: str, other: str) -> str:
    """`other` after `one`, or before it, with few words between and no denial."""
    return (
        rf"{one}{_GAP}{other}\b(?![^\w.!?;:]+не\b)"
        rf"|{_NOT_AFTER_DENIAL}\b{other}{_GAP}{one}\b(?![^\w.!?;:]+(?:не|нет)\b)"
    )


# A verdict over people or a school, or an order of schools by it, in any of its endings. The word
# «нарушение» alone is none: connection fails, children hear badly, and a check finds no breach.
VERDICT = re.compile(
    "|".join(
        (
            _either_way(r"необъективност\w*", _PROVED),
            _either_way(r"\bвин(?:а|ы|у|ой)\b", _PROVED),
            _either_way(_BREACH, _FOUND),
            rf"(?<!не )\b(?:это|явля\w+) {_BREACH}",
            rf"{_BREACH} со стороны",
            rf"\bшкол\w*{_GAP}нарушил\w*",
            r"нарушител\w*|фальсифи\w*|виновн\w*|подтасов\w*",
            r"рейтинг\w*\s+(?:школ\s+)?(?:по\s+)?(?:не)?объективност\w*",
        )
    ),
    re.IGNORECASE,
)
HINT = (
    "Здесь стоит «{found}»: числа такого не показывают. Напишите, что показали ответ школы и "
    "перепроверка, и что из этого следует: «сигнал подтверждён», «требует дополнительного анализа»."
)


def verdict(text: str) -> str:
    """The first words of the text that say more than a number can; empty when there are none."""
    match = VERDICT.search(" ".join(text.split()))
    return match[0] if match else ""
