"""What a statistic raises when its data cannot give a number."""


class StatisticsError(Exception):
    """The data contradict themselves or leave the number undefined."""


class TooFew(StatisticsError):
    """There are too few pupils or units for the number to mean anything."""
