"""Data: files that the notebook reads and that have other contents than in the reference."""

from __future__ import annotations

from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.files import rows, rows_in_dvc_cache
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence, DataFile, Drift
from nbrepro.records.digests import short


@rule
def data_changed(case: Case) -> Iterator[Cause]:
    """A file that both runs read has other contents."""
    for drift in case.drifts(CauseKind.DATA_CHANGED):
        before = case.reference_fingerprint.data.get(drift.name)
        after = case.candidate_fingerprint.data.get(drift.name)
        readers = list(_readers(case, drift.name))
        using = [step for step in readers if case.reaches(step)]
        evidence = [*_contents(case, drift, before, after), *_reading(readers, using)]
        kept = after.dvc if after else None
        yield Cause(
            kind=CauseKind.DATA_CHANGED,
            summary=f"{drift.name} changed ({_digests(drift)})",
            confidence=_certainty(readers, using),
            evidence=tuple(evidence),
            cell=(using or readers)[0].candidate if readers else None,
            mend=_mend(drift.name, before, tracker=kept.tracked_by if kept else None),
        )


@rule
def data_gone(case: Case) -> Iterator[Cause]:
    """A file that only one run read: one that is gone, or one that is new."""
    if case.raised is not None:
        return  # the exception tells it better
    for drift in case.drifts(CauseKind.DATA_MISSING):
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
            mend=f"Fetch the tracked version: `dvc checkout {file.dvc.tracked_by}`.",
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
    if before and before.dvc:
        yield from _rows(case, drift.name, before.dvc.recorded)
    states = [file.dvc for file in (before, after) if file and file.dvc]
    if len(states) == 2 and states[0].recorded != states[1].recorded:  # noqa: PLR2004 - both sides
        yield f"DVC: {_digest(states[0].recorded)} → {_digest(states[1].recorded)} in {states[1].tracked_by}"
    elif states:
        same = {True: "which the file on disk is", False: "which the file on disk is not", None: ""}[states[-1].matches]
        yield f"DVC: {states[-1].tracked_by} records {_digest(states[-1].recorded)}" + (f", {same}" if same else "")


def _rows(case: Case, name: str, recorded: str) -> Iterator[str]:
    path = case.root / name
    before, after = rows_in_dvc_cache(recorded, path, case.root), rows(path)
    if before is not None and after is not None:
        yield f"{before:,} → {after:,} rows ({after - before:+,})" if before != after else f"{after:,} rows in both"


def _digests(drift: Drift) -> str:
    return f"{_digest(drift.reference)} → {_digest(drift.candidate)}"


def _digest(digest: str | None) -> str:
    return f"{short(digest, 4)}…" if digest else "none"


def _mend(name: str, before: DataFile | None, *, tracker: str | None) -> str:
    accept = "or accept the new data with `nbrepro check --update`"
    if tracker:
        return f"Fetch the reference's version: `git checkout` its {tracker}, then `dvc checkout {tracker}`; {accept}."
    if before and before.in_git:
        return f"Restore the file: `git checkout -- {name}`; {accept}."
    return f"Put the reference's version of the file back, {accept}; track it with DVC so that it can be fetched."
