"""Numbers of a draft's items counted anew: gaps close, the way they are written stays."""

from collections import Counter, defaultdict
from collections.abc import Sequence

Numbered = tuple[str, str]  # an item's section, empty for none, and its number


def renumbered(items: Sequence[Numbered]) -> list[str]:
    """A number for each item, in the order they stand.

    What stands before the last dot is kept: «2.15» stays in «2», «3.1» follows its item 3. An
    item without a number joins the one before it. Counting goes on through the whole plan, or
    begins anew in each section where the sections repeat their numbers.
    """
    items = _filled([(section, number.strip()) for section, number in items])
    begins_anew, usual = _repeat(items), _usual(items)
    counts: Counter[Numbered] = Counter()
    renamed: dict[Numbered, str] = {}
    found = []
    for section, number in items:
        upper = _upper(number)
        over = renamed.get((section, upper)) if upper else None
        upper = over or usual.get(section, upper)
        place = (section if begins_anew else "", upper)
        counts[place] += 1
        new = f"{upper}.{counts[place]}" if upper else str(counts[place])
        renamed.setdefault((section, number.rstrip(".")), new)
        found.append(f"{new}." if number.endswith(".") else new)
    return found


def _filled(items: Sequence[Numbered]) -> list[Numbered]:
    """The items, those without a number told by the one before them in their section."""
    before: dict[str, str] = {}
    for section, number in reversed(items):
        before[section] = number or before.get(section, "")
    found = []
    for section, number in items:
        before[section] = number or before[section]
        found.append((section, before[section]))
    return found


def _upper(number: str) -> str:
    return number.rstrip(".").rpartition(".")[0]


def _repeat(items: Sequence[Numbered]) -> bool:
    """Whether a number stands in two sections."""
    sections: defaultdict[str, set[str]] = defaultdict(set)
    for section, number in items:
        sections[number.rstrip(".")].add(section)
    return any(number and len(some) > 1 for number, some in sections.items())


def _usual(items: Sequence[Numbered]) -> dict[str, str]:
    """What most numbers of a section begin with: an item that came from another section takes it.

    Without sections nothing tells where an item belongs but its own number.
    """
    known = {(section, number.rstrip(".")) for section, number in items}
    uppers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for section, number in items:
        if section and (section, _upper(number)) not in known:
            uppers[section][_upper(number)] += 1
    return {
        section: upper
        for section, counted in uppers.items()
        for upper, number in counted.most_common(1)
        if number * 2 > counted.total()
    }
