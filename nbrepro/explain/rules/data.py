"""Data: files that the notebook reads and that have other contents than in the reference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from shlex import quote

from nbrepro.explain.case import Case, Step
from nbrepro.explain.contents import changes
from nbrepro.explain.files import rows, rows_in_dvc_cache
from nbrepro.explain.former import former_contents, is_of
from nbrepro.explain.registry import rule
from nbrepro.explain.rules.constructs import MENDS
from nbrepro.records import Cause, CauseKind, Confidence, DataFile, Drift, DvcState
from nbrepro.records.digests import short

MAX_READ = 16 * 1024 * 1024
"""Bytes of a file that is read to tell what changed in it."""
_COMMITS = 20


@rule
def data_changed(case: Case) -> Iterator[Cause]:
    """A file that both runs read has other contents."""
    for drift in case.drifts(CauseKind.DATA_CHANGED):
        if "://" in drift.name:
            yield _answered_otherwise(case, drift)
            continue
        before = case.reference_fingerprint.data.get(drift.name)
        after = case.candidate_fingerprint.data.get(drift.name)
        readers = list(_readers(case, drift.name))
        using = [step for step in readers if case.reaches(step)]
        evidence = [*_contents(case, drift, before, after), *_reading(readers, using)]
        yield Cause(
            kind=CauseKind.DATA_CHANGED,
            summary=f"{drift.name} changed ({_digests(drift)})",
            confidence=_certainty(readers, using),
            evidence=tuple(evidence),
            cell=(using or readers)[0].candidate if readers else None,
            mend=_mend(drift.name, before, after),
        )


def _answered_otherwise(case: Case, drift: Drift) -> Cause:
    """What was read from an address is told as the network's doing: there is no file to put back."""
    readers = list(_readers(case, drift.name))
    using = [step for step in readers if case.reaches(step)]
    cell = (using or readers)[0].candidate if readers else None
    record = case.candidate_record.cells.get(cell) if case.candidate_record and cell is not None else None
    lines = {finding.line for finding in record.findings if finding.kind is CauseKind.NETWORK} if record else set()
    return Cause(
        kind=CauseKind.NETWORK,
        summary=f"{drift.name} answered otherwise ({_digests(drift)})",
        confidence=_certainty(readers, using),
        evidence=(f"digest {_digests(drift)}", *_reading(readers, using)),
        cell=cell,
        line=lines.pop() if len(lines) == 1 else None,
        mend=MENDS[CauseKind.NETWORK],
    )


@rule
def data_gone(case: Case) -> Iterator[Cause]:
    """A file that only one run read: one that is gone, or one that is new."""
    if case.raised is not None:
        return  # the exception tells it better
    for drift in (*case.drifts(CauseKind.DATA_MISSING), *_where_one_run_read_nothing(case)):
        gone = drift.candidate is None
        if gone and (case.root / drift.name).exists():
            continue  # it was not asked for: that follows from something else
        readers = list(_readers(case, drift.name))
        using = [step for step in readers if case.reaches(step)]
        yield Cause(
            kind=CauseKind.DATA_MISSING if gone else CauseKind.DATA_CHANGED,
            summary=f"{drift.name} is gone" if gone else f"{drift.name} is new: the reference did not read it",
            confidence=_certainty(readers, using),
            evidence=(f"only {'the reference' if gone else 'this run'} read it", *_reading(readers, using)),
            cell=(using or readers)[0].candidate if readers else None,
            mend=f"{'Put it back' if gone else 'Take it away'}, or accept the outputs with `nbrepro check --update`.",
        )


def _where_one_run_read_nothing(case: Case) -> Iterator[Drift]:
    """The files of the other run; it is no drift to those who cannot know that nothing was read, as both records do."""
    records = (case.reference_record, case.candidate_record)
    if any(record is None or record.problem is not None or record.fingerprint.python is None for record in records):
        return
    before, after = case.reference_fingerprint.data, case.candidate_fingerprint.data
    if bool(before) is not bool(after):
        for name in sorted({**before, **after}):
            digests = (side[name].digest if name in side else None for side in (before, after))
            yield Drift(kind=CauseKind.DATA_MISSING, name=name, reference=next(digests), candidate=next(digests))


@rule
def data_is_not_what_dvc_tracks(case: Case) -> Iterator[Cause]:
    """Without a record of the reference: a file on disk that is not the version that DVC recorded."""
    if case.reference_record is not None:
        return
    for name, file in case.candidate_fingerprint.data.items():
        if file.dvc is None or file.dvc.matches is not False:
            continue
        readers = list(_readers(case, name))
        using = [step for step in readers if case.reaches(step)]
        yield Cause(
            kind=CauseKind.DATA_CHANGED,
            summary=f"{name} is not the version that {file.dvc.tracked_by} tracks",
            confidence=_certainty(readers, using),
            evidence=(
                f"DVC recorded {_digest(file.dvc.recorded)}, the file on disk is another",
                *_reading(readers, using),
            ),
            cell=(using or readers)[0].candidate if readers else None,
            mend=f"{_bring_back(name, file)}.",
        )


def _readers(case: Case, name: str) -> Iterator[Step]:
    """The steps up to the differing one that read a file, nearest to it first."""
    for step in reversed(case.history):
        records = (case.candidate_cell(step), case.reference_cell(step))
        if any(use.path == name and use.mode == "read" for record in records if record for use in record.files):
            yield step


