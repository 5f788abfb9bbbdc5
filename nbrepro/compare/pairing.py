"""Items of two sequences, paired by what they say up to noise: what was lost or came stands alone."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from nbrepro.compare.linediff import changes

Pair = tuple[int | None, int | None]
"""Positions in either sequence; ``None`` where an item was lost or is new."""

FLOAT = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?(?![\w.])")


def rounded(text: str) -> str:
    """Return a text with its floats to the fourth digit: what is alike but for noise then reads the same."""
    return FLOAT.sub(lambda match: f"{float(match.group()) + 0.0:.3e}", text)  # 0.0 is added to -0.0


def without_floats(text: str) -> str:
    """Return a text with its floats left out: what an item is called remains, whatever was measured."""
    return FLOAT.sub("~", text)


def pair_items(reference: Sequence[str], candidate: Sequence[str], keys: Sequence[Callable[[str], str]]) -> list[Pair]:
    """Pair the items of two sequences, in order.

    Parameters
    ----------
    keys:
        What two items must share, the strictest first; each next one is for stretches of different length that the
        one before left unpaired. What the last one leaves, and stretches of one length, are paired by position.
    """
    return [*_pairs(reference, candidate, range(len(reference)), range(len(candidate)), keys)]


def _pairs(
    reference: Sequence[str],
    candidate: Sequence[str],
    one: range,
    other: range,
    keys: Sequence[Callable[[str], str]],
) -> Iterator[Pair]:
    i, j = one.start, other.start
    for change in changes(reference[i : one.stop], candidate[j : other.stop], key=keys[0]):
        gone = one[change.reference.start : change.reference.stop]
        new = other[change.candidate.start : change.candidate.stop]
        yield from zip(range(i, gone.start), range(j, new.start), strict=True)
        if len(keys) > 1 and gone and new and len(gone) != len(new):
            yield from _pairs(reference, candidate, gone, new, keys[1:])
        else:
            yield from zip_longest(gone, new)
        i, j = gone.stop, new.stop
    yield from zip(range(i, one.stop), range(j, other.stop), strict=True)


def rearranged(reference: Sequence[str], candidate: Sequence[str]) -> list[int] | None:
    """Return where each item of the reference stands in the candidate; ``None`` where they hold other items."""
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for position, item in enumerate(candidate):
        places[item].append(position)
    order = [places[item].popleft() for item in reference if places[item]]
    return order if len(order) == len(reference) == len(candidate) else None
