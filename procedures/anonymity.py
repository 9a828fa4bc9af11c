"""Whether a text looks as if it named a person: initials, or a patronymic; pure."""

import re

INITIALS = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)? [А-ЯЁ]\. ?[А-ЯЁ]\.|\b[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]+"
)
PATRONYMIC = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:ович|евич|ьич|овна|евна|ична|инична)(?:а|у|ем|ой|ом|е|ы)?\b"
)
WORDS = (
    "Здесь стоит «{found}», это похоже на имя человека. Имён не пишите: укажите должность, "
    "класс или число."
)


def named_person(text: str) -> str:
    """The first piece that looks like a person's name; empty when there is none.

    Initials beside a surname and patronymics are found; a lone first name is not.
    """
    for pattern in (INITIALS, PATRONYMIC):
        if match := pattern.search(text):
            return match[0]
    return ""
