"""Which lines of two texts stand for each other: by what they say up to noise, else by their words and integers.

Nothing here is quadratic in the texts: lines are held side by side many at once, a close look is taken at a window of
them, and what says the same beyond it is looked up.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

import numpy as np

from nbrepro.compare.aligned import align
from nbrepro.compare.base import Rules
from nbrepro.compare.linediff import MOST, Change
from nbrepro.compare.pairing import FLOAT, without_floats

_FIRST, _GROWTH = 32, 4
"""Lines that are held side by side at first, and how many times as many next."""
_NEAR = 30
"""Lines of a first window, which mostly is enough."""
_FARTHEST = 20_000
"""Lines of a text among which one is looked up."""
_LONG = 2_000
"""Characters from which a line is taken as it is."""

Lines = Sequence[str]


def unlike_runs(one: Lines, other: Lines, rules: Rules) -> Iterator[Change]:
    """Yield the runs of lines between those that agree, with their numbers within tolerance, in order."""
    back = common_lines(one, other, rules, from_end=True)
    one, other = one[: len(one) - back], other[: len(other) - back]
    seek = _Seek(rules)
    i = j = 0
    while True:
        same = common_lines(one[i:], other[j:], rules)
        i, j = i + same, j + same
        if i == len(one) or j == len(other):
            break
        gone, new = seek.before_alike(one[i:], other[j:])
        yield Change(range(i, i + gone), range(j, j + new))
        i, j = i + gone, j + new
    if i < len(one) or j < len(other):
        yield Change(range(i, len(one)), range(j, len(other)))


def by_outline(run: Change, one: Lines, other: Lines) -> Iterator[Change]:
    """Yield the parts of a run: lines of the same words and integers stand for each other, the others by position."""
    outlines = [[_outline(lines[k]) for k in part] for lines, part in ((one, run.reference), (other, run.candidate))]
    if max(map(len, outlines)) > MOST:
        yield run
        return
    for _, i, after_i, j, after_j in _matcher(*outlines).get_opcodes():
        yield Change(run.reference[i:after_i], run.candidate[j:after_j])


def common_lines(one: Lines, other: Lines, rules: Rules, *, from_end: bool = False) -> int:
    """Return how many lines both begin with, or end with, while their numbers are within tolerance.

    None of these lines differs; there may be a few more that do not.
    """
    most = min(len(one), len(other))
    found, step, grows = 0, _FIRST, True
    while step and found < most:
        step = min(step, most - found)
        agreeing = _agreeing(_block(one, found, step, from_end), _block(other, found, step, from_end), rules, from_end)
        if agreeing is None:
            step, grows = step // 2, False
            continue
        found += agreeing
        if agreeing < step:
            break
        step *= _GROWTH if grows else 1
    return found


def _block(lines: Lines, skipped: int, count: int, from_end: bool) -> Lines:
    """Return as many lines, behind the first that are skipped, or before the last."""
    end = len(lines) - skipped
    return lines[end - count : end] if from_end else lines[skipped : skipped + count]


def _agreeing(one: Lines, other: Lines, rules: Rules, from_end: bool) -> int | None:
    """Return how many of the first, or last, lines agree; ``None`` where more than numbers differs."""
    if one == other:
        return len(one)
    aligned = align("\n".join(one), "\n".join(other), rules)
    if aligned is None:
        return None
    far = np.flatnonzero(aligned.judged.far) if aligned.judged is not None else ()
    if not len(far):
        return len(one)
    at = far[-1 if from_end else 0]
    lines = [side.data.count(b"\n", 0, starts[at]) for side, starts in zip(aligned.sides, aligned.starts, strict=True)]
    return len(one) - 1 - max(lines) if from_end else min(lines)


class _Seek:
    """Looks for the next line that two texts both have."""

    def __init__(self, rules: Rules) -> None:
        self._negligible = rules.atol
        self._looks_far = True

    def before_alike(self, one: Lines, other: Lines) -> tuple[int, int]:
        """Return how many lines of either stand before it; at least one of either's."""
        if self._gist(one[0]) == self._gist(other[0]):  # and yet not within tolerance
            return 1, 1
        for size in (_NEAR, MOST):
            windows = one[:size], other[:size]
            first = _matcher(*([*map(self._gist, window)] for window in windows)).get_matching_blocks()[0]
            if first.size:
                return first.a, first.b
        outlines = [[*map(_outline, window)] for window in windows]
        alike = [block for block in _matcher(*outlines).get_matching_blocks() if block.size]
        if alike:  # what follows the last of them may stand for lines beyond the window
            return alike[-1].a + alike[-1].size, alike[-1].b + alike[-1].size
        return self._before_far_alike(one, other) or (len(windows[0]), len(windows[1]))

    def _before_far_alike(self, one: Lines, other: Lines) -> tuple[int, int] | None:
        """Return the same where a long run is lost or new; ``None`` where nothing says the same."""
        if not self._looks_far or max(len(one), len(other)) > _FARTHEST:
            return None
        places: dict[str, int] = {}
        for j, line in enumerate(other):
            places.setdefault(self._gist(line), j)
        found = ((i, places.get(self._gist(line))) for i, line in enumerate(one) if line.strip())
        nearest = min(((i + j, i, j) for i, j in found if j is not None), default=None)
        self._looks_far = nearest is not None
        return nearest[1:] if nearest else None

    def _gist(self, line: str) -> str:
        """Return a line's words and its numbers to the fourth digit; a long one is taken as it is."""
        return line if len(line) > _LONG else evenly_spaced(FLOAT.sub(self._rounded, line))

    def _rounded(self, match: re.Match[str]) -> str:
        value = float(match.group())
        return f"{value:.3e}" if abs(value) > self._negligible else "0"


def _outline(line: str) -> str:
    """Return a line's words and integers; a long one is taken as it is."""
    return line if len(line) > _LONG else evenly_spaced(without_floats(line))


def evenly_spaced(line: str) -> str:
    """Return a line's words, one blank between them."""
    return " ".join(line.split())


def _matcher(one: Lines, other: Lines) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(None, one, other, autojunk=False)
