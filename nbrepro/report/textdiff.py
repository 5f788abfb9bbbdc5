"""Two texts side by side, with the changed parts told apart; bounded work whatever the size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_LINES = 400
"""Lines of one text that are laid out; the rest is counted."""
MAX_LINE = 1000
"""Characters of one line that are shown."""
MAX_PRODUCT = 40_000
"""Lines of one side times lines of the other, up to which they are aligned; beyond it, they stand as a block."""
MAX_TOKENS = 400
CONTEXT = 3
"""Equal lines shown round a change."""

_TOKEN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of characters that is equal on both sides, or changed."""

    text: str
    changed: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of each text; ``None`` where a side has no such line."""

    left: tuple[Piece, ...] | None
    right: tuple[Piece, ...] | None
    skipped: int = 0
    """Equal lines left out in place of this row."""


@dataclass(frozen=True, kw_only=True)
class TextDiff:
    """The rows, and how many lines lie beyond them."""

    rows: tuple[Row, ...]
    omitted: int = 0
    """Lines that are not shown at all."""


def compare(before: str, after: str) -> TextDiff:
    """Return two texts as aligned rows."""
    left, right = before.split("\n"), after.split("\n")
    rows: list[Row] = []
    omitted = 0
    for row in _rows(left, right):
        if len(rows) < MAX_LINES:
            rows.append(row)
        else:
            omitted += max(1, row.skipped)
    return TextDiff(rows=tuple(rows), omitted=omitted)


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    head = _shared(left, right)
    tail = _shared(left[head:][::-1], right[head:][::-1])
    middle = left[head : len(left) - tail], right[head : len(right) - tail]
    yield from _equal(left[:head], leads=False, trails=True)
    yield from _changed(*middle)
    yield from _equal(left[len(left) - tail :], leads=True, trails=False)


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _equal(lines: Sequence[str], *, leads: bool, trails: bool) -> Iterator[Row]:
    """Yield equal lines: those next to a change, and one row for all others."""
    first = CONTEXT if leads else 0
    last = CONTEXT if trails else 0
    if len(lines) <= first + last + 1:
        yield from map(_same, lines)
        return
    yield from map(_same, lines[:first])
    yield Row(left=None, right=None, skipped=len(lines) - first - last)
    yield from map(_same, lines[len(lines) - last :] if last else ())


def _same(line: str) -> Row:
    piece = (Piece(text=_cut(line)),)
    return Row(left=piece, right=piece)


def _changed(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    if len(left) * len(right) > MAX_PRODUCT:
        yield from _block(left, right)
        return
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from _equal(left[a:b], leads=True, trails=True)
        else:
            yield from _block(left[a:b], right[c:d])


def _block(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    """Yield lines that replace each other, paired from the top."""
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else None
        other = right[place] if place < len(right) else None
        if one is None or other is None:
            yield Row(left=_whole(one), right=_whole(other))
        else:
            yield _line(*_windows(one, other))


def _windows(before: str, after: str) -> tuple[str, str]:
    """Return two lines, long ones from shortly before the place where they part."""
    if max(len(before), len(after)) <= MAX_LINE:
        return before, after
    shared = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, shared - MAX_LINE // 4)
    if not start:
        return _cut(before), _cut(after)
    return _cut(f"…{before[start:]}"), _cut(f"…{after[start:]}")


def _whole(line: str | None) -> tuple[Piece, ...] | None:
    return None if line is None else (Piece(text=_cut(line), changed=True),)


def _line(before: str, after: str) -> Row:
    left, right = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(left), len(right)) > MAX_TOKENS:
        return Row(left=_whole(before), right=_whole(after))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    first: list[Piece] = []
    second: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        changed = kind != "equal"
        first += [Piece(text="".join(left[a:b]), changed=changed)] if b > a else []
        second += [Piece(text="".join(right[c:d]), changed=changed)] if d > c else []
    return Row(left=tuple(_joined(first)), right=tuple(_joined(second)))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces, white space between two changed ones counted with them."""
    run = list(pieces)
    for place, piece in enumerate(run):
        between = 0 < place < len(run) - 1 and run[place - 1].changed and run[place + 1].changed
        yield Piece(text=piece.text, changed=True) if between and piece.text.isspace() else piece


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}… {len(line) - MAX_LINE:,} more characters"
