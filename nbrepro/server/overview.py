"""How a notebook stands, for the panel: its record, what drifted, the last check, the history."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from nbrepro.errors import NbreproError
from nbrepro.explain.dependencies import followers, needed_by
from nbrepro.explain.sources import names_of
from nbrepro.notebooks import align_cells, code_cells, read_notebook, source_of
from nbrepro.probes import code as code_probe
from nbrepro.records import (
    Cause,
    CauseKind,
    CellResult,
    DataFile,
    Difference,
    Drift,
    Record,
    Verdict,
)
from nbrepro.records.digests import digest_text, short
from nbrepro.records.panel import (
    Check,
    CheckedCell,
    Code,
    DataState,
    HistoryItem,
    Job,
    Overview,
    PanelCause,
    RecordSummary,
)
from nbrepro.server.metrics import metrics_of
from nbrepro.server.moving import left_behind
from nbrepro.server.restoring import is_restorable
from nbrepro.status import Status, status
from nbrepro.store.history import Entry
from nbrepro.targets import Options, Target, Unusable, find_targets

HISTORY = 60
DIFFERENCES = 6
"""Shown of a cell in the panel; the dialog shows all."""
_MAX_TRACED = 400
"""Cells beyond which it is not told what a drift can reach: that takes a time that grows with their square."""
_EVERYWHERE = frozenset({CauseKind.PYTHON, CauseKind.PLATFORM, CauseKind.NUMERICS, CauseKind.GPU})


def overview(
    path: str, file: Path, sources: Mapping[str, str] | None, job: Job | None, former: Path | None = None
) -> Overview:
    """Return how a notebook stands.

    Parameters
    ----------
    path:
        As Jupyter's API names it; it goes back unchanged.
    file:
        The notebook.
    sources:
        Sources of its code cells by id as the editor holds them, in order; ``None`` takes the saved ones.
    job:
        The job that runs or ran last.
    former:
        Where the notebook lay before it was renamed or moved in the page.
    """
    try:
        notebook = _live(read_notebook(file), sources)
        options = Options(live={str(file): notebook})
        (target,) = find_targets([str(file)], options)
        if isinstance(target, Unusable):
            raise target.fault
        (standing,) = status([str(file)], options)
    except NbreproError as fault:
        return Overview(path=path, state="unusable", reason=str(fault), job=job)
    found = _overview(path, target, standing, job)
    return msgspec.structs.replace(found, former=left_behind(file, former)) if found.record is None else found


def _overview(path: str, target: Target, standing: Status, job: Job | None) -> Overview:
    record = target.reference.record
    entries, notes = _history(target)
    ids = {index: target.notebook.cells[index].get("id", "") for index in code_cells(target.notebook)}
    aligned = align_cells(target.reference.notebook, target.notebook)
    pairs = {right: left for left, right in aligned if right is not None}
    edited = [index for index in standing.edited if pairs.get(index) is not None]
    added = [index for index in standing.edited if pairs.get(index) is None]
    outputs = [cell.index for cell in standing.outputs]
    return Overview(
        path=path,
        state=standing.state,  # type: ignore[arg-type]  # the four words are the panel's as well
        reason=standing.reason,
        record=None if record is None else _summary(target, record, pairs, ids),
        edited=tuple(ids[index] for index in edited if index in ids),
        added=tuple(ids[index] for index in added if index in ids),
        removed=standing.removed,
        outputs=tuple(ids[index] for index in outputs if index in ids),
        affected=_affected(target, standing, record, pairs),
        drift=standing.drift,
        data=() if record is None else _data(target.store.root, record, standing.drift),
        code=_code(target.store.root),
        check=_check(entries, record, target),
        history=tuple(_item(target, entry) for entry in entries),
        job=job,
        notes=(*standing.notes, *notes),
    )


def _live(saved: NotebookNode, sources: Mapping[str, str] | None) -> NotebookNode:
    """Return the notebook with the editor's code cells: their outputs are the saved ones."""
    if sources is None:
        return saved
    by_id = {cell.get("id"): cell for cell in saved.cells if cell.cell_type == "code"}
    saved.cells = [
        {**by_id[identity], "source": source} if identity in by_id else _new_cell(identity, source)
        for identity, source in sources.items()
    ]
    saved.cells = [NotebookNode(cell) for cell in saved.cells]
    return saved


