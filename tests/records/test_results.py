from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.records import (
    CAUSE_DESCRIPTIONS,
    VERDICT_DESCRIPTIONS,
    CauseKind,
    CellResult,
    NotebookResult,
    Report,
    Verdict,
    worst,
)


def notebook(verdict: Verdict, exit_code: int, *cells: Verdict) -> NotebookResult:
    results = tuple(CellResult(index=i, number=i + 1, id=str(i), verdict=v) for i, v in enumerate(cells))
    return NotebookResult(
        path="a.ipynb", reference="saved outputs", verdict=verdict, exit_code=exit_code, cells=results
    )


def test_every_verdict_and_every_kind_of_cause_is_described() -> None:
    assert set(VERDICT_DESCRIPTIONS) == set(Verdict)
    assert set(CAUSE_DESCRIPTIONS) == set(CauseKind)


def test_only_the_first_three_verdicts_pass() -> None:
    passing = [verdict for verdict in Verdict if verdict.passes]
    assert passing == [Verdict.IDENTICAL, Verdict.EQUIVALENT, Verdict.WITHIN_TOLERANCE]


@given(st.lists(st.sampled_from(Verdict), min_size=1))
def test_the_worst_verdict_passes_only_if_all_that_were_compared_pass(verdicts: list[Verdict]) -> None:
    decided = [verdict for verdict in verdicts if verdict is not Verdict.NOT_COMPARED]
    assert worst(verdicts).passes == (bool(decided) and all(verdict.passes for verdict in decided))


def test_of_no_verdicts_nothing_was_compared() -> None:
    assert worst([]) is Verdict.NOT_COMPARED


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((), 4), ((0,), 0), ((0, 4), 0), ((4, 4), 4), ((0, 1), 1), ((1, 3), 3), ((0, 1, 2, 3, 4), 2)],
)
def test_the_exit_code_of_a_report_is_that_of_its_gravest_notebook(codes: tuple[int, ...], expected: int) -> None:
    report = Report(notebooks=tuple(notebook(Verdict.IDENTICAL, code) for code in codes))
    assert report.exit_code == expected


def test_the_first_difference_is_the_first_cell_that_fails() -> None:
    result = notebook(Verdict.DIFFERENT, 1, Verdict.IDENTICAL, Verdict.NOT_COMPARED, Verdict.DIFFERENT, Verdict.ERROR)
    assert result.first_difference is not None
    assert result.first_difference.index == 2
    assert result.to_dict()["first_difference"] == 2
    assert result.counts() == {
        Verdict.IDENTICAL: 1,
        Verdict.NOT_COMPARED: 1,
        Verdict.DIFFERENT: 1,
        Verdict.ERROR: 1,
    }
