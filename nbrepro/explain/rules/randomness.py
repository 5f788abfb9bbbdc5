"""Randomness: generators without a seed, seeded ones that were drawn from differently, and hash order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.constructs import constructs_in
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, CellRecord, Confidence, Finding

_NAMES = {
    "numpy": "NumPy",
    "torch": "torch",
    "random": "Python",
    "np": "NumPy",
    "cuda": "CUDA",
    "tensorflow": "TensorFlow",
}
_SEEDED = {
    "default_rng": "Pass a seed: `np.random.default_rng(42)`.",
    "RandomState": "Pass a seed: `np.random.RandomState(42)`.",
    "np.random.seed": "Seed with a number: `np.random.seed(42)`.",
    "random.Random": "Pass a seed: `random.Random(42)`.",
    "SystemRandom": "Use `random.Random(42)`: a SystemRandom cannot be seeded.",
    "uuid": "Derive the id from the data (`uuid.uuid5`), or tag the cell `nbrepro-ignore-output`.",
}


@rule
def unseeded_generator(case: Case) -> Iterator[Cause]:
    """A generator that took its seed from the operating system, seen while the cell ran."""
    for step in case.history:
        for finding, runs in findings(case, step, CauseKind.UNSEEDED_RANDOMNESS):
            line = f" (line {finding.line})" if finding.line else ""
            times = f", {finding.count} times" if finding.count > 1 else ""
            yield Cause(
                kind=CauseKind.UNSEEDED_RANDOMNESS,
                summary=f"{step.label} {draws(finding.what)}{line}",
                confidence=Confidence.HIGH if case.reaches(step) else Confidence.MEDIUM,
                evidence=(f"{step.label}{line} called `{finding.what}`{times} ({runs})", *link(case, step)),
                cell=step.candidate,
                line=finding.line,
                mend=seed_advice(finding.what),
            )


def findings(case: Case, step: Step, *kinds: CauseKind) -> Iterator[tuple[Finding, str]]:
    """Yield what was seen in a step, once, with the runs in which it was seen."""
    sides = {"in this run": case.candidate_cell(step), "in the reference's run": case.reference_cell(step)}
    seen: dict[tuple[CauseKind, str, int | None], tuple[Finding, list[str]]] = {}
    for words, record in sides.items():
        for finding in record.findings if record else ():
            if finding.kind in kinds:
                seen.setdefault((finding.kind, finding.what, finding.line), (finding, []))[1].append(words)
    for finding, words_of in seen.values():
        yield finding, "in both runs" if len(words_of) > 1 else words_of[0]


def link(case: Case, step: Step) -> Iterator[str]:
    """Say how a step is tied to the differing cell, if it is another one."""
    target = case.target
    if target is None or step is target:
        return
    if case.reaches(step):
        yield f"{target.label} uses what {step.label} makes"
    else:
        yield f"{step.label} ran before {target.label}"


def draws(what: str) -> str:
    """Return what a piece of code draws from, as the predicate of a sentence."""
    root = what.partition(".")[0].partition("(")[0]
    if root in {"os", "secrets", "uuid"} or "SystemRandom" in what:
        return "takes random bytes from the operating system"
    return f"draws from an unseeded {library_of(what)} generator"


def library_of(what: str) -> str:
    """Return the library whose generator a piece of code uses, for people."""
    root = re.split(r"[.(]", what, maxsplit=1)[0]
    if "default_rng" in what or "RandomState" in what:
        return "NumPy"
    return _NAMES.get(root, root)


def seed_advice(what: str) -> str:
    """Return how to seed a generator that was made by this code."""
    advice = (text for mark, text in _SEEDED.items() if mark in what)
    return next(advice, "Give the generator a fixed seed, or seed the global ones in the first cell.")


@rule
def generator_states_part(case: Case) -> Iterator[Cause]:
    """A global generator whose state agrees up to some cell and differs after it."""
    for library in sorted(_libraries(case)):
        parting = _parting(case, library)
        if parting is None:
            continue
        step, inside = parting
        if inside and any(True for _ in findings(case, step, CauseKind.UNSEEDED_RANDOMNESS)):
            continue  # told by the finding itself
        yield _consumed(case, library, step) if inside else _started(case, library, step)


def _libraries(case: Case) -> set[str]:
    records = (case.candidate_cell(step) for step in case.history)
    return {library for record in records if record for library in record.random_before}


def _parting(case: Case, library: str) -> tuple[Step, bool] | None:
    """Return the step at which two streams part for good, and whether that happens inside it.

    ``None`` if no cell that reaches the differing one drew from them once they had parted.
    """
    parted: tuple[Step, bool] | None = None
    matters = False
    for step in case.history:
        runs = case.reference_cell(step), case.candidate_cell(step)
        if runs[0] is None or runs[1] is None or any(library not in run.random_before for run in runs if run):
            continue
        before, after = _states(runs[0], library), _states(runs[1], library)
        if before[0] == after[0]:
            parted = None
        elif parted is None:
            parted = (step, False)
        drew = after[0] != after[1]
        if before[0] != after[0] and drew and case.reaches(step) and before[1] != after[1]:
            matters = True
        if before[0] == after[0] and before[1] != after[1]:
            parted, matters = (step, True), matters or case.reaches(step)
    return parted if matters else None


def _states(record: CellRecord, library: str) -> tuple[str, str]:
    before = record.random_before[library]
    return before, record.random_after.get(library, before)


def _consumed(case: Case, library: str, step: Step) -> Cause:
    return Cause(
        kind=CauseKind.RANDOM_CONSUMPTION,
        summary=f"{step.label} draws another number of times from the global {library_of(library)} generator",
        confidence=Confidence.MEDIUM if step is case.target else Confidence.HIGH,
        evidence=(
            f"the generator's state agrees before {step.label} and differs after it",
            *link(case, step),
        ),
        cell=step.candidate,
        mend=f"Give {step.label} a generator of its own, so that what it draws does not shift the others.",
    )


def _started(case: Case, library: str, step: Step) -> Cause:
    before, after = case.reference_fingerprint.randomness, case.candidate_fingerprint.randomness
    seeds = f"seed {before.seed} → {after.seed}" if before and after and before.seed != after.seed else ""
    unseeded = [
        side
        for side, found in (("reference", before), ("candidate", after))
        if found is not None and (found.seed is None or library not in found.seeded)
    ]
    name = library_of(library)
    if seeds and not unseeded:
        summary = f"the global {name} generator started from another seed ({seeds})"
    else:
        summary = f"the global {name} generator starts from another state in each run"
    evidence = [f"its state differs already before {step.label}", *([seeds] if seeds else [])]
    evidence += [f"the {side} did not seed it" for side in unseeded]
    return Cause(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        summary=summary,
        confidence=Confidence.HIGH,
        evidence=tuple(evidence),
        cell=step.candidate,
        mend=f"Seed it in the first cell, or run both with the same `--seed` ({name}).",
    )


@rule
def hash_order(case: Case) -> Iterator[Cause]:
    """String hashes differ between the runs, and with them the order of sets."""
    drift = next(iter(case.drifts(CauseKind.HASH_ORDER)), None)
    unpinned = _unpinned(case)
    if drift is None and unpinned is None:
        return
    change = f"PYTHONHASHSEED {drift.reference} → {drift.candidate}" if drift else unpinned or ""
    users = [
        (step, construct)
        for step in case.reaching
        for construct in constructs_in(case, step)
        if construct.kind is CauseKind.HASH_ORDER
    ]
    if users:
        step, construct = users[0]
        yield Cause(
            kind=CauseKind.HASH_ORDER,
            summary=f"{step.label} depends on the order of a set or on a hash (line {construct.line})",
            confidence=Confidence.HIGH,
            evidence=(change, f"{step.label}, line {construct.line}: `{construct.what}`", *link(case, step)),
            cell=step.candidate,
            line=construct.line,
            mend="Sort before the order counts: `sorted(…)`; or set PYTHONHASHSEED, as `nbrepro record` does.",
        )
    elif drift is not None:
        yield Cause(
            kind=CauseKind.HASH_ORDER,
            summary=f"string hashes differ between the runs ({change})",
            confidence=Confidence.LOW,
            evidence=(change,),
            mend=f"Run both with PYTHONHASHSEED={drift.reference}." if drift.reference else None,
        )


def _unpinned(case: Case) -> str | None:
    """Say that hashes are drawn anew in each run, where that is known of both records."""
    seeds = [record.fingerprint.randomness for record in (case.reference_record, case.candidate_record) if record]
    if any(found is not None and found.hash_seed == "random" for found in seeds):
        return "PYTHONHASHSEED is not set, so string hashes differ from run to run"
    return None
