"""What the differing values themselves give away: addresses, and the same elements in another order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.explain.case import Case
from nbrepro.explain.evidence import constructs_in
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence, Difference

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


@rule
def address_printed(case: Case) -> Iterator[Cause]:
    """The values are equal but for addresses: those in the repr of an object, or any where the cell asks for ids.

    Other hexadecimal numbers are the notebook's own values, whatever they look like.
    """
    for difference in case.first.differences if case.first and case.target else ():
        if _is_address(difference, _shown(case), asked_for=_asks_for_ids(case)):
            yield Cause(
                kind=CauseKind.MEMORY_ADDRESS,
                summary=f"{case.target.label if case.target else 'the cell'} shows a memory address",
                confidence=Confidence.HIGH,
                evidence=(f"{_cut(difference.reference)} → {_cut(difference.candidate)}",),
                cell=case.target.candidate if case.target else None,
                mend="Do not print addresses: show the object's value, or its name.",
            )
            return


def _asks_for_ids(case: Case) -> bool:
    found = constructs_in(case, case.target) if case.target else ()
    return any(construct.kind is CauseKind.MEMORY_ADDRESS for construct in found)


def _shown(case: Case) -> str:
    """All text that the differing cell put out in the reference: a difference may quote no more than one word of it."""
    if case.target is None or case.target.reference is None:
        return ""
    outputs = case.reference.cells[case.target.reference].get("outputs", [])
    parts = [part for output in outputs for part in (output.get("text"), *output.get("data", {}).values())]
    return "\n".join(
        "".join(part) if isinstance(part, list) else part for part in parts if isinstance(part, str | list)
    )


def _is_address(difference: Difference, shown: str, *, asked_for: bool) -> bool:
    before, after = difference.reference or "", difference.candidate or ""
    if _ADDRESS.sub("0x…", before) != _ADDRESS.sub("0x…", after):
        return False
    pairs = zip(_ADDRESS.finditer(before), _ADDRESS.finditer(after), strict=True)
    changed = [left for left, right in pairs if left[0] != right[0]]
    return bool(changed) and (asked_for or all(_is_in_repr(left, shown) for left in changed))


def _is_in_repr(address: re.Match[str], shown: str) -> bool:
    """Whether an address stands in the repr of an object, where it is quoted or else wherever the cell shows it."""
    if _opens_repr(address.string[: address.start()]):
        return True
    places = [found.start() for found in re.finditer(rf"\b{address[0]}\b", shown)]
    return bool(places) and all(_opens_repr(shown[:place]) for place in places)


def _opens_repr(lead: str) -> bool:
    """Whether what stands before an address opens a repr: ``<function f at ``, ``Thing object at ``."""
    inside = lead.rpartition("\n")[2].replace("&lt;", "<").replace("&gt;", ">")
    return inside.endswith("object at ") or (inside.endswith(" at ") and inside.count("<") > inside.count(">"))


def _cut(text: str | None, most: int = 80) -> str:
    text = (text or "").strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"
