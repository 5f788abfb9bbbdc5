"""Text: compared token by token, numbers as numbers, layout as layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nbrepro.compare.aligned import Aligned, align_sides
from nbrepro.compare.base import MAX_DIFFERENCES, Comparison, Ledger, Rules
from nbrepro.compare.layouts import REWRITINGS, may_hold_sets, sort_sets
from nbrepro.compare.linediff import changes, overlap
from nbrepro.compare.masking import mask, report_masks
from nbrepro.compare.numbers import Judged, judge
from nbrepro.compare.payload import as_text
from nbrepro.compare.sides import Side
from nbrepro.compare.terminal import render
from nbrepro.compare.tokens import describe, split_roughly, starts_of, tokenise

_QUOTED = re.compile(r"(?<!\w)'(?:[^'\\\n]|\\.)*'(?!\w)|(?<!\w)\"(?:[^\"\\\n]|\\.)*\"(?!\w)")
_SAMPLE = 200
"""Pieces that are looked at first where very many differ."""
_SHORT = 2_000
"""Characters of a line up to which cutting it into tokens is the quickest look at it."""
_GAPS = re.compile(r"\s+")
_TRUNCATED = ("...", "…", "⋮", "⋯")


class TextComparator:
    """``text/plain``, and what has no comparator of its own among the texts."""

    name: ClassVar[str] = "text"
    mimes: ClassVar[tuple[str, ...]] = ("text/plain", "text/*")
    priority: ClassVar[int] = -50
    richness: ClassVar[int] = 10

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two texts."""
        return compare_text(as_text(reference), as_text(candidate), rules)


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

    @property
    def passes(self) -> bool:
        """Whether every token has its like."""
        return self.paired and (self.judged is None or not self.judged.far.any())

    @property
    def total(self) -> int:
        """How many tokens the longer text has."""
        if self.aligned is not None:
            return self.aligned.total
        return max(len(self.reference), len(self.candidate), 1)

    def describe(self, positions: Sequence[int], text: str) -> list[str]:
        """Return where these tokens are in the reference's text, as ``line 3, number 2``."""
        if self.aligned is None:
            return describe(text, starts_of(text, positions))
        return self.aligned.describe(positions, text)


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


def compare_text(reference: str, candidate: str, rules: Rules, *, layout: bool = True) -> Comparison:
    """Compare two texts.

    Parameters
    ----------
    layout:
        Whether white space only separates; without it, a difference in white space is one.
    """
    if reference == candidate:
        return Comparison.identical()
    ledger = Ledger()
    if rules.sets_aside("terminal"):
        reference, candidate = _as_shown(reference, candidate, ledger)
    masked = mask(reference, rules), mask(candidate, rules)
    match = match_texts(masked[0].text, masked[1].text, rules)
    if not match.passes:
        match = _in_another_layout(masked[0].text, masked[1].text, match, rules, ledger)
    ledger.weigh(_share(match, masked[0].text, masked[1].text), 1)
    if match.passes:
        _note_passing(ledger, match, reference, candidate)
        report_masks(ledger, *masked)
        _note_layout(ledger, masked[0].text, masked[1].text, layout=layout and rules.sets_aside("layout"))
    elif match.paired:
        _note_tokens(ledger, match, masked[0].text)
        report_masks(ledger, *masked)
    else:
        _note_lines(ledger, masked[0].text, masked[1].text, rules)
    return ledger.conclude(rules)


def _as_shown(reference: str, candidate: str, ledger: Ledger) -> tuple[str, str]:
    shown = render(reference), render(candidate)
    if shown != (reference, candidate) and shown[0] == shown[1]:
        ledger.ignore("terminal")
    return shown


def _in_another_layout(reference: str, candidate: str, match: Match, rules: Rules, ledger: Ledger) -> Match:
    """Return a match in another layout if that passes, else the one there is."""
    used = []
    for name, rewrite in REWRITINGS:
        if rules.sets_aside(name):
            rewritten = rewrite(reference, candidate)
            if rewritten != (reference, candidate):
                used.append(name)
                reference, candidate = rewritten
    other = match_texts(reference, candidate, rules) if used else match
    if not other.passes and rules.sets_aside("set-order") and may_hold_sets(reference) and _may_be_sorted(other, rules):
        used.append("set-order")
        other = match_tokens(sort_sets(tokenise(reference)), sort_sets(tokenise(candidate)), rules)
    if not other.passes:
        return match
    for name in used:
        ledger.ignore(name)
    return other


