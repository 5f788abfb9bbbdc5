"""What a widget keeps in binary buffers is part of what it shows."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.builtin import default_registry
from nbrepro.compare.widgets import WidgetComparator
from nbrepro.compare.widgetstates import resolve
from nbrepro.records import Verdict


def array(*values: float) -> str:
    return base64.b64encode(np.array(values).tobytes()).decode()


def widget(state: dict[str, Any], data: str, *path: str | int) -> Any:
    buffers = [{"path": list(path), "data": data, "encoding": "base64"}]
    model = {"model_name": "FigureModel", "state": state, "buffers": buffers}
    return resolve({"model_id": "a"}, {"a": model})


def compare(one: Any, other: Any) -> Comparison:
    return WidgetComparator(default_registry).compare(one, other, Rules())


@pytest.mark.parametrize(("last", "verdict"), [(3.0 + 1e-12, Verdict.WITHIN_TOLERANCE), (3.5, Verdict.DIFFERENT)])
def test_an_array_in_a_buffer_is_compared_by_its_numbers(last: float, verdict: Verdict) -> None:
    state = {"_data": [{"x": {"dtype": "float64", "shape": [2]}}]}
    one, other = (widget(state, array(1.0, value), "_data", 0, "x", "value") for value in (3.0, last))
    comparison = compare(one, other)
    assert comparison.verdict is verdict
    assert all(difference.where == "_data[0].x[1]" for difference in comparison.differences)


def test_other_bytes_are_compared_byte_by_byte() -> None:
    one, other = (widget({"value": None}, base64.b64encode(data).decode(), "value") for data in (b"ab", b"ac"))
    assert compare(one, one).verdict is Verdict.IDENTICAL
    assert not compare(one, other).passes


@pytest.mark.parametrize("path", [("gone", "value"), (0,), ()])
def test_a_buffer_without_a_place_is_compared_all_the_same(path: tuple[str | int, ...]) -> None:
    one, other = (widget({"value": 1}, data, *path) for data in ("YQ==", "Yg=="))
    assert not compare(one, other).passes
