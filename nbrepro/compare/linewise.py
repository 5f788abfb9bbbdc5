"""Texts of different length, told line by line: which were lost, which are new, which changed.

Lines are paired by what they say up to noise: a line lost from a log whose every number trembles is one line lost.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import count

import numpy as np

from nbrepro.compare.aligned import align
from nbrepro.compare.base import MAX_DIFFERENCES, Ledger, Rules
from nbrepro.compare.linediff import MOST
from nbrepro.compare.matching import match_texts, match_tokens
from nbrepro.compare.tokens import tokenise
from nbrepro.compare.trimming import trim

_SHORT = 2_000
"""Characters of a line up to which a look at each of its tokens costs little."""
_FIRST, _GROWTH = 32, 4
"""Lines that are held side by side at first, and how many times as many next."""
_FLOAT = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")


def note_lines(ledger: Ledger, reference: str, candidate: str, rules: Rules) -> None:
    """Note the lines in which two texts that were found to differ do so.

    Behind the last one that is shown, lines are paired by position and counted.
    """
    before, middle, other_middle, _ = trim(reference, candidate)
    above = len(before.splitlines())
    one, other = middle.splitlines(), other_middle.splitlines()
    if len(one) == len(other) == 1:  # a long one need not be looked at again
        ledger.differ(f"line {above + 1}", readable(one[0]), readable(other[0]))
        return
    back = common_lines(one, other, rules, from_end=True)
    one, other = one[: len(one) - back], other[: len(other) - back]
    i = j = 0
    while ledger.count < MAX_DIFFERENCES:
        same = common_lines(one[i:], other[j:], rules)
        i, j = i + same, j + same
        if i == len(one) or j == len(other):
            break
        gone, new = _before_alike(one[i : i + MOST], other[j : j + MOST])
        _note_change(ledger, one[i : i + gone], other[j : j + new], (above + i, above + j), rules)
        i, j = i + gone, j + new
    _note_change(ledger, one[i:], other[j:], (above + i, above + j), rules)
    if not ledger.count:
        ledger.differ("text", readable(reference), readable(candidate))


def _note_change(
    ledger: Ledger, gone: Sequence[str], new: Sequence[str], begins: tuple[int, int], rules: Rules
) -> None:
    """Note lines that stand in place of others."""
    _note_pairs(ledger, list(zip(count(begins[0]), gone, new)), rules)
    common = min(len(gone), len(new))
    for line, text in enumerate(gone[common:], begins[0] + common + 1):
        if text.strip():
            ledger.differ(f"line {line}, lost", readable(text), None)
    for line, text in enumerate(new[common:], begins[1] + common + 1):
        if text.strip():
            ledger.differ(f"line {line}, new", None, readable(text))


def readable(text: str) -> str:
    """Return the text with what was set aside named as a person reads it."""
    return text.replace("\ufdd0", "<").replace("\ufdd1", ">")


def _before_alike(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Return how many lines of either stand before the first that are of one gist; at least one of either's."""
    gists = [*map(_gist, one)], [*map(_gist, other)]
    if gists[0][0] == gists[1][0]:  # and yet not within tolerance
        return 1, 1
    first = difflib.SequenceMatcher(None, *gists, autojunk=False).get_matching_blocks()[0]
    return first.a, first.b


def common_lines(one: Sequence[str], other: Sequence[str], rules: Rules, *, from_end: bool = False) -> int:
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


def _block(lines: Sequence[str], skipped: int, count: int, from_end: bool) -> Sequence[str]:
    """Return as many lines, behind the first that are skipped, or before the last."""
    end = len(lines) - skipped
    return lines[end - count : end] if from_end else lines[skipped : skipped + count]


def _agreeing(one: Sequence[str], other: Sequence[str], rules: Rules, from_end: bool) -> int | None:
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


def _gist(line: str) -> str:
    """Return what lines are paired by: words, and numbers to the fourth digit; a long one is taken as it is."""
    if len(line) > _SHORT:
        return line
    return " ".join(_FLOAT.sub(lambda match: f"{float(match.group()):.3e}", line).split())


def _note_pairs(ledger: Ledger, pairs: Sequence[tuple[int, str, str]], rules: Rules) -> None:
    """Note the lines that differ; beyond what is shown they are only counted."""
    for position, (line, one, other) in enumerate(pairs):
        if ledger.count >= MAX_DIFFERENCES:
            ledger.count += len(pairs) - position
            return
        if one == other:
            continue
        short = max(len(one), len(other)) < _SHORT
        match = match_tokens(tokenise(one), tokenise(other), rules) if short else match_texts(one, other, rules)
        if not match.passes:
            ledger.differ(f"line {line + 1}", readable(one), readable(other))
