"""The few lines of a cell's source that a difference is about, and values cut to what fits."""

from __future__ import annotations

import ast
import re

from nbrepro.records import Cause, CellResult
from nbrepro.sources.parsing import parse

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PATH = re.compile(r"/?[^\s/'\"`:]+(?:/[^\s/'\"`:]+){2,}")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def excerpt(cell: CellResult, causes: tuple[Cause, ...] = (), most: int = 3) -> list[tuple[int, str]]:
    """Return up to ``most`` numbered lines of a cell that say where its differing output comes from.

    These are the lines that a cause points at, and the ones that speak: those that print, for text on a stream,
    or else the last expression, which is what a cell shows.
    """
    lines = cell.source.split("\n")
    pointed = [cause.line for cause in causes if cause.cell == cell.index and cause.line]
    streams = any(str(difference.mime).startswith("stream/") for difference in cell.differences)
    speaking = (_printing(cell.source) if streams else []) or _last_statement(cell.source)
    is_error = any(difference.mime == "error" for difference in cell.differences)
    anywhere = range(1, len(lines) + 1)  # an exception, and no cause says on which line
    wanted = (pointed or anywhere) if is_error else [*pointed[:most], *speaking]
    shown = sorted(list(dict.fromkeys(number for number in wanted if 0 < number <= len(lines)))[:most])
    return [(number, lines[number - 1]) for number in shown if lines[number - 1].strip()]


def _printing(source: str) -> list[int]:
    tree = parse(source)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call)) if tree else ()
    return [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id in {"print", "display"}]


def _last_statement(source: str) -> list[int]:
    tree = parse(source)
    if tree and tree.body:
        last = tree.body[-1]
        return list(range(last.lineno, (last.end_lineno or last.lineno) + 1))
    filled = [number for number, line in enumerate(source.split("\n"), start=1) if line.strip()]
    return filled[-1:]


def plain_text(text: str) -> str:
    """Return text without terminal colours, and with characters that would move or reorder it made visible."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", _COLOUR.sub("", text).replace("\r\n", "\n"))


def shortened_paths(text: str, width: int) -> str:
    """Return a text in which no path is longer than a line: of a long one, the beginning and the end are kept.

    >>> shortened_paths("/home/somebody/projects/a-long-name/data/orders.csv is gone", 32)
    '/home/…/data/orders.csv is gone'
    """
    return _PATH.sub(lambda found: _shortened_path(found[0], width), text)


def _shortened_path(path: str, width: int) -> str:
    if len(path) <= width:
        return path
    start, *parts = path.split("/")[1:] if path.startswith("/") else path.split("/")
    kept = [parts.pop()] if parts else []
    start = f"/{start}/…" if path.startswith("/") else f"{start}/…"
    while parts and len("/".join([start, parts[-1], *kept])) <= width:
        kept.insert(0, parts.pop())
    return "/".join([start, *kept])


def clipped(text: str | None, width: int, lines: int = 4) -> str:
    """Return a value cut to ``lines`` lines of ``width`` characters; it says how much is left out."""
    if text is None:
        return "(nothing)"
    shown = plain_text(text).strip("\n").split("\n")
    kept = [line if len(line) <= width else f"{line[: max(width - 1, 1)]}…" for line in shown[:lines]]
    if len(shown) > lines:
        kept.append(f"… {len(shown) - lines} more lines")
    return "\n".join(kept) or "(empty)"


def windows(reference: str | None, candidate: str | None, width: int) -> tuple[str | None, str | None]:
    """Return two long one-line values cut to where they part, so that the difference is in sight."""
    if reference is None or candidate is None or "\n" in reference + candidate:
        return reference, candidate
    if max(len(reference), len(candidate)) <= width:
        return reference, candidate
    shared = next((n for n, (a, b) in enumerate(zip(reference, candidate, strict=False)) if a != b), width)
    start = max(0, shared - width // 3)
    return tuple(f"…{text[start:]}" if start else text for text in (reference, candidate))  # type: ignore[return-value]
