"""Pictures in a report: what may be shown as it is, and a third picture of where two differ."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image

from nbrepro.compare.drawing import draw

MAX_PIXELS = 12_000_000
"""Pixels of a picture that is compared for the report."""
MAX_ENCODED = 3_000_000
"""Base64 characters of one picture that goes into the report."""
MARK = (213, 0, 109)
"""The colour of changed pixels: seen on white, on grey, and with any colour vision."""

RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")


@dataclass(frozen=True, kw_only=True)
class DifferencePicture:
    """Where two pictures differ."""

    uri: str
    words: str
    """How much differs, for people and as the picture's alternative text."""


def data_uri(mime: str, value: object) -> str | None:
    """Return a picture as a data URI, or ``None`` if it is no picture that a browser shows without running it."""
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    if mime == "image/svg+xml":
        encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    elif mime in RASTER and (raw := _decoded(text)) is not None:
        encoded = base64.b64encode(raw).decode("ascii")
    else:
        return None
    return f"data:{mime};base64,{encoded}" if len(encoded) <= MAX_ENCODED else None


def difference(before: object, after: object) -> DifferencePicture | None:
    """Return a picture of where two rasters differ; ``None`` where one of them cannot be read or is too large.

    The reference stands in pale grey, changed pixels in one strong colour. Pictures of unequal size are laid
    over each other at the top left, and what only one of them covers counts as changed.
    """
    left, right = _pixels(before), _pixels(after)
    if left is None or right is None:
        return None
    height, width = (max(left.shape[axis], right.shape[axis]) for axis in (0, 1))
    if height * width > MAX_PIXELS:
        return None
    one, other = _on_canvas(left, height, width), _on_canvas(right, height, width)
    distance = np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2)
    covered = np.zeros((height, width), dtype=bool)
    covered[: min(left.shape[0], right.shape[0]), : min(left.shape[1], right.shape[1])] = True
    changed = (distance > 0) | ~covered
    return DifferencePicture(uri=_painted(one, distance, changed), words=_words(left, right, distance, changed))


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _pixels(value: object) -> np.ndarray | None:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    if "<svg" in text[:4000]:
        drawn = draw(text)
        return None if drawn is None else drawn[..., :3]
    raw = _decoded(text)
    if not raw:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is only a warning to Pillow
            with Image.open(io.BytesIO(raw)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return None
                layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        return np.asarray(Image.alpha_composite(paper, layered).convert("RGB"))
    except Exception:  # noqa: BLE001 - Pillow raises whatever a hostile file makes it raise
        return None


def _on_canvas(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    canvas = np.full((height, width, 3), 255, dtype=np.uint8)
    canvas[: pixels.shape[0], : pixels.shape[1]] = pixels
    return canvas


def _painted(base: np.ndarray, distance: np.ndarray, changed: np.ndarray) -> str:
    grey = base.mean(axis=2)
    pale = np.repeat((255 - (255 - grey) * 0.22)[:, :, None], 3, axis=2)
    strength = np.where(changed, 0.45 + 0.55 * np.clip(distance / 96, 0, 1), 0)[:, :, None]
    picture = Image.fromarray((pale * (1 - strength) + np.array(MARK) * strength).round().astype(np.uint8))
    buffer = io.BytesIO()
    picture.quantize(64).save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def _words(left: np.ndarray, right: np.ndarray, distance: np.ndarray, changed: np.ndarray) -> str:
    share = float(changed.mean())
    percent = f"{share:.1%}" if share >= 0.001 else "less than 0.1%"  # noqa: PLR2004 - a tenth of a percent
    parts = [f"{percent} of the pixels differ" if changed.any() else "every pixel is the same"]
    if left.shape != right.shape:
        parts.append(f"size {left.shape[1]} x {left.shape[0]} → {right.shape[1]} x {right.shape[0]}")
    if changed.any():
        parts.append(f"by up to {int(distance.max())} of 255")
    return ", ".join(parts)