def _new_cell(identity: str, source: str) -> NotebookNode:
    cell = new_code_cell(source)
    cell["id"] = identity
    return cell


def _summary(target: Target, record: Record, pairs: Mapping[int, int | None], ids: Mapping[int, str]) -> RecordSummary:
    fingerprint = record.fingerprint
    recorded = target.reference.notebook.cells
    randomness = fingerprint.randomness
    return RecordSummary(
        path=os.path.relpath(target.store.record_path(target.name), target.store.root),
        recorded=record.timing.started if record.timing else None,
        seconds=record.timing.seconds if record.timing else 0.0,
        digest=short(record.digest),
        nbrepro=record.nbrepro_version,
        python=fingerprint.python.version if fingerprint.python else None,
        packages=len(fingerprint.packages),
        seed=randomness.seed if randomness else None,
        hash_seed=randomness.hash_seed if randomness else None,
        code=_code_of(fingerprint.code),
        cells={
            ids[index]: digest_text(source_of(recorded[left]))
            for index, left in pairs.items()
            if left is not None and index in ids
        },
    )


def _code(root: Path) -> Code | None:
    return _code_of(code_probe.read(root, {}))


def _code_of(code: Any) -> Code | None:
    if code is None or code.commit is None:
        return None
    return Code(commit=code.commit, branch=code.branch, dirty=code.dirty, modified=code.modified[:20])


def _data(root: Path, record: Record, drifts: Sequence[Drift]) -> tuple[DataState, ...]:
    changed = {drift.name: drift for drift in drifts if drift.kind in {CauseKind.DATA_CHANGED, CauseKind.DATA_MISSING}}
    commit = record.fingerprint.code.commit if record.fingerprint.code else None
    return tuple(
        _data_state(root, name, file, changed.get(name), commit) for name, file in record.fingerprint.data.items()
    )


def _data_state(root: Path, name: str, file: DataFile, drift: Drift | None, commit: str | None) -> DataState:
    missing = drift is not None and drift.kind is CauseKind.DATA_MISSING
    return DataState(
        path=name,
        tracked="dvc" if file.dvc else "git" if file.in_git else "no",
        state="missing" if missing else "changed" if drift else "same",
        reference=short(file.digest) if file.digest else None,
        candidate=drift.candidate if drift else None,
        restorable=drift is not None and is_restorable(root, name, file, commit),
    )


def _affected(
    target: Target, standing: Status, record: Record | None, pairs: Mapping[int, int | None]
) -> tuple[str, ...] | None:
    """Return the cells that an edit, a file or a package can reach through names."""
    order = code_cells(target.notebook)
    if record is None or standing.state != "drifted" or len(order) > _MAX_TRACED:
        return None
    names = [names_of(source_of(target.notebook.cells[index])) for index in order]
    seeds = {place for place, index in enumerate(order) if index in standing.edited}
    files = {drift.name for drift in standing.drift if drift.kind in {CauseKind.DATA_CHANGED, CauseKind.DATA_MISSING}}
    packages = {drift.name.replace("-", "_") for drift in standing.drift if drift.kind is CauseKind.PACKAGE}
    if any(drift.kind in _EVERYWHERE for drift in standing.drift):
        seeds.update(range(len(order)))
    for place, index in enumerate(order):
        left = pairs.get(index)
        cell = record.cells.get(left) if left is not None else None
        reads = {use.path for use in cell.files if use.mode == "read"} if cell else set()
        source = source_of(target.notebook.cells[index])
        if reads & files or any(f"import {name}" in source or f"from {name}" in source for name in packages):
            seeds.add(place)
    reached = [place for place in range(len(order)) if place in seeds or needed_by(names, place) & seeds]
    return tuple(target.notebook.cells[order[place]].get("id", "") for place in reached)


def _history(target: Target) -> tuple[list[Entry], tuple[str, ...]]:
    try:
        found = target.store.history.entries([target.name], limit=HISTORY)
    except NbreproError as fault:
        return [], (str(fault),)
    return [entry for entry in found if entry.notebook == target.name], ()


