"""What changed between two versions of a data file, in words: columns, rows, a few values, lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from pathlib import PurePosixPath
from typing import Any

SHOWN = 3
"""Values, columns or lines that are told; of more, only the number."""
MAX_MATCHED = 4_000
"""Rows or lines up to which those that came or went in the middle are told from those that changed."""
_WIDTH = 40
_MISSING = object()


def changes(name: str, before: bytes, after: bytes) -> tuple[str, ...]:
    """Return what differs between two versions of the file ``name``; nothing for a kind that is not understood."""
    kind = _KINDS.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        return ()
    try:
        return tuple(kind(before, after))
    except Exception:  # noqa: BLE001 - a damaged file, in as many ways as there are readers
        return ()


def _delimited(before: bytes, after: bytes) -> Iterator[str]:
    """Tell of two tables as text; the first row of each is its header."""
    first = before.decode("utf-8-sig").split("\n", 1)[0]
    mark = max(",;\t|", key=first.count)
    tables = [list(csv.reader(io.StringIO(side.decode("utf-8-sig")), delimiter=mark)) for side in (before, after)]
    headers = [table[0] if table else [] for table in tables]
    rows = [[row for row in table[1:] if row] for table in tables]
    yield from _columns(*headers)
    yield _count(len(rows[0]), len(rows[1]), "row")
    if headers[0] == headers[1]:
        yield from _values(headers[0], *rows)


def _columns(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    renamed = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
    if len(before) == len(after) and len(renamed) == 1:
        yield f"column {renamed[0][0]} is now {renamed[0][1]}"
        return
    came, went = [name for name in after if name not in before], [name for name in before if name not in after]
    if came:
        yield f"new columns: {_listing(came)}" if len(came) > 1 else f"a new column: {came[0]}"
    if went:
        yield f"columns gone: {_listing(went)}" if len(went) > 1 else f"a column is gone: {went[0]}"
    if not came and not went and list(before) != list(after):
        yield "the columns stand in another order"


def _values(columns: Sequence[str], before: list[list[str]], after: list[list[str]]) -> Iterator[str]:
    pairs, alone = _paired(before, after)
    found = [
        (row + 1, columns[place] if place < len(columns) else f"column {place + 1}", old, new)
        for row, (left, right) in pairs
        for place, (old, new) in enumerate(zip_longest(left, right, fillvalue=""))
        if old != new
    ]
    for row, column, old, new in found[:SHOWN]:
        yield f"row {row}, {column}: {_cut(old)} → {_cut(new)}"
    if len(found) > SHOWN:
        yield f"and {len(found) - SHOWN} more values"
    for sign, rows in alone.items():
        for row, values in rows[:SHOWN]:
            yield f"row {row + 1} {sign}: {_cut(', '.join(values))}"
        if len(rows) > SHOWN:
            yield f"and {len(rows) - SHOWN} more {sign}"


Rows = list[tuple[int, list[str]]]


def _paired(
    before: list[list[str]], after: list[list[str]]
) -> tuple[list[tuple[int, tuple[list[str], list[str]]]], dict[str, Rows]]:
    """Return the rows that changed, by their place in the first table, and those that only one of the two has."""
    changed: list[tuple[int, tuple[list[str], list[str]]]] = []
    alone: dict[str, Rows] = {"is gone": [], "is new": []}
    for _, low, high, start, end in _blocks([tuple(row) for row in before], [tuple(row) for row in after]):
        both = min(high - low, end - start)
        changed += [(low + n, (before[low + n], after[start + n])) for n in range(both)]
        alone["is gone"] += [(n, before[n]) for n in range(low + both, high)]
        alone["is new"] += [(n, after[n]) for n in range(start + both, end)]
    return changed, alone


def _blocks(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the stretches in which two sequences differ: place by place where they are as long, or very long."""
    if len(before) != len(after) and max(len(before), len(after)) <= MAX_MATCHED:
        matched = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
        yield from (block for block in matched if block[0] != "equal")
        return
    common = min(len(before), len(after))
    yield from (("replace", n, n + 1, n, n + 1) for n in range(common) if before[n] != after[n])
    if len(before) != len(after):
        yield "replace", common, len(before), common, len(after)


def _json(before: bytes, after: bytes) -> Iterator[str]:
    found = list(islice(_leaves(json.loads(before), json.loads(after), ""), 1000))
    for path, old, new in found[:SHOWN]:
        where = path.removeprefix(".") or "the whole"
        if old is _MISSING or new is _MISSING:
            yield f"{where} is {'new' if old is _MISSING else 'gone'}"
        else:
            yield f"{where}: {_cut(json.dumps(old))} → {_cut(json.dumps(new))}"
    if len(found) > SHOWN:
        yield f"and {len(found) - SHOWN} more"


def _leaves(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*before, *(key for key in after if key not in before)):
            yield from _leaves(before.get(key, _MISSING), after.get(key, _MISSING), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for place, (old, new) in enumerate(zip_longest(before, after, fillvalue=_MISSING)):
            yield from _leaves(old, new, f"{path}[{place}]")
    elif before != after:
        yield path, before, after


def _text(before: bytes, after: bytes) -> Iterator[str]:
    sides = [side.decode("utf-8").splitlines() for side in (before, after)]
    yield _count(len(sides[0]), len(sides[1]), "line")
    told = 0
    for _, low, high, start, end in _blocks(*sides):
        for place in range(min(high - low, end - start)):
            told += 1
            if told <= SHOWN:
                yield f"line {low + place + 1}: {_cut(sides[0][low + place])} → {_cut(sides[1][start + place])}"
    if told > SHOWN:
        yield f"and {told - SHOWN} more lines"


def _parquet(before: bytes, after: bytes) -> Iterator[str]:
    import pyarrow as pa  # noqa: PLC0415 - only where the user has it
    import pyarrow.parquet as pq  # noqa: PLC0415

    files = [pq.ParquetFile(pa.BufferReader(side)) for side in (before, after)]
    yield from _columns(*(file.schema_arrow.names for file in files))
    for field in files[0].schema_arrow:
        there = files[1].schema_arrow
        if field.name in there.names and there.field(field.name).type != field.type:
            yield f"column {field.name}: {field.type} → {there.field(field.name).type}"
    yield _count(files[0].metadata.num_rows, files[1].metadata.num_rows, "row")


def _count(before: int, after: int, what: str) -> str:
    return f"{before:,} {what}s in both" if before == after else f"{before:,} → {after:,} {what}s ({after - before:+,})"


def _listing(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


_KINDS: dict[str, Callable[[bytes, bytes], Iterator[str]]] = {
    **dict.fromkeys((".csv", ".tsv"), _delimited),
    **dict.fromkeys((".json", ".geojson"), _json),
    **dict.fromkeys((".txt", ".md", ".sql", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".jsonl", ".xml"), _text),
    **dict.fromkeys((".parquet", ".pq"), _parquet),
}
