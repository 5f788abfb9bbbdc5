"""PDF: compared by its streams, unpacked, without dates, producer and file ids; drawn where these differ.

Two documents that are written otherwise, and whose pages show the same pixels and say the same, are equivalent; where
only values changed, that is a difference even where it is too small to be seen. Drawing needs the extra `pdf`.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.binary import differ_in_bytes, value_bytes
from nbrepro.compare.drawing import changed_pixels
from nbrepro.compare.pages import Page, draw_pages, first_unlike
from nbrepro.compare.text import compare_text
from nbrepro.records import Verdict

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
            return _drawn(one, other, parts, ledger.conclude(rules), rules)
        for number, (a, b) in enumerate(zip(*parts, strict=True)):
            if a != b:
                where = f"stream {number}" if number else "objects"
                ledger.absorb(compare_text(a.decode("latin-1"), b.decode("latin-1"), rules), where)
        if not (ledger.count or ledger.close or ledger.noise):
            ledger.ignore("metadata")
        comparison = ledger.conclude(rules)
        return comparison if comparison.passes else _drawn(one, other, parts, comparison, rules)


_SAME = "the documents are written differently, and their pages show the same"
_UNDRAWN = re.compile(rb"/(?:AcroForm|JavaScript|EmbeddedFiles|OpenAction|Outlines)\b")
"""What is not in the pixels: forms, scripts, files, the table of contents."""
_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)")


def _drawn(
    one: bytes, other: bytes, parts: tuple[list[bytes], list[bytes]], comparison: Comparison, rules: Rules
) -> Comparison:
    """Return the verdict on two documents that differ by what they draw; unchanged where they cannot be drawn."""
    pages = draw_pages(one), draw_pages(other)
    if not all(pages):
        return comparison
    unlike = first_unlike(*pages)
    measured = [changed_pixels(a.pixels, b.pixels, 0) for a, b in zip(*pages, strict=False)]
    if len(pages[0]) != len(pages[1]):
        said = f"{len(pages[0])} pages → {len(pages[1])} pages"
    elif unlike is not None:
        where = f" on page {unlike + 1}" if len(pages[0]) > 1 else ""
        said = f"drawn, {measured[unlike][0]:.2%} of the pixels differ{where}"
        if pages[0][unlike].pixels.shape != pages[1][unlike].pixels.shape:
            said = "the pages have not the same proportions"
    else:
        said = "drawn, every pixel is the same"
        if _says_the_same(pages, parts) and rules.sets_aside("pdf-markup"):
            return Comparison(
                verdict=Verdict.EQUIVALENT,
                reason=_SAME,
                noise=("pdf-markup",),
                remarks=(_SAME,),
                masked=comparison.masked,
            )
    return replace(
        comparison,
        reason="; ".join(filter(None, (said, comparison.reason))),
        remarks=(said, *comparison.remarks),
        similarity=min(sum(alike for _, alike in measured) / max(map(len, pages)), 1 - 1e-9),
    )


def _says_the_same(pages: tuple[tuple[Page, ...], tuple[Page, ...]], parts: tuple[list[bytes], list[bytes]]) -> bool:
    """Whether two documents of the same pixels are one in all else, and more than a value is written otherwise."""
    if [page.text for page in pages[0]] != [page.text for page in pages[1]]:
        return False
    if any(page.annotations for side in pages for page in side):
        return False
    if any(_UNDRAWN.search(part) for side in parts for part in side):
        return False
    forms = [[_NUMBER.sub(b"0", part) for part in side] for side in parts]
    return forms[0] != forms[1]


def _parts(data: bytes) -> list[bytes]:
    """Return the document's frame and its streams."""
    frame = _POSITIONS.sub(b"", _METADATA.sub(b"", _STREAM.sub(b"", data)))
    return [frame, *(_unpacked(match[1]) for match in _STREAM.finditer(data))]


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, _LARGEST)
    except zlib.error:
        return stream
