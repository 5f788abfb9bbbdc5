"""Pictures in a report: what may be shown as it is, and a third picture of where two differ."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from nbrepro.compare.drawing import draw
from nbrepro.compare.images import decode

MAX_PIXELS = 12_000_000
"""Pixels of a picture that is compared for the report."""
MAX_ENCODED = 3_000_000
"""Base64 characters of one picture that goes into the report."""
MARK = (213, 0, 109)
"""The colour of changed pixels: seen on white, on grey, and with any colour vision."""

RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
_COLUMN = 340
"""Pixels across that a picture gets on a page of usual width."""
_SMALL, _ENLARGED = 96, 192
"""Pixels of a picture that is shown enlarged, and how large it then is."""
_UNITS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_SVG_WIDTH = re.compile(r"""<svg\b[^>]*?\swidth\s*=\s*["']\s*([\d.]+)\s*(px|pt|in|cm|mm|)\s*["']""", re.IGNORECASE)

Frames = list[NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class DifferencePicture:
    """Where two pictures differ."""

    uri: str | None
    """``None`` where they show the same."""
    words: str
    """How much differs, for people and as the picture's alternative text."""
    width: int
    """Pixels across."""


def data_uri(mime: str, value: object) -> str | None:
    """Return a picture as a data URI, or ``None`` if it is no picture that a browser shows without running it."""
    text = _joined(value)
    if mime == "image/svg+xml":
        encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    elif mime in RASTER and (raw := decoded_base64(text)) is not None:
        encoded = base64.b64encode(raw).decode("ascii")
    else:
        return None
    return f"data:{mime};base64,{encoded}" if len(encoded) <= MAX_ENCODED else None


def difference(before: object, after: object) -> DifferencePicture | None:
    """Return a picture of where two pictures differ; ``None`` where one of them cannot be read or is too large.

    The reference stands in pale grey, changed pixels in one strong colour, and a ring is drawn round a small spot.
    Pictures of unequal size are laid over each other at the top left, and what only one of them covers counts as
    changed. Of moving pictures, the first frame that differs is shown.
    """
    frames = _frames(before), _frames(after)
    if not all(frames):
        return None
    number, pair = _first_unequal(*frames)
    height, width = (max(side.shape[axis] for side in pair) for axis in (0, 1))
    if height * width > MAX_PIXELS:
        return None
    one, other = (_on_canvas(side, height, width) for side in pair)
    distance = np.abs(one.astype(np.float64) - other.astype(np.float64)).max(axis=2)
    covered = np.zeros((height, width), dtype=bool)
    covered[: min(side.shape[0] for side in pair), : min(side.shape[1] for side in pair)] = True
    changed = (distance > 0) | ~covered
    words = _words(pair, distance, changed)
    if max(map(len, frames)) > 1:
        words = f"frame {number + 1}: {words}" if changed.any() else "the frames that both have are the same"
    uri = _painted(_grey(one), distance / _range(one), changed) if changed.any() else None
    return DifferencePicture(uri=uri, words=words, width=width)


def natural_width(mime: str, value: object) -> float | None:
    """Return how wide a browser shows a picture, in pixels; ``None`` where that is not told by the picture."""
    if value is None:
        return None
    text = _joined(value)
    if mime == "image/svg+xml":
        found = _SVG_WIDTH.search(text[:4000])
        return float(found[1]) * _UNITS[found[2].lower()] if found and found[1].count(".") <= 1 else None
    size = _size(decoded_base64(text))
    return float(size[0]) if size else None


def enlargement(widths: list[float | None]) -> int:
    """Return how many times as large small pictures are shown, so that a pixel can be seen."""
    largest = max((width for width in widths if width), default=0.0)
    return max(1, min(8, int(_ENLARGED / largest))) if 0 < largest <= _SMALL else 1


def decoded_base64(text: str) -> bytes | None:
    """Return the bytes that a text in base64 stands for; ``None`` where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _size(raw: bytes | None) -> tuple[int, int] | None:
    """Return the size that a picture's head tells, nothing of it decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is only a warning to Pillow
            with Image.open(io.BytesIO(raw or b"")) as picture:
                return picture.width, picture.height * getattr(picture, "n_frames", 1)
    except Exception:  # noqa: BLE001 - Pillow raises whatever a hostile file makes it raise
        return None


def _frames(value: object) -> Frames:
    """Return a picture's frames as rows, columns and channels; nothing where it cannot be read."""
    text = _joined(value)
    if "<svg" in text[:4000]:
        drawn = draw(text)
        return [] if drawn is None else [drawn]
    raw = decoded_base64(text)
    size = _size(raw)
    if raw is None or size is None or size[0] * size[1] > MAX_PIXELS:
        return []
    found = decode(raw)
    return [np.nan_to_num(np.atleast_3d(frame)) for frame in found[1]] if found else []


def _first_unequal(one: Frames, other: Frames) -> tuple[int, tuple[NDArray[Any], NDArray[Any]]]:
    pairs = list(zip(one, other, strict=False))
    number = next((n for n, (a, b) in enumerate(pairs) if a.shape != b.shape or not np.array_equal(a, b)), 0)
    a, b = pairs[number]
    if a.shape[2] != b.shape[2] or a.dtype != b.dtype:  # one holds more than 8 bits: as far as both can be shown
        a, b = (np.repeat(_grey(side)[..., None], 4, axis=2).astype(np.uint8) for side in (a, b))
    return number, (a, b)


def _on_canvas(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    canvas = np.full((height, width, pixels.shape[2]), 255 if pixels.dtype == np.uint8 else 0, dtype=pixels.dtype)
    canvas[: pixels.shape[0], : pixels.shape[1]] = pixels
    return canvas


def _range(pixels: NDArray[Any]) -> float:
    """Return by how much a channel can differ."""
    return 255.0 if pixels.dtype == np.uint8 else max(float(np.ptp(pixels)), 1.0)


def _grey(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Return a picture in grey on white paper, from 0 to 255."""
    if pixels.dtype != np.uint8:
        plain = pixels.mean(axis=2) - float(pixels.min())
        return np.asarray(plain * (255 / _range(pixels)), dtype=np.float64)
    grey = pixels[..., :3].mean(axis=2)
    if pixels.shape[2] == 4:  # noqa: PLR2004 - red, green, blue and how opaque
        grey = 255 - (255 - grey) * (pixels[..., 3] / 255)
    return np.asarray(grey, dtype=np.float64)


def _painted(grey: NDArray[np.float64], share: NDArray[np.float64], changed: NDArray[np.bool_]) -> str:
    """Return the difference as a data URI: spots are spread so that they are seen once the page has shrunk it."""
    strength = np.where(changed, 0.45 + 0.55 * np.clip(share * 2.6, 0, 1), 0)
    reach = math.ceil(grey.shape[1] / _COLUMN) if changed.mean() < 0.02 and grey.shape[1] > _SMALL else 0  # noqa: PLR2004
    spots = Image.fromarray((strength * 255).round().astype(np.uint8))
    wide = spots.filter(ImageFilter.MaxFilter(2 * min(reach, 5) + 1)) if reach else spots
    pale = np.repeat((255 - (255 - grey) * 0.22)[:, :, None], 3, axis=2)
    weight = (np.asarray(wide, dtype=np.float64) / 255)[:, :, None]
    picture = Image.fromarray((pale * (1 - weight) + np.array(MARK) * weight).round().astype(np.uint8))
    _ring(picture, changed)
    buffer = io.BytesIO()
    picture.quantize(64).save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def _ring(picture: Image.Image, changed: NDArray[np.bool_]) -> None:
    """Draw a ring round a spot that the eye would miss."""
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    extent = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    if extent > max(picture.size) * 0.12 or max(picture.size) <= _SMALL:
        return
    radius = extent / 2 + max(picture.size) * 0.05
    x, y = (columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(picture).ellipse(box, outline=MARK, width=max(1, round(picture.width / _COLUMN * 1.5)))


def _words(pair: tuple[NDArray[Any], NDArray[Any]], distance: NDArray[Any], changed: NDArray[np.bool_]) -> str:
    left, right = pair
    share = float(changed.mean())
    percent = f"{share:.1%}" if share >= 0.001 else "less than 0.1%"  # noqa: PLR2004 - a tenth of a percent
    parts = [f"{percent} of the pixels differ" if changed.any() else "every pixel is the same"]
    if left.shape != right.shape:
        parts.append(f"size {left.shape[1]} x {left.shape[0]} → {right.shape[1]} x {right.shape[0]}")
    if distance.any():
        of = " of 255" if left.dtype == np.uint8 else ""
        parts.append(f"by up to {float(distance.max()):g}{of}")
    return ", ".join(parts)
