"""Tables: compared cell by cell, with the report naming row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from nbrepro.compare.base import MAX_DIFFERENCES, Comparison, Ledger, Rules
from nbrepro.compare.linediff import changes, overlap
from nbrepro.compare.normalisers.tabled import timed_cells
from nbrepro.compare.numbers import judge
from nbrepro.compare.text import compare_text


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

    def __len__(self) -> int:
        return len(self.rows) + len(self.header)

    @property
    def columns(self) -> list[str]:
        """The columns' names: the header's rows joined, downwards."""
        width = max((len(row) for row in (*self.header, *self.rows)), default=0)
        levels = [row + [""] * (width - len(row)) for row in self.header]
        names = [" / ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*levels, strict=True)]
        return [name or f"number {i + 1}" for i, name in enumerate(names or [""] * width)]


def compare_tables(reference: Table, candidate: Table, rules: Rules) -> Comparison:
    """Compare two tables; rows or columns that were lost, added or moved are told apart from changed values."""
    ledger = Ledger()
    if reference.caption != candidate.caption:
        ledger.absorb(compare_text(reference.caption, candidate.caption, rules), "caption")
    columns = reference.columns, candidate.columns
    if len(columns[0]) != len(columns[1]):
        _compare_columns(ledger, reference, candidate)
    elif len(reference.rows) != len(candidate.rows):
        _compare_headers(ledger, reference, candidate, rules)
        _note_rows(ledger, reference, candidate)
    else:
        _compare_headers(ledger, reference, candidate, rules)
        _compare_cells(ledger, reference, candidate, rules)
    return ledger.conclude(rules)


def _compare_headers(ledger: Ledger, reference: Table, candidate: Table, rules: Rules) -> None:
    if len(reference.header) != len(candidate.header):
        ledger.differ("header rows", str(len(reference.header)), str(len(candidate.header)))
        return
    for one, other in zip(reference.header, candidate.header, strict=True):
        for position, (a, b) in enumerate(zip(one, other, strict=False)):
            if a != b:
                ledger.absorb(compare_text(a, b, rules), f"header of column {position + 1}")


def _compare_columns(ledger: Ledger, reference: Table, candidate: Table) -> None:
    columns = reference.columns, candidate.columns
    ledger.weigh(overlap(*columns), max(len(columns[0]), len(columns[1])))
    for change in changes(*columns):
        for i in change.reference:
            ledger.differ(f"column {columns[0][i]}, lost", _sample(reference, i), None)
        for j in change.candidate:
            ledger.differ(f"column {columns[1][j]}, new", None, _sample(candidate, j))
    if not ledger.count:
        ledger.differ("columns", str(len(columns[0])), str(len(columns[1])))
    if len(reference.rows) != len(candidate.rows):
        ledger.differ("rows", str(len(reference.rows)), str(len(candidate.rows)))


def _sample(table: Table, column: int) -> str:
    values = [row[column] for row in table.rows[:5] if column < len(row)]
    return ", ".join(values) + (", …" if len(table.rows) > len(values) else "")


def _note_rows(ledger: Ledger, reference: Table, candidate: Table) -> None:
    keys = ["\t".join(row) for row in reference.rows], ["\t".join(row) for row in candidate.rows]
    ledger.weigh(overlap(*keys), max(len(keys[0]), len(keys[1])))
    ledger.differ("rows", str(len(keys[0])), str(len(keys[1])))
    for change in changes(*keys):
        for i in change.reference:
            ledger.differ(f"row {reference.labels[i]}, lost", _line(reference.rows[i]), None)
        for j in change.candidate:
            ledger.differ(f"row {candidate.labels[j]}, new", None, _line(candidate.rows[j]))


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
    if ledger.count > before + 1 and _reordered(reference.rows, candidate.rows):
        ledger.remark("the same rows in another order")


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
    for i, j in sorted(set(reference.styles) | set(candidate.styles)):
        one, other = reference.styles.get((i, j)), candidate.styles.get((i, j))
        if one != other and i < len(reference.labels) and j < len(columns):
            ledger.differ(f"style of row {reference.labels[i]}, column {columns[j]}", one, other)


def _reordered(one: list[list[str]], other: list[list[str]]) -> bool:
    return Counter(map(tuple, one)) == Counter(map(tuple, other))
