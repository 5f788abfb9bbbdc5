"""Calibrating: run a recorded notebook again, and keep with the record what varied and how wide."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from nbrepro.compare.calibration import calibrations_of, learn
from nbrepro.compare.student import quantile
from nbrepro.errors import NbreproError
from nbrepro.execution import Run, run_many
from nbrepro.notebooks import align_cells, attach_record, cell_numbers
from nbrepro.records import Calibration, CellResult
from nbrepro.targets import Options, Target, run_request

FEW = 5
"""Runs in all below which the limits are so wide that it is told."""


def calibrate(
    target: Target, run: Run, options: Options, on_cell: Callable[[int, int], None] | None
) -> tuple[Run, list[str]]:
    """Run the notebook ``options.calibrate`` more times under the same pins.

    Returns
    -------
    :
        The run with what varied in its record, and what to tell about it.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once all kernels are gone.
    """
    request = run_request(target, options, on_cell)
    others: list[Run] = []
    notes: list[str] = []
    for number, other in enumerate(run_many([request] * options.calibrate, jobs=options.jobs), start=1):
        fault = str(other) if isinstance(other, NbreproError) else _fault(other, run)
        if fault is None and isinstance(other, Run):
            others.append(other)
        else:
            notes.append(f"calibration run {number} was left out: {fault}")
    if not others:
        return run, [*notes, "not calibrated: no further run got as far as the recorded one"]
    learned = learn(run.notebook, [other.notebook for other in others], target.settings)
    return _sealed(run, learned), [*notes, *_account(run, learned, len(others) + 1)]


def _fault(other: Run, run: Run) -> str | None:
    problem = other.record.problem
    if problem is not None and problem.kind == "interrupted":
        raise KeyboardInterrupt
    ended = run.record.problem
    if problem is None or (ended is not None and ended.kind == problem.kind and ended.cell == problem.cell):
        return None
    return problem.message


def _sealed(run: Run, learned: dict[int, list[Calibration]]) -> Run:
    if not learned:
        return run
    cells = {
        index: replace(cell, calibration=tuple(learned.get(index, ()))) for index, cell in run.record.cells.items()
    }
    return Run(notebook=run.notebook, record=attach_record(run.notebook, replace(run.record, cells=cells)))


def _account(run: Run, learned: dict[int, list[Calibration]], runs: int) -> list[str]:
    """Return one sentence a cell that varied, and one on how wide the limits are."""
    numbers = cell_numbers(run.notebook)
    if not learned:
        return [f"calibrated on {runs} runs: nothing varied"]
    notes = [
        f"calibrated on {runs} runs: in cell {numbers.get(index, index + 1)} {_varied(known)}"
        for index, known in sorted(learned.items())
    ]
    if runs < FEW and any(item.numbers for known in learned.values() for item in known):
        now, then = _width(runs), _width(10)
        notes.append(
            f"with {runs} runs the limits of a number are {now:.1f} standard deviations wide on each side; "
            f"`--calibrate 9` makes it {then:.1f}"
        )
    return notes


def _width(runs: int) -> float:
    return quantile(0.99, runs - 1) * math.sqrt(1 + 1 / runs)


def _varied(known: Iterable[Calibration]) -> str:
    """Return what varied, by the representation that holds most of it."""
    by_output: dict[int, Calibration] = {}
    known = list(known)
    partly = [item for item in known if item.present]
    for item in known:
        if item.present:
            continue
        best = by_output.get(item.output)
        if best is None or len(item.numbers) > len(best.numbers):
            by_output[item.output] = item
    followed = sum(len(item.numbers) for item in by_output.values())
    flaky = sum(len(item.flaky) for item in by_output.values())
    wholes = [item.whole for item in by_output.values() if item.whole]
    parts = [f"{followed} number{'s' * (followed != 1)}"] if followed else []
    parts += [f"{flaky} other part{'s' * (flaky != 1)}, which will not be compared"] if flaky else []
    parts += [f"an output that cannot be judged any more ({reason})" for reason in wholes]
    parts = [f"{' and '.join(parts)} varied"] if parts else []
    parts += [f"an output was there in {item.present} of {item.runs} runs only" for item in partly]
    return ", and ".join(parts)


def carry_over(target: Target, run: Run, cells: Iterable[CellResult]) -> Run:
    """Return a run that becomes the reference with what its forerunner knew to vary in the cells that still pass."""
    reference = target.reference.notebook
    passing = {cell.index for cell in cells if cell.verdict.passes}
    learned = {
        j: list(known)
        for i, j in align_cells(reference, run.notebook)
        if i is not None and j in passing and (known := calibrations_of(reference.cells[i]))
    }
    return _sealed(run, learned)
