"""Cases made by hand: two notebooks, their results, and records where a test needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.explain import Case
from nbrepro.notebooks import align_cells, cell_numbers
from nbrepro.records import (
    Cause,
    CellRecord,
    CellResult,
    CellState,
    Difference,
    Drift,
    Fingerprint,
    OutputResult,
    Problem,
    Record,
    Verdict,
)
from nbrepro.records.digests import digest_text


@dataclass(frozen=True)
class CaseMaker:
    """Builds cases; cells are given by their sources."""

    root: Path

    def notebook(self, sources: Sequence[str], *, ids: Sequence[str] | None = None, **metadata: Any) -> NotebookNode:
        cells = [new_code_cell(source, execution_count=n, outputs=[]) for n, source in enumerate(sources, start=1)]
        for place, cell in enumerate(cells):
            cell["id"] = ids[place] if ids else f"cell-{place}"
        return new_notebook(cells=cells, metadata=metadata)

    def record(
        self,
        notebook: NotebookNode,
        cells: Mapping[int, Mapping[str, Any]] | None = None,
        *,
        problem: Problem | None = None,
        **fingerprint: Any,
    ) -> Record:
        seen = cells or {}
        return Record(
            notebook="analysis.ipynb",
            nbrepro_version="0",
            kernel="python3",
            fingerprint=Fingerprint(**fingerprint),
            problem=problem,
            cells={
                index: CellRecord(
                    source_digest=digest_text(cell.source), **{"state": CellState.OK, **seen.get(index, {})}
                )
                for index, cell in enumerate(notebook.cells)
            },
        )

    def case(
        self,
        reference: NotebookNode,
        candidate: NotebookNode | None = None,
        *,
        differing: Mapping[int, Sequence[Difference]] | Sequence[int] = (),
        errors: Mapping[int, tuple[str, str]] | None = None,
        records: tuple[Record | None, Record | None] = (None, None),
        drift: Sequence[Drift] = (),
    ) -> Case:
        """A case in which the cells ``differing`` (indices in the candidate) differ and ``errors`` raise."""
        candidate = candidate or reference.copy()
        raised = errors or {}
        if raised:
            candidate = NotebookNode({**candidate, "cells": [NotebookNode(cell) for cell in candidate.cells]})
        for index, (kind, message) in raised.items():
            trace = [f"Traceback\nCell In[{index + 1}], line 1\n----> 1 …", f"{kind}: {message}"]
            candidate.cells[index]["outputs"] = [new_output("error", ename=kind, evalue=message, traceback=trace)]
        marked = dict(differing) if isinstance(differing, Mapping) else dict.fromkeys(differing, NUMBERS)
        return Case(
            reference=reference,
            candidate=candidate,
            reference_record=records[0],
            candidate_record=records[1],
            cells=tuple(_results(reference, candidate, marked, raised)),
            drift=tuple(drift),
            root=self.root,
        )


NUMBERS = (
    Difference(output=0, mime="text/plain", where="number 1", reference="0.913", candidate="0.907", distance=0.0066),
)


def _results(
    reference: NotebookNode,
    candidate: NotebookNode,
    differing: Mapping[int, Sequence[Difference]],
    errors: Mapping[int, object],
) -> list[CellResult]:
    numbers, found = cell_numbers(candidate), []
    for left, right in align_cells(reference, candidate):
        if right is None:
            assert left is not None
            cell = reference.cells[left]
            found.append(
                CellResult(
                    index=left,
                    number=left + 1,
                    id=cell.id,
                    verdict=Verdict.NOT_COMPARED,
                    reason="only the reference has this cell",
                    source=cell.source,
                    reference_index=left,
                )
            )
            continue
        verdict = Verdict.ERROR if right in errors else Verdict.IDENTICAL
        outputs: tuple[OutputResult, ...] = ()
        if right in differing:
            verdict = Verdict.DIFFERENT
            mime = next((difference.mime for difference in differing[right]), None) or "text/plain"
            outputs = (OutputResult(output=0, mime=mime, verdict=verdict, differences=tuple(differing[right])),)
        cell = candidate.cells[right]
        found.append(
            CellResult(
                index=right,
                number=numbers.get(right),
                id=cell.id,
                verdict=verdict,
                source=cell.source,
                reference_index=left,
                outputs=outputs,
            )
        )
    return found


@pytest.fixture
def make(tmp_path: Path) -> CaseMaker:
    return CaseMaker(tmp_path)


@pytest.fixture
def told() -> Any:
    """Return causes as short lines: ``unseeded_randomness high cell 1 line 2``."""

    def lines(causes: Sequence[Cause]) -> list[str]:
        return [f"{cause.kind.value} {cause.confidence.value}" for cause in causes]

    return lines
