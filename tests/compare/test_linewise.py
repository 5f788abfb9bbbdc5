"""Texts of different length: the lines that were lost, came or changed are named, whatever trembles beside them."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nbrepro.compare.base import Rules
from nbrepro.compare.linediff import overlap
from nbrepro.compare.linepairs import common_lines
from nbrepro.compare.matching import match_tokens
from nbrepro.compare.text import compare_text
from nbrepro.compare.tokens import tokenise
from nbrepro.compare.trimming import trim

RULES = Rules()
NOISE = 1e-10
STEPS = 1000


def log(noise: float = 0.0) -> list[str]:
    draw = random.Random(1)
    return [f"step {i}: loss {draw.uniform(1, 5) * (1 + noise)!r}" for i in range(STEPS)]


def places(one: list[str], other: list[str]) -> list[str]:
    comparison = compare_text("\n".join(one), "\n".join(other), RULES)
    assert comparison.count == len(comparison.differences)
    return [difference.where for difference in comparison.differences]


def without(lines: list[str], *lost: int) -> list[str]:
    return [line for i, line in enumerate(lines, 1) if i not in lost]


def test_a_line_lost_among_noise_is_the_one_that_is_told() -> None:
    assert places(log(), without(log(NOISE), 101)) == ["line 101, lost"]


def test_a_line_that_came_among_noise_is_the_one_that_is_told() -> None:
    assert places(without(log(), 101), log(NOISE)) == ["line 101, new"]


def test_lines_lost_far_from_each_other_are_told_alone() -> None:
    assert places(log(), without(log(NOISE), 1, 301, 302, 950)) == [
        "line 1, lost",
        "line 301, lost",
        "line 302, lost",
        "line 950, lost",
    ]


def test_many_lines_lost_in_a_row_are_told_as_one_run_whatever_changed_behind_them() -> None:
    assert places([*log(), "total 1000"], [*log(NOISE)[:500], *log(NOISE)[850:], "total 650"]) == [
        "lines 501 to 850, lost",
        "line 1001",
    ]


def test_a_line_that_moved_is_told_as_such() -> None:
    tasks = [f"worker {i} finished task {i * 7 % 100}" for i in range(100)]
    comparison = compare_text("\n".join(tasks), "\n".join([*tasks[1:], tasks[0]]), RULES)
    assert [difference.where for difference in comparison.differences] == ["line 1, moved to line 100"]
    assert "the same lines in another order" in str(comparison.reason)


def test_lines_in_a_wholly_other_order_are_one_difference() -> None:
    tasks = [f"worker {i} finished task {i * 7 % 100}" for i in range(100)]
    comparison = compare_text("\n".join(tasks), "\n".join(random.Random(1).sample(tasks, 100)), RULES)
    assert [difference.where for difference in comparison.differences] == ["the order of the lines"]
    assert comparison.reason == "the same lines in another order"


def test_of_two_trainings_each_epoch_stands_against_itself() -> None:
    def training(seed: int) -> list[str]:
        draw = random.Random(seed)
        return [f"Epoch {i}/30 - loss: {1 / i + draw.gauss(0, 0.001):.4f}" for i in range(1, 31)]

    one = training(1)
    found = places([*one[:10], "Reducing the learning rate", *one[10:]], training(2))
    assert "line 11, lost" in found
    assert len([place for place in found if place.endswith(("lost", "new"))]) == 1


def test_noise_below_atol_shifts_no_line() -> None:
    def residuals(seed: int) -> list[str]:
        draw = random.Random(seed)
        return [f"row {i} residual={1e-14 * draw.random():.3e}" for i in range(100)]

    assert places([*residuals(1), "n=100"], [*without(residuals(2), 51), "n=99"]) == ["line 51, lost", "line 101"]


def test_what_a_long_line_lost_is_told_by_its_place() -> None:
    draw = random.Random(1)
    numbers = [draw.random() for _ in range(60)]
    (difference,) = compare_text(str(numbers), str([*numbers[:30], *numbers[31:]]), RULES).differences
    assert (difference.where, difference.reference) == ("line 1, number 31, lost", f"{numbers[30]},")


def test_very_many_differences_are_counted_as_far_as_was_looked() -> None:
    lines = [f"step {i}: loss {i * 0.37:.4f}" for i in range(30_000)]
    comparison = compare_text("\n".join(lines), "\n".join(line for i, line in enumerate(lines) if i % 300), RULES)
    assert 50 < comparison.count <= 100
    assert "was not counted" in str(comparison.reason)


def test_without_noise_lines_lost_far_from_each_other_are_told_alone_as_well() -> None:
    assert places(log(), without(log(), 2, 900)) == ["line 2, lost", "line 900, lost"]


def test_a_warning_that_came_into_a_log_does_not_shift_what_follows() -> None:
    noisy = log(NOISE)
    assert places(log(), [*noisy[:500], "warning: diverged", *noisy[500:]]) == ["line 501, new"]


def test_a_number_beyond_the_tolerance_is_told_beside_a_lost_line() -> None:
    changed = [line.replace("step 700: loss", "step 700: loss 1") for line in log(NOISE)]
    assert places(log(), without(changed, 101)) == ["line 101, lost", "line 701"]


def test_lines_that_agree_to_the_fourth_digit_are_still_held_to_the_tolerance() -> None:
    assert places(["a", "loss 1.50001"], ["loss 1.50002", "b", "c"])[-1] == "line 3, new"
    assert "line 2" in places(["a", "loss 1.50001", "z"], ["a", "loss 1.50009", "b", "z"])


LINES = st.lists(
    st.sampled_from(["1.0 2.0", "1.0000000001 2.0", "1.5 2.0", "a", "a 1.0", "", "  1.0  2.0"]), max_size=12
)


@given(LINES, LINES, st.booleans())
def test_of_the_lines_that_two_texts_have_in_common_none_differs(one: list[str], other: list[str], end: bool) -> None:
    found = common_lines(one, other, RULES, from_end=end)
    ours, theirs = (lines[len(lines) - found :] if end else lines[:found] for lines in (one, other))
    assert match_tokens(tokenise("\n".join(ours)), tokenise("\n".join(theirs)), RULES).passes


@given(LINES, LINES)
def test_what_was_trimmed_makes_the_texts_again(one: list[str], other: list[str]) -> None:
    texts = "\n".join(one), "\n".join(other)
    before, reference, candidate, after = trim(*texts)
    assert (before + reference + after, before + candidate + after) == texts
    assert before in ("", "\n") or before.endswith("\n")
    for middle in (reference, candidate):
        assert not after or not (before + middle) or (before + middle).endswith("\n")


@given(LINES.filter(bool), LINES.filter(bool))
def test_equal_lines_round_two_texts_change_no_verdict(one: list[str], other: list[str]) -> None:
    bare = compare_text("\n".join(one), "\n".join(other), RULES)
    framed = compare_text("\n".join(["begin", *one, "end"]), "\n".join(["begin", *other, "end"]), RULES)
    assert framed.verdict is bare.verdict


@given(LINES, LINES)
def test_the_overlap_is_what_two_bags_of_lines_share(one: list[str], other: list[str]) -> None:
    assert overlap(one, other) == (Counter(one) & Counter(other)).total()
