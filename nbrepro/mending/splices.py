"""Edits of a source by position: everything that is not replaced stays as it was written."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Splice:
    """One piece of a source, and what comes in its place."""

    start: tuple[int, int]
    """Line, from 1, and character in it, from 0."""
    end: tuple[int, int]
    former: str
    text: str

    @property
    def words(self) -> str:
        """The change for people."""
        return f"`{self.former}` → `{self.text}`" if self.former else f"`{self.text.strip()}` added"


def replaced(source: str, node: ast.expr, text: str) -> Splice:
    """Return the splice that puts ``text`` in the place of an expression."""
    lines = source.split("\n")
    last = node.end_lineno or node.lineno
    start = (node.lineno, _character(lines[node.lineno - 1], node.col_offset))
    end = (last, _character(lines[last - 1], node.end_col_offset or 0))
    return Splice(start=start, end=end, former=segment(source, node), text=text)


def added(line: int, text: str) -> Splice:
    """Return the splice that puts a line before the line of this number."""
    return Splice(start=(line, 0), end=(line, 0), former="", text=f"{text}\n")


def segment(source: str, node: ast.expr) -> str:
    """Return the source of an expression."""
    return ast.get_source_segment(source, node) or ast.unparse(node)


def applied(source: str, splices: Iterable[Splice]) -> str:
    """Return the source with the splices made; one that lies within another is left out."""
    lines = source.split("\n")
    free = (len(lines) + 1, 0)
    for splice in sorted(splices, key=lambda item: (item.start, item.end), reverse=True):
        if splice.end > free:
            continue
        first, last = splice.start[0] - 1, splice.end[0] - 1
        head = lines[first][: splice.start[1]] if first < len(lines) else ""
        tail = lines[last][splice.end[1] :] if last < len(lines) else ""
        lines[first : last + 1] = (head + splice.text + tail).split("\n")
        free = splice.start
    return "\n".join(lines)


def _character(line: str, offset: int) -> int:
    """The character at an offset of bytes, as `ast` counts."""
    return len(line.encode()[:offset].decode())
