"""Explain: why the last check of a notebook differed, from the run that it kept; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbrepro.confirm import recalled
from nbrepro.errors import NbreproError, NothingFoundError
from nbrepro.explain import Case, explain
from nbrepro.explain.sources import same_code
from nbrepro.judging import case_of, exit_code
from nbrepro.notebooks import align_cells, align_own_cells, read_notebook, read_record, source_of
from nbrepro.records import NotebookResult, Verdict, worst
from nbrepro.report.views import View
from nbrepro.store.history import Entry
from nbrepro.targets import Options, Target, Unusable, find_targets, shown


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One notebook's last check: the target, the case made of it, and what is shown."""

    target: Target
    case: Case
    view: View

    def showing(self, result: NotebookResult) -> Explanation:
        """Return the explanation with another result of the same check: with causes proved, with notes added."""
        return replace(self, view=replace(self.view, result=result))


def explain_last(paths: Sequence[str], options: Options) -> list[Explanation | Unusable]:
    """Return the explanation of the last check of each notebook that the paths name.

    The kept run is compared anew with the reference as it is now, by the settings as they are now. What cannot be
    explained does not keep the others from it.

    Raises
    ------
    NbreproError
        If a path names nothing, or the only notebook cannot be read or was never checked.
    """
    found: list[Explanation | Unusable] = []
    unchecked: list[str] = []
    for item in find_targets(paths, options):
        explained = _explained(item, {Path(path) for path in paths})
        if explained is None:
            unchecked.append(shown(item.path))
        else:
            found.append(explained)
    if not found:
        raise NothingFoundError(f"no check of {', '.join(unchecked)} is kept: `nbrepro check` makes one")
    if len(found) == 1 and isinstance(found[0], Unusable):
        raise found[0].fault
    return found


def _explained(item: Target | Unusable, named: set[Path]) -> Explanation | Unusable | None:
    """Return the explanation of one notebook; ``None`` for one of a folder that was never checked."""
    if isinstance(item, Unusable):
        return item
    try:
        entry = _last_check(item)
        if entry is not None:
            return _explanation(item, entry)
    except NbreproError as fault:
        return Unusable(path=item.path, fault=fault)
    if item.path not in named:
        return None
    what = f"no check of it is kept: `nbrepro check {shown(item.path)}` makes one"
    return Unusable(path=item.path, fault=NothingFoundError(what, context=(shown(item.path),)))


def _last_check(target: Target) -> Entry | None:
    """Return the newest check whose run is still kept."""
    entries = target.store.history.entries([target.name])
    kept = target.store.folder / "runs" / target.name
    return next((e for e in entries if e.command == "check" and (kept / f"{e.id}.ipynb").exists()), None)


def _explanation(target: Target, entry: Entry) -> Explanation:
    path = target.store.run_path(entry.id)
    notebook, record = read_record(path)
    case = case_of(target, notebook, record)
    look = recalled(case.cells, entry.result)
    if look:
        case = replace(case, cells=look.cells)
    verdict = Verdict.ERROR if record.problem else worst(cell.verdict for cell in case.cells)
    result = NotebookResult(
        path=shown(target.path),
        reference=target.reference.label,
        verdict=verdict,
        exit_code=exit_code(verdict, record.problem),
        reason="no output could be compared" if verdict is Verdict.NOT_COMPARED else None,
        cells=case.cells,
        causes=look.weigh(explain(case)) if look else explain(case),
        drift=case.drift,
        problem=record.problem,
        notes=(*record.notes, *_notes(target, entry, case)),
        run_id=entry.id,
        seconds=entry.seconds,
    )
    view = View(result=result, reference=target.reference.notebook, candidate=notebook)
    return Explanation(target=target, case=case, view=view)


def _notes(target: Target, entry: Entry, case: Case) -> tuple[str, ...]:
    when = f"this is the check {entry.id} of {entry.started[:16].replace('T', ' ')} UTC"
    now = read_notebook(target.path)
    parameters = case.candidate_record.parameters if case.candidate_record else {}
    pairs = (align_own_cells if parameters else align_cells)(case.candidate, now)
    edited = any(
        left is None
        or right is None
        or not same_code(source_of(case.candidate.cells[left]), source_of(now.cells[right]))
        for left, right in pairs
    )
    return (when, "the notebook was edited since: check it again") if edited else (when,)
