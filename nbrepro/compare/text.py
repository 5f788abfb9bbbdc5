"""Text: compared token by token, numbers as numbers, layout as layout."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from nbrepro.compare.base import MAX_DIFFERENCES, Comparison, Ledger, Rules
from nbrepro.compare.indentation import other_place
from nbrepro.compare.layouts import REWRITINGS
from nbrepro.compare.linediff import overlap
from nbrepro.compare.linewise import note_lines, shares_lines
from nbrepro.compare.masking import mask, report_masks
from nbrepro.compare.matching import Match, match_texts, match_tokens
from nbrepro.compare.payload import as_text
from nbrepro.compare.sets import QUOTED, may_hold_sets, sort_sets
from nbrepro.compare.terminal import render
from nbrepro.compare.tokens import split_roughly
from nbrepro.compare.trimming import trim

_MANY = 10
"""Tokens that differ beyond which lines are looked at, too."""
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
    elif match.paired and not _is_told_by_lines(match, masked[0].text, masked[1].text):
        _note_tokens(ledger, match, masked[0].text)
        report_masks(ledger, *masked)
    else:
        note_lines(ledger, masked[0].text, masked[1].text, rules)
        if _truncated(masked[0].text) != _truncated(masked[1].text):
            ledger.remark("only one of the two is truncated (…)")
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
        one, two = sort_sets(reference), sort_sets(candidate)
        other = replace(match_tokens(one.tokens, two.tokens, rules), starts=one.starts)
        if not (other.passes or used) and other.paired and match.paired and len(other.far) < len(match.far):
            return other  # what differs beside the order alone
        used.append("set-order")
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
    before, reference, candidate, after = trim(reference, candidate)
    around = len(split_roughly(before)) + len(split_roughly(after))
    pieces = split_roughly(reference), split_roughly(candidate)
    return (around + overlap(*pieces)) / max(around + max(map(len, pieces)), 1)


def _is_told_by_lines(match: Match, reference: str, candidate: str) -> bool:
    """Whether lines moved, so that very many tokens stand against others than their own."""
    return len(match.far) > _MANY and shares_lines(reference, candidate)


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
    if layout and (moved := other_place(reference, candidate)):
        ledger.differ(*moved)
    if not layout and _GAPS.findall(reference) != _GAPS.findall(candidate):
        ledger.differ("white space", reference, candidate)
    if not (ledger.noise or ledger.close or ledger.count):
        ledger.ignore("layout")


def _quoted(text: str) -> list[str]:
    return QUOTED.findall(text) if "'" in text or '"' in text else []


def _note_tokens(ledger: Ledger, match: Match, reference: str) -> None:
    assert match.judged is not None
    far = match.far
    distances = match.judged.distance[far[:MAX_DIFFERENCES]].tolist()
    shown = [match.unequal[i] for i in far[:MAX_DIFFERENCES]]
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
