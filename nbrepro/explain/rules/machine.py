"""The machine: threads, numeric libraries, graphics processor, switches, variables, locale, platform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.compare.canary import CANARY, CANARY_ON_GPU, same_canary
from nbrepro.explain.case import Case, Step
from nbrepro.explain.registry import rule
from nbrepro.explain.sources import names_of
from nbrepro.records import Cause, CauseKind, Confidence, Drift
from nbrepro.sources.constructs import aliases

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
_SPLITTING = frozenset({"cupy", "jax", "numexpr", "numpy", "polars", "scipy", "sklearn", "tensorflow", "torch"})
_COUNTS_THREADS = re.compile(r"\b(\w*_(?:NUM|MAX)_THREADS|\w*num_threads|threadpool_\w+|cpu_count|sched_getaffinity)\b")
_ASKS_PLATFORM = re.compile(r"\b(platform\.\w+|uname|sys\.platform|sysconfig|os\.name)\b")
_DECIDING = {
    CauseKind.NUMERICS: re.compile(
        r"^(OPENBLAS_CORETYPE|NPY_(EN|DIS)ABLE_CPU_FEATURES|ATEN_CPU_CAPABILITY|MKL_(CBWR|ENABLE_INSTRUCTIONS|DEBUG_CPU_TYPE)"
        r"|(DNNL|ONEDNN)_\w+)$"
    ),
    CauseKind.DETERMINISM_SWITCH: re.compile(
        r"^(TORCH_ALLOW_TF32_CUBLAS_OVERRIDE|NVIDIA_TF32_OVERRIDE|CUBLAS_WORKSPACE_CONFIG)$"
    ),
}
"""Variables that decide a code path or a switch: where that is another, they are told as the reason for it."""
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
        deciding = list(_deciding(case, kind))
        evidence = [_change(drift) for drift in (*drifts, *deciding)]
        if kind is not CauseKind.DETERMINISM_SWITCH:
            evidence.extend(canary)
        if rounding is not None:
            evidence.append(f"the numbers differ by {rounding:.1e} at most, relative")
        first = drifts[0]
        users, said = _users(case, kind, drifts)
        is_likely = rounding is not None or _sings_otherwise(case, kind) or _is_loaded(case, kind, drifts)
        certainty = Confidence.MEDIUM if is_likely else Confidence.LOW
        yield Cause(
            kind=kind,
            summary=f"{what}: {_change(first)}",
            confidence=Confidence.HIGH if users else certainty,
            evidence=(*evidence, *([f"{users[0].label} {said}"] if users else [])),
            cell=users[0].candidate if users else None,
            mend=_put_back(deciding[0]) if deciding else mend.format(name=first.name, before=first.reference),
        )


def _users(case: Case, kind: CauseKind, drifts: list[Drift]) -> tuple[list[Step], str]:
    """The cells that ask for what changed, nearest first, and what they do, as part of a sentence."""
    if kind is CauseKind.THREADS:
        return [step for step in case.reaching if _COUNTS_THREADS.search(step.source)], "asks for the number of threads"
    switches = [drift.name.rpartition(".")[2] for drift in drifts if kind is CauseKind.DETERMINISM_SWITCH]
    named = [step for step in case.reaching if any(switch in step.source for switch in switches)]
    return named, "names the switch"


def _is_loaded(case: Case, kind: CauseKind, drifts: list[Drift]) -> bool:
    """Whether what differs is made with the library whose switch it is, or with one that splits its sums."""
    switched = {drift.name.partition(".")[0] for drift in drifts if kind is CauseKind.DETERMINISM_SWITCH}
    libraries = _SPLITTING if kind is CauseKind.THREADS else switched
    names = {
        name for name, full in aliases([s.source for s in case.steps]).items() if full.partition(".")[0] in libraries
    }
    return any(names & names_of(step.source).reads for step in case.reaching)


def _sings_otherwise(case: Case, kind: CauseKind) -> bool:
    return any(drift.name in _CANARIES for drift in case.drifts(kind))


def _deciding(case: Case, kind: CauseKind) -> Iterator[Drift]:
    pattern = _DECIDING.get(kind)
    if pattern is not None and any(True for _ in case.drifts(kind)):
        yield from (drift for drift in case.drifts(CauseKind.ENVIRONMENT_VARIABLE) if pattern.match(drift.name))


def _put_back(drift: Drift) -> str:
    return f"Set {drift.name}={drift.reference}." if drift.reference is not None else f"Unset {drift.name}."


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
    told = {drift.name for kind in _DECIDING for drift in _deciding(case, kind)}
    for drift in case.drifts(CauseKind.ENVIRONMENT_VARIABLE):
        if _is_of_threads(drift) or drift.name in told:
            continue  # told as a number of threads, as a code path
        name = drift.name.rpartition(".")[2]
        users = [step for step in case.reaching if name in step.source]
        yield Cause(
            kind=CauseKind.ENVIRONMENT_VARIABLE,
            summary=f"the environment variable {name} changed: {_values(drift)}",
            confidence=Confidence.HIGH if users else Confidence.LOW,
            evidence=(f"{name}: {_values(drift)}", *([f"{users[0].label} names it"] if users else [])),
            cell=users[0].candidate if users else None,
            mend=_put_back(drift),
        )


@rule
def locale_changed(case: Case) -> Iterator[Cause]:
    """Locale or time zone differ; likelier when the cell formats dates or numbers."""
    drifts = list(case.drifts(CauseKind.LOCALE))
    zones = [drift for drift in drifts if drift.name in {"TZ", "environment.timezone"}]
    for what, found in (("the time zone", zones), ("the locale", [drift for drift in drifts if drift not in zones])):
        if not found:
            continue
        users = [step for step in case.reaching if _CLOCKWORK.search(step.source)]
        variables = [drift for drift in found if "." not in drift.name]
        yield Cause(
            kind=CauseKind.LOCALE,
            summary=f"{what} changed: {_values((variables or found)[-1])}",
            confidence=Confidence.MEDIUM if users else Confidence.LOW,
            evidence=(*map(_change, found), *([f"{users[0].label} works with dates or locales"] if users else [])),
            cell=users[0].candidate if users else None,
            mend=" ".join(map(_put_back, variables)) or f"Run where {what} is {found[0].reference}.",
        )


@rule
def platform_changed(case: Case) -> Iterator[Cause]:
    """Operating system or architecture differ."""
    drifts = list(case.drifts(CauseKind.PLATFORM))
    if not drifts:
        return
    rounding = looks_like_rounding(case) is not None and any("machine" in drift.name for drift in drifts)
    users = [step for step in case.reaching if _ASKS_PLATFORM.search(step.source)]
    certainty = Confidence.MEDIUM if rounding else Confidence.LOW
    asked = (f"{users[0].label} asks for the platform",) if users else ()
    yield Cause(
        kind=CauseKind.PLATFORM,
        summary=f"another platform: {_change(drifts[0])}" + (f" and {len(drifts) - 1} more" if drifts[1:] else ""),
        confidence=Confidence.HIGH if users else certainty,
        evidence=(*(_change(drift) for drift in drifts), *asked),
        cell=users[0].candidate if users else None,
        mend="Run on a machine or in a container like the reference's.",
    )


_MANY_WORDS = 6


def _values(drift: Drift) -> str:
    before, after = ((value or "").split() for value in (drift.reference, drift.candidate))
    if min(len(before), len(after)) >= _MANY_WORDS and "," not in (drift.reference or ""):
        changes = (("without", set(before) - set(after)), ("with", set(after) - set(before)))
        return " and ".join(f"{word} {' '.join(sorted(names))}" for word, names in changes if names)
    nothing = "none" if "." in drift.name else "unset"  # a variable's name has no dot
    return f"{_shown(drift.reference, nothing)} → {_shown(drift.candidate, nothing)}"


def _change(drift: Drift) -> str:
    return f"{drift.name} {_values(drift)}"


def _shown(value: str | None, nothing: str) -> str:
    return nothing if value is None else value or "empty"
