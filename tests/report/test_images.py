from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from nbrepro.report.images import MARK, MAX_ENCODED, data_uri, difference, enlargement, natural_width


def png(colour: str, size: tuple[int, int] = (20, 10), mode: str = "RGB") -> str:
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def painted(uri: str | None) -> Image.Image:
    assert uri is not None
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


def gif(*greys: int) -> str:
    frames = [Image.new("L", (20, 10), grey) for grey in greys]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def test_of_a_moving_picture_the_frame_that_differs_is_shown() -> None:
    found = difference(gif(0, 80), gif(0, 140))
    assert found is not None
    assert found.words == "frame 2: 100.0% of the pixels differ, by up to 60 of 255"


def test_a_lost_frame_leaves_nothing_to_paint() -> None:
    found = difference(gif(0, 80, 160), gif(0, 80))
    assert found is not None
    assert (found.uri, found.words) == (None, "the frames that both have are the same")


def test_sixteen_bits_are_compared_by_their_own_values() -> None:
    sides = []
    for step in (0, 500):
        buffer = io.BytesIO()
        Image.fromarray((np.arange(400).reshape(20, 20) * 100 + step).astype(np.uint16)).save(buffer, "PNG")
        sides.append(base64.b64encode(buffer.getvalue()).decode("ascii"))
    found = difference(*sides)
    assert found is not None
    assert found.words == "100.0% of the pixels differ, by up to 500"


def test_a_single_pixel_gets_a_ring() -> None:
    image = Image.new("RGB", (400, 300), "white")
    before = io.BytesIO()
    image.save(before, "PNG")
    image.putpixel((200, 150), (0, 0, 0))
    after = io.BytesIO()
    image.save(after, "PNG")
    found = difference(*(base64.b64encode(side.getvalue()).decode("ascii") for side in (before, after)))
    assert found is not None
    row = np.asarray(painted(found.uri))[150]
    marked = np.flatnonzero(np.abs(row.astype(int) - MARK).max(axis=1) < 60)
    assert marked.min() < 185
    assert marked.max() > 215


@pytest.mark.parametrize(
    ("mime", "value", "width"),
    [
        ("image/png", png("red", (30, 10)), 30),
        ("image/svg+xml", '<svg width="72pt" height="10pt"></svg>', 96),
        ("image/svg+xml", '<svg viewBox="0 0 1 1"></svg>', None),
        ("image/svg+xml", '<svg width="1.2.3pt"></svg>', None),
        ("image/png", "no picture", None),
        ("image/png", None, None),
    ],
)
def test_how_wide_a_picture_is_shown(mime: str, value: object, width: float | None) -> None:
    assert natural_width(mime, value) == width


@pytest.mark.parametrize(("widths", "times"), [([10, 10], 8), ([64, None], 3), ([96], 2), ([640], 1), ([None], 1)])
def test_small_pictures_are_enlarged(widths: list[float | None], times: int) -> None:
    assert enlargement(widths) == times


def test_a_picture_of_floats_without_values_is_shown_as_far_as_it_goes() -> None:
    sides = []
    for value in (np.nan, 3.0):
        buffer = io.BytesIO()
        Image.fromarray(np.full((20, 20), value, dtype=np.float32)).save(buffer, "TIFF")
        sides.append(base64.b64encode(buffer.getvalue()).decode("ascii"))
    found = difference(*sides)
    assert found is not None
    assert found.words == "100.0% of the pixels differ, by up to 3"
