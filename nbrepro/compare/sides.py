"""A text as bytes, with where its numbers stand: looked at all at once instead of token by token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nbrepro.compare.decimals import read_decimals
from nbrepro.compare.numbers import read_floats

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
Values = NDArray[np.float64]


def _flags(signs: bytes) -> Flags:
    """Return which of the 256 bytes are among the signs."""
    flags = np.zeros(256, dtype=bool)
    flags[list(signs)] = True
    return flags


_BLANK = b" \t\n\r\x0b\x0c"
_BEFORE = _flags(_BLANK + b"[({=>|")
"""What a number may stand behind without being a part of something else: a date, a version, a name."""
_AFTER = _flags(_BLANK + b"])}<|%")
_COMMA, _COLON = ord(","), ord(":")
_WORD = _flags(bytes(range(0x80, 0x100)) + b"_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BLANKS = _flags(_BLANK)
_OPENING = _flags(b"[({")
_QUOTES = _flags(b"'\"")
_NAMES = re.compile(rb"(?<![^\s\[({=>|])(?:nan|NaN|inf)(?=[\s\])}<|%]|,\s|$)")
"""Numbers that are words."""
_CLASSES = bytes(
    int(blank) + 2 * int(opening) + 4 * int(word) for blank, opening, word in zip(_BLANKS, _OPENING, _WORD, strict=True)
)
_IS_BLANK, _IS_OPENING, _IS_WORD = 1, 2, 4
_DECIMAL = 10


class Side:
    """One text of two that are held side by side.

    Parameters
    ----------
    named:
        Whether ``nan`` and ``inf`` are taken for numbers, too.
    """

    def __init__(self, text: str, *, named: bool = False) -> None:
        self.data = text.encode("utf-8", "surrogatepass")
        self.signs: Bytes = np.frombuffer(b" " + self.data + b"   ", dtype=np.uint8)
        """The bytes, with blanks at both ends."""
        digits = self._digits
        self.dots = self.signs == ord(".")
        self.numeric: Flags = digits | self.dots | self._signed
        self.exponents = _exponents(self.signs, digits)
        self.numeric[self.exponents] = True
        self.names: Places = np.array([], dtype=np.intp)
        """Where the numbers stand that are words."""
        if named:
            self.names = np.array([match.start() + 1 for match in _NAMES.finditer(self.data)], dtype=np.intp)
            self.numeric[(self.names[:, None] + np.arange(3)).ravel()] = True
        borders = np.flatnonzero(self.numeric[1:] != self.numeric[:-1]) + 1
        self.starts: Places = borders[::2]
        self.ends: Places = borders[1::2]

    @property
    def may_hold_names(self) -> bool:
        """Whether a number may be written as a word."""
        return b"nan" in self.data or b"NaN" in self.data or b"inf" in self.data

    @property
    def _digits(self) -> Flags:
        flags: Flags = (self.signs - 48).astype(np.uint8, copy=False) < _DECIMAL
        return flags

    @property
    def _signed(self) -> Flags:
        flags: Flags = (self.signs == ord("-")) | (self.signs == ord("+"))
        return flags

    @cached_property
    def _classes(self) -> Bytes:
        return np.frombuffer(self.signs.tobytes().translate(_CLASSES), dtype=np.uint8)

    @cached_property
    def tokens(self) -> list[str]:
        """The numbers, dots and signs, one a run."""
        return np.where(self.numeric, self.signs, np.uint8(32)).tobytes().decode("ascii").split()

    def pick(self, chosen: Flags) -> Runs:
        """Return some of the runs."""
        return Runs(self, self.starts[chosen], self.ends[chosen])

    def kept(self) -> Flags:
        """Return which bytes are neither of a number nor mere padding."""
        classes = self._classes
        blank = (classes & _IS_BLANK) != 0
        padding = np.zeros_like(blank)
        padding[1:] = blank[1:] & ((classes[:-1] & (_IS_BLANK | _IS_OPENING)) != 0)
        flags: Flags = ~(self.numeric | padding)
        return flags

    def is_free(self, chosen: Flags | slice) -> bool:
        """Whether each of these runs stands alone, so that it is one token."""
        starts, ends = self.starts[chosen], self.ends[chosen]
        after, next_but_one = self.signs[ends], self.signs[ends + 1]
        free = _AFTER[after] | ((after == _COLON) & _BLANKS[next_but_one])
        if not free.all():
            free |= (after == _COMMA) & ((_BLANKS | _OPENING)[next_but_one] | self.floats(chosen))
        return bool(free.all() and self._begins_freely(starts).all())

    def _begins_freely(self, starts: Places) -> Flags:
        """Return which places a number may begin at: behind a comma, none with whose digits it makes a thousand."""
        before = self.signs[starts - 1]
        free: Flags = _BEFORE[before]
        if free.all():
            return free
        head = [self.signs[np.minimum(starts + i, len(self.signs) - 1)] for i in range(4)]
        digits = [(sign - 48).astype(np.uint8, copy=False) < _DECIMAL for sign in head]
        thousand = digits[0] & digits[1] & digits[2] & ~digits[3]
        named = _WORD[self.signs[np.maximum(starts - 2, 0)]] | _QUOTES[self.signs[np.maximum(starts - 2, 0)]]
        free |= ((before == _COMMA) & ~thousand) | ((before == _COLON) & named)
        return free

    def _dots_in(self, chosen: Flags | slice) -> NDArray[np.int32]:
        dots = self._dots_before
        counts: NDArray[np.int32] = dots[self.ends[chosen] - 1] - dots[self.starts[chosen] - 1]
        return counts

    @cached_property
    def _dots_before(self) -> NDArray[np.int32]:
        return np.cumsum(self.dots, dtype=np.int32)

    def floats(self, chosen: Flags | slice) -> Flags:
        """Return which of these runs are written as floats."""
        flags: Flags = self._dots_in(chosen) > 0
        if len(self.exponents):
            exponents = np.zeros(len(self.starts), dtype=bool)
            exponents[self._runs_of(self.exponents)] = True
            flags |= exponents[chosen]
        return flags

    def _runs_of(self, places: Places) -> Places:
        """Return which run each of these places is in."""
        return np.searchsorted(self.starts, places, side="right") - 1

    @cached_property
    def is_plain(self) -> bool:
        """Whether every run is one number that stands alone, so that tokens can be counted without being cut out."""
        every = slice(None)
        if not self.data.isascii() or not self.is_free(every):
            return False
        inner = self._signed[1:] & self.numeric[:-1]
        inner[self.exponents] = False
        dots = self._dots_in(every)
        owners = self._runs_of(self.exponents)
        behind = self._dots_before[self.ends[owners] - 1] - self._dots_before[self.exponents]
        digits = self.ends - self.starts - dots - self._signed[self.starts]
        return not (
            inner.any() or (dots > 1).any() or (np.diff(owners) == 0).any() or behind.any() or (digits < 1).any()
        )

    @cached_property
    def _others(self) -> Places:
        """Where the tokens begin that are no numbers."""
        words = (self._classes & _IS_WORD) != 0
        blank = (self._classes & _IS_BLANK) != 0
        begins = ~(words | self.numeric | blank)
        begins[1:] |= words[1:] & ~(words[:-1] | self.numeric[:-1] | self.numeric[1:])
        return np.flatnonzero(begins)

    def count(self) -> int:
        """Return how many tokens the text has."""
        return len(self.starts) + len(self._others)

    def describe(self, starts: Places) -> list[str]:
        """Return what stands where these runs begin, as ``line 3, number 2``, where the side is plain."""
        newlines = np.flatnonzero(self.signs == ord("\n"))
        lines = np.searchsorted(newlines, starts)
        begins = np.where(lines > 0, newlines[lines - 1], 0) if len(newlines) else np.zeros_like(starts)

        def since(places: Places) -> Places:
            return np.searchsorted(places, starts, side="right") - np.searchsorted(places, begins)

        named = np.isin(starts, self.names)
        numbers, words = since(self.starts) - since(self.names), since(self._others) + since(self.names)
        return [
            f"line {line + 1}, " + (f"word {word}" if name else f"number {number}")
            for line, name, number, word in zip(
                lines.tolist(), named.tolist(), numbers.tolist(), words.tolist(), strict=True
            )
        ]


class Runs(Sequence[str]):
    """Some of the runs of a side; each is cut out where it is asked for."""

    def __init__(self, side: Side, starts: Places, ends: Places) -> None:
        self.side, self.starts, self.ends = side, starts, ends

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> str:  # type: ignore[override]
        return self.side.signs[self.starts[index] : self.ends[index]].tobytes().decode("ascii")

    def values(self) -> Values:
        """Return their values.

        Raises
        ------
        ValueError
            If one is no number.
        """
        signs = self.side.signs
        values = read_decimals(signs, self.starts, self.ends)
        if values is not None:
            return values
        inside = np.zeros(len(signs), dtype=np.int8)
        inside[self.starts] = 1
        inside[self.ends] -= 1
        chosen = np.cumsum(inside, dtype=np.int8).astype(bool)
        return read_floats(np.where(chosen, signs, np.uint8(32)).tobytes().decode("ascii").split())


def _exponents(signs: Bytes, digits: Flags) -> Places:
    """Return where the ``e`` of a number stands."""
    found = np.flatnonzero((signs | 32) == ord("e"))
    follows = digits[found - 1] | ((signs[found - 1] == ord(".")) & digits[np.maximum(found - 2, 0)])
    signed = (signs[found + 1] == ord("-")) | (signs[found + 1] == ord("+"))
    leads = digits[found + 1] | (signed & digits[np.minimum(found + 2, len(signs) - 1)])
    places: Places = found[follows & leads]
    return places
