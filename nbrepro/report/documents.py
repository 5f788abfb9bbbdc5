"""PDFs in a report: the first page that differs, as a picture of either side."""

from __future__ import annotations

import base64
import io
from typing import Any, NamedTuple

from PIL import Image

from nbrepro.compare.binary import value_bytes
from nbrepro.compare.pages import Page, draw_pages, first_unlike

UNDRAWN = (
    "This PDF is not drawn, as the extra `pdf` is not installed, or it is damaged or too large: "
    "the places listed are in the commands that draw it."
)
_PIXELS_A_POINT = 96 / 72


class Pages(NamedTuple):
    """One page of two documents, or of the one that there is."""

    pictures: tuple[str | None, str | None]
    """PNG in base64."""
    widths: tuple[float | None, float | None]
    """Pixels across at which a browser shows them."""
    notes: tuple[str, ...]


def pages_of(before: Any, after: Any) -> Pages | None:
    """Return the first page that differs; ``None`` where one of the documents is not drawn.

    Parameters
    ----------
    before, after:
        The documents as a notebook holds them; ``None`` for one that is not there.
    """
    documents = [None if value is None else draw_pages(value_bytes(value)) for value in (before, after)]
    if () in documents:
        return None
    drawn = [document or () for document in documents]
    counts = [len(document) for document in drawn if document]
    number = first_unlike(*drawn)
    if number is None:  # the first that only one of them has, if there is one
        number = min(counts) if min(counts) < max(counts) else 0
    pages = [document[number] if number < len(document) else None for document in drawn]
    most = max(counts)
    return Pages(
        pictures=(_encoded(pages[0]), _encoded(pages[1])),
        widths=(_width(pages[0]), _width(pages[1])),
        notes=(f"Page {number + 1} of {most} is shown.",) if most > 1 else (),
    )


def _width(page: Page | None) -> float | None:
    return page.width * _PIXELS_A_POINT if page else None


def _encoded(page: Page | None) -> str | None:
    if page is None:
        return None
    buffer = io.BytesIO()
    Image.fromarray(page.pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
