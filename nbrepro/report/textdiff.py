"""Two texts side by side, with the changed parts told apart; bounded work whatever the size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
WIDE, FULL = 58, 116
"""Characters of a line beyond which half a page, and a whole one, is too narrow for it."""
_LONG, _KEPT = 240, 90
"""Characters of an equal run that is shortened, and what stays of it at each end."""

_TOKEN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of characters that is equal on both sides, or changed."""

    text: str
    changed: bool = False
    aside: bool = False
    """Whether it differs, but was set aside before comparing."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of each text; ``None`` where a side has no such line."""

    left: tuple[Piece, ...] | None = None
    right: tuple[Piece, ...] | None = None
    skipped: int = 0
    """Equal lines left out in place of this row."""


@dataclass(frozen=True, kw_only=True)
class TextDiff:
    """The rows, and how many lines lie beyond them."""

    rows: tuple[Row, ...]
    omitted: int = 0
    """Lines that are not shown at all."""

    @property
    def is_wide(self) -> bool:
        """Whether the two sides are read better one below the other."""
        return self._longest > WIDE

    @property
    def is_tabular(self) -> bool:
        """Whether the text stands in columns that a narrow page is not to break."""
        lines = [row.left or row.right or () for row in self.rows if not row.skipped]
        aligned = sum("  " in "".join(piece.text for piece in line).strip() for line in lines)
        return len(lines) > 1 and 2 * aligned >= len(lines) and self._longest <= FULL

    @property
    def _longest(self) -> int:
        sides = (side for row in self.rows for side in (row.left, row.right) if side)
        return max((sum(len(piece.text) for piece in side) for side in sides), default=0)


Aside = Sequence[tuple[str, str]]
"""What was set aside: texts of the reference, and what the candidate has in their place."""


def compare(before: str, after: str, aside: Aside = ()) -> TextDiff:
    """Return two texts as aligned rows; what was set aside is told from what changed."""
    left, right = before.split("\n"), after.split("\n")
    rows: list[Row] = []
    omitted = 0
    for row in _rows(left, right):
        if len(rows) < MAX_LINES:
            rows.append(row)
        else:
            omitted += max(1, row.skipped)
    return TextDiff(rows=tuple(_told(row, aside) for row in rows), omitted=omitted)


def alone(text: str, *, is_reference: bool) -> TextDiff:
    """Return the text of an output that only one side has."""
    lines = text.split("\n")
    sides = (_plain(line) for line in lines[:MAX_LINES])
    rows = [Row(left=side) if is_reference else Row(right=side) for side in sides]
    return TextDiff(rows=tuple(rows), omitted=max(0, len(lines) - MAX_LINES))


def marked(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return two texts as runs that are equal or changed, nothing of them left out."""
    left, right = _TOKEN.findall(before), _TOKEN.findall(after)
    head = _shared(left, right)
    tail = _shared(left[head:][::-1], right[head:][::-1])
    ends = len(left) - tail, len(right) - tail
    sides = _pieces(left[head : ends[0]], right[head : ends[1]])
    start, stop = Piece(text="".join(left[:head])), Piece(text="".join(left[ends[0] :]))
    first, second = ([piece for piece in (start, *side, stop) if piece.text] for side in sides)
    return list(_joined(first)), list(_joined(second))


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
    yield Row(skipped=len(lines) - first - last)
    yield from map(_same, lines[len(lines) - last :] if last else ())


def _same(line: str) -> Row:
    piece = _plain(line)
    return Row(left=piece, right=piece)


def _plain(line: str) -> tuple[Piece, ...]:
    return (Piece(text=_cut(line)),)


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
            yield _line(one, other)


def _whole(line: str | None) -> tuple[Piece, ...] | None:
    return None if line is None else (Piece(text=_cut(line), changed=True),)


def _line(before: str, after: str) -> Row:
    first, second = marked(before, after)
    return Row(left=_in_sight(first), right=_in_sight(second))


def _pieces(left: Sequence[str], right: Sequence[str]) -> tuple[list[Piece], list[Piece]]:
    if max(len(left), len(right)) > MAX_TOKENS:
        return [Piece(text="".join(left), changed=True)], [Piece(text="".join(right), changed=True)]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    first: list[Piece] = []
    second: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        changed = kind != "equal"
        first += [Piece(text="".join(left[a:b]), changed=changed)] if b > a else []
        second += [Piece(text="".join(right[c:d]), changed=changed)] if d > c else []
    return first, second


def _in_sight(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces of one line with long equal runs and endless changed ones shortened."""
    shown = []
    for place, piece in enumerate(pieces):
        text = piece.text
        if piece.changed:
            text = _cut(text)
        elif len(text) > _LONG:
            first = text[:_KEPT] if place else ""
            last = text[-_KEPT:] if place < len(pieces) - 1 else ""
            left = f"{len(text) - len(first) - len(last):,} equal characters"
            text = f"{first} … {left} … {last}" if first else f"… {left} … {last}"
        shown.append(replace(piece, text=text))
    return tuple(shown) or (Piece(text=""),)


def _told(row: Row, aside: Aside) -> Row:
    """Return a row whose changed pieces that were set aside are told so."""
    if not aside or row.left is None or row.right is None or row.left == row.right:
        return row
    return Row(
        left=_with_aside(row.left, [before for before, _ in aside]),
        right=_with_aside(row.right, [after for _, after in aside]),
    )


def _with_aside(pieces: tuple[Piece, ...], texts: Sequence[str]) -> tuple[Piece, ...]:
    line = "".join(piece.text for piece in pieces)
    spans = [found.span() for text in texts if text for found in re.finditer(re.escape(text), line)]
    told, start = [], 0
    for piece in pieces:
        stop = start + len(piece.text)
        inside = piece.changed and any(a <= start and stop <= b for a, b in spans)
        told.append(replace(piece, changed=False, aside=True) if inside else piece)
        start = stop
    return tuple(told)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces, white space between two changed ones counted with them."""
    run = list(pieces)
    for place, piece in enumerate(run):
        between = 0 < place < len(run) - 1 and run[place - 1].changed and run[place + 1].changed
        yield replace(piece, changed=True) if between and piece.text.isspace() else piece


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}… {len(line) - MAX_LINE:,} more characters"
