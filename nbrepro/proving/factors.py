"""Factors: what differs between the two runs and can be put back as the reference had it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.explain import Case, Step
from nbrepro.explain.former import former_contents
from nbrepro.explain.sources import same_code
from nbrepro.records import Cause, CauseKind, Drift


@dataclass(kw_only=True)
class Setup:
    """What one run starts from: a copy of the project, and what to pin."""

    root: Path
    """The copy of the project."""
    notebook: NotebookNode
    seed: int
    threads: int
    environment: dict[str, str]
    removed: set[str] = field(default_factory=set)
    """Variables that the kernel must not inherit."""
    packages: list[tuple[str, str]] = field(default_factory=list)
    """Names and versions of distributions to lay over the kernel's own."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One thing that can be restored."""

    name: str
    """Unique, and the same in every session: a proof that was interrupted is resumed by it."""
    kind: CauseKind
    summary: str
    restore: Callable[[Setup], None]
    cell: int | None = None


def factors(case: Case, causes: tuple[Cause, ...]) -> tuple[list[Factor], list[str]]:
    """Return the factors in the order in which the causes are likely, and what cannot be restored."""
    found = [*_sources(case), *_settings(case)]
    left: list[str] = []
    for drift in case.drift:
        made = _of_drift(case, drift)
        if isinstance(made, str):
            left.append(made)
        elif made is not None:
            found.append(made)
    order = {id(factor): _rank(factor, causes) for factor in found}
    return sorted(found, key=lambda factor: order[id(factor)]), left


_TOLD_AS = {
    CauseKind.PACKAGE: (CauseKind.API_CHANGE, CauseKind.RENDERING, CauseKind.MISSING_MODULE),
    CauseKind.ENVIRONMENT_VARIABLE: (CauseKind.NUMERICS, CauseKind.DETERMINISM_SWITCH),
}
"""Kinds of causes that a factor may be told as: by what came of it."""


def cause_of(factor: Factor, causes: tuple[Cause, ...]) -> Cause | None:
    """Return the cause that tells of a factor, if one does."""
    kinds = {factor.kind, *_TOLD_AS.get(factor.kind, ())}
    alike = [cause for cause in causes if cause.kind in kinds]
    subject = factor.name.partition(":")[2]
    if factor.cell is not None:
        return next((cause for cause in alike if cause.cell == factor.cell), None)
    return next((c for c in alike if subject in c.summary or any(subject in text for text in c.evidence)), None)


def _rank(factor: Factor, causes: tuple[Cause, ...]) -> int:
    cause = cause_of(factor, causes)
    return len(causes) if cause is None else causes.index(cause)


def _sources(case: Case) -> Iterator[Factor]:
    for step in case.steps:
        if step.reference is not None and step.candidate is not None and same_code(step.before, step.after):
            continue
        kind = CauseKind.SOURCE if step.reference is not None and step.candidate is not None else CauseKind.CELL_MISSING
        yield Factor(
            name=f"cell:{step.place}",
            kind=kind,
            summary=f"the source of {step.label}",
            restore=_restored_source(case, step),
            cell=step.candidate if kind is CauseKind.SOURCE or step.reference is None else _target(case),
        )


def _target(case: Case) -> int | None:
    return case.target.candidate if case.target else None


def _restored_source(case: Case, step: Step) -> Callable[[Setup], None]:
    """Undo the edit of a cell, take a new cell out, or put one back where it stood."""
    before = next((s for s in reversed(case.steps[: step.place]) if s.candidate is not None), None)
    anchor = case.candidate.cells[before.candidate].get("id") if before and before.candidate is not None else None

    def restore(setup: Setup) -> None:
        cells = setup.notebook.cells
        if step.candidate is None:
            ids = [cell.get("id") for cell in cells]
            place = ids.index(anchor) + 1 if anchor in ids else 0
            cells.insert(place, case.reference.cells[step.reference])
            return
        identity = case.candidate.cells[step.candidate].get("id")
        place = next(index for index, cell in enumerate(cells) if cell.get("id") == identity)
        if step.reference is None:
            del cells[place]
        else:
            cells[place].source = step.before

    return restore


def _settings(case: Case) -> Iterator[Factor]:
    before, after = case.reference_fingerprint.randomness, case.candidate_fingerprint.randomness
    if before and after and before.seed is not None and before.seed != after.seed:
        seed = before.seed
        yield Factor(
            name="seed:seed",
            kind=CauseKind.UNSEEDED_RANDOMNESS,
            summary=f"the seed {seed}",
            restore=lambda setup: setattr(setup, "seed", seed),
        )
    sides = [side.environment for side in (case.reference_fingerprint, case.candidate_fingerprint)]
    threads = [side.variables.get("OMP_NUM_THREADS", "") if side else "" for side in sides]
    if threads[0].isdigit() and threads[0] != threads[1]:
        count = int(threads[0])
        yield Factor(
            name="threads:threads",
            kind=CauseKind.THREADS,
            summary=f"{count} threads",
            restore=lambda setup: setattr(setup, "threads", count),
        )


def _of_drift(case: Case, drift: Drift) -> Factor | str | None:
    """Return the factor of a drift, a sentence why there is none, or nothing where another factor covers it."""
    if drift.kind in {CauseKind.DATA_CHANGED, CauseKind.DATA_MISSING, CauseKind.LOCAL_MODULE}:
        return _file(case, drift)
    if drift.kind is CauseKind.PACKAGE:
        return _package(drift)
    if drift.kind is CauseKind.HASH_ORDER:
        return _variable(drift, "PYTHONHASHSEED")
    if drift.kind in {CauseKind.ENVIRONMENT_VARIABLE, CauseKind.LOCALE}:
        name = drift.name.rpartition(".")[2]
        name = {"timezone": "TZ", "locale": "LC_ALL"}.get(name, name)
        return _variable(drift, name) if name.isupper() and "THREADS" not in name else None
    if drift.kind is CauseKind.THREADS:
        return None  # the number of threads is a factor of its own
    return f"{drift.name} cannot be restored"


def _variable(drift: Drift, name: str) -> Factor:
    def restore(setup: Setup) -> None:
        if drift.reference is None:
            setup.environment.pop(name, None)
            setup.removed.add(name)
        else:
            setup.environment[name] = drift.reference

    return Factor(
        name=f"variable:{name}",
        kind=drift.kind,
        summary=f"the environment variable {name}",
        restore=restore,
    )


def _file(case: Case, drift: Drift) -> Factor | str | None:
    if "://" in drift.name:
        return f"what {drift.name} answered is not kept: it cannot be restored"
    if Path(drift.name).is_absolute():
        return f"{drift.name} lies outside of the project: it is left as it is"
    if drift.reference is None:
        return None  # a file that the reference did not read: restoring what made it read restores that
    known = case.reference_fingerprint.data.get(drift.name)
    recorded = known.dvc.recorded if known and known.dvc else None
    contents = former_contents(case.root, drift.name, drift.reference, recorded)
    if contents is None:
        return f"the reference's {drift.name} is neither in git nor in the DVC cache: it cannot be restored"

    def restore(setup: Setup) -> None:
        path = setup.root / drift.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(contents)

    return Factor(name=f"file:{drift.name}", kind=drift.kind, summary=drift.name, restore=restore)


def _package(drift: Drift) -> Factor | str:
    if drift.reference is None:
        return f"{drift.name} was not installed in the reference: it cannot be taken out"
    version = drift.reference
    return Factor(
        name=f"package:{drift.name}",
        kind=CauseKind.PACKAGE,
        summary=f"{drift.name} {version}",
        restore=lambda setup: setup.packages.append((drift.name, version)),
    )
