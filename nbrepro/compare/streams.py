"""Streams: stdout is text; of stderr the warnings are taken out and compared by category and message."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.linewise import readable
from nbrepro.compare.masking import mask
from nbrepro.compare.payload import as_text
from nbrepro.compare.terminal import render
from nbrepro.compare.text import compare_text

_HEAD = re.compile(
    r"^(?P<path>(?:[A-Za-z]:)?[^\n:]*?):\d+: (?P<category>\w*Warning)(?:: (?P<message>.*))?$\n?",
    re.MULTILINE,
)
_SOURCE = re.compile(
    r"^ {2}\S.*\n?(?:\w+Warning: Enable tracemalloc to get the object allocation traceback\n?)?", re.MULTILINE
)
"""The line of code that Python writes behind a warning, stripped and set in by two blanks."""
_HAS_SOURCE = re.compile(r"\.py$|^<ipython-input-[^>]*>$")
"""A file of which Python can show a line; of ``sys``, of ``<frozen …>`` and of compiled files it shows none."""
_FOREIGN = re.compile(
    r"^(?:\[?\d{4}-\d\d-\d\d[T ]|\[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b|Traceback \(|[^\n|]*\d%\|)", re.MULTILINE
)
"""A line of a log, a traceback or a progress bar: it is no part of a warning's message."""
_LINES = re.compile(r"(?P<word>lines?) (?P<first>\d+)(?: to (?P<last>\d+))?")


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
        return readable(f"{self.category}: {' '.join(self.message.split())}")


class _Parted(NamedTuple):
    """What was written to stderr, its warnings taken out."""

    warned: list[Warned]
    rest: str
    gaps: list[tuple[int, int]]
    """Of each place in the rest where something was taken out, the line of the rest, and how many lines it were."""

    def seen(self, line: int) -> int:
        """Return which line of what was written a line of the rest is."""
        return line + sum(lines for below, lines in self.gaps if below <= line)


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
        parted, parted_now = _part(render(one)), _part(render(other))
        old, new = _counted(parted.warned, rules), _counted(parted_now.warned, rules)
        if parted.rest != parted_now.rest:
            ledger.absorb(_as_seen(compare_text(parted.rest, parted_now.rest, rules), parted, parted_now))
        elif old == new:
            ledger.ignore("warning-place")
        _note_warnings(ledger, old, new, rules)
        return ledger.conclude(rules)


def _part(text: str) -> _Parted:
    warned, kept, gaps = [], [], []
    heads = [*_HEAD.finditer(text)]
    position, below = 0, 1
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end_at_most in zip(heads, ends, strict=False):
        further, end = _further(text, head, end_at_most)
        warned.append(Warned(head["category"], f"{head['message'] or ''}\n{further}".strip()))
        kept.append(text[position : head.start()])
        below += kept[-1].count("\n")
        gaps.append((below, text.count("\n", head.start(), end)))
        position = end
    return _Parted(warned, "".join([*kept, text[position:]]), gaps)


def _further(text: str, head: re.Match[str], end: int) -> tuple[str, int]:
    """Return the further lines of a warning's message, and where the warning ends.

    Nothing but the line of code tells where a message of several lines ends. Where Python wrote none, the message is
    taken to be the head's line: what follows may be the user's.
    """
    start = head.end()
    source = _SOURCE.search(text, start, end)
    if source is None:
        return "", start
    is_whole = _HAS_SOURCE.search(head["path"]) and not _FOREIGN.search(text, start, source.start())
    return (text[start : source.start()], source.end()) if source.start() == start or is_whole else ("", start)


def _as_seen(comparison: Comparison, reference: _Parted, candidate: _Parted) -> Comparison:
    """Return the comparison of the rests with the lines' numbers in what was written."""

    def seen(where: str) -> str:
        def numbered(match: re.Match[str]) -> str:
            side = candidate if where.endswith(", new") or match.start() else reference  # "line 3, moved to line 5"
            first, last = (number and side.seen(int(number)) for number in match.group("first", "last"))
            return f"{match['word']} {first}" + (f" to {last}" if last else "")

        return _LINES.sub(numbered, where)

    return replace(
        comparison,
        differences=tuple(replace(difference, where=seen(difference.where)) for difference in comparison.differences),
        masked=tuple(replace(mask, where=seen(mask.where)) for mask in comparison.masked),
    )


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
