"""Days of work by the Labour Code, to count terms in them (pure)."""

import datetime

# Non-working holidays, Трудовой кодекс РФ, ст. 112, ч. 1. Days off that the Government moves each
# year are not known here: a term may then end a day earlier than by the yearly calendar.
HOLIDAYS = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)
SATURDAY = 5


def is_working(day: datetime.date) -> bool:
    return day.weekday() < SATURDAY and (day.month, day.day) not in HOLIDAYS


def working_day(start: datetime.date, number: int) -> datetime.date:
    """The `number`-th working day after `start`; the day of the start itself does not count."""
    day = start
    for _ in range(number):
        day += datetime.timedelta(days=1)
        while not is_working(day):
            day += datetime.timedelta(days=1)
    return day
