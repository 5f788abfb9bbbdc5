from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from nbrepro.report.images import MARK, MAX_ENCODED, data_uri, difference


def png(colour: str, size: tuple[int, int] = (20, 10), mode: str = "RGB") -> str:
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def painted(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("RGB")


def test_equal_pixels_of_unequal_files_show_no_difference() -> None:
    found = difference(png("white"), png("white", mode="RGBA"))
    assert found is not None
    assert found.words == "every pixel is the same"


def test_changed_pixels_are_painted_in_the_mark() -> None:
    found = difference(png("white"), png("black"))
    assert found is not None
    assert found.words.startswith("100.0% of the pixels differ")
    assert all(abs(a - b) < 8 for a, b in zip(painted(found.uri).getpixel((3, 3)), MARK, strict=True))  # type: ignore[arg-type]


def test_pictures_of_unequal_size_are_told_so() -> None:
    found = difference(png("white"), png("white", (30, 10)))
    assert found is not None
    assert "size 20 x 10 → 30 x 10" in found.words
    assert painted(found.uri).size == (30, 10)


@pytest.mark.parametrize("value", ["", "no base64!", base64.b64encode(b"no picture").decode(), 3, None])
def test_what_is_no_picture_has_no_difference(value: object) -> None:
    assert difference(value, png("white")) is None


def test_only_known_types_become_pictures() -> None:
    assert data_uri("image/png", png("red")) == f"data:image/png;base64,{png('red')}"
    assert data_uri("text/html", "<b>") is None
    assert data_uri("image/x-unknown", png("red")) is None


def test_a_giant_picture_is_not_embedded() -> None:
    assert data_uri("image/png", "A" * 4 * (MAX_ENCODED // 4 + 1)) is None
