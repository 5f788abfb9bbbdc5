"""Where a value may lie that varies by nature: Student's t prediction interval, and the range that was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nbrepro.records import Spread


@dataclass(frozen=True)
class Limits:
    """What is allowed of a number that varied in calibration."""

    spread: Spread
    level: float
    """Probability that a further value lies within, if the values are drawn from one normal distribution."""

    @property
    def low(self) -> float:
        """The lower limit: of the prediction interval, or the least value seen if that is lower."""
        return min(self.spread.min, self.spread.mean - self.reach)

    @property
    def high(self) -> float:
        """The upper limit: of the prediction interval, or the greatest value seen if that is higher."""
        return max(self.spread.max, self.spread.mean + self.reach)

    @property
    def reach(self) -> float:
        """Half the width of the prediction interval: ``t · sd · sqrt(1 + 1/n)``; 0 where it cannot be told."""
        spread = self.spread
        if spread.n < 2 or not math.isfinite(spread.sd):  # noqa: PLR2004 - a deviation needs two values
            return 0.0
        reach = quantile(self.level, spread.n - 1) * spread.sd * math.sqrt(1 + 1 / spread.n)
        return reach if math.isfinite(reach) else 0.0

    def allow(self, value: float) -> bool:
        """Whether a value lies within the limits; one inside the range that was seen always does."""
        return self.low <= value <= self.high

    def describe(self, value: float) -> str:
        """Return the statistical statement on a value."""
        spread = self.spread
        seen = f"the range of {spread.n} runs, [{spread.min:.6g}, {spread.max:.6g}]"
        if spread.min <= value <= spread.max:
            return f"{value:.6g} lies in {seen}"
        interval = f"the prediction interval [{spread.mean - self.reach:.6g}, {spread.mean + self.reach:.6g}]"
        test = f"Student's t, {spread.n - 1} degrees of freedom, level {self.level:.6g}"
        how = "but in" if self.allow(value) else "and outside"
        chance = f"a further run leaves the range by chance at most {2 / (spread.n + 1):.0%} of the time"
        return f"{value:.6g} lies outside {seen} ({chance}), {how} {interval} ({test})"


def spread_of(position: int, values: list[float]) -> Spread:
    """Return how wide some values spread.

    >>> spread_of(0, [1.0, 2.0, 3.0]).sd
    1.0
    """
    mean = math.fsum(values) / len(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    sd = math.sqrt(squares / (len(values) - 1)) if len(values) > 1 else 0.0
    return Spread(position=position, n=len(values), mean=mean, sd=sd, min=min(values), max=max(values))


def coverage(t: float, freedom: int) -> float:
    """Return the probability that a Student-t variable with ``freedom`` degrees lies in [-t, t].

    The finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4).
    """
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= cosine * cosine * k / (k + 1)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def quantile(level: float, freedom: int) -> float:
    """Return the t for which `coverage` is ``level``.

    >>> round(quantile(0.99, 4), 3)
    4.604
    """
    low, high = 0.0, 1.0
    while coverage(high, freedom) < level and high < 1e12:  # noqa: PLR2004 - beyond, there is no limit
        low, high = high, high * 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if coverage(middle, freedom) < level else (low, middle)
    return high
