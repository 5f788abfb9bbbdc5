"""Two texts that read the same but for their numbers, held side by side without cutting them into tokens.

Most long outputs of two runs are such: logs, arrays, frames. Their bytes are looked at all at once, and only the
numbers that are not written alike are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING

import numpy as np

from nbrepro.compare.counts import Counts
from nbrepro.compare.numbers import LAST_DIGIT, Judged, judge_read, read_floats
from nbrepro.compare.sides import Flags, Places, Side, Values
from nbrepro.compare.tokens import describe

if TYPE_CHECKING:
    from nbrepro.compare.base import Rules

_WORD = 8
_LONGEST = 64
"""Bytes of a number up to which numbers are held side by side as words of eight bytes."""
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], dtype=np.uint64)
"""Masks for as many bytes of such a word as their index says."""
_DOUBT = 10
"""How much wider than the tolerance numbers may lie apart that are tried in another order."""


@dataclass(frozen=True)
class Aligned:
    """The numbers that two texts write differently; all else in them is the same, up to layout."""

    reference: Sequence[str]
    candidate: Sequence[str]
    values: tuple[Values, Values]
    starts: tuple[Places, Places]
    """Where they begin, in the bytes of either text."""
    ends: tuple[Places, Places]
    judged: Judged | None
    """``None`` where every number is written alike."""
    sides: tuple[Side, Side]

    @property
    def total(self) -> int:
        """How many tokens either text has: numbers, words and signs."""
        return self.sides[0].count()

    def stand_between(self, before: bytes, after: bytes) -> bool:
        """Whether each of these numbers stands right between two signs, in the reference."""
        signs, (starts, _), (ends, _) = self.sides[0].signs, self.starts, self.ends
        return bool((signs[starts] == ord(before)).all() and (signs[ends + 1] == ord(after)).all())

    def may_be_sorted(self, rules: Rules) -> bool:
        """Whether these numbers might agree in another order, as those of two sets do; ``True`` in doubt."""
        one, other = (np.sort(side) for side in self.values)
        with np.errstate(all="ignore"):
            reach = _DOUBT * (max(rules.rtol, LAST_DIGIT) * np.maximum(np.abs(one), np.abs(other)) + rules.atol)
            return not (np.abs(one - other) > reach).any()

    def describe(self, positions: Sequence[int], reference: str, line: int = 1) -> list[str]:
        """Return what stands where these numbers are in the reference's text, as ``line 3, number 2``.

        Parameters
        ----------
        line:
            The number of that text's first line.
        """
        starts = self.starts[0][list(positions)]
        side = self.sides[0]
        if side.is_plain:
            return side.describe(starts + 1, line)
        if side.data.isascii():
            return describe(reference, starts.tolist(), line)
        characters = [len(side.data[:start].decode("utf-8", "surrogatepass")) for start in starts]
        return describe(reference, characters, line)


def align(reference: str, candidate: str, rules: Rules) -> Aligned | None:
    """Hold two texts side by side; ``None`` where more than numbers differs, or a number that may be part of more."""
    return align_sides(Side(reference), Side(candidate), rules)


def align_sides(one: Side, other: Side, rules: Rules) -> Aligned | None:
    """Hold two texts side by side, as `align` does."""
    if len(one.starts) != len(other.starts) or not len(one.starts):
        return None
    unequal = _unequal(one, other)
    if unequal is None or not (one.is_free(unequal) and other.is_free(unequal)):
        return None
    sides = one, other
    try:
        tokens, values = _read(sides, unequal)
    except ValueError:  # a date, a range, a row of dots
        return None
    return Aligned(
        *tokens,
        values=values,
        starts=(one.starts[unequal] - 1, other.starts[unequal] - 1),
        ends=(one.ends[unequal] - 1, other.ends[unequal] - 1),
        judged=_judge(sides, unequal, tokens, values, rules) if len(tokens[0]) else None,
        sides=sides,
    )


_Tokens = tuple[Sequence[str], Sequence[str]]


def _read(sides: tuple[Side, Side], unequal: Flags) -> tuple[_Tokens, tuple[Values, Values]]:
    """Return the runs that are not written alike, and their values."""
    if all("tokens" in vars(side) for side in sides):  # cut out already, to be compared
        chosen = unequal.tolist()
        tokens = list(compress(sides[0].tokens, chosen)), list(compress(sides[1].tokens, chosen))
        return tokens, (read_floats(tokens[0]), read_floats(tokens[1]))
    runs = sides[0].pick(unequal), sides[1].pick(unequal)
    return runs, (runs[0].values(), runs[1].values())


def _unequal(one: Side, other: Side) -> Flags | None:
    """Return which numbers are not written alike; ``None`` where anything else differs."""
    if len(one.signs) == len(other.signs) and np.array_equal(one.numeric, other.numeric):
        differs = one.signs != other.signs
        if (differs & ~one.numeric).any():
            return None
        before = Counts(differs)
        flags: Flags = before.up_to(one.ends - 1) != before.up_to(one.starts - 1)
        return flags
    if not np.array_equal(one.frame(), other.frame()):
        return None
    return _written_otherwise(one, other)


def _written_otherwise(one: Side, other: Side) -> Flags:
    """Return which numbers are not the same text: eight bytes of each are looked at at once."""
    longest = int(one.lengths.max(initial=0))
    if longest > _LONGEST:
        return np.fromiter(map(ne, one.tokens, other.tokens), dtype=bool, count=len(one.starts))
    unequal: Flags = one.lengths != other.lengths
    words = one.words(_WORD, longest), other.words(_WORD, longest)
    for offset in range(0, longest, _WORD):
        left = np.clip(one.lengths - offset, 0, _WORD)
        gap = words[0][one.starts + offset].view("<u8") ^ words[1][other.starts + offset].view("<u8")
        unequal |= (gap & _FIRST_BYTES[left]) != 0
    return unequal


def _judge(
    sides: tuple[Side, Side], unequal: Flags, tokens: _Tokens, values: tuple[Values, Values], rules: Rules
) -> Judged:
    """Judge the numbers that are not written alike."""
    one, other = sides
    floats = one.floats(unequal), other.floats(unequal)
    alike = np.where(floats[0] == floats[1], values[0], np.nan)  # an integer never stands for a float
    whole = one.dots[one.ends[unequal] - 1] & other.dots[other.ends[unequal] - 1]
    return judge_read(alike, values[1], floats[0] & floats[1], whole, tokens, rules)
