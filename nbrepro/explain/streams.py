"""The states of the global generators, followed through two runs to where they part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbrepro.explain.case import Case, Step
from nbrepro.explain.evidence import draws_globally
from nbrepro.records import CellRecord, Record


@dataclass(frozen=True, kw_only=True)
class Parting:
    """Where the states of one generator begin to differ, of which something is to be seen in the differing cell."""

    library: str
    step: Step
    inside: bool
    """Whether they agree before the step and differ after it; else they differ already when it begins."""


def partings(case: Case) -> Iterator[Parting]:
    """Yield, for each global generator, where its two streams part, if the differing cell is known to feel it."""
    records = (case.candidate_cell(step) for step in case.history)
    seen = {library for record in records if record for library in (*record.random_before, *record.random_after)}
    for library in sorted(seen):
        found = _parting(case, library)
        if found is not None:
            yield found


def _parting(case: Case, library: str) -> Parting | None:
    since: Parting | None = None
    for step in case.history:
        states = _states(case, step, library)
        if states is None:
            continue
        (before, after), drew = states
        if before[0] == before[1]:
            since = None
        elif since is None:
            since = Parting(library=library, step=step, inside=False)
        if since is None and after[0] != after[1]:
            since = Parting(library=library, step=step, inside=True)
        if since is not None and drew and case.reaches(step):
            return since
    return None


def _states(case: Case, step: Step, library: str) -> tuple[tuple[tuple[str, str], tuple[str, str]], bool] | None:
    """Return the two runs' states before a step and after it, and whether the step is known to draw."""
    cells = case.reference_cell(step), case.candidate_cell(step)
    records = case.reference_record, case.candidate_record
    if cells[0] is None or cells[1] is None or records[0] is None or records[1] is None:
        return None
    if any(library not in cell.random_after for cell in cells if cell):
        return None
    before = _before(records[0], cells[0], library), _before(records[1], cells[1], library)
    after = cells[0].random_after[library], cells[1].random_after[library]
    known = all(library in cell.random_before for cell in cells if cell)
    if known:
        return (before, after), before != after
    drew = after[0] != after[1] and (before[0] == before[1] or draws_globally(case, step, library))
    return (before, after), drew


def _before(record: Record, cell: CellRecord, library: str) -> str:
    """The state before a cell; of a library that the cell loads, what it is seeded with as it is loaded."""
    if library in cell.random_before:
        return cell.random_before[library]
    randomness = record.fingerprint.randomness
    if randomness is None or randomness.seed is None or library not in randomness.seeded:
        return f"unseeded {id(record)}"
    return f"seed {randomness.seed}"


def shifting(case: Case, library: str, before: Step) -> Step | None:
    """Return the cell that only one run has and that drew from a generator before a step, the last of them."""
    for step in reversed(case.history[: before.place]):
        if step.reference is not None and step.candidate is not None:
            continue
        seen = case.candidate_cell(step) or case.reference_cell(step)
        if seen and seen.random_before.get(library) != seen.random_after.get(library):
            return step
    return None
