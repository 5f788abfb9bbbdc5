"""JavaScript: the JSON that plotting libraries write into it is compared as data, the rest as text."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.ids import BOKEH_IDS, PLOTLY_IDS, VEGA_IDS, JsonIds, Renaming
from nbrepro.compare.payload import as_text
from nbrepro.compare.text import compare_text
from nbrepro.compare.trees import compare_trees

_DECODER = json.JSONDecoder()
_OPENING = re.compile(r"(?<=[\s=(,:])[\[{](?=\s*[\"\[{\d\]}-])")
_PATIENCE = 500
"""Brackets that open no JSON after which a script is taken for code to its end."""
_SMALLEST = 20
"""Characters of the smallest piece of JSON that is looked at as data."""


class ScriptComparator:
    """``application/javascript``."""

    name: ClassVar[str] = "javascript"
    mimes: ClassVar[tuple[str, ...]] = ("application/javascript", "text/javascript")
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 40

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two scripts."""
        return compare_scripts(as_text(reference), as_text(candidate), rules)


def compare_scripts(reference: str, candidate: str, rules: Rules) -> Comparison:
    """Compare two scripts."""
    if reference == candidate:
        return Comparison.identical()
    (code, data), (code_now, data_now) = _split(reference), _split(candidate)
    if len(data) != len(data_now):
        return compare_text(reference, candidate, rules)
    ledger = Ledger()
    renaming = Renaming()
    ids = _ids_of(reference)
    for number, (one, other) in enumerate(zip(data, data_now, strict=True)):
        ledger.absorb(compare_trees(one, other, rules, ids, renaming), f"data {number + 1}" if len(data) > 1 else "")
    ledger.absorb(_compare_code(code, renaming.apply(code_now), rules, ids), "script")
    if not (ledger.count or ledger.close or ledger.noise):
        ledger.ignore("generated-id")
    return ledger.conclude(rules)


def _ids_of(script: str) -> JsonIds:
    if "vega" in script[:20_000]:
        return VEGA_IDS
    return PLOTLY_IDS if "Plotly" in script else BOKEH_IDS


def _split(script: str) -> tuple[str, list[Any]]:
    """Return the script without the JSON in it, and that JSON."""
    code: list[str] = []
    data: list[Any] = []
    position = 0
    failures = 0
    while failures < _PATIENCE and (match := _OPENING.search(script, position)) is not None:
        try:
            value, end = _DECODER.raw_decode(script, match.start())
        except (ValueError, RecursionError):
            end = match.start()
        if end - match.start() < _SMALLEST:
            failures += 1
            code.append(script[position : match.start() + 1])
            position = match.start() + 1
            continue
        code += [script[position : match.start()], "JSON"]
        data.append(value)
        position = end
    code.append(script[position:])
    return "".join(code), data


_BOKEH_ID = re.compile(r"(?<=['\"])(?:p\d{4,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=['\"])")


def _compare_code(reference: str, candidate: str, rules: Rules, ids: JsonIds) -> Comparison:
    if ids is BOKEH_IDS and rules.sets_aside("generated-id"):
        reference, candidate = _BOKEH_ID.sub("id", reference), _BOKEH_ID.sub("id", candidate)
    return compare_text(reference, candidate, rules)
