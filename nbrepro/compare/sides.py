"""A text as bytes, with where its numbers stand: looked at all at once instead of token by token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nbrepro.compare.counts import Counts
from nbrepro.compare.decimals import read_decimals
from nbrepro.compare.numbers import read_floats, read_listed
from nbrepro.compare.tokens import tokenise

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
_NAMES = (b"nan", b"NaN", b"inf")
"""Numbers that are words."""
_NAMED = re.compile(rb"(?<![^\s\[({=>|])(?:nan|NaN|inf)(?=[\s\])}<|%]|,\s|$)")
"""One of them that stands alone."""
_DECIMAL = 10
_LETTERS = 26
_CONTROLS = 5
"""White space from tab to carriage return."""


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
        digits = (self.signs - np.uint8(48)) < _DECIMAL
        self.dots = self.signs == ord(".")
        self.numeric: Flags = digits | self.dots | self._signed
        self.exponents = _exponents(self.signs, digits)
        self.numeric[self.exponents] = True
        self.names: Places = np.array([], dtype=np.intp)
        """Where the numbers stand that are words."""
        if named:
            self.names = self._names_alone()
            self.numeric[(self.names[:, None] + np.arange(3)).ravel()] = True
        borders = np.flatnonzero(self.numeric[1:] != self.numeric[:-1]) + 1
        self.starts: Places = borders[::2].copy()
        self.ends: Places = borders[1::2].copy()

    @property
    def may_hold_names(self) -> bool:
        """Whether a number may be written as a word."""
        return any(self._spelled(name).any() for name in _NAMES)

    def _names_alone(self) -> Places:
        """Return where the numbers stand that are words."""
        places = np.flatnonzero(np.logical_or.reduce([self._spelled(name) for name in _NAMES])) + 1
        alone = [place for place in places.tolist() if _NAMED.match(self.data, place - 1)]
        return np.array(alone, dtype=np.intp)

    def _spelled(self, name: bytes) -> Flags:
        """Return at which bytes of the text these three stand."""
        first, second, third = name
        signs = self.signs[1:]
        flags: Flags = (signs[:-2] == first) & (signs[1:-1] == second) & (signs[2:] == third)
        return flags

    @cached_property
    def _signed(self) -> Flags:
        flags: Flags = (self.signs == ord("-")) | (self.signs == ord("+"))
        return flags

    @cached_property
    def _blanks(self) -> Flags:
        flags: Flags = (self.signs == ord(" ")) | ((self.signs - np.uint8(9)) < _CONTROLS)
        return flags

    @cached_property
    def tokens(self) -> list[str]:
        """The numbers, dots and signs, one a run."""
        return _only(self.signs, self.numeric).tobytes().decode("ascii").split()

    @cached_property
    def lengths(self) -> Places:
        """How many bytes each run has."""
        return self.ends - self.starts

    def pick(self, chosen: Flags) -> Runs:
        """Return some of the runs."""
        return Runs(self, self.starts[chosen], self.ends[chosen])

    def words(self, width: int, beyond: int) -> NDArray[np.void]:
        """Return the ``width`` bytes that begin at each place, up to as many places beyond the text."""
        padded = np.concatenate([self.signs, np.zeros(beyond + width, dtype=np.uint8)])
        return np.ndarray((len(self.signs) + beyond,), dtype=f"V{width}", buffer=padded, strides=(1,))

    def frame(self) -> Bytes:
        """Return the bytes that are neither of a number nor mere padding, with a digit for each number."""
        blank, signs = self._blanks, self.signs
        kept = ~self.numeric
        opening = (signs == ord("[")) | (signs == ord("(")) | (signs == ord("{"))
        kept[1:] &= ~(blank[1:] & (blank[:-1] | opening[:-1]))
        kept[self.starts] = True
        marked = signs.copy()
        marked[self.starts] = ord("0")
        return marked[np.flatnonzero(kept)]

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

    @cached_property
    def _dots_in(self) -> NDArray[np.int64]:
        """How many dots each run has."""
        return self._dots_before.up_to(self.ends - 1) - self._dots_before.up_to(self.starts - 1)

    @cached_property
    def _dots_before(self) -> Counts:
        return Counts(self.dots)

    def floats(self, chosen: Flags | slice) -> Flags:
        """Return which of these runs are written as floats."""
        flags: Flags = self._dots_in[chosen] > 0
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
        dots = self._dots_in
        owners = self._runs_of(self.exponents)
        behind = self._dots_before.up_to(self.ends[owners] - 1) - self._dots_before.up_to(self.exponents)
        digits = self.lengths - dots - self._signed[self.starts]
        return not (
            inner.any() or (dots > 1).any() or (np.diff(owners) == 0).any() or behind.any() or (digits < 1).any()
        )

    @cached_property
    def _others(self) -> Places:
        """Where the tokens begin that are no numbers."""
        signs = self.signs
        words = (((signs | np.uint8(32)) - np.uint8(97)) < _LETTERS) | (signs >= 0x80) | (signs == ord("_"))  # noqa: PLR2004 - beyond ASCII
        begins = ~(words | self.numeric | self._blanks)
        begins[1:] |= words[1:] & ~(words[:-1] | self.numeric[:-1] | self.numeric[1:])
        return np.flatnonzero(begins)

    def count(self) -> int:
        """Return how many tokens the text has."""
        return len(self.starts) + len(self._others)

    def describe(self, starts: Places, first: int = 1) -> list[str]:
        """Return what stands where these runs begin, as ``line 3, number 2``, where the side is plain.

        Parameters
        ----------
        first:
            The number of the text's first line.
        """
        newlines = np.flatnonzero(self.signs == ord("\n"))
        lines = np.searchsorted(newlines, starts)
        begins = np.where(lines > 0, newlines[lines - 1], 0) if len(newlines) else np.zeros_like(starts)

        def since(places: Places) -> Places:
            return np.searchsorted(places, starts, side="right") - np.searchsorted(places, begins)

        named = np.isin(starts, self.names)
        numbers, words = since(self.starts) - since(self.names), since(self._others) + since(self.names)
        return [
            f"line {first + line}, " + (f"word {word}" if name else f"number {number}")
            for line, name, number, word in zip(
                lines.tolist(), named.tolist(), numbers.tolist(), words.tolist(), strict=True
            )
        ]


def count_tokens(text: str) -> int:
    """Return how many tokens a text has, which are cut out only where they cannot be told from its bytes."""
    if not text:
        return 0
    side = Side(text)
    return side.count() if side.is_plain else len(tokenise(text))


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
        chosen = self.side.numeric
        if len(self) < len(self.side.starts):
            inside = np.zeros(len(signs), dtype=np.int8)
            inside[self.starts] = 1
            inside[self.ends] -= 1
            chosen = np.cumsum(inside, dtype=np.int8).astype(bool)
        apart = _only(signs, chosen)
        named = (
            np.flatnonzero(np.isin(self.starts, self.side.names))
            if len(self.side.names)
            else np.array([], dtype=np.intp)
        )
        listed = read_listed(_without(apart, self.starts[named]), self.ends)
        if listed is None:
            return read_floats(apart.tobytes().decode("ascii").split())
        listed[named] = [float(self[index]) for index in named]
        return listed


def _only(signs: Bytes, chosen: Flags) -> Bytes:
    """Return the chosen bytes, with blanks for the others."""
    others = chosen.view(np.uint8) - np.uint8(1)
    kept: Bytes = (signs & ~others) | (others & np.uint8(32))
    return kept


def _without(signs: Bytes, names: Places) -> Bytes:
    """Return the bytes with 0 in place of numbers that are words."""
    if len(names):
        signs = signs.copy()
        signs[(names[:, None] + np.arange(3)).ravel()] = ord(" ")
        signs[names] = ord("0")
    return signs


def _exponents(signs: Bytes, digits: Flags) -> Places:
    """Return where the ``e`` of a number stands."""
    found = np.flatnonzero((signs | 32) == ord("e"))
    follows = digits[found - 1] | ((signs[found - 1] == ord(".")) & digits[np.maximum(found - 2, 0)])
    signed = (signs[found + 1] == ord("-")) | (signs[found + 1] == ord("+"))
    leads = digits[found + 1] | (signed & digits[np.minimum(found + 2, len(signs) - 1)])
    places: Places = found[follows & leads]
    return places