def _certainty(readers: list[Step], using: list[Step]) -> Confidence:
    if using:
        return Confidence.HIGH
    return Confidence.MEDIUM if readers else Confidence.LOW


def _reading(readers: list[Step], using: list[Step]) -> Iterator[str]:
    if readers:
        step = (using or readers)[0]
        yield f"{step.label} reads it" + ("" if using else ", before the cell that differs")


def _contents(case: Case, drift: Drift, before: DataFile | None, after: DataFile | None) -> Iterator[str]:
    yield f"digest {_digests(drift)}"
    if before and after and before.size is not None and after.size is not None:
        change = after.size - before.size
        yield f"{before.size:,} → {after.size:,} bytes ({change:+,})" if change else f"{after.size:,} bytes in both"
    told = _changes(case, drift, before, after)
    yield from told
    if not told and before and before.dvc:
        yield from _rows(case, drift.name, before.dvc.recorded)
    states = [file.dvc for file in (before, after) if file and file.dvc]
    if len(states) == 2 and states[0].recorded != states[1].recorded:  # noqa: PLR2004 - both sides
        yield f"DVC: {_digest(states[0].recorded)} → {_digest(states[1].recorded)} in {states[1].tracked_by}"
    elif states:
        same = {True: "which the file on disk is", False: "which the file on disk is not", None: ""}[states[-1].matches]
        yield f"DVC: {states[-1].tracked_by} records {_digest(states[-1].recorded)}" + (f", {same}" if same else "")


def _changes(case: Case, drift: Drift, before: DataFile | None, after: DataFile | None) -> tuple[str, ...]:
    """Say what changed in a file of which git or DVC keeps the reference's version near."""
    sizes = [file.size for file in (before, after) if file and file.size is not None]
    if len(sizes) < len((before, after)) or max(sizes) > MAX_READ or not drift.reference or not drift.candidate:
        return ()
    if Path(drift.name).is_absolute() or "://" in drift.name:
        return ()
    recorded = before.dvc.recorded if before and before.dvc else None
    return _changes_of(case.root, drift.name, drift.reference, drift.candidate, recorded)


@lru_cache(maxsize=64)
def _changes_of(root: Path, name: str, before: str, after: str, dvc: str | None) -> tuple[str, ...]:
    try:
        now: bytes | None = (root / name).read_bytes()
    except OSError:
        now = None
    if now is None or not is_of(now, after):
        now = former_contents(root, name, after, None, commits=_COMMITS)
    then = former_contents(root, name, before, dvc, commits=_COMMITS)
    return () if then is None or now is None else changes(name, then, now)


def _rows(case: Case, name: str, recorded: str) -> Iterator[str]:
    path = case.root / name
    before, after = rows_in_dvc_cache(recorded, path, case.root), rows(path)
    if before is not None and after is not None:
        yield f"{before:,} → {after:,} rows ({after - before:+,})" if before != after else f"{after:,} rows in both"


def _digests(drift: Drift) -> str:
    return f"{_digest(drift.reference)} → {_digest(drift.candidate)}"


def _digest(digest: str | None) -> str:
    return f"{short(digest, 4)}…" if digest else "none"


_ACCEPT = "or accept the new data with `nbrepro check --update`"


def _mend(name: str, before: DataFile | None, after: DataFile | None) -> str:
    if after and after.dvc:
        return _mend_with_dvc(name, before, after, after.dvc)
    if before and before.in_git:
        return f"Restore the file: `git checkout -- {quote(name)}`; {_ACCEPT}."
    return f"Put the reference's version of the file back, {_ACCEPT}; track it with DVC so that it can be fetched."


def _mend_with_dvc(name: str, before: DataFile | None, after: DataFile, state: DvcState) -> str:
    """What brings the reference's version back, by which of the two changed: DVC's file, or only the data."""
    known = before.dvc if before else None
    if known is None or known.recorded != state.recorded:
        former = f"`git checkout` the commit's {state.tracked_by}"
        if after.in_git:
            return (
                f"Fetch the reference's version: {former} and {name} (`cache: false`: git keeps the data); {_ACCEPT}."
            )
        if state.matches is False:
            return f"Fetch the reference's version: {former}, then {_forced(name)}; {_ACCEPT}."
        return f"Fetch the reference's version: {former}, then `dvc checkout {quote(name)}`; {_ACCEPT}."
    if state.matches:
        return f"{name} is what DVC recorded, the reference was made with an edited one: {_ACCEPT.removeprefix('or ')}."
    return f"{_bring_back(name, after)}; {_ACCEPT}."


def _bring_back(name: str, file: DataFile) -> str:
    """How to have the recorded version again where the file on disk was edited."""
    if file.in_git:  # `cache: false`: DVC has no copy, git has
        lost = "the edits to the file are lost then"
        return f"`git checkout -- {quote(name)}` brings the recorded version back, and {lost} (DVC keeps no copy of it)"
    return _forced(name)


def _forced(name: str) -> str:
    """DVC asks before it overwrites a file that it has no copy of, and fails where nobody can answer."""
    command = f"`dvc checkout --force {quote(name)}`"
    return f"{command} brings the recorded version back, and the edits to the file are lost then"
