"""Randomness: generators without a seed, seeded ones that were drawn from differently, and hash order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.evidence import constructs_in, draws, findings, library_of, link, seed_advice
from nbrepro.explain.registry import rule
from nbrepro.explain.streams import partings, shifting
from nbrepro.records import Cause, CauseKind, Confidence, Finding


@rule
def unseeded_generator(case: Case) -> Iterator[Cause]:
    """A generator that took its seed from the operating system, seen while the cell ran."""
    for step in case.history:
        for finding, runs in findings(case, step, CauseKind.UNSEEDED_RANDOMNESS):
            if runs == "in the reference's run" and (line := _now_seeded(case, step, finding.line)):
                yield _seeded_since(case, step, finding, line)
                continue
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


def _now_seeded(case: Case, step: Step, line: int | None) -> str | None:
    """The line of an edited cell that seeds now what the reference's drew from without a seed."""
    if step.candidate is None or step.reference is None or step.before == step.after or line is None:
        return None
    if any(one.kind is CauseKind.UNSEEDED_RANDOMNESS and not one.is_global for one in constructs_in(case, step)):
        return None
    lines = [text.strip() for text in step.after.split("\n") if text not in step.before.split("\n")]
    return next((text for text in lines if _SEEDS.search(text)), None)


_SEEDS = re.compile(
    r"(?:default_rng|RandomState|SeedSequence|Random|Generator|PCG64|seed)\(\s*[^)\s]|seed=|random_state="
)


def _seeded_since(case: Case, step: Step, finding: Finding, line: str) -> Cause:
    return Cause(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        summary=f"the reference was made without a seed, and {step.label} passes one now: record again",
        confidence=Confidence.HIGH if case.reaches(step) else Confidence.MEDIUM,
        evidence=(
            f"in the reference's run {step.label} called `{finding.what}`",
            f"{step.label} says now: `{line}`",
            *link(case, step),
        ),
        cell=step.candidate,
        line=next((n for n, text in enumerate(step.after.split("\n"), 1) if text.strip() == line), None),
        mend="Keep a reference that has the seed: `nbrepro record`.",
    )


@rule
def generator_states_part(case: Case) -> Iterator[Cause]:
    """A global generator whose state agrees up to some cell and differs after it."""
    for parting in partings(case):
        if not parting.inside and (step := shifting(case, parting.library, parting.step)):
            yield _shifted(case, parting.library, step)
        elif not parting.inside:
            yield _started(case, parting.library, parting.step)
        elif not any(True for _ in findings(case, parting.step, CauseKind.UNSEEDED_RANDOMNESS)):
            yield _consumed(case, parting.library, parting.step)


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


def _shifted(case: Case, library: str, step: Step) -> Cause:
    only = "the reference" if step.candidate is None else "this run"
    return Cause(
        kind=CauseKind.RANDOM_CONSUMPTION,
        summary=f"{step.label}, which only {only} has, draws from the global {library_of(library)} generator",
        confidence=Confidence.HIGH,
        evidence=("what it draws shifts the numbers of the cells below it", *link(case, step)),
        cell=step.candidate if step.candidate is not None else case.target.candidate if case.target else None,
        mend="Give each cell a generator of its own, so that what one draws does not shift the others.",
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
    evidence = [f"its state is another when {step.label} begins", *([seeds] if seeds else [])]
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
