"""The machine: threads, numeric libraries, graphics processor, switches, variables, locale, platform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.compare.canary import CANARY, CANARY_ON_GPU, same_canary
from nbrepro.explain.case import Case
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence, Drift

SMALL = 1e-3
"""Relative distance up to which a difference of numbers may come from rounding."""

_TOLERATE = "Accept a tolerance (`nbrepro-rtol=…`), or run on a machine like the reference's."
_NUMERIC = {
    CauseKind.THREADS: (
        "sums are split over another number of threads",
        "Run with as many threads as the reference had ({before}).",
    ),
    CauseKind.NUMERICS: ("a numeric library takes another code path", _TOLERATE),
    CauseKind.GPU: ("the graphics processor or its libraries are others", _TOLERATE),
    CauseKind.DETERMINISM_SWITCH: ("a determinism switch is set otherwise", "Set it as it was: {name} = {before}."),
}
_CANARIES = (CANARY, CANARY_ON_GPU)
_SINGERS = frozenset({"numpy", "torch", "mkl", "libopenblas", "libblas", "intel-openmp"})
"""Packages whose other version is reason enough for the canary to sing otherwise."""
_COUNTS_THREADS = re.compile(r"\b(\w*_(?:NUM|MAX)_THREADS|\w*num_threads|threadpool_\w+|cpu_count|sched_getaffinity)\b")
_CLOCKWORK = re.compile(
    r"\b(strftime|locale|tz_localize|tz_convert|astimezone|localtime|timezone|datetime|Timestamp)\b"
)


@rule
def numbers_computed_otherwise(case: Case) -> Iterator[Cause]:
    """Threads, BLAS, instruction set, GPU or switches changed; likelier when what differs are last digits."""
    rounding = looks_like_rounding(case)
    changed = {kind: found for kind in _NUMERIC if (found := _drifts(case, kind))}
    canary = _canary_evidence(case)
    for kind, drifts in changed.items():
        what, mend = _NUMERIC[kind]
        evidence = [_change(drift) for drift in drifts]
        if kind is not CauseKind.DETERMINISM_SWITCH:
            evidence.extend(canary)
        if rounding is not None:
            evidence.append(f"the numbers differ by {rounding:.1e} at most, relative")
        first = drifts[0]
        users = [step for step in case.reaching if kind is CauseKind.THREADS and _COUNTS_THREADS.search(step.source)]
        certainty = Confidence.MEDIUM if rounding is not None else Confidence.LOW
        yield Cause(
            kind=kind,
            summary=f"{what}: {_change(first)}",
            confidence=Confidence.HIGH if users else certainty,
            evidence=(*evidence, *([f"{users[0].label} asks for the number of threads"] if users else [])),
            cell=users[0].candidate if users else None,
            mend=mend.format(name=first.name, before=first.reference),
        )


def _drifts(case: Case, kind: CauseKind) -> list[Drift]:
    """Return the points of a kind; the canary is one only where nothing else says why it sings otherwise."""
    drifts = list(case.drifts(kind))
    if kind is CauseKind.THREADS:
        drifts += [d for d in case.drifts(CauseKind.ENVIRONMENT_VARIABLE) if _is_of_threads(d)]
    others = [drift for drift in case.drifts(*_NUMERIC) if drift.name not in _CANARIES]
    others += [drift for drift in case.drifts(CauseKind.PACKAGE) if drift.name.removeprefix("conda.") in _SINGERS]
    return [drift for drift in drifts if drift.name not in _CANARIES or not others]


def _canary_evidence(case: Case) -> list[str]:
    """Say whether small fixed computations come out otherwise than in the reference, where both runs did them."""
    found = [drift for drift in case.drifts(CauseKind.NUMERICS, CauseKind.GPU) if drift.name in _CANARIES]
    if found:
        names = ", ".join(part.split()[0] for drift in found for part in (drift.reference or "").split(", "))
        return [f"fixed computations give other bits here, whatever the notebook's code does: {names}"]
    count = same_canary(case.reference_fingerprint.numerics, case.candidate_fingerprint.numerics)
    return [f"{count} fixed computations give the same bits here"] if count else []


def _is_of_threads(drift: Drift) -> bool:
    return drift.name.endswith(("_NUM_THREADS", "_MAX_THREADS", "MAXIMUM_THREADS"))


def looks_like_rounding(case: Case) -> float | None:
    """Return the largest relative distance if all that differs are numbers that lie close together."""
    if case.first is None or not case.first.differences:
        return None
    distances = [difference.distance for difference in case.first.differences]
    if any(distance is None or distance > SMALL for distance in distances):
        return None
    return max(distance for distance in distances if distance is not None)


@rule
def environment_variable_changed(case: Case) -> Iterator[Cause]:
    """A variable has another value; certain only if the cell's text names it."""
    for drift in case.drifts(CauseKind.ENVIRONMENT_VARIABLE):
        if _is_of_threads(drift):
            continue  # told as a number of threads
        name = drift.name.rpartition(".")[2]
        users = [step for step in case.reaching if name in step.source]
        yield Cause(
            kind=CauseKind.ENVIRONMENT_VARIABLE,
            summary=f"the environment variable {name} changed: {_values(drift)}",
            confidence=Confidence.HIGH if users else Confidence.LOW,
            evidence=(f"{name}: {_values(drift)}", *([f"{users[0].label} names it"] if users else [])),
            cell=users[0].candidate if users else None,
            mend=f"Set {name}={drift.reference}." if drift.reference is not None else f"Unset {name}.",
        )


@rule
def locale_changed(case: Case) -> Iterator[Cause]:
    """Locale or time zone differ; likelier when the cell formats dates or numbers."""
    for drift in case.drifts(CauseKind.LOCALE):
        users = [step for step in case.reaching if _CLOCKWORK.search(step.source)]
        yield Cause(
            kind=CauseKind.LOCALE,
            summary=f"{drift.name.rpartition('.')[2]} changed: {_values(drift)}",
            confidence=Confidence.MEDIUM if users else Confidence.LOW,
            evidence=(_change(drift), *([f"{users[0].label} works with dates or locales"] if users else [])),
            cell=users[0].candidate if users else None,
            mend=f"Run with {drift.name.rpartition('.')[2]} = {drift.reference}.",
        )


@rule
def platform_changed(case: Case) -> Iterator[Cause]:
    """Operating system or architecture differ."""
    drifts = list(case.drifts(CauseKind.PLATFORM))
    if not drifts:
        return
    rounding = looks_like_rounding(case) is not None and any("machine" in drift.name for drift in drifts)
    yield Cause(
        kind=CauseKind.PLATFORM,
        summary=f"another platform: {_change(drifts[0])}" + (f" and {len(drifts) - 1} more" if drifts[1:] else ""),
        confidence=Confidence.MEDIUM if rounding else Confidence.LOW,
        evidence=tuple(_change(drift) for drift in drifts),
        mend="Run on a machine or in a container like the reference's.",
    )


def _values(drift: Drift) -> str:
    return f"{_shown(drift.reference)} → {_shown(drift.candidate)}"


def _change(drift: Drift) -> str:
    return f"{drift.name} {_values(drift)}"


def _shown(value: str | None) -> str:
    return "unset" if value is None else value or "empty"
