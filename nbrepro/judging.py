"""Judging: a run of a target held against the target's reference, the same way whoever asks."""

from __future__ import annotations

from dataclasses import replace

from nbformat import NotebookNode

from nbrepro.compare import compare_notebooks
from nbrepro.compare.fingerprints import drift
from nbrepro.explain import Case
from nbrepro.records import CellResult, Drift, Problem, Record, Verdict
from nbrepro.targets import Target


def case_of(target: Target, notebook: NotebookNode, record: Record) -> Case:
    """Return the case of one run of a target, compared with the target's reference."""
    reference = target.reference
    cells = compare_notebooks(reference.notebook, notebook, target.settings, not_run=record.not_run)
    drifts: tuple[Drift, ...] = ()
    if reference.record:
        drifts = drift(reference.record.fingerprint, record.fingerprint, complete=record.problem is None)
    return Case(
        reference=reference.notebook,
        candidate=notebook,
        reference_record=reference.record,
        candidate_record=record,
        cells=tuple(_ended_here(cell, record.problem) if _ran(cell, notebook) else cell for cell in cells),
        drift=drifts,
        root=target.store.root,
    )


def exit_code(verdict: Verdict, problem: Problem | None = None, *, lax: bool = False) -> int:
    """Return what a notebook with this verdict exits with.

    Parameters
    ----------
    problem:
        Why its run did not get to the end.
    lax:
        Whether to run to the end is enough where no output is marked to be compared, as with ``--nbval-lax``.
    """
    if problem:
        return 3
    if verdict is Verdict.NOT_COMPARED:
        return 0 if lax else 4
    return 0 if verdict.passes else 1


def _ran(cell: CellResult, notebook: NotebookNode) -> bool:
    """Whether a result is of a cell of this notebook: one that only the reference has bears its index there."""
    return cell.index < len(notebook.cells) and notebook.cells[cell.index].get("id") == cell.id


def _ended_here(cell: CellResult, problem: Problem | None) -> CellResult:
    """A cell in which the kernel died, or which was stopped, has failed though it left no other output behind."""
    if problem is None or problem.cell != cell.index or cell.verdict.fails:
        return cell
    return replace(cell, verdict=Verdict.ERROR, reason=problem.message)
