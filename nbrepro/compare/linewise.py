"""Texts of different length, told line by line: which were lost, which are new, which moved, which changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbrepro.compare.base import MAX_DIFFERENCES, Ledger, Rules
from nbrepro.compare.linediff import Change
from nbrepro.compare.linepairs import by_outline, evenly_spaced, unlike_runs
from nbrepro.compare.matching import match_texts, match_tokens
from nbrepro.compare.tokens import describe, starts_of, tokenise
from nbrepro.compare.trimming import trim

_SHORT = 2_000
"""Characters of a line up to which cutting it into tokens is the quickest look at it."""
_AT_A_GLANCE = 200
"""Characters of a line up to which a reader sees himself what it lacks."""
_LONGEST = 100_000
"""Characters of a line up to which what it lacks is looked for."""
_BEYOND = 20
"""Runs of lines that are still counted when as many differences as are shown have been found."""
_EACH = 3
"""Lost or new lines in a row that are told one by one; more are told as one run."""


@dataclass(frozen=True)
class _Note:
    """Lines that changed, were lost (``candidate`` empty), are new (``reference`` empty) or moved."""

    reference: range
    candidate: range
    is_move: bool = False


def note_lines(ledger: Ledger, reference: str, candidate: str, rules: Rules) -> None:
    """Note the lines in which two texts that were found to differ do so."""
    before, one, other, _ = trim(reference, candidate)
    _Telling(ledger, one.split("\n"), other.split("\n"), before.count("\n") + 1, rules).tell()
    if not ledger.count:
        ledger.differ("text", readable(reference), readable(candidate))


def shares_lines(reference: str, candidate: str) -> bool:
    """Whether at least half of the lines of either text are in the other one, too."""
    bags = [Counter(text.split("\n")) for text in (reference, candidate)]
    return 2 * (bags[0] & bags[1]).total() >= max(bag.total() for bag in bags)


def readable(text: str) -> str:
    """Return the text with what was set aside named as a person reads it."""
    return text.replace("\ufdd0", "<").replace("\ufdd1", ">")


class _Telling:
    """Tells what differs between the lines of two texts.

    Parameters
    ----------
    first:
        The number that the first of these lines has in both texts.
    """

    def __init__(self, ledger: Ledger, one: list[str], other: list[str], first: int, rules: Rules) -> None:
        self._ledger, self._one, self._other, self._first, self._rules = ledger, one, other, first, rules

    def tell(self) -> None:
        """Note all differences; beyond those that are shown they are counted as far as is cheap."""
        if len(self._one) == len(self._other) == 1:  # known to differ: a long line need not be looked at again
            self._changed(0, 0)
            return
        notes: list[_Note] = []
        beyond = 0
        for run in unlike_runs(self._one, self._other, self._rules):
            if len(notes) < MAX_DIFFERENCES:
                notes += self._notes(run)
                continue
            beyond += 1
            if beyond > _BEYOND:
                self._ledger.remark(f"what follows line {self._first + run.reference.start} was not counted")
                break
            self._ledger.count += max(len(run.reference), len(run.candidate))
        notes = self._with_moves(notes)
        if self._is_reordered():
            self._ledger.remark("the same lines in another order")
            if not all(note.is_move for note in notes):
                first = range(min(_EACH, len(self._one)))
                self._ledger.differ(
                    "the order of the lines", self._text(self._one, first), self._text(self._other, first)
                )
                return
        for note in notes:
            self._tell(note)

    def _is_reordered(self) -> bool:
        if len(self._one) != len(self._other):
            return False
        return Counter(map(evenly_spaced, self._one)) == Counter(map(evenly_spaced, self._other))

    def _notes(self, run: Change) -> Iterator[_Note]:
        for part in by_outline(run, self._one, self._other):
            common = min(len(part.reference), len(part.candidate))
            for i, j in zip(part.reference[:common], part.candidate[:common], strict=True):
                if not self._agree(self._one[i], self._other[j]):
                    yield _Note(range(i, i + 1), range(j, j + 1))
            yield from self._apart(part.reference[common:], part.candidate[common:])

    def _apart(self, gone: range, new: range) -> Iterator[_Note]:
        """Yield lines that only one text has; those that are empty are layout."""
        for lines, run in ((self._one, gone), (self._other, new)):
            parts = [run] if len(run) > _EACH else [range(k, k + 1) for k in run]
            for part in parts:
                if any(lines[k].strip() for k in part):
                    yield _Note(part, range(0)) if lines is self._one else _Note(range(0), part)

    def _agree(self, one: str, other: str) -> bool:
        if one == other:
            return True
        if max(len(one), len(other)) < _SHORT:
            return match_tokens(tokenise(one), tokenise(other), self._rules).passes
        return match_texts(one, other, self._rules).passes

    def _with_moves(self, notes: Sequence[_Note]) -> list[_Note]:
        """Return the notes, what is lost in one place and new in another as one that moved."""
        lost = {self._said(self._one, note.reference): note for note in notes if not note.candidate}
        moves: dict[_Note, _Note | None] = {}
        for note in notes:
            if not note.reference and (origin := lost.pop(self._said(self._other, note.candidate), None)):
                moves[origin], moves[note] = _Note(origin.reference, note.candidate, is_move=True), None
        kept = (moves.get(note, note) for note in notes)
        return [note for note in kept if note is not None]

    @staticmethod
    def _said(lines: Sequence[str], part: range) -> tuple[str, ...]:
        return tuple(evenly_spaced(lines[k]) for k in part)

    def _tell(self, note: _Note) -> None:
        gone, new = self._place(note.reference), self._place(note.candidate)
        if note.is_move:
            text = self._text(self._one, note.reference)
            self._ledger.differ(f"{gone}, moved to {new}", text, text)
        elif not note.candidate:
            self._ledger.differ(f"{gone}, lost", self._text(self._one, note.reference), None)
        elif not note.reference:
            self._ledger.differ(f"{new}, new", None, self._text(self._other, note.candidate))
        else:
            self._changed(note.reference.start, note.candidate.start)

    def _changed(self, i: int, j: int) -> None:
        one, other, place = self._one[i], self._other[j], f"line {self._first + i}"
        part = _within(one, other, self._rules) if max(len(one), len(other)) > _AT_A_GLANCE else None
        if part is None:
            self._ledger.differ(place, readable(one), readable(other))
        else:
            self._ledger.differ(f"{place}, {part.where}", part.reference, part.candidate)

    def _place(self, part: range) -> str:
        if len(part) < 2:  # noqa: PLR2004 - several
            return f"line {self._first + part.start}"
        return f"lines {self._first + part.start} to {self._first + part.stop - 1}"

    @staticmethod
    def _text(lines: Sequence[str], part: range) -> str:
        return "\n".join(readable(lines[k]) for k in part)


@dataclass(frozen=True)
class _Part:
    """Where in a long line two texts part."""

    where: str
    reference: str | None
    candidate: str | None


def _within(one: str, other: str, rules: Rules) -> _Part | None:
    """Return what a long line lost or got in one place; ``None`` where it is too long, or more than that differs."""
    if max(len(one), len(other)) > _LONGEST:
        return None
    ours, theirs = tokenise(one), tokenise(other)
    common, more = min(len(ours), len(theirs)), abs(len(ours) - len(theirs))
    begin = match_tokens(ours[:common], theirs[:common], rules)
    far = np.flatnonzero(begin.judged.far).tolist() if begin.judged is not None else []
    at = begin.unequal[far[0]] if far else common
    is_lost = len(ours) > len(theirs)
    rest = (ours[at + more :], theirs[at:]) if is_lost else (ours[at:], theirs[at + more :])
    if not more or not match_tokens(*rest, rules).passes:
        return None
    longer = one if is_lost else other
    starts = starts_of(longer, [at, at + more])
    text = readable(longer[starts[0] : starts[1] if len(starts) > 1 else None].strip())
    place = describe(longer, starts[:1])[0].partition(", ")[2]
    return _Part(f"{place}, lost", text, None) if is_lost else _Part(f"{place}, new", None, text)
