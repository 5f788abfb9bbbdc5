"""Notebooks as files and as lists of cells: read, write, align, and carry a record."""

from nbrepro.notebooks.alignment import align_cells, align_own_cells
from nbrepro.notebooks.cells import cell_numbers, code_cells, is_injected, source_of, tags_of
from nbrepro.notebooks.discovery import find_notebooks
from nbrepro.notebooks.reading import notebook_of, read_notebook
from nbrepro.notebooks.recorded import attach_record, has_record, read_record, record_digest
from nbrepro.notebooks.writing import write_atomically, write_notebook

__all__ = [
    "align_cells",
    "align_own_cells",
    "attach_record",
    "cell_numbers",
    "code_cells",
    "find_notebooks",
    "has_record",
    "is_injected",
    "notebook_of",
    "read_notebook",
    "read_record",
    "record_digest",
    "source_of",
    "tags_of",
    "write_atomically",
    "write_notebook",
]
