"""SVG drawn to pixels, where resvg is installed."""

from __future__ import annotations

import re

import pytest

from nbrepro.compare.base import Rules
from nbrepro.compare.drawing import draw
from nbrepro.compare.svg import compare_svg
from nbrepro.records import Verdict

pytest.importorskip("resvg_py")

SHEET = '<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="20pt" viewBox="0 0 40 20">{}</svg>'
PLAIN = SHEET.format('<rect x="4" y="4" width="10" height="8" fill="#ff0000"/>')
GROUPED = SHEET.format('<g style="fill:#ff0000"><path d="M4 4h10v8h-10z"/></g>')


def test_trees_of_another_form_that_draw_the_same_pixels_are_equivalent() -> None:
    comparison = compare_svg(PLAIN, GROUPED, Rules())
    assert comparison.verdict is Verdict.EQUIVALENT
    assert "draw the same pixels" in str(comparison.reason)
    kept = Rules(keep_masks=frozenset({"svg-markup"}))
    assert compare_svg(PLAIN, GROUPED, kept).verdict is Verdict.DIFFERENT


def test_a_real_difference_tells_the_share_of_the_pixels() -> None:
    comparison = compare_svg(PLAIN, GROUPED.replace("h10", "h20").replace("h-10", "h-20"), Rules())
    assert comparison.verdict is Verdict.DIFFERENT
    share = re.search(r"drawn, ([\d.]+)% of the pixels differ", str(comparison.reason))
    assert share is not None
    assert float(share[1]) == pytest.approx(10, abs=0.2)


def test_a_value_too_small_to_be_seen_is_a_difference_all_the_same() -> None:
    comparison = compare_svg(PLAIN, PLAIN.replace('"10"', '"10.0001"'), Rules())
    assert comparison.verdict is Verdict.DIFFERENT


def test_nothing_outside_the_drawing_is_read() -> None:
    assert draw(SHEET.format('<rect width="9" height="9"/>')) is not None
    assert draw(SHEET.format('<image href="/etc/hostname"/><rect width="9" height="9"/>')) is None
    assert draw("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + PLAIN) is None
