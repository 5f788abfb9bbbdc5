"""Laws that hold for any outputs."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.compare import Comparison, Rules, compare_notebooks, default_registry
from nbrepro.compare.masking import mask
from nbrepro.compare.terminal import render
from nbrepro.compare.text import compare_text
from nbrepro.compare.tokens import tokenise
from nbrepro.config import Settings
from nbrepro.records import Verdict

FRAGMENTS = st.sampled_from(
    [
        "0.913", "1", "-2.5e-3", "nan", "[1, 2]", "{'a', 'b'}", "<A at 0x7f8b5c0f2de0>", "/tmp/tmpab12cd_9", "\r", "\b",
        "\x1b[31m", "\n", "  ", "100%|███| 3/3 [00:01<00:00, 2.5it/s]", "np.float64(0.5)", "...", "'a  b'", "{", "}",
        "\\\n", "word", "2024-01-01", "10:00:00", "1.2.3", "(1+2j)", "Wall time: 3 ms", "\ufdd0", "é",
    ]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS | st.text(max_size=6), max_size=12).map("".join)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
MIMES = st.sampled_from(
    [
        "text/plain",
        "text/html",
        "text/markdown",
        "text/latex",
        "image/png",
        "image/svg+xml",
        "application/json",
        "application/pdf",
        "application/javascript",
        "application/vnd.plotly.v1+json",
        "application/vnd.vegalite.v5+json",
        "application/vnd.jupyter.widget-view+json",
        "application/x-odd",
    ]
)
VALUES = (
    TEXTS
    | TREES
    | st.binary(max_size=40).map(lambda raw: base64.b64encode(raw).decode())
    | st.lists(st.text(max_size=5), max_size=3)
)
OUTPUTS = st.lists(
    st.one_of(
        st.builds(
            lambda name, text: {"output_type": "stream", "name": name, "text": text},
            st.sampled_from(["stdout", "stderr"]),
            TEXTS,
        ),
        st.builds(
            lambda data: {"output_type": "display_data", "data": data, "metadata": {}},
            st.dictionaries(MIMES, VALUES, max_size=3),
        ),
        st.builds(
            lambda a, b: {"output_type": "error", "ename": a, "evalue": b, "traceback": []}, st.text(max_size=4), TEXTS
        ),
    ),
    max_size=4,
)


def notebook(outputs: list[Any]) -> Any:
    built = new_notebook(cells=[new_code_cell("x", execution_count=1, id="c")])
    built.cells[0]["outputs"] = outputs
    return built


def compared(one: list[Any], other: list[Any]) -> Verdict:
    (result,) = compare_notebooks(notebook(one), notebook(other), Settings())
    assert result.verdict.passes or result.differences
    return result.verdict


@given(TEXTS)
def test_a_text_is_identical_to_itself(text: str) -> None:
    assert compare_text(text, text, Rules()) == Comparison.identical()


@given(TEXTS, TEXTS)
def test_texts_are_judged_the_same_both_ways(one: str, other: str) -> None:
    assert compare_text(one, other, Rules()).verdict is compare_text(other, one, Rules()).verdict


@given(TEXTS, TEXTS, st.floats(0, 1), st.floats(0, 1))
def test_a_wider_tolerance_never_fails_what_passed(one: str, other: str, narrow: float, wide: float) -> None:
    narrow, wide = sorted((narrow, wide))
    if compare_text(one, other, Rules(rtol=narrow, atol=narrow)).passes:
        assert compare_text(one, other, Rules(rtol=wide, atol=wide)).passes


@given(TEXTS)
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text, Rules(source="time.time() os.getpid()"))
    assert mask(once.text, Rules()).text == once.text


@given(TEXTS)
def test_rendering_twice_is_rendering_once(text: str) -> None:
    assert render(render(text)) == render(text)


@given(TEXTS)
def test_every_sign_that_is_no_white_space_is_in_a_token(text: str) -> None:
    assert "".join(tokenise(text)) == "".join(text.split())


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=20), st.data())
def test_a_changed_float_is_seen_wherever_it_stands(values: list[float], data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(values) - 1))
    changed = [*values]
    changed[position] = values[position] * 1.01 + 0.5
    assert not compare_text(repr(values), repr(changed), Rules()).passes


@settings(max_examples=200)
@given(MIMES, VALUES, VALUES)
def test_no_value_of_any_type_raises(mime: str, one: Any, other: Any) -> None:
    comparison = default_registry().find(mime).compare(one, other, Rules())
    assert 0 <= comparison.similarity <= 1
    assert comparison.passes == (not comparison.differences)


@settings(max_examples=200)
@given(MIMES, VALUES, VALUES)
def test_values_of_any_type_are_judged_the_same_both_ways(mime: str, one: Any, other: Any) -> None:
    comparator = default_registry().find(mime)
    assert comparator.compare(one, other, Rules()).verdict is comparator.compare(other, one, Rules()).verdict


@settings(max_examples=150)
@given(OUTPUTS)
def test_outputs_are_identical_to_themselves(outputs: list[Any]) -> None:
    assert compared(outputs, outputs) is Verdict.IDENTICAL


@settings(max_examples=150)
@given(OUTPUTS, OUTPUTS)
def test_outputs_pass_or_fail_the_same_both_ways(one: list[Any], other: list[Any]) -> None:
    assert compared(one, other).passes == compared(other, one).passes
