"""The page on similarity says what the comparators do."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from nbrepro.compare.base import Rules
from nbrepro.compare.builtin import BUILTIN, default_registry
from nbrepro.compare.outputs import compare_outputs, read_outputs

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "similarity.md").read_text(encoding="utf-8")
DESCRIBED, EXAMPLES = PAGE.split("## Examples")
ROW = re.compile(
    r"^\| `(?P<mime>[^`]+)` \| `(?P<one>.+)` \| `(?P<other>.+)` \| (?P<similarity>[\d.]+) \|$", re.MULTILINE
)


def similarity(mime: str, reference: object, candidate: object) -> float:
    return default_registry().find(mime).compare(reference, candidate, Rules()).similarity


def test_every_type_with_a_comparator_is_described() -> None:
    first_cells = [line.split(" | ")[0] for line in DESCRIBED.splitlines() if line.startswith("| `")]
    named = {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}
    assert named == {mime for comparator in BUILTIN for mime in comparator.mimes}


@pytest.mark.parametrize("row", list(ROW.finditer(EXAMPLES)), ids=lambda row: f"{row['mime']} {row['similarity']}")
def test_the_examples_come_out_as_written(row: re.Match[str]) -> None:
    found = similarity(row["mime"], json.loads(row["one"]), json.loads(row["other"]))
    assert round(found, 3) == float(row["similarity"])


def test_no_example_is_left_out() -> None:
    assert len(list(ROW.finditer(EXAMPLES))) == EXAMPLES.count("\n| `") > 15


def png(pixels: NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_picture_has_less_the_more_of_it_changed_and_none_at_another_size() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64), dtype=np.uint8)
    few, many = pixels.copy(), pixels.copy()
    few[:8, :8], many[:32] = 255 - few[:8, :8], 255 - many[:32]
    scores = [similarity("image/png", png(pixels), png(other)) for other in (pixels, few, many, pixels[:32])]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert scores[3] == 0


def test_an_output_that_only_one_side_has_or_of_another_type_has_none() -> None:
    shown = read_outputs([{"output_type": "display_data", "data": {"text/plain": "a"}}], {})
    table = read_outputs([{"output_type": "display_data", "data": {"text/html": "<p>a</p>"}}], {})
    for one, other in ((shown, []), ([], shown), (shown, table)):
        (result,) = compare_outputs(one, other, Rules(), default_registry())
        assert result.similarity == 0
