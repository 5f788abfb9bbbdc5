"""The page on graphics processors says what a run on one shows."""

from __future__ import annotations

import pytest

from tests.kernel.nondeterminism_cuda import PAGE, measure_cuda, processor, table_row
from tests.kernel.nondeterminism_cuda_rows import ROWS
from tests.kernel.nondeterminism_table import available


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(processor() is None, reason="there is no graphics processor of NVIDIA")
def test_what_does_not_hang_on_timing_is_as_the_page_says() -> None:
    measured = measure_cuda()
    page = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [row for row in ROWS if available(row) and not row.timing]
    assert [row.title for row in rows if table_row(row, measured[row.title]) not in page] == []


def test_the_page_has_each_row_once() -> None:
    titles = [row.title for row in ROWS]
    page = PAGE.read_text(encoding="utf-8")
    assert [title for title in titles if page.count(f"\n| {title} |") != 1] == []
    assert len(titles) == len(set(titles))
