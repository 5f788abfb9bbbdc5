"""Streams: stdout is text; of stderr the warnings are taken out and compared by category and message."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, ClassVar, NamedTuple

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.masking import mask
from nbrepro.compare.payload import as_text
from nbrepro.compare.terminal import render
from nbrepro.compare.text import compare_text

_WARNING = re.compile(
    r"^(?P<path>(?:[A-Za-z]:)?[^\n:]*?):(?P<line>\d+): (?P<category>\w*Warning)(?:: (?P<message>.*))?$"
    r"(?P<source>(?:\n(?:[ \t]+.*))?)\n?",
    re.MULTILINE,
)


class StdoutComparator:
    """What a cell printed."""

    name: ClassVar[str] = "stdout"
    mimes: ClassVar[tuple[str, ...]] = ("stream/*",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 10

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two texts as a terminal shows them."""
        return compare_text(as_text(reference), as_text(candidate), rules)


class Warned(NamedTuple):
    """A warning without the path and the line where it was raised."""

    category: str
    message: str

    def __str__(self) -> str:
        return f"{self.category}: {self.message}"


class StderrComparator:
    """What a cell wrote to stderr: warnings, logs, progress bars."""

    name: ClassVar[str] = "stderr"
    mimes: ClassVar[tuple[str, ...]] = ("stream/stderr",)
    priority: ClassVar[int] = 1
    richness: ClassVar[int] = 5

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare warnings by category and message, and the rest as text."""
        one, other = as_text(reference), as_text(candidate)
        if one == other:
            return Comparison.identical()
        ledger = Ledger()
        (warned, rest), (warned_now, rest_now) = _split(one), _split(other)
        old, new = _counted(warned, rules), _counted(warned_now, rules)
        if rest != rest_now:
            ledger.absorb(compare_text(rest, rest_now, rules))
        elif old == new:
            ledger.ignore("warning-place")
        _note_warnings(ledger, old, new, rules)
        return ledger.conclude(rules)


def _split(text: str) -> tuple[list[Warned], str]:
    text = render(text)
    warned = [Warned(m["category"], (m["message"] or "").strip()) for m in _WARNING.finditer(text)]
    return warned, _WARNING.sub("", text) if warned else text


def _counted(warned: list[Warned], rules: Rules) -> Counter[Warned]:
    return Counter(Warned(w.category, mask(w.message, rules).text) for w in warned)


def _note_warnings(ledger: Ledger, old: Counter[Warned], new: Counter[Warned], rules: Rules) -> None:
    """Tell new and lost warnings: how often one is repeated depends on what ran before and is not compared."""
    for warned in [w for w in new if w not in old]:
        if "warnings" in rules.fail_on:
            ledger.differ("new warning", None, str(warned))
        ledger.ignore("warnings")
        ledger.remark(f"new warning: {str(warned)[:200]}")
    for warned in [w for w in old if w not in new]:
        ledger.ignore("warnings")
        ledger.remark(f"a warning is gone: {str(warned)[:200]}")
    if old != new and not ledger.remarks:
        ledger.ignore("warnings")
