"""Exceptions: type and message are compared, the traceback is shown only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.payload import as_text
from nbrepro.compare.terminal import render
from nbrepro.compare.text import compare_text
from nbrepro.records import Verdict


class ErrorComparator:
    """An ``error`` output as a whole."""

    name: ClassVar[str] = "error"
    mimes: ClassVar[tuple[str, ...]] = ("error",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 100

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two error outputs; another error is `Verdict.ERROR`."""
        if not (isinstance(reference, Mapping) and isinstance(candidate, Mapping)):
            return compare_text(as_text(reference), as_text(candidate), rules)
        ledger = Ledger()
        types = as_text(reference.get("ename", "")), as_text(candidate.get("ename", ""))
        if types[0] != types[1]:
            ledger.differ("exception", _shown(reference), _shown(candidate))
            ledger.weigh(0, 1)
        else:
            ledger.absorb(compare_text(_message(reference), _message(candidate), rules), f"message of {types[0]}")
        if not ledger.count and reference.get("traceback") != candidate.get("traceback"):
            ledger.ignore("traceback")
        comparison = ledger.conclude(rules)
        if comparison.passes:
            return comparison
        return replace(
            comparison, verdict=Verdict.ERROR, reason=comparison.reason or "another exception than the reference's"
        )


def _shown(error: Mapping[str, Any]) -> str:
    return f"{as_text(error.get('ename', ''))}: {_message(error)}"


def _message(error: Mapping[str, Any]) -> str:
    return render(as_text(error.get("evalue", "")))
