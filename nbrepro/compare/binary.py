"""What nothing else knows: compared by bytes, never skipped."""

from __future__ import annotations

from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.payload import as_bytes, as_json_text, as_text
from nbrepro.records.digests import digest_bytes, short


class BytesComparator:
    """Any type without a comparator of its own."""

    name: ClassVar[str] = "bytes"
    mimes: ClassVar[tuple[str, ...]] = ("*",)
    priority: ClassVar[int] = -100
    richness: ClassVar[int] = 30

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two values byte by byte."""
        if reference == candidate and type(reference) is type(candidate):
            return Comparison.identical()
        ledger = Ledger()
        one, other = value_bytes(reference), value_bytes(candidate)
        if one == other:
            ledger.ignore("encoding")
            return ledger.conclude(rules)
        differ_in_bytes(ledger, one, other)
        return ledger.conclude(rules)


def value_bytes(value: Any) -> bytes:
    """Return the bytes of a value: decoded where it is base64, else its text in UTF-8."""
    decoded = as_bytes(value) if isinstance(value, (str, list)) else None
    if decoded is not None:
        return decoded
    text = as_text(value) if isinstance(value, (str, list)) else as_json_text(value)
    return text.encode("utf-8", "surrogatepass")


def differ_in_bytes(ledger: Ledger, reference: bytes, candidate: bytes) -> None:
    """Note where two byte strings part."""
    shared = min(len(reference), len(candidate))
    low, high = 0, shared
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if reference[:middle] == candidate[:middle] else (low, middle - 1)
    ledger.weigh(low, max(len(reference), len(candidate)))
    ledger.differ(f"byte {low}", _described(reference, low), _described(candidate, low))


def _described(data: bytes, position: int) -> str:
    there = data[position : position + 8].hex(" ") or "the end"
    return f"{len(data)} bytes, sha256 {short(digest_bytes(data))}, there {there}"
