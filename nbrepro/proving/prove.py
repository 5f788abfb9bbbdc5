"""Prove: find by runs in a copy of the project which factor makes the difference; the user's own is not touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nbrepro.errors import NbreproError
from nbrepro.explaining import Explanation
from nbrepro.proving.factors import Factor, cause_of, factors
from nbrepro.proving.flips import FLIPS, Flip
from nbrepro.proving.search import smallest
from nbrepro.proving.trials import Budget, BudgetSpentError, Trials
from nbrepro.records import Cause, CauseKind, Confidence, NotebookResult


def prove(explanation: Explanation, budget: Budget, said: Callable[[str], None]) -> NotebookResult:
    """Return the result of a check with its causes proved, as far as the budget goes.

    Parameters
    ----------
    explanation:
        The last check of a notebook.
    budget:
        The most runs and seconds.
    said:
        Told of each run as it ends.
    """
    result, case = explanation.view.result, explanation.case
    if not case.differs:
        return replace(result, notes=(*result.notes, "nothing differs: there is nothing to prove"))
    store = explanation.target.store
    journal = store.folder / "runs" / explanation.target.name / f"{result.run_id}.proof.json"
    trials = Trials(target=explanation.target, case=case, budget=budget, journal=journal, said=said)
    known, left = factors(case, result.causes)
    notes = [*result.notes, *left]
    causes = result.causes
    try:
        causes, told = _proved(trials, known, causes)
        notes += told
    except BudgetSpentError:
        notes.append(f"the budget is spent after {trials.made} runs: call it again, and it goes on from there")
    except NbreproError as fault:
        notes.append(f"the proof stopped after {trials.made} runs: {fault}")
    return replace(result, causes=causes, notes=tuple(notes))


def _proved(trials: Trials, known: Sequence[Factor], causes: tuple[Cause, ...]) -> tuple[tuple[Cause, ...], list[str]]:
    by_name = {factor.name: factor for factor in known}
    unmended = trials.failing(())
    if unmended:
        found = _smallest(trials, by_name, goal=frozenset())
        if found is None and known:
            found = _smallest(trials, by_name, goal=unmended - _first(trials, unmended))
        if found:
            return _with_proof(causes, [by_name[name] for name in found], trials.made), []
    return _flipped(trials, causes, shows=bool(unmended))


def _first(trials: Trials, unmended: frozenset[str]) -> frozenset[str]:
    """The first differing cell, which is mended even where later ones are not."""
    first = trials.case.first
    return frozenset({str(first.id)}) & unmended if first else unmended


def _smallest(trials: Trials, by_name: dict[str, Factor], goal: frozenset[str]) -> tuple[str, ...] | None:
    def vanishes(names: frozenset[str]) -> bool:
        return trials.failing([by_name[name] for name in by_name if name in names]) <= goal

    return smallest(tuple(by_name), vanishes) or None


def _with_proof(causes: tuple[Cause, ...], found: Sequence[Factor], runs: int) -> tuple[Cause, ...]:
    """Mark the causes that tell of the factors, and put them first; a factor that none tells of becomes one."""
    proof = f"{runs} runs: with {' and '.join(factor.summary for factor in found)} restored the difference is gone"
    proved: list[Cause] = []
    for factor in found:
        cause = cause_of(factor, causes) or Cause(
            kind=factor.kind,
            summary=f"{factor.summary} differs from the reference",
            confidence=Confidence.HIGH,
            evidence=(proof,),
            cell=factor.cell,
        )
        if all((known.kind, known.summary) != (cause.kind, cause.summary) for known in proved):
            evidence = (*(text for text in cause.evidence if text != proof), f"proved by {proof}")
            proved.append(replace(cause, proved_by=proof, confidence=Confidence.HIGH, evidence=evidence))
    taken = {(known.kind, known.summary) for known in proved}
    rest = tuple(cause for cause in causes if (cause.kind, cause.summary) not in taken)
    return (*proved, *rest)


def _flipped(trials: Trials, causes: tuple[Cause, ...], *, shows: bool) -> tuple[tuple[Cause, ...], list[str]]:
    """Hold one source of chance still at a time, the likelier first, until two runs agree."""
    kinds = [cause.kind for cause in causes]
    likely = sorted(FLIPS, key=lambda flip: kinds.index(flip.kind) if flip.kind in kinds else len(kinds))
    for flip in likely:
        if trials.agree(flip):
            return _with_flip(causes, flip, trials.made), []
    if shows:
        return causes, [f"{trials.made} runs: no factor that can be restored makes the difference vanish"]
    return causes, [f"{trials.made} runs: the difference did not come again with nothing restored"]


def _with_flip(causes: tuple[Cause, ...], flip: Flip, runs: int) -> tuple[Cause, ...]:
    proof = f"{runs} runs: two runs with the {flip.name} held still agree, two without do not"
    alike = [cause for cause in causes if cause.kind is flip.kind][:1]
    made = alike or [Cause(kind=flip.kind, summary=flip.summary, confidence=Confidence.HIGH, evidence=(proof,))]
    unknown = {CauseKind.UNKNOWN, CauseKind.FLAKY}
    evidence = (*(text for text in made[0].evidence if text != proof), f"proved by {proof}")
    return (
        replace(made[0], proved_by=proof, evidence=evidence),
        *(c for c in causes if c not in alike and c.kind not in unknown),
    )
