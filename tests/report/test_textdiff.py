from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from nbrepro.report.textdiff import CONTEXT, MAX_LINE, MAX_LINES, Row, compare

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
