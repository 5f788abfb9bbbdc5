"""Record: run notebooks pinned and keep each run as the reference of its notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from nbrepro.calibrating import calibrate
from nbrepro.check import Progress, collected, history_entry, run_targets
from nbrepro.errors import NbreproError
from nbrepro.execution import Run
from nbrepro.notebooks import cell_numbers
from nbrepro.records import CellState, NotebookResult, Record, Verdict
from nbrepro.targets import Options, Target, Unusable, exclusive, find_targets, shown


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What became of recording one notebook."""

    path: str
    exit_code: int
    record_path: str | None = None
    """Where the record was written; ``None`` if the notebook did not run to its end."""
    changed: bool = False
    """Whether the record says something else than the one before it."""
    replaced: bool = False
    """Whether there was a record before it."""
    record: Record | None = None
    cell_names: dict[int, str] = field(default_factory=dict)
    """What people call each cell: ``cell 3``, by index."""
    reason: str | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of ``nbrepro record --json``."""
        record = self.record
        return {
            "path": self.path,
            "exit_code": self.exit_code,
            "record": self.record_path,
            "changed": self.changed,
            "replaced": self.replaced,
            "digest": record.digest if record else None,
            "cells_run": cells_run(record) if record else 0,
            "seconds": round(record.timing.seconds, 3) if record and record.timing else None,
            "reason": self.reason,
            "notes": list(self.notes),
        }


def cells_run(record: Record) -> int:
    """Return how many cells of a run were executed."""
    return sum(cell.state in {CellState.OK, CellState.ERROR} for cell in record.cells.values())


def record(paths: Sequence[str], options: Options, progress: Progress) -> list[Recording]:
    """Run notebooks and keep each that ran to its end as a reference; a former reference stays otherwise.

    Raises
    ------
    NbreproError
        As for `nbrepro.check.check`; and if a record cannot be written.
    Interrupted
        After Ctrl-C, with the recordings that were made by then.
    """
    options = replace(options, recording=True)
    found = find_targets(paths, options)
    targets = [target for target in found if isinstance(target, Target)]
    with exclusive(targets):
        runs = run_targets(targets, options, progress)
        pairs = enumerate(zip(targets, runs, strict=True))
        recordings = (
            _keep_if_run(target, run, options, partial(progress.advance, index)) for index, (target, run) in pairs
        )
        kept = iter(collected(targets, recordings))
    return [next(kept) if isinstance(item, Target) else _unusable(item) for item in found]


def _keep_if_run(
    target: Target, run: Run | NbreproError, options: Options, on_cell: Callable[[int, int], None]
) -> Recording:
    if not isinstance(run, Run):
        return _unusable(Unusable(path=target.path, fault=run))
    problem = run.record.problem
    usable = problem is None or (problem.kind == "exception" and options.keep_going)
    learned: list[str] = []
    if usable and options.calibrate:
        run, learned = calibrate(target, run, options, on_cell)
    return _keep(target, run, learned, usable=usable)


def _keep(target: Target, run: Run, learned: Sequence[str], *, usable: bool) -> Recording:
    problem = run.record.problem
    result = NotebookResult(
        path=shown(target.path),
        reference=None,
        verdict=Verdict.IDENTICAL if usable else Verdict.ERROR,
        exit_code=0 if usable else 3,
        problem=problem,
        seconds=run.record.timing.seconds if run.record.timing else 0.0,
    )
    notes = [*run.record.notes, *learned]
    record_path, changed, replaced = None, False, False
    if usable:
        changed = _former_digest(target) != run.record.digest
        replaced = target.store.record_path(target.name).exists()
        record_path = shown(target.store.keep_reference(run.notebook, target.name))
    try:
        run_id = target.store.keep_run(run.notebook, target.name, keep=target.settings.keep_runs)
        target.store.history.add(history_entry(target, run, result, run_id, "record"))
    except NbreproError as fault:
        notes.append(f"this run is not in the history: {fault}")
    return Recording(
        path=result.path,
        exit_code=result.exit_code,
        record_path=record_path,
        changed=changed,
        replaced=replaced,
        record=run.record,
        cell_names={index: f"cell {number}" for index, number in cell_numbers(run.notebook).items()},
        reason=_why_not(run) if problem else None,
        notes=tuple(notes),
    )


def _why_not(run: Run) -> str:
    """Say in one line why a run did not get to its end, and in which cell and line where that is known."""
    problem = run.record.problem
    if problem is None:
        return ""
    cell = run.record.cells.get(problem.cell) if problem.cell is not None else None
    number = cell_numbers(run.notebook).get(problem.cell) if problem.cell is not None else None
    line = cell.exception.line if cell and cell.exception else None
    where = [f"cell {number}"] * (number is not None) + [f"line {line}"] * (line is not None)
    return f"{', '.join(where)}: {problem.message}" if where else problem.message


def _former_digest(target: Target) -> str | None:
    try:
        former = target.store.reference(target.name)
    except NbreproError:  # a damaged record is mended by recording again
        return None
    return former[1].digest if former else None


def _unusable(item: Unusable) -> Recording:
    return Recording(path=shown(item.path), exit_code=item.fault.exit_code, reason=_reason(item))


def _reason(item: Unusable) -> str:
    """Return what is at fault, without the notebook's name where that stands before it in any case."""
    fault = item.fault
    if fault.context[:1] not in {(str(item.path),), (shown(item.path),)}:
        return str(fault)
    return str(type(fault)(fault.message, context=fault.context[1:]))


def finding_lines(recording: Recording) -> list[str]:
    """Return one line for each thing seen that can make the next run differ."""
    if recording.record is None:
        return []
    return [
        f"{recording.cell_names.get(index, 'cell')}, line {finding.line}: {finding.what} ({finding.kind.value})"
        for index, cell in sorted(recording.record.cells.items())
        for finding in cell.findings
    ]
