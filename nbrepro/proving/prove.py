"""Prove: find by runs in a copy of the project which factor makes the difference; the user's own is not touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
from blake3 import blake3

from nbrepro.errors import NbreproError
from nbrepro.explaining import Explanation
from nbrepro.proving.factors import Factor, cause_of, factors
from nbrepro.proving.flips import FLIPS, Flip
from nbrepro.proving.overlays import NotInstallableError
from nbrepro.proving.search import smallest
from nbrepro.proving.trials import Budget, BudgetSpentError, Trials
from nbrepro.records import USUAL_MENDS, Cause, CauseKind, Confidence, NotebookResult

_GONE = (
    "the difference is no longer there, with nothing restored: something was put back since the check, or only the "
    "check ran under another environment variable or setting; nothing is proved, check it again"
)


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
    journal = store.folder / "runs" / explanation.target.name / f"{result.run_id}-{_basis(explanation)}.proof.json"
    trials = Trials(target=explanation.target, case=case, budget=budget, journal=journal, said=said)
    known, left = factors(case, result.causes)
    notes = [*result.notes, *left]
    differ = "factor differs" if len(known) == 1 else "factors differ"
    said(f"{len(known)} {differ} and can be put back; {len(FLIPS)} sources of chance can be held still or turned")
    causes = result.causes
    try:
        causes, told = _proved(trials, known, causes)
        notes += told
    except BudgetSpentError:
        notes.append(f"the budget is spent after {trials.made} runs: call it again, and it goes on from there")
    except NbreproError as fault:
        notes.append(f"the proof stopped after {trials.made} runs: {fault}")
    return replace(result, causes=causes, notes=tuple(notes))


def _basis(explanation: Explanation) -> str:
    """Digest what the runs are judged by: after a new reference or another setting, former outcomes hold no more."""
    basis = msgspec.json.encode([explanation.case.reference, repr(explanation.target.settings)], order="sorted")
    return blake3(basis).hexdigest(length=8)


def _proved(trials: Trials, known: Sequence[Factor], causes: tuple[Cause, ...]) -> tuple[tuple[Cause, ...], list[str]]:
    by_name = {factor.name: factor for factor in known}
    notes: list[str] = []
    unmended = trials.failing(())
    if not unmended and not trials.vary():
        trials.forget()
        return causes, [f"{trials.made} runs: {_GONE}"]
    likeliest = causes[0].kind if causes else CauseKind.UNKNOWN
    chances = [flip for flip in FLIPS if flip.kind is likeliest and not any(f.kind is flip.kind for f in known)]
    if flipped := _flipped(trials, causes, chances):
        return flipped, notes
    if unmended and known:
        found = _smallest(trials, by_name, frozenset(), notes)
        if found is None and (rest := unmended - _first(trials, unmended)):
            found = _smallest(trials, by_name, rest, notes)
        if found:
            return _with_proof(causes, [by_name[name] for name in found], trials.made), notes
    if flipped := _flipped(trials, causes, [flip for flip in FLIPS if flip not in chances]):
        return flipped, notes
    shows = "no factor that can be restored makes the difference vanish, and no source of chance makes it"
    wavers = "the difference comes and goes with nothing restored, and no source of chance was found that makes it"
    return causes, [*notes, f"{trials.made} runs: {shows if unmended else wavers}"]


def _first(trials: Trials, unmended: frozenset[str]) -> frozenset[str]:
    """The first differing cell, which is mended even where later ones are not."""
    first = trials.case.first
    return frozenset({str(first.id)}) & unmended if first else unmended


def _smallest(
    trials: Trials, by_name: dict[str, Factor], goal: frozenset[str], notes: list[str]
) -> tuple[str, ...] | None:
    def vanishes(names: frozenset[str]) -> bool:
        return trials.failing([by_name[name] for name in by_name if name in names]) <= goal

    while by_name:
        try:
            return smallest(tuple(by_name), vanishes) or None
        except NotInstallableError as fault:  # noqa: PERF203 - each time round is several runs
            del by_name[f"package:{fault.wanted[0]}"]
            notes.append(str(fault))
    return None


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
            mend=USUAL_MENDS[factor.kind],
        )
        if all((known.kind, known.summary) != (cause.kind, cause.summary) for known in proved):
            evidence = (*(text for text in cause.evidence if text != proof), f"proved by {proof}")
            proved.append(replace(cause, proved_by=proof, confidence=Confidence.HIGH, evidence=evidence))
    taken = {(known.kind, known.summary) for known in proved}
    rest = tuple(cause for cause in causes if (cause.kind, cause.summary) not in taken)
    return (*proved, *rest)


def _flipped(trials: Trials, causes: tuple[Cause, ...], flips: Sequence[Flip]) -> tuple[Cause, ...] | None:
    """Hold sources of chance still, or turn them, one at a time, the likelier first; ``None`` if none makes it.

    What varies from run to run is held still; what came out as in the check can only be turned. The order of the disk
    is both: it stays from run to run, and is another one in a copy. That runs held still agree proves nothing where
    those with nothing held agree as well: then something changed since the check.
    """
    kinds = [cause.kind for cause in causes]
    likely = sorted(flips, key=lambda flip: kinds.index(flip.kind) if flip.kind in kinds else len(kinds))
    for flip in likely:
        if flip.still and trials.is_flaky and trials.agree(flip) and (trials.feels(flip) or trials.vary()):
            return _with_flip(causes, flip, trials.made, "runs with {} agree, runs without do not", flip.still.words)
        if flip.turned and (not trials.is_flaky or flip.kind is CauseKind.FILESYSTEM_ORDER) and trials.depends(flip):
            ways = " and with ".join(way.words for way in flip.turned)
            return _with_flip(causes, flip, trials.made, "runs with {} differ, two runs alike do not", ways)
    return None


def _with_flip(causes: tuple[Cause, ...], flip: Flip, runs: int, outcome: str, words: str) -> tuple[Cause, ...]:
    proof = f"{runs} runs: {outcome.format(words)}"
    alike = [cause for cause in causes if cause.kind is flip.kind][:1]
    own = Cause(
        kind=flip.kind,
        summary=flip.summary,
        confidence=Confidence.HIGH,
        evidence=(proof,),
        mend=USUAL_MENDS[flip.kind],
    )
    made = alike or [own]
    unknown = {CauseKind.UNKNOWN, CauseKind.FLAKY}
    evidence = (*(text for text in made[0].evidence if text != proof), f"proved by {proof}")
    return (
        replace(made[0], proved_by=proof, confidence=Confidence.HIGH, evidence=evidence),
        *(c for c in causes if c not in alike and c.kind not in unknown),
    )
