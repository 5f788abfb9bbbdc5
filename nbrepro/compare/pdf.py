"""PDF: compared by its streams, unpacked, without dates, producer and file ids."""

from __future__ import annotations

import re
import zlib
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.binary import differ_in_bytes, value_bytes
from nbrepro.compare.text import compare_text

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_METADATA = re.compile(
    rb"/(?:CreationDate|ModDate|Producer|Creator)\s*\((?:[^()\\]|\\.)*\)|/ID\s*\[\s*<[^>]*>\s*<[^>]*>\s*\]"
)
_POSITIONS = re.compile(
    rb"(?<=\n)\d{10} \d{5} [fn]\s*\n|startxref\s+\d+|/Length \d+(?: 0 R)?|(?<=obj\n)\d+(?=\nendobj)"
)
_LARGEST = 64 * 1024 * 1024


class PdfComparator:
    """``application/pdf``."""

    name: ClassVar[str] = "pdf"
    mimes: ClassVar[tuple[str, ...]] = ("application/pdf",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 70

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two documents by what they draw."""
        if reference == candidate:
            return Comparison.identical()
        one, other = value_bytes(reference), value_bytes(candidate)
        ledger = Ledger()
        parts = _parts(one), _parts(other)
        if not (one.startswith(b"%PDF") and other.startswith(b"%PDF")) or len(parts[0]) != len(parts[1]):
            differ_in_bytes(ledger, one, other)
            return ledger.conclude(rules)
        for number, (a, b) in enumerate(zip(*parts, strict=True)):
            if a != b:
                where = f"stream {number}" if number else "objects"
                ledger.absorb(compare_text(a.decode("latin-1"), b.decode("latin-1"), rules), where)
        if not (ledger.count or ledger.close or ledger.noise):
            ledger.ignore("metadata")
        return ledger.conclude(rules)


def _parts(data: bytes) -> list[bytes]:
    """Return the document's frame and its streams."""
    frame = _POSITIONS.sub(b"", _METADATA.sub(b"", _STREAM.sub(b"", data)))
    return [frame, *(_unpacked(match[1]) for match in _STREAM.finditer(data))]


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, _LARGEST)
    except zlib.error:
        return stream
