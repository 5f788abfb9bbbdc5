"""Reading single cells."""

from __future__ import annotations

from nbformat import NotebookNode


def source_of(cell: NotebookNode) -> str:
    """Return the cell's source as one string, whichever of the two forms the file holds."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: NotebookNode) -> list[str]:
    """Return the cell's tags; an ill-formed list counts as none."""
    tags = cell.get("metadata", {}).get("tags", [])
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def is_injected(cell: NotebookNode) -> bool:
    """Whether a cell holds the parameters of one run: papermill tags it so, and so does nbrepro."""
    return "injected-parameters" in tags_of(cell)


def code_cells(notebook: NotebookNode) -> list[int]:
    """Return the indices of the code cells."""
    return [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def cell_numbers(notebook: NotebookNode) -> dict[int, int]:
    """Return the number that a run from the top shows in each code cell's prompt, by index.

    The kernel counts the cells that it executes: markdown and empty code cells have no number.
    """
    executed = [index for index in code_cells(notebook) if source_of(notebook.cells[index]).strip()]
    return {index: number for number, index in enumerate(executed, start=1)}
