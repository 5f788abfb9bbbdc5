from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.report.textdiff import CONTEXT, MAX_LINE, MAX_LINES, Row, alone, compare, marked

TEXT = st.text(alphabet=st.sampled_from("ab1.- \n"), max_size=60)


def side(rows: tuple[Row, ...], which: str) -> list[str]:
    pieces = (getattr(row, which) for row in rows)
    return ["".join(piece.text for piece in line) for line in pieces if line is not None]


@given(TEXT, TEXT)
def test_both_texts_can_be_read_back_where_nothing_is_folded(before: str, after: str) -> None:
    found = compare(before, after)
    if not any(row.skipped for row in found.rows):
        assert side(found.rows, "left") == before.split("\n")
        assert side(found.rows, "right") == after.split("\n")


@given(TEXT)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    pieces = [piece for row in compare(text, text).rows for line in (row.left, row.right) for piece in line or ()]
    assert not any(piece.changed for piece in pieces)


@given(TEXT, TEXT)
def test_what_differs_is_marked(before: str, after: str) -> None:
    pieces = [piece for row in compare(before, after).rows for line in (row.left, row.right) for piece in line or ()]
    missing = any(row.left is None or row.right is None for row in compare(before, after).rows if not row.skipped)
    assert before == after or missing or any(piece.changed for piece in pieces)


def test_only_the_number_that_changed_is_marked() -> None:
    (row,) = compare("loss: 0.913 at epoch 3", "loss: 0.907 at epoch 3").rows
    assert [piece.text for piece in row.left or () if piece.changed] == ["0.913"]


def test_equal_lines_far_from_a_change_are_folded() -> None:
    lines = [str(n) for n in range(100)]
    rows = compare("\n".join(lines), "\n".join([*lines[:50], "new", *lines[50:]])).rows
    assert len(rows) == 2 * CONTEXT + 3
    assert sum(row.skipped for row in rows) == 100 - 2 * CONTEXT


def test_work_and_rows_are_bounded_however_long_the_texts() -> None:
    start = time.perf_counter()
    found = compare("\n".join(f"a{n}" for n in range(20_000)), "\n".join(f"b{n} x" for n in range(20_000)))
    assert time.perf_counter() - start < 10
    assert len(found.rows) == MAX_LINES
    assert found.omitted == 20_000 - MAX_LINES


def test_an_endless_line_is_cut() -> None:
    (row,) = compare("x" * 50_000, "y" * 50_000).rows
    assert len((row.left or ())[0].text) < MAX_LINE + 50


def test_a_number_in_an_endless_line_stands_alone_and_in_sight() -> None:
    numbers = [str(7 * n) for n in range(500)]
    before, after = ", ".join(numbers), ", ".join([*numbers[:250], "1751", *numbers[251:]])
    (row,) = compare(before, after).rows
    assert [piece.text for piece in row.left or () if piece.changed] == ["1750"]
    assert [piece.text for piece in row.right or () if piece.changed] == ["1751"]
    assert "equal characters" in (row.left or ())[0].text
    assert sum(len(piece.text) for piece in row.left or ()) < 400


def test_what_was_set_aside_is_told_from_what_changed() -> None:
    (row,) = compare("took 0.12 s: 3 rows", "took 0.19 s: 4 rows", [("0.12 s", "0.19 s")]).rows
    assert [piece.text for piece in row.left or () if piece.aside] == ["0.12"]
    assert [piece.text for piece in row.right or () if piece.changed] == ["4"]


def test_a_value_that_was_set_aside_elsewhere_is_still_a_change() -> None:
    (row,) = compare("id 7, count 17", "id 8, count 18", [("id 7", "id 8")]).rows
    assert [piece.text for piece in row.right or () if piece.changed] == ["18"]


@given(TEXT, TEXT)
def test_marked_pieces_are_the_texts(before: str, after: str) -> None:
    pieces = marked(before, after)
    assert ["".join(piece.text for piece in side) for side in pieces] == [before, after]
    assert before == after or any(piece.changed for side in pieces for piece in side)


def test_an_output_that_one_side_lacks_has_one_side() -> None:
    rows = alone("a\nb", is_reference=False).rows
    assert [(row.left, (row.right or ())[0].text) for row in rows] == [(None, "a"), (None, "b")]


@pytest.mark.parametrize(
    ("text", "is_wide", "is_tabular"),
    [
        ("a  1\nb  2", False, True),
        (f"{'a':40}  1\n{'b':40}  {'2':30}", True, True),
        ("one long sentence, word by word, that needs more than half of a page", True, False),
        (f"a  {'b' * 200}\nc  {'d' * 200}", True, False),
    ],
)
def test_columns_are_not_broken_and_wide_lines_get_the_whole_page(text: str, is_wide: bool, is_tabular: bool) -> None:
    found = compare(text, text)
    assert (found.is_wide, found.is_tabular) == (is_wide, is_tabular)
