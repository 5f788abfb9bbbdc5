"""A record is an executed notebook: attaching one, reading one back, and telling whether it was touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict

from nbrepro.errors import RecordError
from nbrepro.notebooks.cells import code_cells, source_of, tags_of
from nbrepro.notebooks.reading import read_notebook
from nbrepro.records import Record
from nbrepro.records.digests import digest_json

KEY = "nbrepro"
PAPERMILL_MARK = "papermill-error-cell-tag"
"""Papermill inserts cells with this tag into a notebook that raised, after the record was made."""


def has_record(notebook: NotebookNode) -> bool:
    """Whether the notebook carries a record (its metadata may hold mere settings)."""
    own = notebook.get("metadata", {}).get(KEY)
    return isinstance(own, dict) and "schema_version" in own


def attach_record(notebook: NotebookNode, record: Record) -> Record:
    """Write a record into the metadata of its executed notebook and return it with its digest."""
    for index in code_cells(notebook):
        notebook.cells[index].metadata.pop(KEY, None)
    for index, data in record.cell_metadata().items():
        notebook.cells[index].metadata[KEY] = from_dict(data)
    sealed = replace(record, digest=record_digest(notebook, record))
    own = notebook.metadata.get(KEY)
    settings = {"settings": own["settings"]} if isinstance(own, dict) and "settings" in own else {}
    notebook.metadata[KEY] = from_dict({**sealed.to_metadata(), **settings})
    return sealed


def read_record(path: Path) -> tuple[NotebookNode, Record]:
    """Read a record and check that its sources, outputs and fingerprint still belong together.

    Raises
    ------
    InputError
        If the file is no notebook.
    RecordError
        If it holds no record, one of another major version, or one that was edited.
    """
    notebook = read_notebook(path)
    try:
        record = record_of(notebook)
        _check_untouched(notebook, record)
    except RecordError as fault:
        raise fault.within(str(path)) from None
    return notebook, record


def _check_untouched(notebook: NotebookNode, record: Record) -> None:
    """Hold the digest against what stands in the file, so that fields which came or went since do not count."""
    header = {name: value for name, value in notebook.metadata[KEY].items() if name != "settings"}
    if record.digest != _digest(notebook, header, _cells_of(notebook)):
        raise RecordError("the record was edited after it was made: record the notebook again, or restore it from git")


def record_of(notebook: NotebookNode) -> Record:
    """Return the record in a notebook's metadata, without checking that it is untouched."""
    return Record.from_metadata(notebook.metadata.get(KEY), _cells_of(notebook))


def _cells_of(notebook: NotebookNode) -> dict[int, Any]:
    """Return the part of the record in each code cell's metadata, by index."""
    return {
        index: notebook.cells[index].metadata[KEY]
        for index in code_cells(notebook)
        if KEY in notebook.cells[index].metadata
    }


def record_digest(notebook: NotebookNode, record: Record) -> str:
    """Return the digest that binds fingerprint, sources, outputs and what each cell did.

    Time stamps and durations are left out: two runs that gave the same have the same digest.
    """
    return _digest(notebook, record.to_metadata(), record.cell_metadata())


def _digest(notebook: NotebookNode, header: dict[str, Any], cells: dict[int, Any]) -> str:
    header = {name: value for name, value in header.items() if name not in ("timing", "digest")}
    done = {
        str(notebook.cells[index].get("id", index)): {name: value for name, value in data.items() if name != "timing"}
        for index, data in cells.items()
    }
    content = [_content(cell) for cell in notebook.cells if PAPERMILL_MARK not in tags_of(cell)]
    return digest_json({"header": header, "cells": done, "notebook": content})


def _content(cell: NotebookNode) -> list[Any]:
    return [cell.cell_type, cell.get("id"), source_of(cell), cell.get("execution_count"), cell.get("outputs")]
