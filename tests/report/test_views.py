from __future__ import annotations

import pytest

from nbrepro.records import Cause, CauseKind, CellResult, Confidence, Difference, NotebookResult, Verdict
from nbrepro.report.excerpts import clipped, excerpt, plain_text, windows
from nbrepro.report.views import View, cell_list, cell_name, is_pictured


def cells(*numbers: int) -> list[CellResult]:
    return [CellResult(index=n, number=n, id=None, verdict=Verdict.DIFFERENT) for n in numbers]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((8,), "cell 8"),
        ((8, 9), "cells 8 and 9"),
        ((8, 9, 10), "cells 8 to 10"),
        ((2, 8, 9, 12, 13, 14), "cells 2, 8, 9 and 12 to 14"),
    ],
)
def test_several_cells_are_named_shortly(numbers: tuple[int, ...], words: str) -> None:
    assert cell_list(cells(*numbers)) == words


def test_a_cell_without_a_number_is_told_by_its_place() -> None:
    assert cell_name(CellResult(index=3, number=None, id=None, verdict=Verdict.ERROR)) == "cell at place 4"


def test_likely_causes_come_apart_from_the_others(different: View) -> None:
    assert [cause.kind.value for cause in different.likely] == ["unseeded_randomness", "package"]
    assert [cause.kind.value for cause in different.unlikely] == ["python"]


def test_only_the_first_of_linked_differences_stands_alone(different: View) -> None:
    assert [cell.number for cell in different.independent] == [3]
    assert [cell.number for cell in different.followers] == [4, 5, 6]


def test_a_cell_with_a_likely_cause_of_its_own_stands_for_itself() -> None:
    sources = ["words = 'a b'.split()", "print({w: 1 for w in set(words)})", "print(set(words))", "print(words)"]
    found = tuple(
        CellResult(index=n, number=n + 1, id=None, source=source, verdict=Verdict.DIFFERENT if n else Verdict.IDENTICAL)
        for n, source in enumerate(sources)
    )
    causes = tuple(
        Cause(kind=CauseKind.HASH_ORDER, summary=f"cell {n + 1}", confidence=Confidence.MEDIUM, evidence=("x",), cell=n)
        for n in (1, 2)
    )
    result = NotebookResult(
        path="a.ipynb", reference=None, verdict=Verdict.DIFFERENT, exit_code=1, cells=found, causes=causes
    )
    view = View(result=result)
    assert [cell.number for cell in view.independent] == [2, 3]
    assert [cell.number for cell in view.followers] == [4]


def test_the_excerpt_holds_the_cause_and_the_line_that_speaks(different: View) -> None:
    cell = different.failing[0]
    assert [number for number, _ in excerpt(cell, different.result.causes)] == [1, 3]


def test_the_excerpt_of_a_printed_value_is_the_line_that_prints(different: View) -> None:
    assert [number for number, _ in excerpt(different.failing[1])] == [3]


def test_a_long_value_is_cut_and_says_so() -> None:
    assert clipped("abc\n" * 10, 80, 2) == "abc\nabc\n… 8 more lines"
    assert clipped("x" * 100, 10) == "xxxxxxxxx…"


def test_two_long_values_are_cut_to_where_they_part() -> None:
    before, after = windows("a" * 200 + "1", "a" * 200 + "2", 60)
    assert before is not None
    assert after is not None
    assert (before[0], before[-1], after[-1]) == ("…", "1", "2")
    assert len(before) < 60


def test_control_characters_are_made_visible() -> None:
    assert plain_text("a\x1b[31mb\x00") == "ab\\u0000"


def test_a_difference_of_pictures_is_described_instead_of_set_side_by_side() -> None:
    words = Difference(output=0, mime="image/png", where="9 % of pixels", reference=None, candidate="by up to 255")
    lost = Difference(output=0, mime="text/plain", where="the whole output", reference=None, candidate="3")
    assert is_pictured(words)
    assert not is_pictured(lost)
