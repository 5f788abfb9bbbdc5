"""What the source says where no run tells it: unseeded draws, clocks, sets, listings, remote addresses."""

from __future__ import annotations

from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.evidence import (
    constructs_in,
    draws,
    findings,
    is_set_aside,
    library_of,
    link,
    reseeds,
    seed_advice,
    seeded_libraries,
)
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence
from nbrepro.sources.constructs import Construct

_SUMMARIES = {
    CauseKind.TIME: "{cell} reads the clock (line {line})",
    CauseKind.NETWORK: "{cell} asks a remote address (line {line})",
    CauseKind.FILESYSTEM_ORDER: "{cell} lists files in the order of the disk (line {line})",
    CauseKind.HASH_ORDER: "{cell} depends on the order of a set or on a hash (line {line})",
    CauseKind.MEMORY_ADDRESS: "{cell} shows the id of an object (line {line})",
    CauseKind.THREADS: "{cell} takes results in the order in which workers finish (line {line})",
    CauseKind.ENVIRONMENT_VARIABLE: "{cell} reads an environment variable that is not on record (line {line})",
}
MENDS = {
    CauseKind.TIME: "Take the date from a parameter or from the data, or tag the cell `nbrepro-ignore-output`.",
    CauseKind.NETWORK: "Keep a copy of what is fetched under version control (`dvc import-url`), and read that.",
    CauseKind.FILESYSTEM_ORDER: "Sort the listing: `sorted(…)`; if a file came or is gone, put the folder back.",
    CauseKind.HASH_ORDER: "Sort before the order counts: `sorted(…)`.",
    CauseKind.MEMORY_ADDRESS: "Do not print addresses: name the object instead.",
    CauseKind.THREADS: "Collect the results in the order of the inputs (`executor.map`).",
    CauseKind.ENVIRONMENT_VARIABLE: "Set it in the configuration (`environment`), or make it a parameter.",
}


@rule
def unseeded_by_its_source(case: Case) -> Iterator[Cause]:
    """The source draws without a seed, and no run was seen to: saved outputs, or a generator that nobody can watch."""
    for step in case.reaching:
        if any(True for _ in findings(case, step, CauseKind.UNSEEDED_RANDOMNESS)):
            continue
        for construct in constructs_in(case, step):
            if construct.is_global and case.reference_record is not None:
                continue  # the states of the global generators are on record
            if construct.is_global and _is_reseeded(case, step, construct):
                continue  # the call that took a seed of the system is told instead
            if construct.kind is CauseKind.UNSEEDED_RANDOMNESS and not _is_seeded(case, step, construct):
                yield _unseeded(case, step, construct)
                break


def _is_seeded(case: Case, step: Step, construct: Construct) -> bool:
    if not construct.is_global:
        return False
    seeded = seeded_libraries(case, step)
    return _library(construct) in seeded


def _is_reseeded(case: Case, step: Step, construct: Construct) -> bool:
    """Whether a cell up to this one was seen to seed the same global generator with a value of the system's."""
    library = library_of(_library(construct))
    return any(
        reseeds(finding.what) and library_of(finding.what) == library
        for other in case.history[: step.place + 1]
        for finding, _ in findings(case, other, CauseKind.UNSEEDED_RANDOMNESS)
    )


def _library(construct: Construct) -> str:
    root = construct.what.partition("(")[0].partition(".")[0]
    return {"np": "numpy", "torch": "torch", "random": "random"}.get(root, "numpy")


def _unseeded(case: Case, step: Step, construct: Construct) -> Cause:
    drew = _drew(case, step)
    name = library_of(_library(construct)) if construct.is_global else library_of(construct.what)
    predicate = draws(construct.what)
    if construct.is_global:
        predicate = f"draws from the global {name} generator, which no cell seeds"
    seen = (f"the state of the {drew} generator changed while it ran",) if drew else ()
    return Cause(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        summary=f"{step.label} {predicate} (line {construct.line})",
        confidence=Confidence.HIGH if drew and construct.is_global else Confidence.MEDIUM,
        evidence=(f"{step.label}, line {construct.line}: `{construct.what}`", *seen, *link(case, step)),
        cell=step.candidate,
        line=construct.line,
        mend=seed_advice(construct.what),
    )


