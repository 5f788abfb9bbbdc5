"""Results: what a check found, as one tree that every renderer shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from nbrepro.records.causes import Cause, Drift
from nbrepro.records.record import Problem, plain
from nbrepro.records.verdicts import Verdict, worst

REPORT_SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class Mask:
    """A place that a normaliser set aside before the comparison."""

    rule: str
    """The normaliser's name, for example ``address``."""
    where: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place where two outputs differ."""

    output: int | None
    """Index of the output in the cell, from 0, on the side that has it; ``None`` for the cell as a whole."""
    mime: str | None
    """MIME type, or ``stream/stdout``, ``stream/stderr``, ``error``."""
    where: str
    """Place inside the output, for people: ``line 3, number 2``, ``row 4, column price``, ``1.2 % of pixels``."""
    reference: str | None
    candidate: str | None
    distance: float | None = None
    """Relative distance of two numbers, share of changed pixels, …; ``None`` where there is no measure."""
    masked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutputResult:
    """The verdict on one pair of outputs."""

    output: int
    mime: str
    verdict: Verdict
    reason: str | None = None
    differences: tuple[Difference, ...] = ()
    masked: tuple[Mask, ...] = ()
    similarity: float | None = None
    """In [0, 1], for trends; it never decides."""
    confirmed: str | None = None
    """``changed`` or ``flaky``, by a second run; ``None`` without one."""


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """The verdict on one cell."""

    index: int
    """Index in the candidate's notebook, from 0; for a cell that only the reference has, its index there."""
    number: int | None
    """The number that a run from the top shows in the cell's prompt; ``None`` for a cell that has none."""
    id: str | None
    verdict: Verdict
    reason: str | None = None
    source: str = ""
    reference_index: int | None = None
    outputs: tuple[OutputResult, ...] = ()
    confirmed: str | None = None
    """``changed`` if two candidates agree on what differs from the reference, ``flaky`` if they differ from each
    other; ``None`` without a second run."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All differences of the cell's outputs, in order."""
        return tuple(difference for output in self.outputs for difference in output.differences)


@dataclass(frozen=True, kw_only=True)
class NotebookResult:
    """The verdict on one notebook, with causes and drift."""

    path: str
    reference: str | None
    """Path of the record, or ``saved outputs``; ``None`` where the notebook could not be read."""
    verdict: Verdict
    exit_code: int
    reason: str | None = None
    """Why nothing was compared, or why the notebook could not be run or read."""
    cells: tuple[CellResult, ...] = ()
    causes: tuple[Cause, ...] = ()
    drift: tuple[Drift, ...] = ()
    problem: Problem | None = None
    notes: tuple[str, ...] = ()
    run_id: str | None = None
    """Id of the candidate in the history; ``None`` where it could not be kept."""
    updated: bool = False
    """Whether the candidate became the reference (``--update``)."""
    seconds: float = 0.0

    @property
    def first_difference(self) -> CellResult | None:
        """The first cell that does not pass; ``None`` if there is none."""
        return next((cell for cell in self.cells if cell.verdict.fails), None)

    def counts(self) -> dict[Verdict, int]:
        """Return how many cells got each verdict, verdicts without cells left out."""
        return {v: n for v in Verdict if (n := sum(cell.verdict is v for cell in self.cells))}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of one notebook."""
        data: dict[str, Any] = plain(replace(self, cells=()))
        first = self.first_difference
        data["first_difference"] = None if first is None else first.index
        data["cells"] = [_cell_dict(cell) for cell in self.cells]
        data["seconds"] = round(self.seconds, 3)
        return data


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one call of ``check`` found."""

    notebooks: tuple[NotebookResult, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all notebooks."""
        return worst(notebook.verdict for notebook in self.notebooks)

    @property
    def exit_code(self) -> int:
        """The exit code of the whole: a bad input first, then a run cut short, a difference, nothing compared."""
        codes = {notebook.exit_code for notebook in self.notebooks}
        for code in (2, 3, 1):
            if code in codes:
                return code
        return 0 if 0 in codes else 4

    def to_dict(self) -> dict[str, Any]:
        """Return what ``nbrepro check --json`` prints."""
        return {
            "schema_version": REPORT_SCHEMA_VERSION,
            "verdict": self.verdict.value,
            "exit_code": self.exit_code,
            "notebooks": [notebook.to_dict() for notebook in self.notebooks],
        }


def _cell_dict(cell: CellResult) -> dict[str, Any]:
    data: dict[str, Any] = plain(cell)
    data["differences"] = plain(cell.differences)
    for output in data["outputs"]:
        del output["differences"]
    return data
