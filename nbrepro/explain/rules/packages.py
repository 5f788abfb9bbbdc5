"""Packages, the interpreter, and rendering, which follows from both."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.distributions import changelog_of, distribution_of, normalised
from nbrepro.explain.registry import rule
from nbrepro.explain.sources import names_of
from nbrepro.records import Cause, CauseKind, Confidence, Drift
from nbrepro.sources.constructs import aliases
from nbrepro.sources.parsing import parse

PLOTTING = frozenset(
    {"altair", "bokeh", "contourpy", "fonttools", "freetype-py", "matplotlib", "pillow", "plotly", "seaborn"}
)
_PICTURES = ("image/", "application/pdf")
_PACKAGES_TOLD = 8


@rule
def package_changed(case: Case) -> Iterator[Cause]:
    """A distribution has another version, came, or went."""
    pictures_only = draws_only(case)
    unused: list[Drift] = []
    for drift in case.drifts(CauseKind.PACKAGE):
        if pictures_only and normalised(drift.name) in PLOTTING:
            continue
        users, importers = _users(case, drift.name)
        if users:
            yield _package(drift, Confidence.HIGH, f"{users[0].label} uses it", users[0].candidate)
        elif importers:
            yield _package(drift, Confidence.MEDIUM, f"{importers[0].label} imports it", importers[0].candidate)
        elif normalised(drift.name) in _imported(case):
            yield _package(drift, Confidence.MEDIUM, "the notebook had imported it", None)
        else:
            unused.append(drift)
    if unused:
        yield _unused(unused)


def _package(drift: Drift, confidence: Confidence, link: str, cell: int | None) -> Cause:
    return Cause(
        kind=CauseKind.PACKAGE,
        summary=f"{drift.name} {version_change(drift)}",
        confidence=confidence,
        evidence=(f"{drift.name} {version_change(drift)}", link, *changelog_of(drift.name)),
        cell=cell,
        mend=_pin(drift),
    )


def _pin(drift: Drift) -> str:
    if drift.reference is None:
        return f"Take {drift.name} out (`pip uninstall {drift.name}`), or accept the outputs: `nbrepro check --update`."
    return f"Install {drift.name}=={drift.reference}, or accept the new outputs with `nbrepro check --update`."


def _unused(drifts: list[Drift]) -> Cause:
    one = len(drifts) == 1
    told = tuple(f"{drift.name} {version_change(drift)}" for drift in drifts[:_PACKAGES_TOLD])
    more = (f"and {len(drifts) - _PACKAGES_TOLD} more",) if len(drifts) > _PACKAGES_TOLD else ()
    what = told[0] if one else f"{len(drifts)} packages changed"
    return Cause(
        kind=CauseKind.PACKAGE,
        summary=f"{what}, which the notebook is not known to import",
        confidence=Confidence.LOW,
        evidence=(*told, *more),
        mend="Install the reference's versions to rule them out.",
    )


def version_change(drift: Drift) -> str:
    """Return a change of version in words: ``1.8.0 → 1.9.1``."""
    return f"{drift.reference or 'not installed'} → {drift.candidate or 'not installed'}"


def _users(case: Case, name: str) -> tuple[list[Step], list[Step]]:
    """The steps that reach the differing cell: those that name a distribution's modules, those that only import them.

    Both nearest first.
    """
    bound = aliases([step.source for step in case.steps])
    own = {alias for alias, full in bound.items() if _is_of(full.partition(".")[0], name)}
    users: list[Step] = []
    importers: list[Step] = []
    for step in case.reaching:
        if own & _loaded(step.source):
            users.append(step)
        elif any(_is_of(module, name) for module in names_of(step.source).imports):
            importers.append(step)
    return users, importers


def _is_of(module: str, name: str) -> bool:
    return normalised(distribution_of(module)) == normalised(name)


def _loaded(source: str) -> set[str]:
    tree = parse(source)
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else ()
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _imported(case: Case) -> set[str]:
    fingerprints = (case.reference_fingerprint, case.candidate_fingerprint)
    return {normalised(name) for fingerprint in fingerprints for name in fingerprint.imported}


@rule
def python_changed(case: Case) -> Iterator[Cause]:
    """The interpreter has another version, by the records or by what the saved notebook says of itself."""
    for drift in case.drifts(CauseKind.PYTHON):
        yield _python(drift.reference, drift.candidate, f"{drift.name}: {drift.reference} → {drift.candidate}")
    here = case.candidate_fingerprint.python
    if case.reference_record is None and here is not None:
        saved = case.saved_python
        if saved and saved != here.version:
            yield _python(
                saved, here.version, f"the notebook was saved by Python {saved}, this run used {here.version}"
            )


def _python(before: str | None, after: str | None, evidence: str) -> Cause:
    same_minor = (before or "").split(".")[:2] == (after or "").split(".")[:2]
    return Cause(
        kind=CauseKind.PYTHON,
        summary=f"Python {before or 'unknown'} → {after or 'unknown'}",
        confidence=Confidence.LOW if same_minor else Confidence.MEDIUM,
        evidence=(evidence,),
        mend=f"Run with Python {before}, or accept the new outputs with `nbrepro check --update`." if before else None,
    )


def draws_only(case: Case) -> bool:
    """Whether all that differs in the cell is pictures."""
    kinds = {difference.mime or "" for difference in case.first.differences} if case.first else set()
    return bool(kinds) and all(kind.startswith(_PICTURES) for kind in kinds)


@rule
def rendering_changed(case: Case) -> Iterator[Cause]:
    """Only pictures differ, and something that draws them has another version."""
    if not draws_only(case) or case.target is None:
        return
    changed = [drift for drift in case.drifts(CauseKind.PACKAGE) if normalised(drift.name) in PLOTTING]
    drifts = [*changed, *case.drifts(CauseKind.RENDERING)]
    if not drifts:
        return
    versions = tuple(f"{drift.name} {version_change(drift)}" for drift in drifts)
    yield Cause(
        kind=CauseKind.RENDERING,
        summary=f"the picture is drawn by another version: {versions[0]}",
        confidence=Confidence.HIGH,
        evidence=(*versions, f"only pictures differ in {case.target.label}"),
        cell=case.target.candidate,
        mend="Look at the two pictures; if they say the same, accept the new one with `nbrepro check --update`.",
    )
