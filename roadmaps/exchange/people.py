"""Names of persons in an order's text: found so that they are not kept."""

import re

from roadmaps.letters import plain

SURNAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
INITIALS = r"[А-ЯЁ]\.\s?[А-ЯЁ]\."
PATRONYMIC = r"[А-ЯЁ][а-яё]+(?:вич|вн|ичн|ьич)(?:а|у|ем|ом|е|ы|ой|ою)?"
# Those whom a school is named after are no persons of the order.
NOT_NAMESAKE = r"(?<!им\.\s)(?<!им\.)(?<!имени\s)"
PERSON = re.compile(
    rf"{NOT_NAMESAKE}\b(?:{SURNAME}\s+{INITIALS}|{INITIALS}\s?{SURNAME}"
    rf"|{SURNAME}\s+[А-ЯЁ][а-яё]+\s+{PATRONYMIC}\b)"
)
LEFT_OVER = (
    (re.compile(r"\(\s*[,;]*\s*\)"), ""),
    (re.compile(r"\(\s*[,;]\s*"), "("),
    (re.compile(r"\s*[,;]\s*\)"), ")"),
    (re.compile(r"([,;])(?:\s*[,;])+"), r"\1"),
    (re.compile(r"\s+([,;:.)])"), r"\1"),
    (re.compile(r"^[\s,;–—-]+|[\s,;–—-]+$"), ""),
)


def without_people(text: str) -> str:
    """The text without surnames and their initials, and without the signs left around them."""
    if not PERSON.search(text):
        return text
    bare = PERSON.sub("", text)
    for pattern, put in LEFT_OVER:
        bare = pattern.sub(put, bare)
    return "\n".join(line for line in map(plain, bare.split("\n")) if line)


def is_signature(text: str) -> bool:
    """Whether a line ends with a person's name, as the line under an order does."""
    found = list(PERSON.finditer(text))
    return bool(found) and not text[found[-1].end() :].strip(" .")
