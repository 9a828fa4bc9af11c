"""Work for the children of a pool, as tests ask for it."""

from collections.abc import Callable


def prepared(setting: bytes) -> Callable[[bytes], bytes]:
    """The function that evaluates an expression in which `setting` is known."""
    return lambda payload: eval(payload, {"setting": setting})  # noqa: S307 - our own expressions
