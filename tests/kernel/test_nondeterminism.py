"""The page on sources of nondeterminism says what a run shows."""

from __future__ import annotations

import pytest

from tests.kernel.nondeterminism_rows import ROWS
from tests.kernel.nondeterminism_table import PAGE, available, is_missed, measure, table_row

MANY = 80


@pytest.mark.slow
def test_the_page_holds_what_is_measured_and_nothing_that_differs_goes_undetected() -> None:
    measured = measure()
    page = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [row for row in ROWS if available(row)]
    assert [row.title for row in rows if is_missed(measured[row.title])] == []
    assert [row.title for row in rows if table_row(row, measured[row.title]) not in page] == []


def test_the_page_has_many_rows_and_each_of_them_once() -> None:
    titles = [row.title for row in ROWS]
    page = PAGE.read_text(encoding="utf-8")
    assert len(titles) == len(set(titles)) >= MANY
    assert [title for title in titles if page.count(f"\n| {title} |") != 1] == []
