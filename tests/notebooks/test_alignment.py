from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nbrepro.notebooks import align_cells, cell_numbers


def notebook(*cells: tuple[str, str]) -> object:
    made = new_notebook()
    made.cells = [new_code_cell(source, id=identifier) for identifier, source in cells]
    return made


def test_cells_with_equal_ids_belong_together_though_edited_and_moved() -> None:
    left = notebook(("a", "x = 1"), ("b", "y = 1"))
    right = notebook(("b", "y = 1"), ("a", "x = 2"))
    assert align_cells(left, right) == [(1, 0), (0, 1)]


def test_cells_without_common_ids_are_aligned_by_source() -> None:
    left = notebook(("a", "x = 1"), ("b", "y = 1"), ("c", "z = 1"))
    right = notebook(("d", "x = 1"), ("e", "new"), ("f", "z = 1"), ("g", "last"))
    assert align_cells(left, right) == [(0, 0), (1, 1), (2, 2), (None, 3)]


def test_a_cell_that_only_the_reference_has_stands_where_it_stood() -> None:
    left = notebook(("a", "x"), ("b", "gone"), ("c", "z"))
    right = notebook(("a", "x"), ("c", "z"))
    assert align_cells(left, right) == [(0, 0), (1, None), (2, 1)]


def test_a_cell_gone_in_one_place_and_a_new_one_in_another_are_not_one_edited_cell() -> None:
    left = notebook(("a", "x"), ("b", "y"), ("c", "gone"))
    right = notebook(("a", "x"), ("d", "new"), ("b", "y"))
    assert align_cells(left, right) == [(0, 0), (None, 1), (1, 2), (2, None)]


def test_a_cell_replaced_where_it_stood_is_an_edited_cell() -> None:
    left = notebook(("a", "x"), ("b", "y"), ("c", "z"))
    right = notebook(("a", "x"), ("d", "y + 1"), ("c", "z"))
    assert align_cells(left, right) == [(0, 0), (1, 1), (2, 2)]


def test_markdown_is_not_aligned() -> None:
    left = new_notebook(cells=[new_markdown_cell("text"), new_code_cell("x", id="a")])
    assert align_cells(left, notebook(("a", "x"))) == [(1, 0)]


def test_numbers_count_the_cells_that_a_kernel_executes() -> None:
    cells = [new_markdown_cell("text"), new_code_cell("x"), new_code_cell(" \n"), new_code_cell("y")]
    assert cell_numbers(new_notebook(cells=cells)) == {1: 1, 3: 2}


_cells = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["x", "y", "z", ""])), max_size=7)


@given(left=_cells, right=_cells)
def test_every_code_cell_of_both_sides_appears_once(left: list[tuple[str, str]], right: list[tuple[str, str]]) -> None:
    pairs = align_cells(notebook(*left), notebook(*right))
    assert sorted(a for a, _ in pairs if a is not None) == list(range(len(left)))
    assert [b for _, b in pairs if b is not None] == list(range(len(right)))
