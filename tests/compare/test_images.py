from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nbrepro.compare.base import Rules
from nbrepro.compare.images import ImageComparator, compare_images, similarity
from nbrepro.compare.svg import compare_svg
from nbrepro.records import Verdict


def png(pixels: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(buffer, "png", **options)
    return buffer.getvalue()


GREY = np.tile(np.arange(0, 200, 5, dtype=np.uint8), (30, 1))


def test_the_share_the_place_and_the_size_of_a_change_are_told() -> None:
    changed = GREY.copy()
    changed[10:13, 20:22] += 50
    comparison = compare_images(png(GREY), png(changed), Rules())
    (difference,) = comparison.differences
    assert difference.where == "0.50% of pixels, in columns 20 to 21, rows 10 to 12"
    assert difference.candidate == "largest change of a channel: 50"
    assert difference.distance == pytest.approx(6 / 1200)


def test_the_pixel_tolerance_is_a_setting() -> None:
    one, other = png(GREY), png(GREY + 3)
    assert compare_images(one, other, Rules()).verdict is Verdict.DIFFERENT
    assert compare_images(one, other, Rules(pixel_tolerance=3)).verdict is Verdict.WITHIN_TOLERANCE
    assert compare_images(one, png(GREY + 1), Rules(pixel_tolerance=0)).verdict is Verdict.DIFFERENT


def test_a_picture_that_claims_to_be_huge_is_compared_by_bytes() -> None:
    def bomb(last: bytes) -> bytes:
        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(last)), (b"IEND", b"")]
        packed = (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(packed)

    comparison = compare_images(bomb(b"a"), bomb(b"b"), Rules())
    assert comparison.verdict is Verdict.DIFFERENT
    assert comparison.reason == "not decoded as an image, compared by bytes"


def test_a_truncated_picture_is_different_from_the_whole_one() -> None:
    whole = png(GREY)
    assert compare_images(whole, whole[:-30], Rules()).verdict is Verdict.DIFFERENT


def test_line_breaks_in_base64_are_no_difference() -> None:
    text = base64.b64encode(png(GREY)).decode()
    broken = "\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    assert ImageComparator().compare(text, broken, Rules()).verdict is Verdict.EQUIVALENT


def test_similarity_falls_with_the_change() -> None:
    small, large = GREY.copy(), GREY.copy()
    small[:4, :4] = 255
    large[:20] = 255
    assert similarity(GREY, GREY) == pytest.approx(1)
    assert 1 > similarity(GREY, small) > similarity(GREY, large) >= 0


def test_entities_in_a_drawing_are_never_unfolded() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><svg><text x="&b;">{}</text></svg>'
    assert compare_svg(bomb.format(1), bomb.format(2), Rules()).verdict is Verdict.DIFFERENT
