"""Tolerance that is learned from further runs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.compare import Rules, compare_notebooks
from nbrepro.compare.calibration import learn
from nbrepro.compare.metrics import METRIC, MetricComparator
from nbrepro.compare.parts import take_apart
from nbrepro.compare.student import Limits, coverage, quantile, spread_of
from nbrepro.compare.testing import ComparatorTests
from nbrepro.config import Settings
from nbrepro.records import CellResult, Spread, Verdict
from nbrepro.records.record import plain

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=12)


def run_of(*outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    """A run of one cell; a text is printed, a bundle displayed."""
    cell = new_code_cell("f()", id="c0", execution_count=1, metadata={"tags": list(tags)})
    cell.outputs = [
        new_output("stream", name="stdout", text=o) if isinstance(o, str) else new_output("display_data", data=o)
        for o in outputs
    ]
    return new_notebook(cells=[cell])


def judged(reference: Any, runs: list[Any], candidate: Any, settings: Settings | None = None) -> CellResult:
    """The verdict on a candidate by a reference that was calibrated with these runs."""
    settings = settings or Settings()
    for index, known in learn(reference, runs, settings).items():
        reference.cells[index].metadata["nbrepro"] = {"calibration": plain(known)}
    (result,) = compare_notebooks(reference, candidate, settings)
    return result


def by_texts(*texts: str) -> CellResult:
    """The verdict on the last text by the others."""
    reference, *runs, candidate = [run_of(text) for text in texts]
    return judged(reference, runs, candidate)


@pytest.mark.parametrize(
    ("level", "freedom", "tabled"),
    [(0.95, 1, 12.706), (0.99, 2, 9.925), (0.99, 4, 4.604), (0.999, 9, 4.781), (0.95, 30, 2.042)],
)
def test_the_quantiles_are_those_of_the_tables(level: float, freedom: int, tabled: float) -> None:
    assert quantile(level, freedom) == pytest.approx(tabled, abs=1e-3)


@given(st.floats(0.5, 0.99999), st.integers(1, 60))
def test_a_quantile_covers_its_level(level: float, freedom: int) -> None:
    assert coverage(quantile(level, freedom), freedom) == pytest.approx(level, abs=1e-9)


@given(VALUES, st.floats(0.51, 0.9999), st.floats(0, 1))
def test_a_value_inside_the_observed_range_always_passes(values: list[float], level: float, share: float) -> None:
    value = min(max(values), max(min(values), min(values) + share * (max(values) - min(values))))
    assert Limits(spread_of(0, values), level).allow(value)


@given(VALUES, st.floats(-1e7, 1e7), st.floats(1, 100), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_wider_calibration_never_fails_what_a_narrower_passes(
    values: list[float], value: float, factor: float, below: float, above: float
) -> None:
    narrow = spread_of(0, values)
    wide = Spread(
        position=0, n=narrow.n, mean=narrow.mean, sd=narrow.sd * factor, min=narrow.min - below, max=narrow.max + above
    )
    assert Limits(wide, 0.99).allow(value) or not Limits(narrow, 0.99).allow(value)


@given(VALUES, st.floats(-1e7, 1e7))
def test_a_higher_level_never_fails_what_a_lower_passes(values: list[float], value: float) -> None:
    spread = spread_of(0, values)
    assert Limits(spread, 0.999).allow(value) or not Limits(spread, 0.95).allow(value)


@given(
    st.text() | st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
)
def test_a_value_taken_apart_goes_together_again(value: Any) -> None:
    parts = take_apart("text/html" if isinstance(value, str) else "application/json", value, Rules())
    assert parts is not None
    assert parts.rebuild(parts.tokens) == parts.value


def test_a_number_that_varies_is_judged_by_its_spread_and_the_reason_names_the_test() -> None:
    inside = by_texts("loss 0.50 in 3", "loss 0.52 in 3", "loss 0.49 in 3", "loss 0.53 in 3")
    assert inside.verdict is Verdict.WITHIN_TOLERANCE
    assert "Student's t, 2 degrees of freedom, level 0.99" in str(inside.reason)
    outside = by_texts("loss 0.50 in 3", "loss 0.52 in 3", "loss 0.49 in 3", "loss 0.93 in 3")
    assert outside.verdict is Verdict.DIFFERENT
    assert "and outside the prediction interval" in str(outside.reason)


def test_a_number_that_never_varied_is_judged_as_strictly_as_without() -> None:
    result = by_texts("loss 0.50 in 3", "loss 0.52 in 3", "loss 0.49 in 3", "loss 0.51 in 4")
    assert result.verdict is Verdict.DIFFERENT
    assert [(d.reference, d.candidate) for d in result.differences] == [("3", "4")]


def test_a_number_never_becomes_nan_by_calibration() -> None:
    assert by_texts("loss 0.50", "loss 0.52", "loss 0.49", "loss nan").verdict is Verdict.DIFFERENT


def test_a_word_that_varied_is_set_aside_and_the_rest_compared() -> None:
    assert by_texts("won by ann, 3", "won by bob, 3", "won by eve, 3").verdict is Verdict.WITHIN_TOLERANCE
    assert by_texts("won by ann, 3", "won by bob, 3", "won by eve, 4").verdict is Verdict.DIFFERENT


def test_an_output_whose_structure_varied_is_not_compared_and_says_so() -> None:
    result = by_texts("a b", "a b c", "a b c d")
    assert result.verdict is Verdict.NOT_COMPARED
    assert "its structure varied" in str(result.reason)


def test_the_level_holds_for_all_numbers_of_the_notebook_together() -> None:
    assert "level 0.995" in str(by_texts("0.50 0.1", "0.52 0.2", "0.49 0.1", "0.531 0.15").reason)


def test_arrays_of_plots_are_followed_number_by_number() -> None:
    def plot(*values: float) -> Any:
        return run_of({"application/vnd.plotly.v1+json": {"data": [{"y": list(values), "type": "bar"}]}})

    runs = [plot(1.0, 2.1), plot(1.0, 2.3)]
    assert judged(plot(1.0, 2.0), runs, plot(1.0, 2.2)).verdict is Verdict.WITHIN_TOLERANCE
    assert judged(plot(1.0, 2.0), runs, plot(1.1, 2.2)).verdict is Verdict.DIFFERENT


def metric(value: float, **declared: float) -> Any:
    return {
        METRIC: {"name": "auc", "value": value, "rtol": None, "atol": None, **declared},
        "text/plain": f"auc = {value}",
    }


def test_the_narrowest_rule_wins_and_is_named() -> None:
    wide = Settings().changed({"rtol": 0.5}, "the project")
    (by_project,) = compare_notebooks(run_of("0.5"), run_of("0.6"), wide)
    assert "set by the project" in str(by_project.reason)
    (by_tag,) = compare_notebooks(run_of("0.5"), run_of("0.6", tags=("nbrepro-rtol=0.3",)), wide)
    assert "rtol=0.3 (set by the cell's tag)" in str(by_tag.reason)
    strict = run_of(metric(0.6, rtol=0.01), tags=("nbrepro-rtol=0.3",))
    assert compare_notebooks(run_of(metric(0.5)), strict, wide)[0].verdict is Verdict.DIFFERENT
    loose = run_of(metric(0.6, rtol=0.4))
    (by_metric,) = compare_notebooks(run_of(metric(0.5)), loose, Settings())
    assert "set by the metric" in str(by_metric.reason)


def test_a_metric_that_declares_its_tolerance_is_not_widened_by_calibration() -> None:
    runs = [run_of(metric(value, rtol=0.01)) for value in (0.6, 0.7)]
    result = judged(run_of(metric(0.5, rtol=0.01)), runs, run_of(metric(0.65, rtol=0.01)))
    assert result.verdict is Verdict.DIFFERENT
    assert "declares its tolerance" in str(result.reason)


class TestMetricComparator(ComparatorTests):
    comparator = MetricComparator()
    equal = (
        (metric(0.5)[METRIC], metric(0.5)[METRIC]),
        (metric(0.5, rtol=0.1)[METRIC], metric(0.51, rtol=0.1)[METRIC]),
        (metric(5, atol=1)[METRIC], metric(6, atol=1)[METRIC]),
    )
    unequal = (
        (metric(0.5)[METRIC], metric(0.51)[METRIC]),
        (metric(1)[METRIC], metric(1.0)[METRIC]),
        (metric(0.5)[METRIC], {**metric(0.5)[METRIC], "name": "other"}),
    )


def raised(name: str, message: str, *before: Any) -> Any:
    """A run of one cell that may raise, and does."""
    run = run_of(*before, tags=("raises-exception",))
    run.cells[0].outputs.append(new_output("error", ename=name, evalue=message, traceback=[]))
    return run


def test_an_output_that_some_runs_lacked_may_be_missing_and_the_rest_is_compared() -> None:
    picture, rest = {"text/html": "<b>cached</b>"}, {"text/plain": "3"}
    runs = [run_of(rest), run_of(picture, rest)]
    missing = judged(run_of(picture, rest), runs, run_of(rest))
    assert missing.verdict is Verdict.IDENTICAL  # as far as it was compared
    assert "was there in 2 of 3 runs" in str(missing.reason)
    assert judged(run_of(picture, rest), runs, run_of({"text/plain": "4"})).verdict is Verdict.DIFFERENT
    assert judged(run_of(picture, rest), [run_of(picture, rest)], run_of(rest)).verdict is Verdict.DIFFERENT


def test_an_output_that_only_further_runs_had_may_be_there_in_its_place_only() -> None:
    more, rest = {"text/html": "<b>slow today</b>"}, "3"
    runs = [run_of(rest, more), run_of(rest)]
    assert "is there now is not a difference" in str(judged(run_of(rest), runs, run_of(rest, more)).reason)
    assert judged(run_of(rest), runs, run_of(rest, more)).verdict.passes
    assert judged(run_of(rest), runs, run_of(more, rest)).verdict is Verdict.DIFFERENT
    assert judged(run_of(rest), runs, run_of(rest, {"image/png": "iVBORw0KGgo="})).verdict is Verdict.DIFFERENT
    assert judged(run_of(rest), runs, run_of(rest, more, more)).verdict is Verdict.DIFFERENT


def test_an_exception_that_some_runs_raised_may_be_raised_and_no_other() -> None:
    runs = [raised("TimeoutError", "no answer"), run_of(tags=("raises-exception",))]
    again = judged(run_of(), runs, raised("TimeoutError", "no answer in 3 s"))
    assert again.verdict is Verdict.NOT_COMPARED
    assert "this exception was there in 1 of 3 runs" in str(again.reason)
    assert judged(run_of(), runs, raised("ValueError", "no answer")).verdict is Verdict.ERROR


def test_the_message_of_an_exception_is_judged_by_what_varied_in_it() -> None:
    runs = [raised("ValueError", f"loss {loss} after 3 steps") for loss in (0.52, 0.49)]
    reference = raised("ValueError", "loss 0.5 after 3 steps")
    assert judged(reference, runs, raised("ValueError", "loss 0.51 after 3 steps")).verdict.passes
    assert judged(reference, runs, raised("ValueError", "loss 0.93 after 3 steps")).verdict is Verdict.ERROR
    assert judged(reference, runs, raised("ValueError", "loss 0.51 after 4 steps")).verdict is Verdict.ERROR
    assert judged(reference, runs, raised("KeyError", "loss 0.51 after 3 steps")).verdict is Verdict.ERROR


def test_an_exception_whose_type_varied_may_be_any_that_was_seen() -> None:
    runs = [raised("TimeoutError", "no answer"), raised("ConnectionError", "refused")]
    reference = raised("TimeoutError", "no answer")
    assert judged(reference, runs, raised("ConnectionError", "reset")).verdict is Verdict.NOT_COMPARED
    assert judged(reference, runs, raised("ValueError", "reset")).verdict is Verdict.ERROR
