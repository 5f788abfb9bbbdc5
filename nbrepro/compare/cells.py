"""Notebooks held side by side, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from nbrepro.compare.base import Rules
from nbrepro.compare.builtin import default_registry
from nbrepro.compare.calibration import Calibrated, calibrations_of, level_for
from nbrepro.compare.outputs import read_outputs
from nbrepro.compare.registry import Registry
from nbrepro.compare.sanitising import Edits, compare_edited
from nbrepro.compare.widgetstates import models_of
from nbrepro.config import CellRules, Settings, cell_rules
from nbrepro.notebooks import align_cells, cell_numbers, source_of, tags_of
from nbrepro.peers.metadata import BY, read_edits
from nbrepro.peers.sanitising import read_sanitisers
from nbrepro.records import CellResult, OutputResult, Verdict, worst

NEVER_RUN = "the reference was never run"


def compare_notebooks(
    reference: NotebookNode,
    candidate: NotebookNode,
    settings: Settings,
    *,
    not_run: frozenset[int] = frozenset(),
    registry: Registry | None = None,
) -> tuple[CellResult, ...]:
    """Compare two runs of a notebook.

    Parameters
    ----------
    reference, candidate:
        Executed notebooks in nbformat 4.
    settings:
        The project's settings, with the notebook's laid over them; the cells' tags are read here.
    not_run:
        Indices of the candidate's cells that never ran.
    registry:
        Comparators to use; nbrepro's own and those of installed packages by default.

    Returns
    -------
    :
        One result a code cell that has a source or an output, in the candidate's order; cells that only the
        reference has stand where they stood.
    """
    sides = _Sides(reference, candidate, settings, not_run, registry or default_registry())
    results = [sides.compare(i, j) for i, j in align_cells(reference, candidate)]
    return tuple(result for result in results if result is not None)


class _Sides:
    """The two notebooks and what holds for all their cells."""

    def __init__(
        self,
        reference: NotebookNode,
        candidate: NotebookNode,
        settings: Settings,
        not_run: frozenset[int],
        registry: Registry,
    ) -> None:
        self.reference, self.candidate = reference, candidate
        self.settings, self.not_run, self.registry = settings, not_run, registry
        self.numbers = cell_numbers(reference), cell_numbers(candidate)
        self.sanitisers = read_sanitisers(settings.sanitize_with)
        self.edits = read_edits(candidate.metadata, candidate.cells)
        self.models = models_of(reference.metadata), models_of(candidate.metadata)
        self.level = level_for(reference, settings.calibration_level)

    def compare(self, i: int | None, j: int | None) -> CellResult | None:
        """Compare one aligned pair; ``None`` for empty cells."""
        old = None if i is None else self.reference.cells[i]
        new = None if j is None else self.candidate.cells[j]
        cell = new if new is not None else old
        assert cell is not None
        if not source_of(cell).strip() and not _outputs(old) and not _outputs(new):
            return None
        rules = cell_rules(self.settings, tags_of(cell), source=source_of(cell))
        judgement = self._judge(j, old, new, rules)
        return CellResult(
            index=j if j is not None else i if i is not None else -1,
            number=self.numbers[1].get(j) if j is not None else self.numbers[0].get(i if i is not None else -1),
            id=cell.get("id"),
            verdict=judgement.verdict,
            reason=judgement.reason,
            source=source_of(cell),
            reference_index=i,
            outputs=judgement.outputs,
        )

    def _judge(self, j: int | None, old: Any, new: Any, rules: CellRules) -> _Judgement:
        if rules.skip:
            return _Judgement(Verdict.NOT_COMPARED, f"skipped by {rules.by}")
        if old is None or new is None:
            return _judge_alone(old)
        if not _outputs(old) and old.get("execution_count") is None:
            return _Judgement(Verdict.NOT_COMPARED, NEVER_RUN)
        if j in self.not_run:
            return _Judgement(Verdict.ERROR, "this cell never ran")
        edits = Edits.of(self.sanitisers, None if j is None else self.edits.get(j), rules.settings.keep_masks)
        return self._judge_outputs(old, new, rules, edits)

    def _judge_outputs(self, old: Any, new: Any, cell: CellRules, edits: Edits) -> _Judgement:
        rules = Rules.of(cell.settings, source_of(new))
        units = read_outputs(_outputs(old), self.models[0]), read_outputs(_outputs(new), self.models[1])
        if cell.ignore_output:
            units = [u for u in units[0] if u.kind == "error"], [u for u in units[1] if u.kind == "error"]
            units = ([], []) if cell.ignore_errors and (cell.may_raise or not units[1]) else units
        outputs = compare_edited(*units, edits, rules, self.registry)
        known = calibrations_of(old)
        if known:
            old_units, new_units = [edits.apply(side)[0] for side in units] if edits else units
            outputs = Calibrated(known, self.level, rules, self.registry).judge(old_units, new_units, outputs)
        if cell.ignore_output and not outputs:
            return _Judgement(Verdict.NOT_COMPARED, f"its output is ignored by {cell.by}")
        if edits.ignored and not outputs and any(units):
            return _Judgement(Verdict.NOT_COMPARED, f"its output is ignored by {BY}")
        if not outputs:
            return _Judgement(Verdict.IDENTICAL, None)
        return _Judgement(worst(output.verdict for output in outputs), _reason(outputs), outputs)


@dataclass(frozen=True)
class _Judgement:
    verdict: Verdict
    reason: str | None
    outputs: tuple[OutputResult, ...] = ()


def _judge_alone(old: Any) -> _Judgement:
    if old is None:
        return _Judgement(Verdict.NOT_COMPARED, "a new cell: the reference does not have it")
    if _outputs(old):
        return _Judgement(Verdict.DIFFERENT, "the candidate no longer has this cell, which had an output")
    return _Judgement(Verdict.NOT_COMPARED, "the candidate no longer has this cell")


def _reason(outputs: Iterable[OutputResult]) -> str | None:
    return "; ".join(dict.fromkeys(output.reason for output in outputs if output.reason)) or None


def _outputs(cell: Mapping[str, Any] | None) -> list[Any]:
    outputs = cell.get("outputs") if cell is not None else None
    return list(outputs) if isinstance(outputs, list) else []
