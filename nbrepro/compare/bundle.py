"""One verdict a MIME bundle: the richest representation that both sides have decides, disagreement is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.metrics import METRIC
from nbrepro.compare.payload import as_text
from nbrepro.compare.registry import Registry
from nbrepro.compare.trees import compare_trees
from nbrepro.compare.widgetstates import VIEW
from nbrepro.records import Verdict

_OPAQUE = re.compile(r"\s*<.*>\s*", re.DOTALL)
"""A repr that names the object and says nothing of its value."""
_EMPTY_TYPES = frozenset({"application/vnd.bokehjs_load.v0+json", "application/vnd.bokehjs_exec.v0+json"})
"""Types that say nothing beside the others of their bundle."""


def compare_bundles(
    reference: Mapping[str, Any], candidate: Mapping[str, Any], rules: Rules, registry: Registry
) -> tuple[str, Comparison]:
    """Compare two MIME bundles.

    Returns
    -------
    :
        The MIME type that decided, and the comparison.
    """
    silent = _EMPTY_TYPES if _has_state(reference) and _has_state(candidate) else _EMPTY_TYPES | {VIEW}
    ranked = _ranked(reference, silent, registry), _ranked(candidate, silent, registry)
    leading = (ranked[0] or ["nothing"])[0], (ranked[1] or ["nothing"])[0]
    if leading[0] != leading[1]:
        return leading[0], _other_type(*leading)
    mime = leading[0]
    if mime == "nothing":
        return mime, Comparison.identical()
    decisive = registry.find(mime).compare(reference[mime], candidate[mime], rules)
    # the text of a metric is its value again
    rest = [other for other in ranked[0] if mime not in (other, METRIC) and other in candidate]
    comparison = _with_the_rest(decisive, mime, rest, (reference, candidate), rules, registry)
    return mime, _with_the_missing(comparison, set(ranked[0]) - set(ranked[1]), set(ranked[1]) - set(ranked[0]))


def _ranked(bundle: Mapping[str, Any], silent: frozenset[str], registry: Registry) -> list[str]:
    """Return the types of a bundle, richest first, without those that say nothing beside others."""
    types = [mime for mime in bundle if mime not in silent] or list(bundle)
    return sorted(types, key=lambda mime: (-registry.find(mime).richness, mime != "image/png", mime))


def _with_the_missing(comparison: Comparison, gone: set[str], new: set[str]) -> Comparison:
    """Tell lesser representations that only one side has; they do not decide."""
    remarks = [f"{mime} is gone" for mime in sorted(gone)] + [f"{mime} is new" for mime in sorted(new)]
    if not remarks:
        return comparison
    verdict = Verdict.EQUIVALENT if comparison.verdict is Verdict.IDENTICAL else comparison.verdict
    reasons = [part for part in (comparison.reason, *remarks) if part]
    return replace(comparison, verdict=verdict, reason="; ".join(reasons))


def _has_state(bundle: Mapping[str, Any]) -> bool:
    """Whether the state of the bundle's widget was saved: on one side alone it cannot be compared."""
    return isinstance(bundle.get(VIEW), Mapping) and "model" in bundle[VIEW]


def _other_type(reference: str, candidate: str) -> Comparison:
    ledger = Ledger()
    ledger.weigh(0, 1)
    ledger.differ("type of the output", reference, candidate)
    return ledger.conclude(Rules())


def _with_the_rest(
    decisive: Comparison,
    mime: str,
    rest: list[str],
    bundles: tuple[Mapping[str, Any], Mapping[str, Any]],
    rules: Rules,
    registry: Registry,
) -> Comparison:
    """Add what the other representations say: where they disagree, and where only they are not identical."""
    remarks = []
    verdict = decisive.verdict
    for other in rest:
        if bundles[0][other] == bundles[1][other]:
            continue
        comparison = registry.find(other).compare(bundles[0][other], bundles[1][other], rules)
        if comparison.passes != decisive.passes:
            if decisive.verdict is Verdict.IDENTICAL:
                verdict = Verdict.EQUIVALENT
            if comparison.passes and _OPAQUE.fullmatch(as_text(bundles[0][other])):
                continue
            first = comparison.differences[0] if comparison.differences else None
            place = f" ({first.where}: {first.reference} → {first.candidate})" if first else ""
            remarks.append(f"{other} disagrees: {comparison.verdict.label}{place}; {mime} decides")
        elif verdict is Verdict.IDENTICAL:
            verdict = Verdict.EQUIVALENT
            remarks.append(f"{mime} is identical, {other} {comparison.verdict.label}")
    reasons = [part for part in (decisive.reason, *remarks) if part]
    return replace(decisive, verdict=verdict, reason="; ".join(reasons) or None)


def compare_metadata(reference: Any, candidate: Any, rules: Rules) -> Comparison:
    """Compare the metadata of two displays: the width at which an image is shown is part of what is seen."""
    return compare_trees(_shown_metadata(reference), _shown_metadata(candidate), rules)


def _shown_metadata(metadata: Any) -> dict[str, Any]:
    if not isinstance(metadata, Mapping):
        return {}
    sized = {
        mime: {key: value for key, value in values.items() if key in ("width", "height", "unconfined")}
        for mime, values in metadata.items()
        if isinstance(values, Mapping) and str(mime).startswith("image/")
    }
    return {mime: values for mime, values in sized.items() if values}
