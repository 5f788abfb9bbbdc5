"""White space and order: what carries a result, and what does not."""

from __future__ import annotations

import pytest

from nbrepro.compare.base import Rules
from nbrepro.compare.text import compare_text
from nbrepro.records import Verdict

RULES = Rules()
NESTED = "model:\n  depth: 3\n  optimiser:\n    rate: 0.1\n  seed: 1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NESTED, NESTED.replace("  seed", "seed")),
        (NESTED, NESTED.replace("  seed", "    seed")),
        ("for i in x:\n    f(i)\n    g(i)", "for i in x:\n    f(i)\ng(i)"),
        ("- a\n  - b", "- a\n- b"),
    ],
)
def test_a_line_nested_otherwise_differs(one: str, other: str) -> None:
    comparison = compare_text(one, other, RULES)
    assert comparison.verdict is Verdict.DIFFERENT
    assert comparison.differences[0].where.endswith("indented otherwise")


def test_a_value_behind_another_tab_differs() -> None:
    comparison = compare_text("a\tb\nx\t1\t\ny\t\t2", "a\tb\nx\t\t1\ny\t\t2", RULES)
    assert [difference.where for difference in comparison.differences] == ["line 2, in another column"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NESTED, NESTED.replace("  ", "    ")),
        (NESTED, "\n".join("    " + line for line in NESTED.split("\n"))),
        ("   a  b\n0  1  2\n10 3  4", "     a   b\n0    1   2\n10   3   4"),
        ("   5\n  50\n 500", "     5\n    50\n   500"),
        ("result\n0.5", "result\n  0.5"),
        ("[[1, 2],\n [3, 4]]", "[[1, 2], [3, 4]]"),
        ("a\tb", "a b"),
    ],
)
def test_layout_that_keeps_what_is_deeper_than_what_is_equivalent(one: str, other: str) -> None:
    assert compare_text(one, other, RULES).verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{'a:b', 'c'}", "{'c', 'a:b'}"),
        ("{'http://a.org/x', 'http://b.org/y'}", "{'http://b.org/y', 'http://a.org/x'}"),
        ("{'Doe, Jane', 'Poe, Ann'}", "{'Poe, Ann', 'Doe, Jane'}"),
        ("{(1, 2), (3, 4)}", "{(3, 4), (1, 2)}"),
    ],
)
def test_the_order_of_a_set_carries_nothing_whatever_its_strings_hold(one: str, other: str) -> None:
    assert compare_text(one, other, RULES).verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{'Smith, John', 'Doe, Jane'}", "{'Smith, Jane', 'Doe, John'}"),
        (r"\frac{1, 2}{3}", r"\frac{2, 1}{3}"),
        ("a{1, 2}", "a{2, 1}"),
        ("{1: 'a', 2: 'b'}", "{1: 'b', 2: 'a'}"),
    ],
)
def test_other_strings_and_other_braces_keep_their_order(one: str, other: str) -> None:
    assert compare_text(one, other, RULES).verdict is Verdict.DIFFERENT


def test_beside_a_set_in_another_order_only_what_changed_is_told() -> None:
    comparison = compare_text("{'b', 'a'}\nacc 0.5", "{'a', 'b'}\nacc 0.6", RULES)
    assert [difference.where for difference in comparison.differences] == ["line 2, number 1"]


@pytest.mark.parametrize("sentence", ["The mean is {}.", "It is {}, or so.", "RMSE: {}...", "({})."])
def test_a_number_is_one_at_the_end_of_a_sentence_as_well(sentence: str) -> None:
    one, near, far = (sentence.format(number) for number in ("0.7500000000000001", "0.75", "0.76"))
    assert compare_text(one, near, RULES).verdict is Verdict.WITHIN_TOLERANCE
    (difference,) = compare_text(one, far, RULES).differences
    assert (difference.reference, difference.candidate) == ("0.7500000000000001", "0.76")
