"""Notebooks and views of a gallery, made of pairs of outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.records import Cause, CauseKind, CellResult, Confidence, NotebookResult, worst
from nbrepro.report.views import View

STATE = "application/vnd.jupyter.widget-state+json"
OTHER_PYTHON = Cause(
    kind=CauseKind.PYTHON,
    summary="Python 3.11.7 → 3.11.9",
    confidence=Confidence.LOW,
    evidence=("python.version: 3.11.7 → 3.11.9",),
)
"""A cause that is noticed, and known to have done nothing."""


def notebook_of(pairs: Sequence[Mapping[str, Any]], side: str) -> NotebookNode:
    """Return the notebook of one side."""
    cells = [
        new_code_cell(
            pair["source"],
            outputs=pair[side]["outputs"],
            execution_count=number,
            id=f"c{number}",
            metadata={"tags": pair.get("tags", [])},
        )
        for number, pair in enumerate(pairs, start=1)
    ]
    models: dict[str, Any] = {}
    for pair in pairs:
        models |= pair[side].get("widgets", {})
    return new_notebook(cells=cells, metadata={"widgets": {STATE: {"state": models}}})


def chapter(name: str, pairs: Sequence[Mapping[str, Any]], **settings: Any) -> View:
    """Return the view of a notebook with a cell a pair."""
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs, "candidate")
    return view_of(name, reference, candidate, compare_notebooks(reference, candidate, Settings(**settings)))


def view_of(
    name: str, reference: NotebookNode, candidate: NotebookNode, cells: tuple[CellResult, ...], **more: Any
) -> View:
    """Return a view of two notebooks that were compared."""
    verdict = worst(cell.verdict for cell in cells)
    result = NotebookResult(
        path=f"kinds/{name}.ipynb",
        reference=f".nbrepro/records/kinds/{name}.ipynb",
        verdict=verdict,
        exit_code=more.pop("exit_code", 0 if verdict.passes else 1),
        cells=cells,
        seconds=1.2,
        **more,
    )
    return Unrelated(result=result, reference=reference, candidate=candidate)


class Unrelated(View):
    """A notebook of which no cell follows from another."""

    @cached_property
    def following(self) -> dict[int, str]:
        """Nothing: the chapters put cells side by side that have nothing to do with each other."""
        return {}
