"""What the source says where no run tells it: unseeded draws, clocks, sets, listings, remote addresses."""

from __future__ import annotations

from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.constructs import Construct
from nbrepro.explain.evidence import constructs_in, draws, findings, library_of, link, seed_advice, seeded_libraries
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence

_SUMMARIES = {
    CauseKind.TIME: "{cell} reads the clock (line {line})",
    CauseKind.NETWORK: "{cell} asks a remote address (line {line})",
    CauseKind.FILESYSTEM_ORDER: "{cell} lists files in the order of the disk (line {line})",
    CauseKind.HASH_ORDER: "{cell} depends on the order of a set or on a hash (line {line})",
    CauseKind.MEMORY_ADDRESS: "{cell} shows the id of an object (line {line})",
}
MENDS = {
    CauseKind.TIME: "Take the date from a parameter or from the data, or tag the cell `nbrepro-ignore-output`.",
    CauseKind.NETWORK: "Keep a copy of what is fetched under version control (`dvc import-url`), and read that.",
    CauseKind.FILESYSTEM_ORDER: "Sort the listing: `sorted(…)`.",
    CauseKind.HASH_ORDER: "Sort before the order counts: `sorted(…)`.",
    CauseKind.MEMORY_ADDRESS: "Do not print addresses: name the object instead.",
}


@rule
def unseeded_by_its_source(case: Case) -> Iterator[Cause]:
    """Against saved outputs, whose run nobody watched: the source draws without a seed."""
    if case.reference_record is not None:
        return
    for step in case.reaching:
        if any(True for _ in findings(case, step, CauseKind.UNSEEDED_RANDOMNESS)):
            continue
        for construct in constructs_in(case, step):
            if construct.kind is CauseKind.UNSEEDED_RANDOMNESS and not _is_seeded(case, step, construct):
                yield _unseeded(case, step, construct)
                break


def _is_seeded(case: Case, step: Step, construct: Construct) -> bool:
    if not construct.is_global:
        return False
    seeded = seeded_libraries(case, step)
    return _library(construct) in seeded


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
            if construct.kind in told or construct.kind not in _SUMMARIES or _is_ruled_out(case, step, construct.kind):
                continue
            told.add(construct.kind)
            yield Cause(
                kind=construct.kind,
                summary=_SUMMARIES[construct.kind].format(cell=step.label, line=construct.line),
                confidence=Confidence.MEDIUM if step is case.target else Confidence.LOW,
                evidence=(f"{step.label}, line {construct.line}: `{construct.what}`", *link(case, step)),
                cell=step.candidate,
                line=construct.line,
                mend=MENDS[construct.kind],
            )


def _is_ruled_out(case: Case, step: Step, kind: CauseKind) -> bool:
    """Whether the runs themselves tell more of this kind, or show that it cannot matter."""
    if kind is CauseKind.HASH_ORDER:
        return case.reference_record is not None  # the rule on hash order has both seeds
    return any(True for _ in findings(case, step, kind))
