"""Where two texts of different length part: lines lost and added, capped, never quadratic."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 300
"""Lines of each side, between the common beginning and end, that are aligned; beyond, they are paired by position."""


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
    ends = len(reference) - back, len(candidate) - back
    if max(ends[0] - start, ends[1] - start) > MOST:
        if start < max(ends):
            yield Change(range(start, ends[0]), range(start, ends[1]))
        return
    one, other = reference[start : ends[0]], candidate[start : ends[1]]
    if key is not None:
        one, other = [*map(key, one)], [*map(key, other)]
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield Change(range(start + i1, start + i2), range(start + j1, start + j2))


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
