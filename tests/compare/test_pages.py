"""PDFs drawn page by page, where pypdfium2 is installed."""

from __future__ import annotations

import base64
import io
import re
import zlib
from typing import Any

import pytest

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.pages import draw_pages
from nbrepro.compare.pdf import PdfComparator
from nbrepro.records import Verdict
from nbrepro.report.documents import pages_of

pytest.importorskip("pypdfium2")
pyplot = pytest.importorskip("matplotlib.pyplot")
backend = pytest.importorskip("matplotlib.backends.backend_pdf")


def figure(width: float = 2.0, **style: Any) -> Any:
    made, axes = pyplot.subplots(figsize=(width, 2))
    axes.plot([0, 1, 2], [0, 1, 4], **style)
    axes.set_title("growth")
    return made


def document(*figures: Any, compression: int = 6) -> str:
    buffer = io.BytesIO()
    with pyplot.rc_context({"pdf.compression": compression}), backend.PdfPages(buffer) as pages:
        for made in figures:
            pages.savefig(made)
            pyplot.close(made)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def compared(one: str, other: str, **settings: Any) -> Comparison:
    return PdfComparator().compare(one, other, Rules(**settings))


def with_stream(data: str, old: bytes, new: bytes) -> str:
    """Return the document with a piece of what its first page draws written otherwise."""
    raw = base64.b64decode(data)
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            drawn = zlib.decompress(match[1])
        except zlib.error:
            continue
        if old in drawn:
            packed = zlib.compress(drawn.replace(old, new))
            return base64.b64encode(raw[: match.start(1)] + packed + raw[match.end(1) :]).decode("ascii")
    raise AssertionError(old)


def test_a_line_that_changed_tells_the_share_of_the_pixels() -> None:
    comparison = compared(document(figure()), document(figure(linewidth=9)))
    assert comparison.verdict is Verdict.DIFFERENT
    share = re.search(r"drawn, ([\d.]+)% of the pixels differ(?!.* on page)", str(comparison.reason))
    assert share is not None
    assert 1 < float(share[1]) < 50
    assert 0 < comparison.similarity < 1


def test_of_several_pages_the_one_that_changed_is_named() -> None:
    comparison = compared(document(figure(), figure()), document(figure(), figure(color="red")))
    assert "of the pixels differ on page 2" in str(comparison.reason)


def test_another_way_to_draw_the_same_page_is_equivalent_unless_that_is_switched_off() -> None:
    plain = document(figure(color="black"))
    otherwise = with_stream(plain, b"0 G", b"0 0 0 RG")
    comparison = compared(plain, otherwise)
    assert comparison.verdict is Verdict.EQUIVALENT
    assert "their pages show the same" in str(comparison.reason)
    assert compared(plain, otherwise, keep_masks=frozenset({"pdf-markup"})).verdict is Verdict.DIFFERENT


def test_a_value_too_small_to_be_seen_is_a_difference_all_the_same() -> None:
    plain = document(figure(linewidth=2))
    comparison = compared(plain, with_stream(plain, b"2 w", b"2.00001 w"))
    assert comparison.verdict is Verdict.DIFFERENT
    assert "drawn, every pixel is the same" in str(comparison.reason)


def test_a_page_lost_is_told_and_the_first_that_only_one_side_has_is_shown() -> None:
    one, other = document(figure(), figure()), document(figure())
    comparison = compared(one, other)
    assert comparison.verdict is Verdict.DIFFERENT
    assert "2 pages → 1 pages" in str(comparison.reason)
    pages = pages_of(one, other)
    assert pages is not None
    assert pages.notes == ("Page 2 of 2 is shown.",)
    assert pages.pictures[0]
    assert pages.pictures[1] is None


def test_a_document_that_only_one_side_has_is_shown() -> None:
    pages = pages_of(None, document(figure()))
    assert pages is not None
    assert pages.pictures[0] is None
    assert pages.pictures[1]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 rubbish", b"PNG", b"%PDF-1.7\n" + b"\x00" * 5000])
def test_what_is_no_document_is_not_drawn(data: bytes) -> None:
    assert draw_pages(data) == ()
    assert pages_of(base64.b64encode(data).decode("ascii"), None) is None


def test_a_page_with_a_link_is_not_judged_by_its_pixels() -> None:
    made = figure(color="black")
    made.axes[0].set_title("growth", url="https://example.org/")
    linked = document(made)
    assert compared(linked, with_stream(linked, b"0 G", b"0 0 0 RG")).verdict is Verdict.DIFFERENT
