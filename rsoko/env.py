"""Reads the environment; a wrong value stops the start and is named."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def words(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    return _read(name, _flag, default, "1 или 0")


def number(name: str, default: int) -> int:
    return _read(name, int, default, "целое число")


def _flag(value: str) -> bool:
    if value.lower() in YES | NO:
        return value.lower() in YES
    raise ValueError


def _read(name: str, parse: Callable[[str], T], default: T, expected: str) -> T:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return parse(value)
    except ValueError:
        sys.exit(f"Переменная окружения {name}: нужно {expected}, а здесь «{value}».")
