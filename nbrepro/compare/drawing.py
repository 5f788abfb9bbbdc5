"""SVG drawn to pixels, where the optional renderer resvg is installed."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nbrepro.compare.images import similarity

MAX_TEXT = 4_000_000
"""Characters of a drawing beyond which it is not drawn."""
MAX_PIXELS = 4_000_000
_WIDTH = 1200
"""Pixels across at which both drawings are drawn: fine enough that a moved tick is seen."""
_OUTSIDE = re.compile(r"""(?:href|src)\s*=\s*["']\s*(?!#|data:)""", re.IGNORECASE)


def draw(svg: str) -> NDArray[np.uint8] | None:
    """Return a drawing as rows, columns and four channels; ``None`` without a renderer, or where it cannot draw it.

    A drawing that refers to files or declares entities is not drawn: nothing beside the notebook is read.
    """
    if len(svg) > MAX_TEXT or "<!ENTITY" in svg or _OUTSIDE.search(svg):
        return None
    return _draw(svg)


@lru_cache(maxsize=4)
def _draw(svg: str) -> NDArray[np.uint8] | None:
    try:
        import resvg_py  # noqa: PLC0415 - optional: the extra `svg`

        drawn = resvg_py.svg_to_bytes(svg_string=svg, width=_WIDTH, dpi=96.0, background="white")
        with Image.open(io.BytesIO(bytes(drawn))) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            pixels = np.asarray(image.convert("RGBA"))
            return pixels if np.ptp(pixels[..., :3]) else None  # an empty sheet says nothing of what was meant
    except Exception:  # noqa: BLE001 - not installed, or whatever it makes of a hostile drawing
        return None


def changed_pixels(one: NDArray[np.uint8], other: NDArray[np.uint8], tolerance: int) -> tuple[float, float]:
    """Return the share of pixels that differ by more than ``tolerance`` of 255, and the pictures' similarity."""
    if one.shape != other.shape:
        return 1.0, 0.0
    gap = np.abs(one.astype(np.int16) - other).max(axis=2)
    return float((gap > tolerance).mean()), similarity(one, other)
