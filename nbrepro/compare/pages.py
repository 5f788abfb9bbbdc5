"""Pages of a PDF drawn to pixels, where the optional renderer pypdfium2 is installed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 32_000_000
"""Bytes of a document beyond which it is not drawn."""
MAX_PAGES = 20
"""Pages of a document beyond which it is not drawn."""
_WIDTH = 1000
"""Pixels across at which a page is drawn, as long as it is no scroll."""
_MAX_PIXELS = 4_000_000
_LOCK = threading.Lock()
"""PDFium draws in one thread at a time."""


@dataclass(frozen=True)
class Page:
    """One page of a document."""

    pixels: NDArray[np.uint8]
    """Rows, columns and three channels."""
    text: str
    width: float
    """In points."""
    annotations: int
    """Links, notes and fields, of which the pixels do not say all."""


@lru_cache(maxsize=4)
def draw_pages(document: bytes) -> tuple[Page, ...]:
    """Return a document's pages; none without a renderer, or where it cannot draw them all."""
    if len(document) > MAX_BYTES:
        return ()
    try:
        import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - optional: the extra `pdf`

        with _LOCK, pypdfium2.PdfDocument(document) as opened:
            return tuple(_drawn(page, pypdfium2.raw) for page in opened) if len(opened) <= MAX_PAGES else ()
    except Exception:  # noqa: BLE001 - not installed, or whatever it makes of a hostile document
        return ()


def _drawn(page: Any, raw: Any) -> Page:
    width, height = page.get_size()
    scale = min(_WIDTH / width, (_MAX_PIXELS / (width * height)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    return Page(
        pixels=np.array(bitmap.to_numpy()[..., :3]),
        text=page.get_textpage().get_text_range(),
        width=width,
        annotations=raw.FPDFPage_GetAnnotCount(page),
    )


def first_unlike(one: tuple[Page, ...], other: tuple[Page, ...]) -> int | None:
    """Return the index of the first page that is drawn otherwise; ``None`` where all that both have are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if not np.array_equal(a.pixels, b.pixels)), None)
