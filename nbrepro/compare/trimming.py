"""The lines that two texts have in common at both ends: nothing there needs a look, however long the texts are."""

from __future__ import annotations

from typing import NamedTuple


class Trimmed(NamedTuple):
    """Two texts between the whole lines that both begin and end with."""

    before: str
    """What both begin with, up to a line's end."""
    reference: str
    candidate: str
    after: str
    """What both end with, from a line's beginning."""


def trim(reference: str, candidate: str) -> Trimmed:
    r"""Take off the equal lines at both ends.

    >>> trim("1\n2\n3\n4", "1\n2\n5\n3\n4")
    Trimmed(before='1\n2\n', reference='', candidate='5\n', after='3\n4')
    """
    start = reference.rfind("\n", 0, _common(reference, candidate)) + 1
    before, one, other = reference[:start], reference[start:], candidate[start:]
    back = _common(one, other, from_end=True)
    if not (_begins_line(one, len(one) - back) and _begins_line(other, len(other) - back)):
        end = one.find("\n", len(one) - back)
        back = len(one) - end - 1 if end >= 0 else 0
    return Trimmed(before, one[: len(one) - back], other[: len(other) - back], one[len(one) - back :])


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _common(one: str, other: str, *, from_end: bool = False) -> int:
    """Return how many characters both begin with, or end with: halved again and again, each half held whole."""
    low, high = 0, min(len(one), len(other))
    ends = len(one), len(other)
    while low < high:
        middle = (low + high + 1) // 2
        if from_end:
            is_equal = one[ends[0] - middle : ends[0] - low] == other[ends[1] - middle : ends[1] - low]
        else:
            is_equal = one[low:middle] == other[low:middle]
        low, high = (middle, high) if is_equal else (low, middle - 1)
    return low
