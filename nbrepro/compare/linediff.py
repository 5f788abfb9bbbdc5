"""Where two texts of different length part: lines lost and added, capped, never quadratic."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST = 300
"""Lines of each side, between the common beginning and end, that are aligned; beyond, they are paired by position."""


class Change(NamedTuple):
    """A run of items that was replaced, lost (``candidate`` empty) or added (``reference`` empty)."""

    reference: range
    candidate: range


def changes(reference: Sequence[str], candidate: Sequence[str]) -> Iterator[Change]:
    """Yield what must be replaced in one sequence to get the other."""
    start, stop = 0, min(len(reference), len(candidate))
    while start < stop and reference[start] == candidate[start]:
        start += 1
    back = 0
    while back < stop - start and reference[-1 - back] == candidate[-1 - back]:
        back += 1
    ends = len(reference) - back, len(candidate) - back
    if max(ends[0] - start, ends[1] - start) > MOST:
        if start < max(ends):
            yield Change(range(start, ends[0]), range(start, ends[1]))
        return
    matcher = difflib.SequenceMatcher(None, reference[start : ends[0]], candidate[start : ends[1]], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield Change(range(start + i1, start + i2), range(start + j1, start + j2))


def overlap(reference: Sequence[str], candidate: Sequence[str]) -> int:
    """Return how many items the two have in common, regardless of order."""
    one, other = Counter(reference), Counter(candidate)
    return sum(min(one[item], other[item]) for item in one.keys() & other.keys())
