"""Letters as a reader sees them: Latin look-alikes, kinds of dashes, words of two alphabets."""

import re

LATIN = "AaBCcEeHKkMOoPpTXxyёЁ"
CYRILLIC = "АаВСсЕеНКкМОоРрТХхуеЕ"
LOOKALIKES = str.maketrans(LATIN, CYRILLIC)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
MIXED = re.compile(r"[^\W\d_]*(?:[a-z][а-яё]|[а-яё][a-z])[^\W\d_]*", re.IGNORECASE)
ROMAN = re.compile(r"[IVX]+[а-яё]*")


def folded(text: str) -> str:
    """The text in lower case, one shape for each letter and dash; every sign keeps its place."""
    alike = text.translate(LOOKALIKES).translate(DASHES)
    return "".join(sign.lower()[:1] for sign in alike)


def plain(text: str) -> str:
    """The text on one line, with single spaces."""
    return " ".join(text.split())


def mixed_words(text: str) -> list[str]:
    """Words that have both Latin and Russian letters; a Roman number with an ending is none."""
    return [word for word in MIXED.findall(text) if not ROMAN.fullmatch(word)]
