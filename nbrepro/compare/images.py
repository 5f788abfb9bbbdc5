"""Raster images: decoded, then size, mode, frames and pixels; what else the file holds is ignored."""

from __future__ import annotations

import io
import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.binary import differ_in_bytes, value_bytes
from nbrepro.records.digests import digest_bytes, short

MAX_PIXELS = 100_000_000
"""Pixels of all frames together; beyond, an image is compared by its bytes."""

Pixels = NDArray[np.int16]


class ImageComparator:
    """PNG, JPEG, GIF, WebP, and whatever else Pillow decodes."""

    name: ClassVar[str] = "image"
    mimes: ClassVar[tuple[str, ...]] = ("image/*",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 75

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two images by what they show."""
        if reference == candidate:
            return Comparison.identical()
        return compare_images(value_bytes(reference), value_bytes(candidate), rules)


def compare_images(reference: bytes, candidate: bytes, rules: Rules) -> Comparison:
    """Compare two image files; what cannot be decoded is compared by bytes."""
    ledger = Ledger()
    one, other = decode(reference), decode(candidate)
    if reference == candidate:
        ledger.ignore("encoding")
    elif one is None or other is None:
        differ_in_bytes(ledger, reference, candidate)
        ledger.remark("not decoded as an image, compared by bytes")
    elif _same_shape(one, other, ledger):
        _compare_frames(ledger, one[1], other[1], rules)
    return ledger.conclude(rules)


def decode(data: bytes) -> tuple[str, list[NDArray[Any]]] | None:
    """Return the kind of pixels and the frames; ``None`` for what is no picture, or one too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                count = getattr(image, "n_frames", 1)
                if image.width * image.height * count > MAX_PIXELS:
                    return None
                kind = _kind(image.mode)
                mode = "RGBA" if kind in ("grey", "colour") else image.mode
                return kind, [np.asarray(frame.convert(mode)) for frame in ImageSequence.Iterator(image)]
    except Exception:  # noqa: BLE001 - a broken image may raise anything in its decoder
        return None


def fingerprint(data: bytes) -> str:
    """Return a name that two images share if they show the same, whatever else their files hold."""
    decoded = decode(data)
    if decoded is None:
        return f"file {short(digest_bytes(data))}"
    kind, frames = decoded
    pixels = digest_bytes(b"".join(frame.tobytes() for frame in frames))
    return f"{kind} image of {_size(frames)}, {short(pixels)}"


def _kind(mode: str) -> str:
    """Return ``grey`` or ``colour``: a palette and an opaque alpha channel are ways to store, not to show."""
    if mode in ("1", "L", "LA"):
        return "grey"
    return "colour" if mode in ("P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr") else mode


def _same_shape(one: tuple[str, list[NDArray[Any]]], other: tuple[str, list[NDArray[Any]]], ledger: Ledger) -> bool:
    if _size(one[1]) != _size(other[1]):
        ledger.differ("size", _size(one[1]), _size(other[1]))
    if len(one[1]) != len(other[1]):
        ledger.differ("frames", str(len(one[1])), str(len(other[1])))
    if one[0] != other[0]:
        ledger.differ("mode", one[0], other[0])
    if ledger.count:
        ledger.weigh(0, 1)
    return not ledger.count


def _size(frames: list[NDArray[Any]]) -> str:
    return f"{frames[0].shape[1]} x {frames[0].shape[0]} pixels"


def _compare_frames(ledger: Ledger, one: list[NDArray[Any]], other: list[NDArray[Any]], rules: Rules) -> None:
    for number, (a, b) in enumerate(zip(one, other, strict=True)):
        gap = np.abs(a.astype(np.float64 if a.dtype.kind == "f" else np.int64) - b)
        gap = gap if gap.ndim == 3 else gap[..., None]  # noqa: PLR2004 - rows, columns, channels
        largest = float(gap.max(initial=0))
        ledger.weigh(similarity(a, b), 1)
        if largest == 0:
            continue
        changed = gap.max(axis=2) > 0
        if largest <= rules.pixel_tolerance and a.dtype == np.uint8:
            ledger.tolerate(largest / 255)
        else:
            _note_pixels(ledger, changed, largest, f"frame {number + 1}, " if len(one) > 1 else "")
    if ledger.close and not ledger.count:
        ledger.remark(f"no colour channel differs by more than {rules.pixel_tolerance} of 255")
    if not (ledger.close or ledger.count):
        ledger.ignore("image-encoding")


def _note_pixels(ledger: Ledger, changed: NDArray[np.bool_], largest: float, frame: str) -> None:
    share = float(changed.mean())
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    box = f"columns {columns[0]} to {columns[-1]}, rows {rows[0]} to {rows[-1]}"
    ledger.differ(f"{frame}{share:.2%} of pixels, in {box}", None, f"largest change of a channel: {largest:g}", share)


_BLOCK = 8


def similarity(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the mean structural similarity of the two pictures in grey, over blocks of 8 by 8 pixels."""
    a, b = _blocks(one), _blocks(other)
    if not a.size:
        return 1.0
    mean_a, mean_b = a.mean(axis=-1), b.mean(axis=-1)
    covariance = (a * b).mean(axis=-1) - mean_a * mean_b
    variances = a.var(axis=-1) + b.var(axis=-1)
    c1, c2 = 6.5025, 58.5225  # (0.01 · 255)², (0.03 · 255)², as in the definition of SSIM
    score = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / ((mean_a**2 + mean_b**2 + c1) * (variances + c2))
    return float(np.clip(score.mean(), 0, 1))


def _blocks(image: NDArray[Any]) -> NDArray[np.float64]:
    grey = image[..., :3].mean(axis=-1) if image.ndim == 3 else image.astype(np.float64)  # noqa: PLR2004 - as above
    rows, columns = -(-grey.shape[0] // _BLOCK) * _BLOCK, -(-grey.shape[1] // _BLOCK) * _BLOCK
    padded = np.zeros((rows, columns))
    padded[: grey.shape[0], : grey.shape[1]] = grey
    split = padded.reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK).transpose(0, 2, 1, 3)
    return split.reshape(-1, _BLOCK * _BLOCK)
