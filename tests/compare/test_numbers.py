from __future__ import annotations

import pytest

from nbrepro.compare.base import Rules
from nbrepro.compare.numbers import judge, judge_values


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0.3", "0.30000000000000004", "close"),
        ("0.913", "0.914", "far"),
        ("0.123456", "0.123457", "close"),
        ("0.12345", "0.12346", "far"),
        ("0.00012", "0.00013", "far"),
        ("1.23456e-05", "1.23457e-05", "close"),
        ("12345.6", "12345.7", "close"),
        ("1234567.", "1234568.", "far"),
        ("1.", "1.00000001", "close"),
        ("1.0", "1.", "same"),
        ("1e-05", "0.00001", "same"),
        ("1", "1.0", "far"),
        ("1", "2", "far"),
        ("123456789", "123456780", "far"),
        ("0.0", "-0.0", "close"),
        ("0.0", "1e-17", "close"),
        ("1.1e-16", "3.3e-16", "close"),
        ("6.62e-34", "6.7e-34", "far"),
        ("0.0", "1e-30", "close"),
        ("nan", "1.0", "far"),
        ("1e999", "2e999", "far"),
        ("1.5", "-1.5", "far"),
        ("1+2j", "1+2.0000000001j", "close"),
        ("1+2j", "1+3j", "far"),
        ("x", "1.0", "far"),
    ],
)
def test_printed_numbers(one: str, other: str, expected: str) -> None:
    for pair in ((one, other), (other, one)):
        judged = judge([pair[0]], [pair[1]], Rules())
        said = "same" if judged.same[0] else "close" if judged.close[0] else "far"
        assert said == expected


def test_many_floats_at_once_are_judged_as_each_alone() -> None:
    ones = ["0.3", "0.913", "0.123456", "1.", "0.0", "1234567."]
    others = ["0.30000000000000004", "0.914", "0.123457", "1.0", "-0.0", "1234568."]
    together = judge(ones, others, Rules())
    for i, (one, other) in enumerate(zip(ones, others, strict=True)):
        alone = judge([one, "1"], [other, "1"], Rules())
        assert (together.same[i], together.close[i]) == (alone.same[0], alone.close[0])


def test_the_distance_is_relative_to_the_larger_number() -> None:
    assert judge(["1.0"], ["2.0"], Rules()).distance[0] == 0.5


def test_in_arrays_nan_equals_nan_and_infinity_itself() -> None:
    nan, inf = float("nan"), float("inf")
    judged = judge_values([nan, inf, inf, nan], [nan, inf, -inf, 1.0], Rules())
    assert judged.far.tolist() == [False, False, True, True]


def test_two_readings_of_a_clock_are_no_rounding() -> None:
    pairs = ["1795468000.12", "1795468000.1234567"], ["1795468003.5", "1795468000.1234569"]
    assert judge(*pairs, Rules()).close.tolist() == [False, True]
    assert judge(*pairs, Rules(rtol=1e-3)).close.tolist() == [True, True]
