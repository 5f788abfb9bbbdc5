"""White space that says something: how deep a line is nested, and behind how many tabs a value stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NUMBER = re.compile(r"[ ]*[-+]?\.?\d")


class Place(NamedTuple):
    """A line that says the same in another place."""

    where: str
    reference: str
    candidate: str


def other_place(reference: str, candidate: str) -> Place | None:
    """Return the first line that is nested otherwise, or has a value behind another tab; ``None`` where none is.

    Only lines of the same words are compared, and of their indentation only which is deeper than which, so that all
    may be indented further, or the columns of a table be wider. Texts that are broken into other lines say nothing
    of either.
    """
    if "\t" not in reference and not (_is_indented(reference) or _is_indented(candidate)):
        return None
    sides = [[line for line in text.split("\n") if line.strip()] for text in (reference, candidate)]
    if len(sides[0]) != len(sides[1]):
        return None
    pairs = [(one, other) for one, other in zip(*sides, strict=True) if one.split() == other.split()]
    for one, other in pairs:
        if "\t" in one.strip(" ") and "\t" in other.strip(" ") and _cells(one) != _cells(other):
            return Place(f"{_line_of(reference, one)}, in another column", one, other)
    words = [pair for pair in pairs if not _NUMBER.match(pair[0])]  # numbers are padded to stand below each other
    levels = _levels([one for one, _ in words]), _levels([other for _, other in words])
    for (one, other), level, other_level in zip(words, *levels, strict=True):
        if level != other_level:
            return Place(f"{_line_of(reference, one)}, indented otherwise", one, other)
    return None


def _is_indented(text: str) -> bool:
    return text.startswith(" ") or "\n " in text


def _levels(lines: Sequence[str]) -> list[int]:
    """Return how deep each line is nested: how many lines above it, each less indented than the next, lead to it."""
    levels: list[int] = []
    open_at: list[int] = []
    for line in lines:
        expanded = line.expandtabs()
        indent = len(expanded) - len(expanded.lstrip())
        while open_at and open_at[-1] >= indent:
            open_at.pop()
        levels.append(len(open_at))
        open_at.append(indent)
    return levels


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _line_of(text: str, line: str) -> str:
    return f"line {text.split(chr(10)).index(line) + 1}"
