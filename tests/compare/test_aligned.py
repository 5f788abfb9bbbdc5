from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.compare.aligned import align
from nbrepro.compare.base import MAX_DIFFERENCES, Rules
from nbrepro.compare.decimals import read_decimals
from nbrepro.compare.html import compare_html
from nbrepro.compare.matching import Match, match_texts, match_tokens
from nbrepro.compare.sides import Side
from nbrepro.compare.text import compare_text
from nbrepro.compare.tokens import tokenise
from nbrepro.records import Verdict

RULES = Rules()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("loss=0.25, acc: 0.5", "loss=0.75, acc: 0.5"),
        ("[ 0.1 -0.2]", "[-0.1  0.2]"),
        ("1.5e-05 | 3%", "1.5e-06 | 4%"),
        ("0,0.25,-1.5\n", "0,0.5,1.5\n"),
        ('{"a":0.5}', '{"a":0.25}'),
        ("é 1.0", "é 2.0"),
        ("step 1: 0.5", "step 2: 0.5"),
    ],
)
def test_texts_that_differ_in_numbers_alone_are_aligned(one: str, other: str) -> None:
    aligned = align(one, other, RULES)
    assert aligned is not None
    pairs = zip(tokenise(one), tokenise(other), strict=True)
    assert list(zip(aligned.reference, aligned.candidate, strict=True)) == [(a, b) for a, b in pairs if a != b]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-01-01", "2024-01-02"),
        ("at 10:00:05", "at 10:00:06"),
        ("version 1.2.3", "version 1.2.4"),
        ("1,234,567.0", "1,234,568.0"),
        ("(1+2j)", "(1+3j)"),
        ("x1", "x2"),
        ("0x1f", "0x2f"),
        ("3ms", "4ms"),
        ("1.0 a", "1.0 b"),
        ("1 2", "12"),
    ],
)
def test_a_number_that_may_be_a_part_of_something_else_is_left_to_the_tokens(one: str, other: str) -> None:
    assert align(one, other, RULES) is None


def test_the_places_of_numbers_are_counted_in_characters() -> None:
    text = "é\nü 1.0 2.0"
    aligned = align(text, text.replace("2.0", "3.0"), RULES)
    assert aligned is not None
    assert aligned.describe([0], text) == ["line 2, number 2"]


NUMBERS = st.one_of(
    st.integers(-2000, 2000).map(str), st.floats(allow_nan=False).map(repr), st.floats(-9, 9).map("{:.3f}".format)
)
WORDS = st.sampled_from(
    ["loss", "=", ": ", ", ", ",", " ", "\n", "[", "]", "(", ")", "{", "}", "-", "+", ".", "e", "é", "%", "|", "j", ":"]
)


@given(st.lists(st.tuples(WORDS, NUMBERS, NUMBERS, WORDS), max_size=8))
def test_what_is_aligned_gets_the_verdict_of_its_tokens(parts: list[tuple[str, str, str, str]]) -> None:
    one = "".join(before + number + after for before, number, _, after in parts)
    other = "".join(before + number + after for before, _, number, after in parts)
    aligned = align(one, other, RULES)
    if aligned is None:
        return
    passes = aligned.judged is None or not aligned.judged.far.any()
    assert passes == match_tokens(tokenise(one), tokenise(other), RULES).passes


def test_a_long_text_in_which_every_number_changed_shows_the_first_and_counts_the_rest() -> None:
    one, other = (" ".join(f"{i + shift}.5" for i in range(500)) for shift in (0, 1))
    comparison = compare_text(one, other, RULES)
    assert comparison.verdict is Verdict.DIFFERENT
    assert comparison.count == 500
    assert len(comparison.differences) == MAX_DIFFERENCES
    assert comparison.differences[-1].where == f"line 1, number {MAX_DIFFERENCES}"
    assert (comparison.reason or "").startswith(f"500 differences, the first {MAX_DIFFERENCES} shown")


def html(rows: list[list[float]]) -> str:
    body = "".join(f"<tr><th>{i}</th>{''.join(f'<td>{x:.4f}</td>' for x in row)}</tr>\n" for i, row in enumerate(rows))
    return f"<table><thead><tr><th></th><th>a</th><th>b</th></tr></thead><tbody>\n{body}</tbody></table>"


