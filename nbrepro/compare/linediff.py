"""Where two texts of different length part: lines lost and added, capped, never quadratic."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 300
"""Items of each side, between two that both have once, that are aligned; longer stretches are one change."""


class Change(NamedTuple):
    """A run of items that was replaced, lost (``candidate`` empty) or added (``reference`` empty)."""

    reference: range
    candidate: range


def changes(
    reference: Sequence[str], candidate: Sequence[str], *, key: Callable[[str], str] | None = None
) -> Iterator[Change]:
    """Yield what must be replaced in one sequence to get the other; items of one key count as equal."""
    key = key and cache(key)
    start = _common(reference, candidate, key)
    back = _common(reference[start:][::-1], candidate[start:][::-1], key)
    one, other = reference[start : len(reference) - back], candidate[start : len(candidate) - back]
    if key is not None:
        one, other = [*map(key, one)], [*map(key, other)]
    for gone, new in _stretches(one, other):
        for i1, i2, j1, j2 in _replaced(one[gone.start : gone.stop], other[new.start : new.stop]):
            at = start + gone.start, start + new.start
            yield Change(range(at[0] + i1, at[0] + i2), range(at[1] + j1, at[1] + j2))


def _replaced(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield which items of one stretch stand in place of which of the other, as bounds."""
    if not one or not other or max(len(one), len(other)) > MOST:
        if one or other:
            yield 0, len(one), 0, len(other)
        return
    for tag, *bounds in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield bounds[0], bounds[1], bounds[2], bounds[3]


def _stretches(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Yield what lies between the items that both have once, in one order; short sequences are one stretch."""
    i = j = 0
    if max(len(one), len(other)) > MOST:
        for a, b in _anchors(one, other):
            yield range(i, a), range(j, b)
            i, j = a + 1, b + 1
    yield range(i, len(one)), range(j, len(other))


def _anchors(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of items that either has once, as many as stand in the same order in both."""
    once = _once(one), _once(other)
    shared = [(i, once[1][item]) for item, i in once[0].items() if item in once[1]]
    return _rising(shared)


def _once(items: Sequence[str]) -> dict[str, int]:
    """Return the items that are there once, in order, with their places."""
    times = Counter(items)
    return {item: place for place, item in enumerate(items) if times[item] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest choice of pairs in which both places rise; the first ones rise already."""
    lowest: list[int] = []  # the second place at which a choice of each length can end
    ends: list[int] = []
    before: list[int] = []
    for position, (_, place) in enumerate(pairs):
        length = bisect_left(lowest, place)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [place]
        ends[length : length + 1] = [position]
    chosen = []
    position = ends[-1] if ends else -1
    while position >= 0:
        chosen.append(pairs[position])
        position = before[position]
    return chosen[::-1]


def overlap(reference: Sequence[str], candidate: Sequence[str]) -> int:
    """Return how many items the two have in common, regardless of order."""
    (one, times), (other, other_times) = _counted(reference), _counted(candidate)
    _, at, other_at = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    return int(np.minimum(times[at], other_times[other_at]).sum())


def _counted(items: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return the hashes of the items, each once, and how often each item is there."""
    return np.unique(np.fromiter(map(hash, items), dtype=np.int64, count=len(items)), return_counts=True)


def _common(one: Sequence[str], other: Sequence[str], key: Callable[[str], str] | None = None) -> int:
    """Return how many items both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    differ = (i for i, (a, b) in pairs if a != b and (key is None or key(a) != key(b)))
    return next(differ, min(len(one), len(other)))