def _item(target: Target, entry: Entry) -> HistoryItem:
    passed, compared = _tally(entry.result.get("cells", []))
    return HistoryItem(
        id=entry.id,
        command=entry.command,
        started=entry.started,
        seconds=entry.seconds,
        verdict=entry.verdict,
        exit_code=entry.exit_code,
        commit=entry.code_commit,
        summary=entry.summary,
        passed=passed,
        compared=compared,
        metrics=metrics_of(target.store, target.name, entry.id),
    )


def _tally(cells: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    verdicts = [Verdict(cell["verdict"]) for cell in cells]
    compared = [verdict for verdict in verdicts if verdict is not Verdict.NOT_COMPARED]
    return sum(verdict.passes for verdict in compared), len(compared)


def _check(entries: Sequence[Entry], record: Record | None, target: Target) -> Check | None:
    """Return the last check against the reference that is in force; older ones are history."""
    entry = next((entry for entry in entries if entry.command == "check"), None)
    if entry is None or not entry.result or not _in_force(entry, entries, record, target):
        return None
    result = entry.result
    passed, compared = _tally(result.get("cells", []))
    found = [msgspec.convert(data, Cause) for data in result.get("causes", [])]
    follows = _follows(result, found)
    cells = [_checked(cell, follows.get(str(cell.get("id")))) for cell in result.get("cells", [])]
    where = {cell["index"]: cell for cell in result.get("cells", [])}
    causes = []
    for cause in found:
        cell = where.get(cause.cell, {})
        causes.append(PanelCause(cause=cause, cell_id=cell.get("id"), cell_number=cell.get("number")))
    return Check(
        run_id=entry.id,
        verdict=Verdict(result["verdict"]),
        exit_code=entry.exit_code,
        started=entry.started,
        seconds=entry.seconds,
        reference=entry.reference,
        reason=_reason(result),
        passed=passed,
        compared=compared,
        cells=tuple(cells),
        causes=tuple(causes),
        drift=tuple(msgspec.convert(drift, Drift) for drift in result.get("drift", [])),
    )


def _in_force(entry: Entry, entries: Sequence[Entry], record: Record | None, target: Target) -> bool:
    """Whether the reference is still the one that the check compared with."""
    if record is None:
        return entry.reference is not None and not entry.reference.startswith(".nbrepro")
    if entry.digest == record.digest:
        return entry.exit_code == 0  # a run that differed and is the record now was accepted
    later = any(other.command == "record" and other.started > entry.started for other in entries)
    path = target.store.record_path(target.name)
    try:
        written = path.stat().st_mtime
    except OSError:
        return False
    return not later and _timestamp(entry) + 1.0 > written


def _timestamp(entry: Entry) -> float:
    return datetime.fromisoformat(entry.started).timestamp() + entry.seconds


def _reason(result: Mapping[str, Any]) -> str | None:
    problem = result.get("problem")
    reason = problem.get("message") if isinstance(problem, dict) else result.get("reason")
    return str(reason) if reason else None


def _follows(result: Mapping[str, Any], causes: Sequence[Cause]) -> dict[str, str]:
    """Return why later cells only follow from the first, by id."""
    keys = {"index", "number", "id", "verdict", "reason", "source", "reference_index"}
    cells = [
        msgspec.convert({key: value for key, value in cell.items() if key in keys}, CellResult)
        for cell in result.get("cells", [])
    ]
    failing = [cell for cell in cells if cell.verdict.fails]
    return {str(failing[place].id): because for place, because in followers(cells, causes).items()}


def _checked(cell: Mapping[str, Any], follows: str | None) -> CheckedCell:
    source = str(cell.get("source", ""))
    verdict = Verdict(cell["verdict"])
    shown = cell.get("differences", [])[:DIFFERENCES] if verdict.fails else []
    return CheckedCell(
        id=str(cell.get("id")),
        number=cell.get("number"),
        verdict=verdict,
        source_digest=digest_text(source),
        first_line=next((line.strip()[:120] for line in source.splitlines() if line.strip()), ""),
        reason=cell.get("reason"),
        differences=tuple(_shortened(msgspec.convert(difference, Difference)) for difference in shown),
        follows=follows,
    )


def _shortened(difference: Difference) -> Difference:
    def cut(text: str | None) -> str | None:
        return text if text is None or len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004 - characters in a panel

    return replace(difference, reference=cut(difference.reference), candidate=cut(difference.candidate))