def test_a_long_table_in_which_every_cell_changed_names_the_first_and_counts_the_rest() -> None:
    comparison = compare_html(
        html([[i + 0.5, -i] for i in range(1, 300)]), html([[i + 0.75, -i - 0.5] for i in range(1, 300)]), RULES
    )
    assert comparison.count == 598
    assert len(comparison.differences) == MAX_DIFFERENCES
    assert comparison.differences[1].where == "row 0, column b"
    assert (comparison.reason or "").startswith(f"598 differences, the first {MAX_DIFFERENCES} shown")
    assert comparison.similarity == pytest.approx(1 / 3, abs=0.05)


def test_the_rows_of_a_long_table_in_another_order_are_told() -> None:
    rows = [[i + 0.5, -i] for i in range(1, 300)]
    comparison = compare_html(html(rows).replace("<th>", "<td>"), html(rows).replace("<th>", "<td>"), RULES)
    assert comparison.passes
    plain = [html([[*row] for row in order]) for order in (rows, rows[::-1])]
    for number in range(299):
        plain = [text.replace(f"<th>{number}</th>", "<th>row</th>") for text in plain]
    assert "the same rows in another order" in str(compare_html(plain[0], plain[1], RULES).reason)


def test_a_set_in_another_order_is_the_same_set_however_long() -> None:
    items = [i + 0.5 for i in range(300)]
    one, other = (f"{{{', '.join(map(str, order))}}}" for order in (items, items[::-1]))
    assert compare_text(one, other, RULES).verdict is Verdict.EQUIVALENT


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e6, 1e6).flatmap(lambda value: st.integers(1, 12).map(lambda digits: f"{value:.{digits}f}")),
    st.integers(-99_999, 99_999).map(str),
    st.sampled_from(["nan", "inf", "NaN", "-inf", "+1.5", ".5", "5.", "1e5", "-0.0", "1,234.5", "--", "1-2", "1.2.3"]),
)
GAPS = st.sampled_from([" ", "  ", "\n", ", ", " = ", " [", "] ", ": ", "%\n"])


@given(st.lists(st.tuples(NUMBERS, NUMBERS, GAPS), min_size=1, max_size=40), st.integers(0, 3))
def test_the_fast_way_says_what_the_tokens_say(parts: list[tuple[str, str, str]], lost: int) -> None:
    one = "".join(number + gap for number, _, gap in parts)
    other = "".join(number + gap for _, number, gap in parts[lost:])
    fast, slow = match_texts(one, other, RULES), match_tokens(tokenise(one), tokenise(other), RULES)
    assert (fast.passes, fast.paired) == (slow.passes, slow.paired)
    if not slow.passes and slow.paired:
        assert places(fast, one) == places(slow, one)


def places(match: Match, text: str) -> list[tuple[str, str]]:
    """Return where the far tokens of a match are, and how far apart each pair is."""
    assert match.judged is not None
    far = np.flatnonzero(match.judged.far).tolist()
    where = match.describe([match.unequal[i] for i in far], text)
    return list(zip(where, map(repr, match.judged.distance[far].tolist()), strict=True))


@given(st.lists(st.floats(-1e5, 1e5), min_size=32, max_size=60), st.integers(1, 9))
def test_decimals_are_read_to_the_last_bit(values: list[float], digits: int) -> None:
    texts = [f"{value:.{digits}f}" for value in values]
    side = Side(" ".join(texts))
    assert side.pick(np.ones(len(texts), dtype=bool)).values().tolist() == [float(text) for text in texts]
    read = read_decimals(side.signs, side.starts, side.ends)
    assert read is None or [*map(repr, read.tolist())] == [repr(float(text)) for text in texts]


@given(st.lists(st.sampled_from(["a", "x_1", "=", "%", "1.5", "-2", "3e-5", "é", "7: ", "0.5: "]), max_size=30), GAPS)
def test_tokens_are_counted_as_they_are_cut(tokens: list[str], gap: str) -> None:
    text = gap.join(tokens)
    side = Side(text)
    if side.is_plain:
        assert side.count() == len(tokenise(text))
