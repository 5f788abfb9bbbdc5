"""Addresses, thread and process numbers inside reprs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.compare.normalisers.base import Normaliser, Span, spans

_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,16}(?![0-9a-zA-Z])")
_CALLED = re.compile(r"\b(?:Generator|RandomState)\(\w{1,40}\)$")
_REACH = 2_000
"""Characters round an address in which the brackets of its repr must stand."""
_BRACKETS = 30
"""Brackets before an address that are looked at."""
_CUT = re.compile(r"(?<=\.\.\.)(?:(?:a?t? )?0?x[0-9a-fA-F]{6,16}|00[0-9A-F]{11})(?=>)")
"""The end of an address in a repr that `reprlib` shortened in the middle; of Windows' 16 digits the last 13."""


def _opened(text: str, begin: int, end: int) -> bool:
    """Whether an angle bracket that is opened after ``begin`` is still open at ``end``; arrows are none."""
    closed = 0
    for _ in range(_BRACKETS):
        opening, closing = text.rfind("<", begin, end), text.rfind(">", begin, end)
        if opening < 0:
            return False
        end = max(opening, closing)
        if closing > opening:
            closed += text[closing - 1] != "-"
        elif closed:
            closed -= 1
        else:
            return True
    return False


def _addresses(text: str) -> Iterator[Span]:
    for match in _ADDRESS.finditer(text):
        start, end = match.span()
        line = text.rfind("\n", max(0, start - _REACH), start) + 1
        begin = max(line, start - _REACH)
        if (_opened(text, begin, start) and text.find(">", end, end + _REACH) > 0) or _CALLED.search(
            text[max(begin, start - 80) : start - 4]
        ):
            yield start, end
    for match in _CUT.finditer(text):  # scikit-learn's way with long reprs
        start, end = match.span()
        if "<" in text[max(0, start - 80) : start]:
            yield start, end


NORMALISERS = (
    Normaliser(
        name="address",
        description="The memory address inside a repr: `<Foo object at 0x7f…>`.",
        find=_addresses,
        hints=(" at 0x", "..."),
    ),
    Normaliser(
        name="thread-id",
        description="The thread's number inside its repr: `<Thread(name, started 1399…)>`.",
        find=spans(r"<\w*Thread\([^<>\n]*?, (?:started|stopped)(?: daemon)? (\d+)\)>"),
        hints=("Thread(",),
    ),
    Normaliser(
        name="process-id",
        description="The process number inside a process's repr: `<Process name=… pid=… parent=…>`.",
        find=spans(r"(?<=[ (]pid=)\d+(?=[^<>\n]*>)|(?<= parent=)\d+(?=[^<>\n]*>)"),
        hints=(" pid=", "(pid=", " parent="),
        evidence=re.compile(r"[Pp]rocess|psutil"),
    ),
    Normaliser(
        name="pid",
        description="A number labelled `pid`, where the cell asks for the process's number.",
        find=spans(r"\bpid(?:\s+is)?[ =:]{1,3}(\d+)\b|\bprocess (?:id )?(\d+)\b", flags=re.IGNORECASE),
        hints=("pid", "PID", "Pid", "process", "Process", "PROCESS"),
        evidence=re.compile(r"\bgetpid\b|%\(process\)|current_process\("),
    ),
)