def _may_be_sorted(match: Match, rules: Rules) -> bool:
    """Whether the tokens might agree in another order."""
    return match.aligned is None or match.aligned.may_be_sorted(rules)


def _share(match: Match, reference: str, candidate: str) -> float:
    """Return the share of tokens that agree; of texts of different length, of the pieces between white space."""
    if match.passes:
        return 1
    if match.paired and match.judged is not None:
        return 1 - int(np.count_nonzero(match.judged.far)) / match.total
    pieces = split_roughly(reference), split_roughly(candidate)
    return overlap(*pieces) / max(len(pieces[0]), len(pieces[1]), 1)


def _note_passing(ledger: Ledger, match: Match, reference: str, candidate: str) -> None:
    judged = match.judged
    if judged is not None:
        if judged.close.any():
            ledger.tolerate(float(judged.distance[judged.close].max()), int(judged.close.sum()))
        elif judged.same.any():
            ledger.ignore("number-format")
    if ledger.close and _truncated(reference) and _truncated(candidate):
        ledger.remark("the output is truncated (…): what it leaves out was not compared")


def _truncated(text: str) -> bool:
    return any(sign in text for sign in _TRUNCATED)


def _note_layout(ledger: Ledger, reference: str, candidate: str, *, layout: bool) -> None:
    """Note white space that differs: layout, unless it stands in a quoted string."""
    quoted = _quoted(reference), _quoted(candidate)
    if len(quoted[0]) == len(quoted[1]):
        for one, other in zip(*quoted, strict=True):
            if one != other and _GAPS.findall(one) != _GAPS.findall(other):
                ledger.differ("white space inside a string", one, other)
    if not layout and _GAPS.findall(reference) != _GAPS.findall(candidate):
        ledger.differ("white space", reference, candidate)
    if not (ledger.noise or ledger.close or ledger.count):
        ledger.ignore("layout")


def _quoted(text: str) -> list[str]:
    return _QUOTED.findall(text) if "'" in text or '"' in text else []


def _note_tokens(ledger: Ledger, match: Match, reference: str) -> None:
    assert match.judged is not None
    far = np.flatnonzero(match.judged.far)
    distances = match.judged.distance[far[:MAX_DIFFERENCES]].tolist()
    shown = [match.unequal[i] for i in far[:MAX_DIFFERENCES].tolist()]
    places = match.describe(shown, reference)
    for position, place, distance in zip(shown, places, distances, strict=True):
        ledger.differ(
            place,
            _spoken(match.reference[position]),
            _spoken(match.candidate[position]),
            None if np.isnan(distance) else distance,
        )
    ledger.count += len(far) - len(shown)


def _spoken(token: str) -> str:
    return f"<{token[1:-1]}>" if token.startswith("\ufdd0") else token


def _note_lines(ledger: Ledger, reference: str, candidate: str, rules: Rules) -> None:
    one, other = reference.splitlines(), candidate.splitlines()
    for change in changes(one, other, key=_evenly_spaced):
        common = min(len(change.reference), len(change.candidate))
        _note_line_pairs(
            ledger, [(i, one[i], other[j]) for i, j in zip(change.reference, change.candidate, strict=False)], rules
        )
        for i in change.reference[common:]:
            if one[i].strip():
                ledger.differ(f"line {i + 1}, lost", _readable(one[i]), None)
        for j in change.candidate[common:]:
            if other[j].strip():
                ledger.differ(f"line {j + 1}, new", None, _readable(other[j]))
    if not ledger.count:
        ledger.differ("text", _readable(reference), _readable(candidate))
    if _truncated(reference) != _truncated(candidate):
        ledger.remark("only one of the two is truncated (…)")


def _evenly_spaced(line: str) -> str:
    return " ".join(line.split())


def _note_line_pairs(ledger: Ledger, pairs: list[tuple[int, str, str]], rules: Rules) -> None:
    """Note the lines that differ; beyond what is shown they are only counted."""
    for position, (line, one, other) in enumerate(pairs):
        if ledger.count >= MAX_DIFFERENCES:
            ledger.count += len(pairs) - position
            return
        short = max(len(one), len(other)) < _SHORT
        match = match_tokens(tokenise(one), tokenise(other), rules) if short else match_texts(one, other, rules)
        if not match.passes:
            ledger.differ(f"line {line + 1}", _readable(one), _readable(other))


def _readable(text: str) -> str:
    return text.replace("\ufdd0", "<").replace("\ufdd1", ">")
