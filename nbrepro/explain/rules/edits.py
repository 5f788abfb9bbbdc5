"""What was edited: sources, cells that came or went, local modules, the order of execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from nbrepro.explain.case import Case, Step
from nbrepro.explain.evidence import library_of, touches_generators
from nbrepro.explain.registry import rule
from nbrepro.explain.sources import first_changed_line, names_of, same_code
from nbrepro.explain.streams import partings
from nbrepro.notebooks import is_injected
from nbrepro.records import Cause, CauseKind, Confidence, Drift
from nbrepro.records.digests import short
from nbrepro.sources.constructs import aliases

_AS_GIVEN = "If the parameters are meant, accept the new outputs with `nbrepro check --update`; if not, leave out `-p`."


@rule
def edited_source(case: Case) -> Iterator[Cause]:
    """The differing cell or one before it has other code than in the reference."""
    for step in case.history:
        if step.reference is None or step.candidate is None or same_code(step.before, step.after):
            continue
        line = first_changed_line(step.before, step.after)
        given = _given_otherwise(case, step)
        shifted = _shifts(case, step)
        is_felt = case.reaches(step) and not _is_beside_the_seed(case, step, line)
        yield Cause(
            kind=CauseKind.SOURCE,
            summary=given or f"{step.label} was edited" + (f" (line {line})" if line else ""),
            confidence=Confidence.HIGH if shifted or is_felt else Confidence.MEDIUM,
            evidence=(*_changed_text(step, line), *(shifted or [_link(case, step, is_felt=is_felt)])),
            cell=step.candidate,
            line=line,
            mend=_AS_GIVEN
            if given
            else "If the edit is meant, accept the new outputs with `nbrepro check --update`; if not, undo it.",
        )


def _given_otherwise(case: Case, step: Step) -> str | None:
    """Say which parameters differ, where the step is the cell that a run injects for them: nobody edited that."""
    cell = None if step.candidate is None else case.candidate.cells[step.candidate]
    if cell is None or not is_injected(cell) or case.candidate_record is None:
        return None
    if step.reference is not None and case.reference_record is None:
        return None  # papermill injected the reference's; with which values is not on record
    before = case.reference_record.parameters if case.reference_record else {}
    after = case.candidate_record.parameters
    told = [
        f"the parameter {name} {_standing(before, name, 'was')} and {_standing(after, name, 'is')}"
        for name in {**before, **after}
        if _standing(before, name, "") != _standing(after, name, "")
    ]
    return "; ".join(told) or None


def _standing(parameters: Mapping[str, Any], name: str, verb: str) -> str:
    return f"{verb} {_cut(repr(parameters[name]), 40)}" if name in parameters else f"{verb} not given"


def _changed_text(step: Step, line: int | None) -> Iterator[str]:
    before, after = step.before.split("\n"), step.after.split("\n")
    place = (line or 1) - 1
    old = before[place].strip() if place < len(before) else ""
    new = after[place].strip() if place < len(after) else ""
    if old == new:
        yield f"line {line or 1}: {len(before) - len(after)} lines fewer than in the reference"
    else:
        yield f"line {line or 1}: `{_cut(old)}` → `{_cut(new)}`"


def _shifts(case: Case, step: Step) -> list[str]:
    """Say which global generator's numbers a step shifts for the cells below it."""
    parted = [library_of(found.library) for found in partings(case) if found.inside and found.step is step]
    return [f"it draws another number of times from the global {name} generator" for name in parted]


def _is_beside_the_seed(case: Case, step: Step, line: int | None) -> bool:
    """Whether the differing cell draws from a generator that started otherwise, and shares but imports with an edit.

    Its numbers are others in any case then; of such an edit that is not known.
    """
    if case.hands_on(step, line) or all(parting.inside for parting in partings(case)):
        return False
    before, after = names_of(step.before), names_of(step.after)
    if not before.parsed or not after.parsed or before.modules != after.modules or before.imports != after.imports:
        return False
    gone = before.writes - after.writes
    if gone & frozenset().union(*(names_of(other.source).reads for other in case.history)):
        return False
    return not touches_generators(step, aliases([other.source for other in case.history]))


def _link(case: Case, step: Step, *, is_felt: bool | None = None) -> str:
    if case.target is None:
        return "it stands before the end of the run"
    if step is case.target:
        return "it is the cell that differs"
    if case.reaches(step) if is_felt is None else is_felt:
        return f"{case.target.label} uses what it makes"
    return f"it stands before {case.target.label}"


