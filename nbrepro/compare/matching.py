"""Two texts held side by side, token by token; only what differs is looked at closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nbrepro.compare.aligned import Aligned, align_sides
from nbrepro.compare.numbers import Judged, judge
from nbrepro.compare.sides import Side, count_tokens
from nbrepro.compare.tokens import describe, split_roughly, starts_of, tokenise
from nbrepro.compare.trimming import trim

if TYPE_CHECKING:
    from nbrepro.compare.base import Rules

_SAMPLE = 200
"""Pieces that are looked at first where very many differ."""


@dataclass(frozen=True)
class Match:
    """Two token sequences held side by side."""

    reference: Sequence[str]
    candidate: Sequence[str]
    unequal: Sequence[int] = ()
    """Positions where the tokens are not the same text; only where both have as many."""
    judged: Judged | None = None
    aligned: Aligned | None = None
    """How the two were aligned, where only the numbers that are not written alike are held here."""
    paired: bool = True
    """Whether both sides have as many tokens."""
    around: tuple[str, str] = ("", "")
    """What stands before and behind them in both texts."""
    starts: Sequence[int] = ()
    """Where the reference's tokens begin, if they do not follow each other as in the text."""

    @property
    def passes(self) -> bool:
        """Whether every token has its like."""
        return self.paired and (self.judged is None or not self.judged.far.any())

    @property
    def total(self) -> int:
        """How many tokens the longer text has."""
        here = max(len(self.reference), len(self.candidate)) if self.aligned is None else self.aligned.total
        return max(here + sum(map(count_tokens, self.around)), 1)

    @property
    def far(self) -> list[int]:
        """Which of the judged pairs differ, in the order of the reference's text."""
        far: list[int] = [] if self.judged is None else np.flatnonzero(self.judged.far).tolist()
        return sorted(far, key=lambda i: self.starts[self.unequal[i]]) if self.starts else far

    def describe(self, positions: Sequence[int], text: str) -> list[str]:
        """Return where these tokens are in the reference's text, as ``line 3, number 2``."""
        if self.starts:
            return describe(text, [self.starts[position] for position in positions])
        before, after = self.around
        text, line = text[len(before) : len(text) - len(after)], before.count("\n") + 1
        if self.aligned is None:
            return describe(text, starts_of(text, positions), line)
        return self.aligned.describe(positions, text, line)


def match_tokens(reference: Sequence[str], candidate: Sequence[str], rules: Rules) -> Match:
    """Hold two token sequences side by side."""
    if len(reference) != len(candidate):
        return Match(reference, candidate, paired=False)
    unequal = [i for i, (a, b) in enumerate(zip(reference, candidate, strict=True)) if a != b]
    if not unequal:
        return Match(reference, candidate)
    judged = judge([reference[i] for i in unequal], [candidate[i] for i in unequal], rules)
    return Match(reference, candidate, unequal, judged)


def match_roughly(reference: str, candidate: str, rules: Rules) -> Match | None:
    """Hold two texts side by side, cut at white space and brackets only; ``None`` where the pieces do not pair."""
    pieces = split_roughly(reference), split_roughly(candidate)
    if len(pieces[0]) != len(pieces[1]):
        return None
    unequal = [i for i, (a, b) in enumerate(zip(*pieces, strict=True)) if a != b]
    if len(unequal) > 8 * _SAMPLE:  # where a few of many numbers differ already, the others need no look here
        few = unequal[:: len(unequal) // _SAMPLE]
        sample = match_tokens([pieces[0][i] for i in few], [pieces[1][i] for i in few], rules)
        if sample.judged is not None and not np.isnan(sample.judged.distance).any() and not sample.passes:
            return sample
    return match_tokens([pieces[0][i] for i in unequal], [pieces[1][i] for i in unequal], rules)


def match_texts(reference: str, candidate: str, rules: Rules) -> Match:
    """Hold two texts side by side; only what differs is tokenised, as long as all of it passes."""
    before, reference, candidate, after = trim(reference, candidate)
    return replace(_match_between(reference, candidate, rules), around=(before, after))


def _match_between(reference: str, candidate: str, rules: Rules) -> Match:
    sides = Side(reference), Side(candidate)
    aligned = align_sides(*sides, rules) or _align_named(reference, candidate, *sides, rules)
    if aligned is not None:
        return Match(aligned.reference, aligned.candidate, range(len(aligned.reference)), aligned.judged, aligned)
    if all(side.is_plain for side in sides) and sides[0].count() != sides[1].count():
        return Match((), (), paired=False)
    rough = match_roughly(reference, candidate, rules)
    if rough is not None and rough.passes:
        return rough
    only_numbers = rough is not None and rough.judged is not None and not np.isnan(rough.judged.distance).any()
    if rough is not None and not only_numbers:  # where all that differs is a number, no finer look helps
        fine = match_tokens(tokenise("\n".join(rough.reference)), tokenise("\n".join(rough.candidate)), rules)
        if fine.passes:
            return fine
    return match_tokens(tokenise(reference), tokenise(candidate), rules)


def _align_named(reference: str, candidate: str, one: Side, other: Side, rules: Rules) -> Aligned | None:
    """Hold two texts side by side of which one has ``nan`` or ``inf`` where the other has a number."""
    if len(one.starts) == len(other.starts) or not (one.may_hold_names or other.may_hold_names):
        return None
    return align_sides(Side(reference, named=True), Side(candidate, named=True), rules)
