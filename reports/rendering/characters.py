"""Which characters our typefaces can set: a report must not fail on a pasted emoji."""

import re

# Latin, Greek and Cyrillic, punctuation, currencies, №, arrows, mathematics, boxes, ticks:
# tested to be in PT Sans or in the typefaces that come with typst.
PRINTABLE = (
    r"\n\t -~\u00a0-\u024f\u0391-\u03a1\u03a3-\u04ff\u200b\u2010-\u2027\u202f-\u2040\u2060"
    r"\u20a0-\u20bf\u2116\u2122\u2190-\u22ff\u2500-\u25ff\u2713\u2714\u2717\u2718"
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufe0f]")
FOREIGN = re.compile(f"[^{PRINTABLE}]")


def printable(text: str) -> str:
    """The text without control characters, and □ for what cannot be set."""
    return FOREIGN.sub("□", CONTROL.sub("", text))
