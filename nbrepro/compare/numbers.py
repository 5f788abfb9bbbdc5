"""When two printed numbers count as the same: the one place where that is decided.

- Integers are exact, and an integer is never equal to a float: ``1`` is not ``1.0``.
- Floats are equal within ``rtol`` of the larger one.
- ``atol`` is for what rounding leaves around zero: it counts where one value is 0, or where the larger one is at
  least 1e-18. Two smaller values (Planck's constant, a tiny p-value) are compared relatively.
- One unit in the last printed digit is allowed where both numbers show at least six significant digits:
  ``0.123456`` and ``0.123457`` may be one result rounded twice, ``0.913`` and ``0.914`` are two results.
- A float between 1e9 and 2.2e9 may be a time in seconds since 1970: unless a wider ``rtol`` than the default was
  asked for, it is held to 1e-12, or two readings of a clock would pass for half an hour and fail from then on.
- A float that is printed without decimals (``5.``) is equal only to its own value.
- NaN equals NaN and nothing else, an infinity equals itself, and -0.0 equals 0.0 within tolerance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbrepro.compare.base import Rules

ROUNDING_FLOOR = 1e-18
"""Below this, two numbers that are not 0 are compared relatively only."""
SIGNIFICANT = 6
"""Significant digits from which one unit in the last digit may be rounding."""

_CLOCK = (1e9, 2.2e9)
"""Seconds since 1970, from 2001 to 2039."""
_CLOCK_RTOL = 1e-12
_DEFAULT_RTOL = 1e-6

LAST_DIGIT = 1.1e-5
"""No larger share of a number is one unit of its sixth digit."""

_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?")
_COMPLEX = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)([-+][\d.]+(?:[eE][-+]?\d+)?)j")
_INTEGER = re.compile(r"[-+]?\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True)
class Judged:
    """What became of pairs of tokens, one entry a pair."""

    same: NDArray[np.bool_]
    """Equal in value."""
    close: NDArray[np.bool_]
    """Not equal, but within the tolerance."""
    distance: NDArray[np.float64]
    """Relative distance; NaN where a token is no number."""

    @property
    def far(self) -> NDArray[np.bool_]:
        """Neither equal nor close."""
        return ~(self.same | self.close)


def is_float(token: str) -> bool:
    """Whether the token is written as a float."""
    return _FLOAT.fullmatch(token) is not None


def is_grouped(token: str) -> bool:
    """Whether the token is a number with its thousands set apart by commas, as ``f"{value:,}"`` writes it."""
    return "," in token and _GROUPED.fullmatch(token) is not None


def is_number(token: str) -> bool:
    """Whether the token is an integer, a float or a complex number."""
    return any(kind.fullmatch(token) for kind in (_INTEGER, _FLOAT, _COMPLEX))


def judge(reference: Sequence[str], candidate: Sequence[str], rules: Rules) -> Judged:
    """Judge pairs of tokens that are not equal as text.

    Parameters
    ----------
    reference, candidate:
        Tokens of equal number.
    """
    if any(map(is_grouped, reference)):
        pairs = [
            (x.replace(",", ""), y.replace(",", "")) if is_grouped(x) and is_grouped(y) else (x, y)
            for x, y in zip(reference, candidate, strict=True)
        ]
        reference, candidate = [x for x, _ in pairs], [y for _, y in pairs]
    fast = _judge_floats(reference, candidate, rules)
    return _judge_each(reference, candidate, rules) if fast is None else fast


def _judge_floats(reference: Sequence[str], candidate: Sequence[str], rules: Rules) -> Judged | None:
    """Judge tokens that are floats without exception, many at once; ``None`` where they are not."""
    if not all(
        "." in x and "." in y and "_" not in x and "_" not in y for x, y in zip(reference, candidate, strict=True)
    ):
        return None
    try:
        a, b = read_floats(reference), read_floats(candidate)
    except ValueError:
        return None
    whole = np.fromiter((x[-1] == "." == y[-1] for x, y in zip(reference, candidate, strict=True)), bool, len(a))
    return judge_read(a, b, np.ones(len(a), dtype=bool), whole, (reference, candidate), rules)


def _judge_each(reference: Sequence[str], candidate: Sequence[str], rules: Rules) -> Judged:
    count = len(reference)
    a, b = np.full(count, np.nan), np.full(count, np.nan)
    floats = np.zeros(count, dtype=bool)
    whole = np.zeros(count, dtype=bool)
    complexes: list[int] = []
    matches = _FLOAT.fullmatch
    for i, (x, y) in enumerate(zip(reference, candidate, strict=True)):
        if matches(x) and matches(y):
            a[i], b[i] = float(x), float(y)
            floats[i] = True
            whole[i] = x[-1] == "." == y[-1]
        elif x[-1:] == "j" == y[-1:]:
            complexes.append(i)
        elif len(x) < 300 and len(y) < 300 and _INTEGER.fullmatch(x) and _INTEGER.fullmatch(y):  # noqa: PLR2004 - float's range
            a[i], b[i] = float(x), float(y)
    judged = judge_read(a, b, floats, whole, (reference, candidate), rules)
    for i in complexes:
        judged.same[i], judged.close[i] = _judge_complex(reference[i], candidate[i], rules)
    return judged


_FLOATS = msgspec.json.Decoder(list[float])


def read_floats(tokens: Sequence[str]) -> NDArray[np.float64]:
    """Return the values of tokens; those that JSON writes alike, which most are, are read ten times faster.

    Raises
    ------
    ValueError
        If one is no number.
    """
    try:
        values = _FLOATS.decode(f"[{','.join(tokens)}]")
    except msgspec.DecodeError:
        values = []
    if len(values) != len(tokens):
        values = [*map(float, tokens)]
    return np.array(values, dtype=np.float64)


def read_listed(signs: NDArray[np.uint8], ends: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """Return the values of numbers that stand in blanks and end at these places, without cutting them out.

    ``None`` where one is not written as JSON writes it. The first byte and the bytes at the ends are blanks.
    """
    if not len(ends):
        return None
    listed = signs.copy()
    listed[ends] = ord(",")
    listed[0], listed[ends[-1]] = ord("["), ord("]")
    try:
        values = _FLOATS.decode(listed.tobytes())
    except msgspec.DecodeError:
        return None
    return np.array(values, dtype=np.float64) if len(values) == len(ends) else None


def judge_read(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    floats: NDArray[np.bool_],
    whole: NDArray[np.bool_],
    tokens: tuple[Sequence[str], Sequence[str]],
    rules: Rules,
) -> Judged:
    """Judge pairs of tokens that are not equal as text and whose values were read.

    Parameters
    ----------
    a, b:
        The values; NaN where a token is no number, or one is an integer and the other a float.
    floats, whole:
        Which pairs are floats, and which of them are both printed without decimals (``5.``).
    tokens:
        The tokens, for their last digits.
    """
    judged = _judge_values(a, b, rules)
    wide = floats & ~whole
    judged = Judged(judged.same & floats, judged.close & wide, judged.distance)
    _allow_last_digit(judged, judged.far & wide, *tokens)
    return judged


def _allow_last_digit(
    judged: Judged, undecided: NDArray[np.bool_], reference: Sequence[str], candidate: Sequence[str]
) -> None:
    """Add to ``judged.close`` what may be one number rounded twice."""
    for i in np.flatnonzero(undecided & (judged.distance <= LAST_DIGIT)).tolist():
        judged.close[i] = _rounded_twice(reference[i], candidate[i])


def judge_values(reference: Any, candidate: Any, rules: Rules) -> Judged:
    """Judge two arrays of floats that are not printed: there is no last digit, NaN equals NaN."""
    a, b = np.asarray(reference, dtype=np.float64).ravel(), np.asarray(candidate, dtype=np.float64).ravel()
    judged = _judge_values(a, b, rules)
    alike = (np.isnan(a) & np.isnan(b)) | (np.isinf(a) & (a == b))
    return Judged(judged.same | alike, judged.close & ~alike, judged.distance)


def _judge_values(a: NDArray[np.float64], b: NDArray[np.float64], rules: Rules) -> Judged:
    with np.errstate(all="ignore"):
        gap, size = np.abs(a - b), np.maximum(np.abs(a), np.abs(b))
        finite = np.isfinite(a) & np.isfinite(b)
        same = (gap == 0) & finite & (np.signbit(a) == np.signbit(b))
        near_zero = (size >= ROUNDING_FLOOR) | (np.minimum(np.abs(a), np.abs(b)) == 0)
        rtol = np.where((size >= _CLOCK[0]) & (size < _CLOCK[1]), _clock_rtol(rules), rules.rtol)
        close = ((gap <= rtol * size) | ((gap <= rules.atol) & near_zero)) & finite & ~same
        distance = np.where(size == 0, 0.0, gap / size)
    return Judged(same, close, distance)


def judge_pair(a: float, b: float, rules: Rules) -> tuple[bool, bool, float]:
    """Judge one pair as `judge_values` does, much faster for a single one; whether equal, close, and how far."""
    if a == b or (a != a and b != b):  # noqa: PLR0124 - NaN equals NaN here
        same = math.copysign(1, a) == math.copysign(1, b) or a != a  # noqa: PLR0124 - as above
        return same, not same, 0.0
    if not (math.isfinite(a) and math.isfinite(b)):
        return False, False, math.nan
    gap, size = abs(a - b), max(abs(a), abs(b))
    near_zero = size >= ROUNDING_FLOOR or 0 in (a, b)
    rtol = _clock_rtol(rules) if _CLOCK[0] <= size < _CLOCK[1] else rules.rtol
    return False, gap <= rtol * size or (gap <= rules.atol and near_zero), gap / size


def _clock_rtol(rules: Rules) -> float:
    return rules.rtol if rules.rtol > _DEFAULT_RTOL else min(rules.rtol, _CLOCK_RTOL)


def _rounded_twice(x: str, y: str) -> bool:
    if min(len(x), len(y)) <= SIGNIFICANT:
        return False
    (digits_x, unit_x), (digits_y, unit_y) = _last_digit(x), _last_digit(y)
    gap = abs(float(x) - float(y))
    return min(digits_x, digits_y) >= SIGNIFICANT and gap <= 1.000001 * max(unit_x, unit_y)


def _last_digit(token: str) -> tuple[int, float]:
    """Return the number of significant digits, and what one unit of the last digit is worth."""
    mantissa, _, exponent = token.lower().lstrip("+-").partition("e")
    whole, _, decimals = mantissa.partition(".")
    power = int(exponent or 0) - len(decimals)
    return len((whole + decimals).lstrip("0")), 10.0**power if abs(power) < 300 else 0.0  # noqa: PLR2004 - float's range


def _judge_complex(x: str, y: str, rules: Rules) -> tuple[bool, bool]:
    parts_x, parts_y = _COMPLEX.fullmatch(x), _COMPLEX.fullmatch(y)
    if parts_x is None or parts_y is None:
        return False, False
    try:
        one, other = complex(x), complex(y)
    except ValueError:
        return False, False
    size = max(abs(one), abs(other))
    if not np.isfinite(size):
        return False, False
    tolerance = max(rules.rtol * size, rules.atol if size >= ROUNDING_FLOOR else 0.0)
    return one == other, one != other and abs(one - other) <= tolerance
