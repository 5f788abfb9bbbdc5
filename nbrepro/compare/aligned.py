"""Two texts that read the same but for their numbers, held side by side without cutting them into tokens.

Most long outputs of two runs are such: logs, arrays, frames. Their bytes are looked at all at once, and only the
numbers that are not written alike are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nbrepro.compare.numbers import LAST_DIGIT, Judged, judge_read, read_floats

if TYPE_CHECKING:
    from nbrepro.compare.base import Rules

_Bytes = NDArray[np.uint8]
_Flags = NDArray[np.bool_]
_Places = NDArray[np.intp]
_Values = NDArray[np.float64]


def _flags(signs: bytes) -> _Flags:
    """Return which of the 256 bytes are among the signs."""
    flags = np.zeros(256, dtype=bool)
    flags[list(signs)] = True
    return flags


_BLANK = b" \t\n\r\x0b\x0c"
_BEFORE = _flags(_BLANK + b"[({=>|")
"""What a number may stand behind without being a part of something else: a date, a version, a name."""
_AFTER = _flags(_BLANK + b"])}<|%")
_COMMA = ord(",")
_WORD = _flags(bytes(range(0x80, 0x100)) + b"_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BLANKS = _flags(_BLANK)
_OPENING = _flags(b"[({")
_DOUBT = 10
"""How much wider than the tolerance numbers may lie apart that are tried in another order."""
_QUOTES = _flags(b"'\"")


@dataclass(frozen=True)
class Aligned:
    """The numbers that two texts write differently; all else in them is the same, up to layout."""

    reference: Sequence[str]
    candidate: Sequence[str]
    values: tuple[_Values, _Values]
    starts: tuple[_Places, _Places]
    """Where they begin, in the bytes of either text."""
    ends: tuple[_Places, _Places]
    judged: Judged | None
    """``None`` where every number is written alike."""
    side: _Side

    @property
    def total(self) -> int:
        """How many tokens either text has: numbers, words and signs."""
        return self.side.count()

    def stand_between(self, before: bytes, after: bytes) -> bool:
        """Whether each of these numbers stands right between two signs, in the reference."""
        signs, (starts, _), (ends, _) = self.side.signs, self.starts, self.ends
        return bool((signs[starts] == ord(before)).all() and (signs[ends + 1] == ord(after)).all())

    def may_be_reordered(self) -> bool:
        """Whether the first of these numbers are there in the other text, at another place."""
        return all(token in self.candidate for token in self.reference[:20])

    def may_be_sorted(self, rules: Rules) -> bool:
        """Whether these numbers might agree in another order, as those of two sets do; ``True`` in doubt."""
        one, other = (np.sort(side) for side in self.values)
        with np.errstate(all="ignore"):
            reach = _DOUBT * (max(rules.rtol, LAST_DIGIT) * np.maximum(np.abs(one), np.abs(other)) + rules.atol)
            return not (np.abs(one - other) > reach).any()

    def places(self, positions: Sequence[int]) -> list[int]:
        """Return where these numbers begin in the reference, in characters."""
        data = self.side.data
        if data.isascii():
            return [int(self.starts[0][i]) for i in positions]
        return [len(data[: self.starts[0][i]].decode("utf-8", "surrogatepass")) for i in positions]


class _Side:
    """One text as bytes, with where its numbers stand."""

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-8", "surrogatepass")
        self.signs: _Bytes = np.frombuffer(b" " + self.data + b"   ", dtype=np.uint8)
        """The bytes, with blanks at both ends."""
        digits = (self.signs - 48).astype(np.uint8, copy=False) < 10  # noqa: PLR2004 - decimal
        self.dots = self.signs == ord(".")
        self.numeric: _Flags = digits | self.dots | (self.signs == ord("-")) | (self.signs == ord("+"))
        self.exponents = _exponents(self.signs, digits)
        self.numeric[self.exponents] = True
        borders = np.flatnonzero(self.numeric[1:] != self.numeric[:-1]) + 1
        self.starts: _Places = borders[::2]
        self.ends: _Places = borders[1::2]

    @cached_property
    def tokens(self) -> list[str]:
        """The numbers, dots and signs, one a run."""
        return np.where(self.numeric, self.signs, np.uint8(32)).tobytes().decode("ascii").split()

    def kept(self) -> _Flags:
        """Return which bytes are neither of a number nor mere padding."""
        blank = _BLANKS[self.signs]
        padding = np.zeros_like(blank)
        padding[1:] = blank[1:] & (blank[:-1] | _OPENING[self.signs[:-1]])
        return ~(self.numeric | padding)

    def is_free(self, unequal: _Flags) -> bool:
        """Whether each of these runs stands alone, so that it is one token."""
        ends = self.ends[unequal]
        after, next_but_one = self.signs[ends], self.signs[ends + 1]
        free = _AFTER[after] | ((after == _COMMA) & ((_BLANKS | _OPENING)[next_but_one] | self.floats()[unequal]))
        return bool(free.all() and self._begins_freely(self.starts[unequal]).all())

    def _begins_freely(self, starts: _Places) -> _Flags:
        """Return which places a number may begin at: behind a comma, none with whose digits it makes a thousand."""
        before = self.signs[starts - 1]
        free: _Flags = _BEFORE[before]
        if free.all():
            return free
        head = [self.signs[np.minimum(starts + i, len(self.signs) - 1)] for i in range(4)]
        digits = [(sign - 48).astype(np.uint8, copy=False) < 10 for sign in head]  # noqa: PLR2004 - decimal
        thousand = digits[0] & digits[1] & digits[2] & ~digits[3]
        named = _WORD[self.signs[np.maximum(starts - 2, 0)]] | _QUOTES[self.signs[np.maximum(starts - 2, 0)]]
        free |= ((before == _COMMA) & ~thousand) | ((before == ord(":")) & named)
        return free

    def floats(self) -> _Flags:
        """Return which runs are written as floats."""
        marks = self.dots.copy()
        marks[self.exponents] = True
        return np.logical_or.reduceat(marks, self.starts)

    def count(self) -> int:
        """Return how many tokens the text has."""
        words = _WORD[self.signs]
        others = ~(words | self.numeric | _BLANKS[self.signs])
        beginnings = words[1:] & ~(words[:-1] | self.numeric[:-1])
        return len(self.starts) + int(np.count_nonzero(beginnings)) + int(np.count_nonzero(others))


def _exponents(signs: _Bytes, digits: _Flags) -> _Places:
    """Return where the ``e`` of a number stands."""
    found = np.flatnonzero((signs | 32) == ord("e"))
    follows = digits[found - 1] | ((signs[found - 1] == ord(".")) & digits[np.maximum(found - 2, 0)])
    signed = (signs[found + 1] == ord("-")) | (signs[found + 1] == ord("+"))
    leads = digits[found + 1] | (signed & digits[np.minimum(found + 2, len(signs) - 1)])
    places: _Places = found[follows & leads]
    return places


def align(reference: str, candidate: str, rules: Rules) -> Aligned | None:
    """Hold two texts side by side; ``None`` where more than numbers differs, or a number that may be part of more."""
    one, other = _Side(reference), _Side(candidate)
    if len(one.starts) != len(other.starts):
        return None
    if not len(one.starts):
        return None
    unequal = _unequal(one, other)
    if unequal is None or not (one.is_free(unequal) and other.is_free(unequal)):
        return None
    chosen = unequal.tolist()
    tokens = list(compress(one.tokens, chosen)), list(compress(other.tokens, chosen))
    try:
        values = read_floats(tokens[0]), read_floats(tokens[1])
    except ValueError:  # a date, a range, a row of dots
        return None
    return Aligned(
        *tokens,
        values=values,
        starts=(one.starts[unequal] - 1, other.starts[unequal] - 1),
        ends=(one.ends[unequal] - 1, other.ends[unequal] - 1),
        judged=_judge(one, other, unequal, tokens, values, rules) if chosen and any(chosen) else None,
        side=one,
    )


def _unequal(one: _Side, other: _Side) -> _Flags | None:
    """Return which numbers are not written alike; ``None`` where anything else differs."""
    if len(one.signs) == len(other.signs) and np.array_equal(one.numeric, other.numeric):
        differs = one.signs != other.signs
        if (differs & ~one.numeric).any():
            return None
        return np.logical_or.reduceat(differs, one.starts)
    kept = one.kept(), other.kept()
    if not np.array_equal(one.signs[kept[0]], other.signs[kept[1]]):
        return None
    if not np.array_equal(np.cumsum(kept[0])[one.starts], np.cumsum(kept[1])[other.starts]):
        return None
    return np.fromiter(map(ne, one.tokens, other.tokens), dtype=bool, count=len(one.starts))


def _judge(
    one: _Side,
    other: _Side,
    unequal: _Flags,
    tokens: tuple[Sequence[str], Sequence[str]],
    values: tuple[_Values, _Values],
    rules: Rules,
) -> Judged:
    """Judge the numbers that are not written alike."""
    floats = one.floats()[unequal], other.floats()[unequal]
    alike = np.where(floats[0] == floats[1], values[0], np.nan)  # an integer never stands for a float
    whole = one.dots[one.ends[unequal] - 1] & other.dots[other.ends[unequal] - 1]
    return judge_read(alike, values[1], floats[0] & floats[1], whole, tokens, rules)
