"""Mechanical mends of a notebook's cells: their order, and cells that are gone."""

from __future__ import annotations

from nbformat import NotebookNode

from nbrepro.explain import Case
from nbrepro.explain.sources import names_of
from nbrepro.notebooks import cell_numbers, source_of
from nbrepro.records import Cause, CauseKind


def reordered(case: Case, cause: Cause, notebook: NotebookNode) -> str | None:
    """Put the cells of a notebook as the cause asks; return what was done, or ``None`` where nothing is mechanical."""
    if cause.kind is CauseKind.EXECUTION_ORDER:
        return _in_order_of_running(case, notebook)
    if cause.kind is CauseKind.HIDDEN_STATE and cause.cell is not None:
        return _defined_first(case, cause.cell, notebook)
    return None


def _in_order_of_running(case: Case, notebook: NotebookNode) -> str | None:
    """Sort the cells by the prompt numbers that the reference was saved with; text stays with the code below it."""
    counts = {cell.get("id"): cell.get("execution_count") for cell in case.reference.cells if cell.cell_type == "code"}
    groups: list[tuple[int, list[NotebookNode]]] = []
    waiting: list[NotebookNode] = []
    for cell in notebook.cells:
        waiting.append(cell)
        if cell.cell_type == "code":
            count = counts.get(cell.get("id"))
            groups.append((count if isinstance(count, int) else 0, waiting))
            waiting = []
    order = [count for count, _ in groups]
    if order == sorted(order) or len(set(order)) < len(order):
        return None
    notebook.cells = [cell for _, group in sorted(groups, key=lambda item: item[0]) for cell in group] + waiting
    return "the cells were put in the order in which they were run"


def _defined_first(case: Case, index: int, notebook: NotebookNode) -> str | None:
    """Move the cell up that defines what a cell lacks, or take it from the reference where it is gone."""
    place = _place(notebook, case.candidate.cells[index].get("id"))
    if place is None:
        return None
    above = {name for cell in notebook.cells[:place] if _is_code(cell) for name in names_of(source_of(cell)).writes}
    lacking = names_of(source_of(notebook.cells[place])).reads - above
    number = cell_numbers(notebook).get(place)
    for other in range(place + 1, len(notebook.cells)):
        cell = notebook.cells[other]
        if _is_code(cell) and (found := names_of(source_of(cell)).writes & lacking):
            moved = cell_numbers(notebook).get(other)
            notebook.cells.insert(place, notebook.cells.pop(other))
            return f"cell {moved}, which defines `{min(found)}`, was moved above cell {number}"
    here = {cell.get("id") for cell in notebook.cells}
    for cell in case.reference.cells:
        gone = _is_code(cell) and cell.get("id") not in here
        if gone and (found := names_of(source_of(cell)).writes & lacking):
            notebook.cells.insert(place, cell)
            return f"the cell that defines `{min(found)}` was put back above cell {number}"
    return None


def _place(notebook: NotebookNode, identity: str | None) -> int | None:
    return next((place for place, cell in enumerate(notebook.cells) if cell.get("id") == identity), None)


def _is_code(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code")
