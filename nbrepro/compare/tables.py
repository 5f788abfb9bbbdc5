"""Tables: compared cell by cell, with the report naming row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from nbrepro.compare.base import MAX_DIFFERENCES, Comparison, Ledger, Rules
from nbrepro.compare.normalisers.tabled import timed_cells
from nbrepro.compare.numbers import judge
from nbrepro.compare.pairing import pair_items, rearranged, rounded, without_floats
from nbrepro.compare.text import compare_text

_SAMPLE = 50
"""Rows by which is decided whether columns moved or are called otherwise."""
_LONG = 1000
"""Rows up to which a second look at a table costs little."""


@dataclass(frozen=True)
class Table:
    """A table's texts."""

    header: list[list[str]]
    """Header rows, each as wide as the table."""
    rows: list[list[str]]
    labels: list[str]
    """What names each row: its header cells, or its number."""
    caption: str = ""
    styles: dict[tuple[int, int], str] = field(default_factory=dict)
    """Style of a cell, by row and column."""
    heads: int = 0
    """How many of the first columns name the rows."""

    def __len__(self) -> int:
        return len(self.rows) + len(self.header)

    @property
    def columns(self) -> list[str]:
        """The columns' names: the header's rows joined, downwards."""
        width = max((len(row) for row in (*self.header, *self.rows)), default=0)
        levels = [row + [""] * (width - len(row)) for row in self.header]
        names = [" / ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*levels, strict=True)]
        return [name or f"number {i + 1}" for i, name in enumerate(names or [""] * width)]

    @property
    def counts_rows(self) -> bool:
        """Whether the rows are named by their numbers alone, as by an index that pandas made up."""
        return self.heads == 1 and self.labels == [str(i) for i in range(len(self.rows))]

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> Table:
        """Return the table of these rows and columns, in this order."""
        now = {row: i for i, row in enumerate(rows)}, {column: j for j, column in enumerate(columns)}
        names = self.columns
        return Table(
            header=[[names[j] for j in columns]],
            rows=[[_cell(self.rows[i], j) for j in columns] for i in rows],
            labels=[self.labels[i] for i in rows],
            caption=self.caption,
            styles={
                (now[0][i], now[1][j]): style for (i, j), style in self.styles.items() if i in now[0] and j in now[1]
            },
            heads=sum(j < self.heads for j in columns),
        )


def compare_tables(reference: Table, candidate: Table, rules: Rules) -> Comparison:
    """Compare two tables; rows or columns that were lost, added or moved are told apart from changed values."""
    ledger = Ledger()
    if reference.caption != candidate.caption:
        ledger.absorb(compare_text(reference.caption, candidate.caption, rules), "caption")
    pairs = _pair_columns(reference, candidate)
    _compare_columns(ledger, reference, candidate, pairs, rules)
    reference, candidate = _sharing(reference, candidate, pairs)
    if len(reference.rows) != len(candidate.rows):
        ledger.remark(f"{len(reference.rows)} rows became {len(candidate.rows)}")
        _compare_paired(ledger, reference, candidate, rules)
    else:
        _compare_rows(ledger, reference, candidate, rules)
    return ledger.conclude(rules)


def _compare_columns(
    ledger: Ledger, reference: Table, candidate: Table, pairs: Sequence[tuple[int, int]], rules: Rules
) -> None:
    """Tell which columns were lost, came, moved or are called otherwise."""
    names = reference.columns, candidate.columns
    if len(reference.header) != len(candidate.header):
        ledger.differ("header rows", str(len(reference.header)), str(len(candidate.header)))
    else:
        _compare_headers(ledger, reference, candidate, pairs, rules)
    for i in sorted({*range(len(names[0]))} - {i for i, _ in pairs}):
        ledger.weigh(0, len(reference.rows))
        ledger.differ(f"column {names[0][i]}, lost", _sample(reference, i), None)
    for j in sorted({*range(len(names[1]))} - {j for _, j in pairs}):
        ledger.weigh(0, len(candidate.rows))
        ledger.differ(f"column {names[1][j]}, new", None, _sample(candidate, j))
    if [j for _, j in pairs] != sorted(j for _, j in pairs):
        _tell_order(
            ledger,
            "columns",
            [names[0][i] for i, _ in pairs],
            [names[1][j] for _, j in sorted(pairs, key=itemgetter(1))],
        )


def _tell_order(ledger: Ledger, what: str, one: Sequence[str], other: Sequence[str]) -> None:
    """Tell that rows or columns moved, as one difference: the names of those that stand elsewhere now."""
    moved = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    ledger.weigh(0, len(moved))
    ledger.differ(f"{what} in another order", ", ".join(a for a, _ in moved), ", ".join(b for _, b in moved))


def _sharing(reference: Table, candidate: Table, pairs: Sequence[tuple[int, int]]) -> tuple[Table, Table]:
    """Return the tables of the columns that stand for each other."""
    if len(pairs) == len(reference.columns) == len(candidate.columns) and all(i == j for i, j in pairs):
        return reference, candidate
    rows = range(len(reference.rows)), range(len(candidate.rows))
    return reference.pick(rows[0], [i for i, _ in pairs]), candidate.pick(rows[1], [j for _, j in pairs])


def _pair_columns(reference: Table, candidate: Table) -> list[tuple[int, int]]:
    """Return which column stands for which: by name, but by position where as many are called otherwise."""
    names = _numbered(reference.columns), _numbered(candidate.columns)
    places = {name: j for j, name in enumerate(names[1])}
    by_name = [(i, places[name]) for i, name in enumerate(names[0]) if name in places]
    by_place = [(i, i) for i in range(len(names[0]))]
    if len(names[0]) != len(names[1]) or by_name == by_place:
        return by_name
    is_renamed = len(by_name) < len(by_place)
    if is_renamed or _alike(reference, candidate, by_name) < _alike(reference, candidate, by_place):
        return by_place
    return by_name


def _numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    """Return each name with how often it was there before."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        numbered.append((name, seen[name]))
        seen[name] += 1
    return numbered


def _alike(reference: Table, candidate: Table, columns: Sequence[tuple[int, int]]) -> int:
    """Return how many of the first cells say the same up to noise where these columns stand for each other."""
    return sum(
        rounded(_cell(one, i)) == rounded(_cell(other, j))
        for one, other in zip(reference.rows[:_SAMPLE], candidate.rows[:_SAMPLE], strict=False)
        for i, j in columns
    )


def _compare_headers(
    ledger: Ledger, reference: Table, candidate: Table, columns: Sequence[tuple[int, int]], rules: Rules
) -> None:
    for one, other in zip(reference.header, candidate.header, strict=True):
        for i, j in columns:
            if _cell(one, i) != _cell(other, j):
                ledger.absorb(compare_text(_cell(one, i), _cell(other, j), rules), f"header of column {i + 1}")


def _sample(table: Table, column: int) -> str:
    values = [row[column] for row in table.rows[:5] if column < len(row)]
    return ", ".join(values) + (", …" if len(table.rows) > len(values) else "")


def _compare_paired(ledger: Ledger, reference: Table, candidate: Table, rules: Rules) -> None:
    """Tell which rows were lost or came, and compare those that stand for each other."""
    skipped = _skipped(reference, candidate)
    heads = min(reference.heads, candidate.heads)

    def name(row: str) -> str:
        return "\t".join(row.split("\t")[:heads])

    keys = (rounded, name if heads > skipped else without_floats)
    pairs = pair_items(_lines(reference, skipped), _lines(candidate, skipped), keys)
    for i, j in pairs:
        if i is not None and j is None:
            ledger.weigh(0, len(reference.rows[i]))
            ledger.differ(f"row {reference.labels[i]}, lost", _line(reference.rows[i]), None)
        elif i is None and j is not None:
            ledger.weigh(0, len(candidate.rows[j]))
            ledger.differ(f"row {candidate.labels[j]}, new", None, _line(candidate.rows[j]))
    both = [(i, j) for i, j in pairs if i is not None and j is not None]
    if skipped and any(i != j for i, j in both):
        ledger.remark("the index is renumbered")
    one = _without_heads(reference, [i for i, _ in both], skipped)
    _compare_cells(ledger, one, _without_heads(candidate, [j for _, j in both], skipped), rules)


def _skipped(reference: Table, candidate: Table) -> int:
    """Return how many of the first columns say nothing of a row but its number, on both sides."""
    return int(reference.counts_rows and candidate.counts_rows)


def _lines(table: Table, skipped: int) -> list[str]:
    return ["\t".join(row[skipped:]) for row in table.rows]


def _without_heads(table: Table, rows: Sequence[int], skipped: int) -> Table:
    return table.pick(rows, range(skipped, len(table.columns)))


def _compare_rows(ledger: Ledger, reference: Table, candidate: Table, rules: Rules) -> None:
    """Compare as many rows one by one, unless other rows or another order of them say it with less."""
    found = Ledger()
    _compare_cells(found, reference, candidate, rules)
    if found.count > 1 and not ledger.count and _reordered(reference, candidate, rules):
        found.remark("the same rows in another order")
    elif found.count > 1 and len(reference.rows) <= _LONG and reference.labels != candidate.labels:
        named = Ledger()
        _compare_by_name(named, reference, candidate, rules)
        found = named if named.count < found.count else found
    ledger.absorb(found.conclude(rules), weight=found.total)


def _compare_by_name(ledger: Ledger, reference: Table, candidate: Table, rules: Rules) -> None:
    """Compare as many rows by their names, which are others, or stand in another order."""
    order = rearranged(reference.labels, candidate.labels)
    if order is None:
        _compare_paired(ledger, reference, candidate, rules)
        return
    _tell_order(ledger, "rows", reference.labels, candidate.labels)
    _compare_cells(ledger, reference, candidate.pick(order, range(len(candidate.columns))), rules)


def _reordered(reference: Table, candidate: Table, rules: Rules) -> bool:
    skipped = _skipped(reference, candidate)
    order = rearranged(*([*map(rounded, _lines(table, skipped))] for table in (reference, candidate)))
    if order is None:
        return False
    ordered = Ledger()
    one = _without_heads(reference, range(len(reference.rows)), skipped)
    _compare_cells(ordered, one, _without_heads(candidate, order, skipped), rules)
    return not ordered.count


def _line(row: Sequence[str]) -> str:
    return " | ".join(row)


def _compare_cells(ledger: Ledger, reference: Table, candidate: Table, rules: Rules) -> None:
    unequal = [
        (i, j)
        for i, (one, other) in enumerate(zip(reference.rows, candidate.rows, strict=True))
        if one != other
        for j in range(max(len(one), len(other)))
        if _cell(one, j) != _cell(other, j)
    ]
    cells = sum(map(len, reference.rows)) or 1
    unequal = _without_times(ledger, reference, candidate, unequal, rules)
    pairs = [_cell(reference.rows[i], j) for i, j in unequal], [_cell(candidate.rows[i], j) for i, j in unequal]
    judged = judge(*pairs, rules)
    if judged.close.any():
        ledger.tolerate(float(judged.distance[judged.close].max()), int(judged.close.sum()))
    if judged.same.any():
        ledger.ignore("number-format")
    columns = reference.columns
    before = ledger.count
    for position in np.flatnonzero(judged.far):
        i, j = unequal[position]
        distance = float(judged.distance[position])
        where = f"row {reference.labels[i]}, column {columns[j]}"
        _compare_cell(
            ledger, where, pairs[0][position], pairs[1][position], rules, None if np.isnan(distance) else distance
        )
    ledger.weigh(cells - min(cells, ledger.count - before), cells)
    _compare_styles(ledger, reference, candidate)


def _without_times(
    ledger: Ledger, reference: Table, candidate: Table, unequal: list[tuple[int, int]], rules: Rules
) -> list[tuple[int, int]]:
    """Return the cells that differ without those in which a library wrote how long it took, or when it was."""
    columns = reference.columns
    timed = timed_cells(rules.source, columns, reference.labels)
    left = []
    for i, j in unequal:
        one, other = _cell(reference.rows[i], j), _cell(candidate.rows[i], j)
        name = timed(i, j, one)
        if name and name == timed(i, j, other) and rules.sets_aside(name):
            ledger.set_aside(name, f"row {reference.labels[i]}, column {columns[j]}", one, other)
        else:
            left.append((i, j))
    return left


def _compare_cell(ledger: Ledger, where: str, one: str, other: str, rules: Rules, distance: float | None) -> None:
    if len(ledger.differences) >= MAX_DIFFERENCES:
        ledger.count += int(distance is not None or not compare_text(one, other, rules).passes)
        return
    if distance is not None:
        ledger.differ(where, one, other, distance)
        return
    comparison = compare_text(one, other, rules)
    if comparison.passes:
        ledger.absorb(comparison, where, 0)
    else:
        ledger.differ(where, one, other, distance)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _compare_styles(ledger: Ledger, reference: Table, candidate: Table) -> None:
    if reference.styles == candidate.styles:
        return
    columns = reference.columns
    changed = [
        (i, j)
        for i, j in sorted(set(reference.styles) | set(candidate.styles))
        if i < len(reference.labels)
        and j < len(columns)
        and reference.styles.get((i, j)) != candidate.styles.get((i, j))
    ]
    if changed:
        i, j = changed[0]
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        where = f"style of row {reference.labels[i]}, column {columns[j]}{more}"
        ledger.differ(where, reference.styles.get((i, j)), candidate.styles.get((i, j)))
