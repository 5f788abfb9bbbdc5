"""Parameters of a run, put into the notebook as papermill does it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from nbformat import NotebookNode

from nbrepro.errors import UsageError
from nbrepro.execution.kernelspecs import KernelChoice
from nbrepro.execution.requests import RunRequest

_CELL_ID = "nbrepro-parameters"


def inject(notebook: NotebookNode, request: RunRequest, choice: KernelChoice) -> tuple[NotebookNode, frozenset[int]]:
    """Return the notebook with the parameters' cell, and the cells that may raise by their new indices.

    The cell stands behind the one tagged ``parameters`` and is tagged ``injected-parameters``; one of an earlier
    run is replaced. Its id is always the same, where papermill draws a random one.

    Raises
    ------
    UsageError
        If the kernel's language, or a value, is not one that papermill can write.
    """
    if not request.parameters:
        return notebook, request.expected_errors
    from papermill.exceptions import PapermillException  # noqa: PLC0415 - a quarter of a second, for few runs
    from papermill.parameterize import parameterize_notebook  # noqa: PLC0415 - as above

    before = list(notebook.cells)
    notebook.metadata.setdefault("papermill", NotebookNode())
    untagged = [cell for cell in before if "tags" not in cell.metadata]
    for cell in untagged:
        cell.metadata["tags"] = []  # papermill reads the tags of every cell
    logging.getLogger("papermill").disabled, quiet = True, logging.getLogger("papermill").disabled
    try:
        parameterized = parameterize_notebook(
            notebook, dict(request.parameters), kernel_name=choice.name, language=choice.language
        )
    except (PapermillException, ValueError, TypeError) as fault:
        raise UsageError(f"the parameters cannot be written in {choice.language!r}: {fault}") from None
    finally:
        logging.getLogger("papermill").disabled = quiet
    for cell in untagged:
        del cell.metadata["tags"]
    places = {id(cell): index for index, cell in enumerate(parameterized.cells)}
    known = {id(cell) for cell in before}
    for cell in parameterized.cells:
        if id(cell) not in known:
            cell["id"] = _CELL_ID
    expected = frozenset(places[id(before[index])] for index in request.expected_errors if id(before[index]) in places)
    return parameterized, expected


def unused(notebook: NotebookNode, names: Iterable[str]) -> tuple[str, ...]:
    """Return the parameters that no cell but the injected one names: most often, they are misspelt."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.get("id") != _CELL_ID)
    words = set(re.findall(r"\w+", text))
    return tuple(name for name in names if name not in words)
