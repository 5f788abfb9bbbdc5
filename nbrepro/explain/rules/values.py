"""What the differing values themselves give away: addresses, and the same elements in another order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.explain.case import Case
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence, Difference

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


@rule
def address_printed(case: Case) -> Iterator[Cause]:
    """The values are equal but for what looks like memory addresses."""
    for difference in case.first.differences if case.first and case.target else ():
        if _is_address(difference):
            yield Cause(
                kind=CauseKind.MEMORY_ADDRESS,
                summary=f"{case.target.label if case.target else 'the cell'} shows a memory address",
                confidence=Confidence.HIGH,
                evidence=(f"{_cut(difference.reference)} → {_cut(difference.candidate)}",),
                cell=case.target.candidate if case.target else None,
                mend="Do not print addresses: show the object's value, or its name.",
            )
            return


def _is_address(difference: Difference) -> bool:
    before, after = difference.reference or "", difference.candidate or ""
    if not _ADDRESS.search(before) or not _ADDRESS.search(after):
        return False
    return _ADDRESS.sub("0x…", before) == _ADDRESS.sub("0x…", after)


def _cut(text: str | None, most: int = 80) -> str:
    text = (text or "").strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"
