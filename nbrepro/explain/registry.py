"""The registry of rules, and the ranking of what they find.

The scale of confidence (`nbrepro.records.Confidence`):

- *high*: the evidence lies inside the differing cell, or in something that it is known to use;
- *medium*: a change that the differing cell may depend on;
- *low*: a change without a known link to the cell.

The best cause of the first differing cell comes first: it is the one that people are told of. Of the others, among
equals, what concerns the first differing cell comes before the rest, then the more specific kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from nbrepro.explain.case import Case
from nbrepro.explain.dependencies import FollowUp, localise
from nbrepro.explain.sources import same_code
from nbrepro.records import USUAL_MENDS, Cause, CauseKind, Confidence

Rule = Callable[[Case], Iterator[Cause]]

MAX_ROOTS = 5
"""Independent differences that are explained one by one; more are told by the same causes."""

_RULES: list[Rule] = []
_CERTAINTY = {confidence: rank for rank, confidence in enumerate(Confidence)}

SPECIFICITY = (
    CauseKind.KERNEL_DEATH,
    CauseKind.RESOURCES,
    CauseKind.MISSING_MODULE,
    CauseKind.DATA_MISSING,
    CauseKind.HIDDEN_STATE,
    CauseKind.API_CHANGE,
    CauseKind.SOURCE,
    CauseKind.CELL_MISSING,
    CauseKind.LOCAL_MODULE,
    CauseKind.DATA_CHANGED,
    CauseKind.MEMORY_ADDRESS,
    CauseKind.PROCESS,
    CauseKind.UNSEEDED_RANDOMNESS,
    CauseKind.RANDOM_CONSUMPTION,
    CauseKind.EXECUTION_ORDER,
    CauseKind.HASH_ORDER,
    CauseKind.FILESYSTEM_ORDER,
    CauseKind.TIME,
    CauseKind.NETWORK,
    CauseKind.ENVIRONMENT_VARIABLE,
    CauseKind.RENDERING,
    CauseKind.PACKAGE,
    CauseKind.DETERMINISM_SWITCH,
    CauseKind.THREADS,
    CauseKind.GPU,
    CauseKind.NUMERICS,
    CauseKind.LOCALE,
    CauseKind.PYTHON,
    CauseKind.PLATFORM,
    CauseKind.FLAKY,
    CauseKind.UNKNOWN,
)
"""Kinds from what stands in the cell itself to what concerns the whole machine."""

_RANK = {kind: rank for rank, kind in enumerate(SPECIFICITY)}


def rule(function: Rule) -> Rule:
    """Register a rule: a pure function that yields the causes it has evidence for."""
    _RULES.append(function)
    return function


def rules() -> tuple[Rule, ...]:
    """Return the registered rules."""
    return tuple(_RULES)


def explain(case: Case) -> tuple[Cause, ...]:
    """Return the likely causes of the first difference and of those independent of it, best first.

    Nothing differs, no causes. Something differs but no rule has evidence: a single ``unknown`` that says
    what was looked at.
    """
    if not case.differs:
        return ()
    found: dict[tuple[CauseKind, str], list[tuple[int, Cause]]] = {}
    later = localise(case.cells, reference=case.reference_record, candidate=case.candidate_record)
    for order, judged in enumerate(chain(map(_judge, _roots(case, later)), map(_edits, _edited_below(case, later)))):
        for cause in judged:
            found.setdefault((cause.kind, cause.summary), []).append((order, cause))
    foremost = 1 if any(follow.cell.index == _ended(case) for follow in later) else 0
    return tuple(_with_mend(cause) for cause in _ranked(found.values(), foremost)) or (_unknown(case),)


def _ranked(found: Collection[Sequence[tuple[int, Cause]]], foremost: int) -> Iterator[Cause]:
    """Yield each cause once, as certain as the cell that it is surest for makes it.

    Parameters
    ----------
    found:
        For each cause, the differences that it was found for, 0 the first one, and what it is to each.
    foremost:
        The last of the differences that the result is named by: the first one, and the end of the run.
    """
    best = sorted((min(of, key=lambda item: _merit(*item)) for of in found), key=lambda item: _merit(*item))
    leading = [item for of in found for item in of if item[0] <= foremost]
    head = min(leading, key=lambda item: _merit(*item))[1] if leading else None
    chosen = [cause for _, cause in best]
    if head is not None:
        chosen.sort(key=lambda cause: (cause.kind, cause.summary) != (head.kind, head.summary))
    yield from chosen


def _with_mend(cause: Cause) -> Cause:
    return cause if cause.mend else replace(cause, mend=USUAL_MENDS[cause.kind])


def _roots(case: Case, later: Sequence[FollowUp]) -> Iterable[Case]:
    """The case as it is, then once for each later difference that the first one does not make.

    The cell that ended the run counts as one of those: whatever else differs, people want to know why it raised.
    """
    ended = _ended(case)
    independent = [follow.cell for follow in later if follow.cell.index == ended]
    independent += [follow.cell for follow in later if follow.is_root and follow.cell.index != ended]
    return [case, *(replace(case, focus=cell) for cell in independent[: MAX_ROOTS - 1])]


def _ended(case: Case) -> int | None:
    """Index of the cell that ended the run."""
    problem = case.candidate_record.problem if case.candidate_record else None
    return None if problem is None else problem.cell


def _edited_below(case: Case, later: Sequence[FollowUp]) -> Iterator[Case]:
    """The case once for each later difference that an edit of its own feeds, whatever else it follows from.

    The first difference explains why such a cell may differ; the edit is a fault beside that, and stays after
    the first one is mended.
    """
    edited = {
        step.place
        for step in case.steps
        if step.reference is not None and step.candidate is not None and not same_code(step.before, step.after)
    } - case.known_users
    told = 0
    for follow in later:
        if not edited or told == MAX_ROOTS:
            return
        if not follow.ran:
            continue
        root = replace(case, focus=follow.cell)
        if edited & root.known_users:
            edited -= root.known_users
            told += 1
            yield root


def _edits(case: Case) -> Iterator[Cause]:
    """The edits that the differing cell is known to feel."""
    return (cause for cause in _judge(case) if cause.kind is CauseKind.SOURCE and cause.confidence is Confidence.HIGH)


def _judge(case: Case) -> Iterator[Cause]:
    for function in _RULES:
        yield from (cause for cause in function(case) if cause.evidence)


def _certainty(cause: Cause) -> int:
    return _CERTAINTY[cause.confidence]


def _merit(order: int, cause: Cause) -> tuple[int, int, int, int, str]:
    nearness = -1 if cause.cell is None else -cause.cell
    return _certainty(cause), order, _RANK[cause.kind], nearness, cause.summary


_INPUT = "StdinNotImplementedError"
"""What ipykernel raises for `input()` where nobody can answer."""


def _unknown(case: Case) -> Cause:
    problem = case.candidate_record.problem if case.candidate_record else None
    if case.reference_record is None and problem is not None and problem.kind == "exception":
        evidence = "The reference is the outputs saved in the notebook: nothing says that the cell ever ran to its end."
        mend = "Mend what the cell raises, and run and save the notebook."
        if problem.message.startswith(_INPUT):
            mend = "Take the value from a parameter (`-p name value`): nobody answers `input()` in such a run."
    elif case.reference_record is None:
        evidence = "The reference is the outputs saved in the notebook: what they were made with is not on record."
        mend = "Keep a reference with `nbrepro record`: a later difference can then be traced."
    elif case.drift:
        evidence = f"The fingerprints differ in {len(case.drift)} points, none of which is known to reach the cell."
        mend = "Run the check again: if the result changes from run to run, the notebook is not deterministic."
    else:
        evidence = "What is on record agrees: sources, the files that were read, packages, Python and machine."
        mend = "Run the check again: if the result changes from run to run, the notebook is not deterministic."
    return Cause(
        kind=CauseKind.UNKNOWN,
        summary="no evidence points to a cause",
        confidence=Confidence.LOW,
        evidence=(evidence,),
        cell=case.target.candidate if case.target else None,
        mend=mend,
    )