def _cut(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


@rule
def missing_or_extra_cell(case: Case) -> Iterator[Cause]:
    """A cell of the reference is gone, or a new one stands before the differing cell."""
    for step in case.history:
        if not step.source.strip() or (step.reference is not None and step.candidate is not None):
            continue
        gone = step.candidate is None
        first_line = _cut(next(line for line in step.source.split("\n") if line.strip()).strip())
        where = "is gone" if gone else "is new"
        name = f"{step.label} of the reference" if gone else step.label
        given = None if gone else _given_otherwise(case, step)
        target = case.target.candidate if case.target else None
        yield Cause(
            kind=CauseKind.CELL_MISSING,
            summary=given or f"{name} {where}: `{first_line}`",
            confidence=Confidence.HIGH if case.reaches(step) else Confidence.MEDIUM,
            evidence=(f"only the {'reference' if gone else 'candidate'} has this cell", _link(case, step)),
            cell=target if gone else step.candidate,
            mend=(
                _AS_GIVEN
                if given
                else "Put the cell back, or accept the notebook without it with `nbrepro check --update`."
                if gone
                else "If the new cell is meant, accept the new outputs with `nbrepro check --update`."
            ),
        )


@rule
def local_module_changed(case: Case) -> Iterator[Cause]:
    """A module of the project that the notebook imports has other contents."""
    for drift in case.drifts(CauseKind.LOCAL_MODULE):
        users = [step for step in case.reaching if PurePosixPath(drift.name).stem in _imports(step, drift)]
        change = _change(drift)
        imported = f"{users[0].label} imports it" if users else "the notebook imports it"
        yield Cause(
            kind=CauseKind.LOCAL_MODULE,
            summary=f"{drift.name} changed ({change})",
            confidence=Confidence.HIGH if users else Confidence.MEDIUM,
            evidence=(f"digest {change}", imported),
            cell=users[0].candidate if users else None,
            mend=f"Restore {drift.name} from the reference's commit, or accept the new outputs with `--update`.",
        )


def _imports(step: Step, drift: Drift) -> set[str]:
    """The modules a cell imports, with the module itself where it is part of an imported package."""
    imported = set(names_of(step.source).imports)
    path = PurePosixPath(drift.name)
    return imported | ({path.stem} if imported & set(path.parts) else set())


def _change(drift: Drift) -> str:
    before = short(drift.reference, 4) + "…" if drift.reference else "not there"
    after = short(drift.candidate, 4) + "…" if drift.candidate else "not there"
    return f"{before} → {after}"


@rule
def executed_out_of_order(case: Case) -> Iterator[Cause]:
    """The reference's prompt numbers do not rise from the top."""
    if case.reference_record is not None:
        return
    counted = [(step, count) for step in case.steps if (count := _count(case, step)) is not None]
    swaps = [(upper, lower) for upper, lower in pairwise(counted) if upper[1] >= lower[1]]
    if swaps:
        yield _wrong_order(case, swaps)
    elif gap := next((pair for pair in pairwise([(None, 0), *counted]) if pair[1][1] > pair[0][1] + 1), None):
        step, count = gap[1]
        yield Cause(
            kind=CauseKind.EXECUTION_ORDER,
            summary="the reference was made by running cells more than once, or by cells that are deleted",
            confidence=Confidence.LOW,
            evidence=(f"the saved prompt numbers jump from {gap[0][1]} to {count} at {step.label if step else '?'}",),
            mend="Restart the kernel, run all cells from the top, and save the notebook.",
        )


def _count(case: Case, step: Step) -> int | None:
    if step.reference is None:
        return None
    count = case.reference.cells[step.reference].get("execution_count")
    return count if isinstance(count, int) else None


def _wrong_order(case: Case, swaps: list[tuple[tuple[Step, int], tuple[Step, int]]]) -> Cause:
    concerned = {step.place for pair in swaps for step, _ in pair}
    (upper, first), (lower, second) = swaps[0]
    return Cause(
        kind=CauseKind.EXECUTION_ORDER,
        summary="the reference was made by running cells in another order than from the top",
        confidence=Confidence.HIGH if concerned & case.known_users else Confidence.MEDIUM,
        evidence=(
            f"the saved prompt numbers do not rise: [{first}] at {upper.label}, then [{second}] at {lower.label}",
            f"{len(swaps)} {'place' if len(swaps) == 1 else 'places'} out of order",
        ),
        cell=lower.candidate,
        mend="Put the cells in the order in which they were run, then run all from the top and save.",
    )
