"""Numbers as Russian text (pure): decimal comma, no-break spaces, three plural forms."""

from collections.abc import Sequence

NBSP = "\u00a0"
MINUS = "\u2212"


def decimal(number: float, digits: int = 1) -> str:
    """A number with a decimal comma and spaced thousands: «1 234,5»; never «−0,0»."""
    text = f"{abs(number):,.{digits}f}".replace(",", NBSP).replace(".", ",")
    is_negative = number < 0 and any(sign in "123456789" for sign in text)
    return MINUS + text if is_negative else text


def percent(share: float, digits: int = 1) -> str:
    """A share from 0 to 1 as percent: 0.614 gives «61,4 %»."""
    return f"{decimal(share * 100, digits)}{NBSP}%"


def percent_points(difference: float, digits: int = 1) -> str:
    """A difference of two shares: 0.043 gives «4,3 п. п.»."""
    return f"{decimal(difference * 100, digits)}{NBSP}п.{NBSP}п."


def plural(number: int, one: str, few: str, many: str) -> str:
    """The noun that goes with a number: 1 работа, 3 работы, 11 работ."""
    if abs(number) % 100 in range(11, 15):
        return many
    return {1: one, 2: few, 3: few, 4: few}.get(abs(number) % 10, many)


def counted(number: int, one: str, few: str, many: str) -> str:
    """A number together with its noun: «87 работ»."""
    return f"{decimal(number, 0)}{NBSP}{plural(number, one, few, many)}"


def listed(items: Sequence[str], last: str = "и") -> str:
    """Items as a phrase: «9, 12 и 11»."""
    *first, final = items
    return f"{', '.join(first)} {last} {final}" if first else final
