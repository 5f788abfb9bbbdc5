"""Reading notebooks of any format that Jupyter ever wrote since version 3."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import to_notebook_json

from nbrepro.errors import InputError
from nbrepro.notebooks.cells import source_of
from nbrepro.records.digests import digest_text, short

NEWEST_MAJOR = 4
OLDEST_MAJOR = 3


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of nbformat 3 to 4.5 as one of 4.5.

    Cells without an id get one that follows from their place and source, so that reading a file twice gives
    the same notebook.

    Raises
    ------
    InputError
        If there is no such file, or it is no notebook that can be read.
    """
    name = str(path)
    return notebook_of(_parse(_read_text(path, name), name), name)


def notebook_of(document: dict[str, Any], name: str) -> NotebookNode:
    """Return a notebook's JSON document, as a file or an editor holds it, as a notebook of nbformat 4.5.

    Raises
    ------
    InputError
        If it is no notebook.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat warns of missing ids, which are given below
            document = document if document.get("nbformat") == NEWEST_MAJOR else _upgrade(document)
            _check_cells(document)
            notebook = to_notebook_json(document)
    except InputError as fault:
        raise fault.within(name) from None
    except Exception as fault:  # noqa: BLE001 - nbformat raises whatever a malformed document makes it raise
        raise InputError(f"is no valid notebook ({_first_line(fault)})", context=(name,)) from None
    _give_ids(notebook)
    return notebook


def _read_text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("there is no such file: check the path", context=(name,)) from None
    except IsADirectoryError:
        raise InputError("is a folder, not a notebook", context=(name,)) from None
    except UnicodeDecodeError:
        raise InputError("is no notebook: it is not UTF-8 text", context=(name,)) from None
    except OSError as fault:
        raise InputError(f"cannot be read ({fault.strerror}): check its permissions", context=(name,)) from None


def _parse(text: str, name: str) -> dict[str, Any]:
    if not text.strip():
        raise InputError("is empty: restore it from git, or save it again in Jupyter", context=(name,))
    try:
        document = json.loads(text)
    except json.JSONDecodeError as fault:
        if not name.endswith(".ipynb"):
            raise InputError("is no notebook: name a file that ends in .ipynb", context=(name,)) from None
        what = f"is no notebook: its JSON breaks off or is malformed at line {fault.lineno} ({fault.msg})"
        raise InputError(f"{what}; restore it from git or a checkpoint", context=(name,)) from None
    except RecursionError:
        raise InputError("is no notebook: its JSON is nested too deeply", context=(name,)) from None
    if not isinstance(document, dict) or not isinstance(document.get("nbformat"), int):
        raise InputError("is JSON, but no notebook: it has no `nbformat` version", context=(name,))
    major = document["nbformat"]
    if major > NEWEST_MAJOR:
        what = f"is of notebook format {major}, newer than the {NEWEST_MAJOR} that nbrepro reads"
        raise InputError(f"{what}: upgrade nbformat and nbrepro, or save it in an older format", context=(name,))
    if major < OLDEST_MAJOR:
        what = f"is of notebook format {major}: convert it once with `jupyter nbconvert --to notebook`"
        raise InputError(what, context=(name,))
    return document


def _upgrade(document: dict[str, Any]) -> dict[str, Any]:
    notebook: dict[str, Any] = nbformat.convert(nbformat.v3.to_notebook_json(document), NEWEST_MAJOR)
    for cell in notebook["cells"]:
        cell.pop("id", None)  # the conversion draws random ones
    return notebook


def _check_cells(notebook: dict[str, Any]) -> None:
    """Check what the rest of nbrepro relies on, and fill in what a lenient writer left out."""
    if not isinstance(notebook.get("cells"), list):
        raise InputError("is no valid notebook: it has no list of cells")
    if not isinstance(notebook.setdefault("metadata", {}), dict):
        raise InputError("its metadata is no table")
    for index, cell in enumerate(notebook["cells"]):
        context = (f"cells[{index}]",)
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            raise InputError("is no cell", context=context)
        if not _is_text(cell.setdefault("source", "")):
            raise InputError("its source is no text", context=context)
        if not isinstance(cell.setdefault("metadata", {}), dict):
            raise InputError("its metadata is no table", context=context)
        if cell["cell_type"] == "code":
            cell.setdefault("execution_count", None)
            _check_outputs(cell.setdefault("outputs", []), index)


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _check_outputs(outputs: object, index: int) -> None:
    if not isinstance(outputs, list):
        raise InputError("its outputs are no list", context=(f"cells[{index}]",))
    for number, output in enumerate(outputs):
        if not isinstance(output, dict) or not isinstance(output.get("output_type"), str):
            raise InputError("is no output", context=(f"cells[{index}]", f"outputs[{number}]"))


def _give_ids(notebook: NotebookNode) -> None:
    notebook.nbformat, notebook.nbformat_minor = NEWEST_MAJOR, max(5, notebook.get("nbformat_minor", 0))
    taken: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        identifier = cell.get("id")
        if not isinstance(identifier, str) or not identifier or identifier in taken:
            identifier = short(digest_text(f"{index}\0{source_of(cell)}"))
        cell["id"] = identifier
        taken.add(identifier)


def _first_line(fault: Exception) -> str:
    return (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]
