"""Fix: apply the mechanical mends to a copy of the notebook, and run that twice to see whether they help."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.compare import compare_notebooks
from nbrepro.errors import UsageError
from nbrepro.execution import Run, run_notebook
from nbrepro.explain import Case, explain
from nbrepro.explaining import Explanation
from nbrepro.judging import case_of
from nbrepro.mending.order import reordered
from nbrepro.mending.patterns import cell_of, splices
from nbrepro.mending.splices import applied
from nbrepro.notebooks import cell_numbers, code_cells, source_of, write_notebook
from nbrepro.proving.copies import copy_project
from nbrepro.records import USUAL_MENDS, Cause, CauseKind, NotebookResult
from nbrepro.targets import Options, Reference, Target, run_request, shown

ROUNDS = 3
"""Times that what still differs is explained and mended again."""
MOST_BY_HAND = 3


@dataclass(kw_only=True)
class _Patch:
    """A copy of the notebook, and what was done to it."""

    notebook: NotebookNode
    done: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    is_ordered: bool = False
    """Whether cells were moved: the order is then no longer a thing to do by hand."""


def fix(explanation: Explanation, out: Path, said: Callable[[str], None], *, force: bool = False) -> NotebookResult:
    """Write a copy of a notebook with the mends of its causes that are mechanical; tell the others as notes.

    Parameters
    ----------
    explanation:
        The last check of the notebook, which is not touched.
    out:
        Where the copy goes. Nothing is written where no mend is mechanical.
    said:
        Told of each run as it ends.
    force:
        Whether to overwrite a file.

    Raises
    ------
    UsageError
        If ``out`` is the notebook itself, or is there already.
    """
    target, case, result = explanation.target, explanation.case, explanation.view.result
    if out.resolve() == target.path.resolve():
        raise UsageError(f"{shown(out)} is the notebook itself: name another file for the copy")
    if out.exists() and not force:
        raise UsageError(f"{shown(out)} is there already: --force overwrites it")
    if not case.differs:
        return replace(result, notes=(*result.notes, "nothing differs: there is nothing to mend"))
    patch = _Patch(notebook=copy.deepcopy(target.notebook))
    _mend(patch, case, result.causes)
    checked = [f"nothing that differs can be mended mechanically: {shown(out)} was not written"]
    if patch.done:
        checked = [*_checked(patch, target, said), f"wrote {shown(out)}"]
        write_notebook(patch.notebook, out)
    told = [*(f"mended: {what}" for what in patch.done), *(f"by hand: {what}" for what in patch.by_hand)]
    return replace(result, notes=(*result.notes, *told, *checked))


def _checked(patch: _Patch, target: Target, said: Callable[[str], None]) -> list[str]:
    """Run the copy twice, and mend what still differs; return what came of it."""
    for number in range(1, ROUNDS + 1):
        first, second = (_run(target, patch.notebook, said) for _ in range(2))
        cells = compare_notebooks(first.notebook, second.notebook, target.settings, not_run=second.record.not_run)
        differing = [cell for cell in cells if cell.verdict.fails]
        problem = first.record.problem or second.record.problem
        if problem is not None or not differing or number == ROUNDS:
            break
        reference = Reference(label="the first run", notebook=first.notebook, record=first.record)
        case = case_of(replace(target, reference=reference), second.notebook, second.record)
        before = len(patch.done)
        _mend(patch, case, explain(case))
        if len(patch.done) == before:
            break
    _take_outputs(patch.notebook, first.notebook)
    if problem is not None:
        return [f"checked: a run of it does not get to its end ({problem.message})"]
    names = ", ".join(f"cell {cell.number}" for cell in differing)
    return [f"checked: two runs still differ in {names}" if differing else "checked: two runs agree"]


def _run(target: Target, notebook: NotebookNode, said: Callable[[str], None]) -> Run:
    """Run a notebook where the target lies in a copy of its project."""
    with tempfile.TemporaryDirectory(prefix="nbrepro-fix-", ignore_cleanup_errors=True) as folder:
        root = copy_project(target.store.root, Path(folder), ())
        path = root / target.name
        path.unlink(missing_ok=True)  # a link would lead out of the copy
        write_notebook(notebook, path)
        request = replace(run_request(target, Options(), None), notebook=notebook, path=path, root=root)
        run = run_notebook(replace(request, expected_errors=frozenset()))
    if run.record.problem is not None and run.record.problem.kind == "interrupted":
        raise KeyboardInterrupt
    said("the copy ran " + (f"until {run.record.problem.message}" if run.record.problem else "to its end"))
    return run


def _mend(patch: _Patch, case: Case, causes: Sequence[Cause]) -> None:
    for cause in causes:
        moved = reordered(case, cause, patch.notebook)
        changes = [moved] if moved else _rewrite(patch.notebook, case, cause)
        patch.done += changes
        patch.is_ordered = patch.is_ordered or moved is not None
        settled = bool(changes) or (patch.is_ordered and cause.kind is CauseKind.EXECUTION_ORDER)
        if not settled and len(patch.by_hand) < MOST_BY_HAND:
            patch.by_hand += [text for text in _in_words(case, cause) if text not in patch.by_hand]


def _rewrite(notebook: NotebookNode, case: Case, cause: Cause) -> list[str]:
    """Make the mechanical edits of a cause: in its cell or, where the order of a set is taken, where it is used."""
    sources = [source_of(notebook.cells[index]) for index in code_cells(notebook)]
    target = case.target.candidate if case.target else None
    numbers = cell_numbers(notebook)
    for index in dict.fromkeys((cause.cell, target)):
        identity = None if index is None else case.candidate.cells[index].get("id")
        for place in code_cells(notebook):
            cell = notebook.cells[place]
            if identity is None or cell.get("id") != identity:
                continue
            line = cause.line if index == cause.cell else None
            if found := splices(cell_of(source_of(cell), sources), cause.kind, line):
                cell.source = applied(source_of(cell), found)
                return [f"cell {numbers.get(place)}, line {one.start[0]}: {one.words}" for one in found]
    return []


def _in_words(case: Case, cause: Cause) -> list[str]:
    """The smallest change for people to make; for a package, the line for the requirements."""
    texts = [cause.mend or USUAL_MENDS[cause.kind]]
    if cause.kind in {CauseKind.PACKAGE, CauseKind.API_CHANGE, CauseKind.RENDERING, CauseKind.MISSING_MODULE}:
        told = " ".join((cause.summary, *cause.evidence))
        texts += [
            f"pin `{drift.name}=={drift.reference}` in the requirements"
            for drift in case.drifts(CauseKind.PACKAGE)
            if drift.reference and drift.name in told
        ]
    return texts


def _take_outputs(notebook: NotebookNode, run: NotebookNode) -> None:
    """Give the cells of a notebook the outputs of a run of it."""
    made = {cell.get("id"): cell for cell in run.cells}
    for cell in notebook.cells:
        cell.metadata.pop("nbrepro", None)
        ran = made.get(cell.get("id"))
        if cell.cell_type == "code" and ran is not None:
            cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    notebook.metadata.pop("nbrepro", None)
