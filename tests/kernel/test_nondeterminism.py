"""The page on sources of nondeterminism says what a run shows."""

from __future__ import annotations

import pytest

from tests.kernel.nondeterminism_rows import ROWS
from tests.kernel.nondeterminism_table import PAGE, available, is_missed, measure, numbers, table_row

MANY = 80


@pytest.mark.slow
def test_the_page_holds_what_is_measured_and_nothing_that_differs_goes_undetected() -> None:
    measured = measure()
    page = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [row for row in ROWS if available(row)]
    assert [row.title for row in rows if is_missed(measured[row.title])] == []
    assert [row.title for row in rows if table_row(row, measured[row.title]) not in page] == []
    if len(rows) == len(ROWS):
        assert "none go undetected" in numbers(measured)
        assert numbers(measured).splitlines() == [line for line in page if line.startswith("Of the ")]


def test_the_explanation_gives_the_numbers_of_the_page() -> None:
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("Of the ")]
    explanation = PAGE.parents[1] / "explanation" / "what-is-pinned.md"
    assert " ".join(told) in explanation.read_text(encoding="utf-8")


def test_the_page_has_many_rows_and_each_of_them_once() -> None:
    titles = [row.title for row in ROWS]
    page = PAGE.read_text(encoding="utf-8")
    assert len(titles) == len(set(titles)) >= MANY
    assert [title for title in titles if page.count(f"\n| {title} |") != 1] == []