def _drew(case: Case, step: Step) -> str | None:
    """The library whose global generator this run saw the cell draw from."""
    record = case.candidate_cell(step)
    if record is None:
        return None
    moved = (name for name, state in record.random_before.items() if record.random_after.get(name, state) != state)
    return next((library_of(name) for name in moved), None)


@rule
def unstable_by_its_source(case: Case) -> Iterator[Cause]:
    """A clock, a listing, a set, an address in the source of the differing cell, or of one that it uses."""
    for step in case.reaching:
        told: set[CauseKind] = set()
        for construct in constructs_in(case, step):
            if construct.kind in told or construct.kind not in _SUMMARIES or _is_ruled_out(case, step, construct):
                continue
            if not (case.leads(step, construct.line) and case.hands_on(step, construct.line)):
                continue
            if is_set_aside(case, construct.kind, construct.what):
                continue
            told.add(construct.kind)
            yield Cause(
                kind=construct.kind,
                summary=_SUMMARIES[construct.kind].format(cell=step.label, line=construct.line),
                confidence=_certainty(case, step, construct),
                evidence=(f"{step.label}, line {construct.line}: `{construct.what}`", *link(case, step)),
                cell=step.candidate,
                line=construct.line,
                mend=MENDS[construct.kind],
            )


def _certainty(case: Case, step: Step, construct: Construct) -> Confidence:
    """Listings and clocks are common further up; a variable that leads to what differs has one value a run."""
    is_near = step is case.target or (construct.kind is CauseKind.ENVIRONMENT_VARIABLE and case.knows_what_leads)
    return Confidence.MEDIUM if is_near else Confidence.LOW


def _is_ruled_out(case: Case, step: Step, construct: Construct) -> bool:
    """Whether the runs themselves tell more of this kind, or show that it cannot matter."""
    kind = construct.kind
    if kind is CauseKind.HASH_ORDER:
        return case.reference_record is not None  # the rule on hash order has both seeds
    if kind is CauseKind.ENVIRONMENT_VARIABLE:
        recorded = [side.environment for side in (case.reference_fingerprint, case.candidate_fingerprint)]
        names = {name for side in recorded if side for name in side.variables}
        names |= {drift.name.rpartition(".")[2] for drift in case.drifts(kind)}
        return any(name in construct.what for name in names)
    return any(True for _ in findings(case, step, kind))


@rule
def hash_of_an_address(case: Case) -> Iterator[Cause]:
    """String hashes are those of the reference: what still differs is the hash of an object, made of its address."""
    if case.reference_record is None or any(True for _ in case.drifts(CauseKind.HASH_ORDER)):
        return
    seeds = [side.randomness for side in (case.reference_fingerprint, case.candidate_fingerprint)]
    if any(found is None or found.hash_seed == "random" for found in seeds):
        return
    for step in case.reaching:
        for construct in constructs_in(case, step):
            if construct.kind is CauseKind.HASH_ORDER and construct.what.startswith("hash("):
                yield Cause(
                    kind=CauseKind.MEMORY_ADDRESS,
                    summary=f"{step.label} depends on the hash of an object, its address (line {construct.line})",
                    confidence=Confidence.MEDIUM if step is case.target else Confidence.LOW,
                    evidence=(
                        f"{step.label}, line {construct.line}: `{construct.what}`",
                        "both runs hash strings alike, but objects by their address",
                    ),
                    cell=step.candidate,
                    line=construct.line,
                    mend="Sort before the order counts, or give the class a `__hash__` made of its values.",
                )
                return
