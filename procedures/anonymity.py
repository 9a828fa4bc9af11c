"""Whether a text looks as if it named a person: initials, or a patronymic; pure."""

import re

_SURNAME = r"[А-ЯЁ](?:[а-яё]+|[А-ЯЁ]+)(?:-[А-ЯЁ](?:[а-яё]+|[А-ЯЁ]+))?"
_TWO = r"[А-ЯЁ]\. ?[А-ЯЁ]\."
INITIALS = re.compile(rf"\b{_SURNAME} {_TWO}|\b{_TWO} ?{_SURNAME}")
PATRONYMIC = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:ович|евич|ьич|овна|евна|ична|инична)(?:а|у|ем|ой|ом|е|ы)?\b"
    r"|\b[А-ЯЁ]+(?:ОВИЧ|ЕВИЧ|ЬИЧ|ОВНА|ЕВНА|ИЧНА)(?:А|У|ЕМ|ОЙ|ОМ|Е|Ы)?\b"
)
WORDS = (
    "Здесь стоит «{found}», это похоже на имя человека. Имён не пишите: укажите должность, "
    "класс или число."
)


def named_person(text: str) -> str:
    """The first piece that looks like a person's name; empty when there is none.

    Initials beside a surname and patronymics are found, in capitals as well and with the spaces
    that word processors put; a lone first name is not.
    """
    said = " ".join(text.split())
    for pattern in (INITIALS, PATRONYMIC):
        if match := pattern.search(said):
            return match[0]
    return ""
