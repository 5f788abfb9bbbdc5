"""One text in another layout: wrapped frames, scalars with their type's name, the rules of drawn tables."""

from __future__ import annotations

import re
from collections.abc import Callable

_SCALAR = re.compile(
    r"\b(?:np|numpy)\.(?:float|u?int|longdouble|longlong|ulonglong|intp?c?|str_|bytes_|bool_?|datetime64|timedelta64)"
    r"(?:\d+|)\(([^()\n]*)\)"
)
_COMPLEX = re.compile(r"\bnp\.complex\d+\(([^()\n]*)\)")
_TRUTH = re.compile(r"\bnp\.(True|False)_")
_ANY_SCALAR = re.compile(r"\bnp\.(?:[a-z]\w*\(|(?:True|False)_)")


def unwrap_scalars(reference: str, candidate: str) -> tuple[str, str]:
    """Return both texts with ``np.float64(1.5)`` as ``1.5``, where only one of them writes scalars so.

    Where both do, the type is part of what they say: ``np.float32(1.5)`` is not ``np.float64(1.5)``.
    """
    if "np." not in reference and "np." not in candidate:
        return reference, candidate
    if bool(_ANY_SCALAR.search(reference)) == bool(_ANY_SCALAR.search(candidate)):
        return reference, candidate
    return _plain_scalars(reference), _plain_scalars(candidate)


def _plain_scalars(text: str) -> str:
    text = _SCALAR.sub(r"\1", text)
    text = _COMPLEX.sub(lambda m: m[1] if m[1].startswith("(") else f"({m[1]})", text)
    return _TRUTH.sub(r"\1", text)


_BLOCK_HEAD = re.compile(r"\\[ \t]*$")


def unwrap_frames(text: str) -> str:
    """Return the text with frames that pandas wrapped at the terminal's width as one block.

    pandas ends the header of each block but the last with a backslash, and repeats the index in each.
    """
    if "\\" not in text:
        return text
    lines = text.split("\n")
    result: list[str] = []
    position = 0
    while position < len(lines):
        if _BLOCK_HEAD.search(lines[position]):
            merged, position = _merge(lines, position)
            result += merged
        else:
            result.append(lines[position])
            position += 1
    return "\n".join(result)


def _merge(lines: list[str], start: int) -> tuple[list[str], int]:
    blocks: list[list[str]] = []
    position, more = start, True
    while more and position < len(lines):
        more = bool(_BLOCK_HEAD.search(lines[position]))
        end = position
        while end < len(lines) and lines[end].strip() and not (blocks and end - position >= len(blocks[0])):
            end += 1
        blocks.append([_BLOCK_HEAD.sub("", line) for line in lines[position:end]])
        position = end + 1 if more else end
    if len({len(block) for block in blocks}) != 1:
        return lines[start:position], position
    width = _index_width(blocks)
    return [
        "".join(row if i == 0 else row[width:] for i, row in enumerate(rows)) for rows in zip(*blocks, strict=True)
    ], position


def _index_width(blocks: list[list[str]]) -> int:
    """Return the widest left part that every block repeats and that ends before white space."""
    width = 0
    limit = min(len(row) for block in blocks for row in block) if blocks else 0
    for column in range(1, limit):
        heads = {block[0][:column].strip() for block in blocks}
        if len(heads) != 1 or any(len({block[i][:column] for block in blocks}) != 1 for i in range(1, len(blocks[0]))):
            break
        if all(row[column] == " " for block in blocks for row in block):
            width = column
    return width


_RULE = re.compile(r"[ \t]*[-=+|:─━═┄┼┬┴├┤┌┐└┘╞╪╡╒╤╕╘╧╛╭╮╰╯┏┓┗┛┣┫┳┻╋]+(?:[ ]+[-=]+)*[ \t]*")
_LONG = re.compile(r"([-=─━═┄])\1{2,}")
_RUNS = tuple(sign * 3 for sign in "-=─━═┄")


def shorten_rules(text: str) -> str:
    """Return the text with the rules of drawn tables all of one length: they are as wide as the widest cell.

    A rule is a line of nothing else, as long as a line of text beside it. A bar that stands for a number is not:
    `"=" * 12` under a heading counts.
    """
    if not any(run in text for run in _RUNS):
        return text
    lines = text.split("\n")
    drawn = [bool(_LONG.search(line) and _RULE.fullmatch(line)) for line in lines]
    widths = [len(line.rstrip()) for line in lines]
    for position, line in enumerate(lines):
        beside = [i for i in (position - 1, position + 1) if 0 <= i < len(lines) and not drawn[i]]
        if drawn[position] and any(_is_row(lines[i]) and abs(widths[i] - widths[position]) <= 1 for i in beside):
            lines[position] = _LONG.sub(r"\1\1\1", line)
    return "\n".join(lines)


def _is_row(line: str) -> bool:
    """Whether a line has columns: a bar, or a gap between two words."""
    return "|" in line or "│" in line or "┃" in line or _GAP.search(line.strip()) is not None


_GAP = re.compile(r"\S {2,}\S")

Rewriting = Callable[[str, str], tuple[str, str]]

REWRITINGS: tuple[tuple[str, Rewriting], ...] = (
    ("frame-width", lambda reference, candidate: (unwrap_frames(reference), unwrap_frames(candidate))),
    ("numpy-scalars", unwrap_scalars),
    ("table-rules", lambda reference, candidate: (shorten_rules(reference), shorten_rules(candidate))),
)
"""By the name that ``keep_masks`` switches off: layouts that are tried where texts differ as they stand."""
