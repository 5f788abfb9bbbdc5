"""Tables and lists of other length or order: what was lost, came or moved is told, not all that stands behind it."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.html import compare_html
from nbrepro.compare.linediff import MOST, changes
from nbrepro.compare.pairing import pair_items, rearranged, rounded, without_floats
from nbrepro.compare.prose import MarkdownComparator
from nbrepro.compare.trees import PlotlyComparator, compare_trees
from nbrepro.records import Verdict

RULES = Rules()
NOISE = 1e-10
COLUMNS = ("a", "b", "c")
Frame = list[tuple[str, dict[str, Any]]]
"""Rows, each with its label and its values by column."""


def frame(noise: float = 0.0, count: int = 20) -> Frame:
    draw = random.Random(1)
    return [(str(i), {name: draw.uniform(1, 9) * (1 + noise) for name in COLUMNS}) for i in range(count)]


def without(rows: Frame, *lost: int) -> Frame:
    return [row for i, row in enumerate(rows) if i not in lost]


def renumbered(rows: Frame) -> Frame:
    return [(str(i), values) for i, (_, values) in enumerate(rows)]


def html(rows: Frame, columns: Sequence[str] = COLUMNS) -> str:
    head = "".join(f"<th>{name}</th>" for name in columns)
    body = "".join(
        f"<tr><th>{label}</th>{''.join(f'<td>{values[name]}</td>' for name in columns)}</tr>" for label, values in rows
    )
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"


def changed(rows: Frame, row: int, column: str) -> Frame:
    return [(label, {**values, column: 99.5} if i == row else values) for i, (label, values) in enumerate(rows)]


def places(comparison: Comparison) -> list[str]:
    assert comparison.count == len(comparison.differences)
    return [difference.where for difference in comparison.differences]


def compared(one: str, other: str) -> Comparison:
    return compare_html(one, other, RULES)


def test_a_row_lost_among_noise_is_the_one_that_is_told() -> None:
    comparison = compared(html(frame()), html(without(frame(NOISE), 7)))
    assert places(comparison) == ["row 7, lost"]
    assert comparison.reason == "20 rows became 19"


def test_a_row_that_came_among_noise_is_the_one_that_is_told() -> None:
    assert places(compared(html(without(frame(), 7)), html(frame(NOISE)))) == ["row 7, new"]


def test_a_cell_beyond_the_tolerance_is_told_beside_a_lost_row() -> None:
    comparison = compared(html(frame()), html(without(changed(frame(NOISE), 6, "b"), 7)))
    assert places(comparison) == ["row 7, lost", "row 6, column b"]


def test_rows_that_agree_to_the_fourth_digit_are_still_held_to_the_tolerance() -> None:
    comparison = compared(html(frame(count=10)), html(without(frame(1e-5, 10), 7)))
    assert places(comparison)[0] == "row 7, lost"
    assert comparison.count == 1 + 9 * len(COLUMNS)


def test_a_row_lost_from_a_numbered_frame_is_told_with_the_new_numbers() -> None:
    comparison = compared(html(frame()), html(renumbered(without(frame(NOISE), 7))))
    assert places(comparison) == ["row 7, lost"]
    assert comparison.reason == "20 rows became 19; the index is renumbered"


def test_the_last_row_lost_renumbers_nothing() -> None:
    assert compared(html(frame()), html(frame()[:-1])).reason == "20 rows became 19"


def test_a_row_lost_from_a_long_frame_that_is_shown_in_part_shifts_no_other() -> None:
    ends = [*frame()[:5], ("...", dict.fromkeys(COLUMNS, "...")), *frame()[-5:]]
    shifted = [*without(frame(NOISE)[:6], 3), *ends[5:]]
    assert places(compared(html(ends), html(shifted))) == ["row 3, lost", "row 5, new"]


@pytest.mark.parametrize("finish", [list, renumbered])
def test_rows_sorted_otherwise_among_noise_are_the_same_rows(finish: Callable[[Frame], Frame]) -> None:
    ordered = sorted(frame(NOISE), key=lambda row: row[1]["a"])
    assert "the same rows in another order" in str(compared(html(frame()), html(finish(ordered))).reason)


def test_long_tables_sorted_otherwise_among_noise_are_the_same_rows() -> None:
    ordered = sorted(frame(NOISE, 200), key=lambda row: row[1]["a"])
    comparison = compared(html(frame(count=200)), html(renumbered(ordered)))
    assert "the same rows in another order" in str(comparison.reason)


def test_rows_sorted_otherwise_of_which_one_changed_are_compared_by_name() -> None:
    comparison = compared(html(frame()), html(changed(frame(NOISE), 7, "b")[::-1]))
    assert places(comparison) == ["rows in another order", "row 7, column b"]
    assert "in another order" not in str(comparison.reason)


def test_columns_in_another_order_are_one_difference() -> None:
    comparison = compared(html(frame()), html(frame(NOISE), ("b", "a", "c")))
    (difference,) = comparison.differences
    assert difference.where == "columns in another order"
    assert (difference.reference, difference.candidate) == ("a, b", "b, a")


def test_columns_whose_names_alone_changed_places_are_called_otherwise() -> None:
    other = html(frame()).replace("<th>a</th><th>b</th>", "<th>b</th><th>a</th>")
    assert [where.partition(",")[0] for where in places(compared(html(frame()), other))] == [
        "header of column 2",
        "header of column 3",
    ]


def test_a_change_in_another_column_is_told_beside_a_lost_one() -> None:
    comparison = compared(html(frame()), html(changed(frame(NOISE), 4, "c"), ("a", "c")))
    assert places(comparison) == ["column b, lost", "row 4, column c"]


def test_a_row_and_a_column_lost_are_told_as_such() -> None:
    comparison = compared(html(frame()), html(without(frame(NOISE), 7), ("a", "c")))
    assert places(comparison) == ["column b, lost", "row 7, lost"]


def test_a_row_lost_from_a_table_of_markdown_is_the_one_that_is_told() -> None:
    def markdown(rows: Frame) -> str:
        lines = [" | ".join(map(str, values.values())) for _, values in rows]
        return "\n".join([" | ".join(COLUMNS), "|".join(["---"] * len(COLUMNS)), *lines])

    comparison = MarkdownComparator().compare(markdown(frame()), markdown(without(frame(NOISE), 7)), RULES)
    assert places(comparison) == ["row 8, lost"]


def parameters(**values: str) -> str:
    rows = [f"<tr><td></td><td>{k}<i>what {k} does</i></td><td>{value}</td></tr>" for k, value in values.items()]
    return f"<table>{''.join(rows)}</table>"


def test_the_rows_of_a_table_without_a_head_are_named_by_what_they_begin_with() -> None:
    comparison = compared(parameters(C="1.0", penalty="l2"), parameters(C="2.0", penalty="l2"))
    assert places(comparison) == ["row C, column number 3"]


def test_named_rows_that_moved_are_compared_by_name() -> None:
    comparison = compared(parameters(penalty="l2", C="1.0"), parameters(C="2.0", penalty="l2"))
    assert places(comparison) == ["rows in another order", "row C, column number 3"]


def styled(colour: str, other: str, value: float) -> str:
    rules = f"#T_18ecd_row0_col0 {{ color: {colour}; }}\n#T_18ecd_row1_col0 {{ color: {other}; }}"
    rows = f"<tr><th>0</th><td>{value}</td></tr><tr><th>1</th><td>2.5</td></tr>"
    return f"<style>{rules}</style><table><thead><tr><th></th><th>a</th></tr></thead>{rows}</table>"


def test_a_changed_value_stands_before_the_style_that_follows_it() -> None:
    comparison = compared(styled("red", "blue", 1.5), styled("green", "pink", 1.75))
    assert places(comparison) == ["row 0, column a", "style of 2 rules"]


def test_a_changed_style_alone_is_one_difference() -> None:
    comparison = compared(styled("red", "blue", 1.5), styled("red", "pink", 1.5))
    (difference,) = comparison.differences
    assert comparison.verdict is Verdict.DIFFERENT
    assert difference.where == "style of 1 rule"
    assert difference.candidate == "#T_18ecd_row1_col0 { color: pink; }"


def test_the_styles_of_many_cells_are_one_difference() -> None:
    def cells(colour: str) -> str:
        row = f'<tr><td style="color: {colour}">1</td><td>2</td></tr>'
        return f"<table>{row * 9}</table>"

    assert places(compared(cells("red"), cells("blue"))) == ["style of row 1, column number 1 and 8 more"]


def records(noise: float = 0.0, count: int = 40) -> list[Any]:
    draw = random.Random(2)
    return [{"id": i, "value": draw.uniform(1, 9) * (1 + noise), "name": f"n{i}"} for i in range(count)]


def trees(one: Any, other: Any) -> list[str]:
    return places(compare_trees(one, other, RULES))


def test_a_record_lost_among_noise_is_the_one_that_is_told() -> None:
    noisy = records(NOISE)
    assert trees(records(), noisy[:5] + noisy[6:]) == ["[5], lost"]
    assert trees(records()[:5] + records()[6:], noisy) == ["[5], new"]


def test_a_changed_record_is_told_beside_a_lost_one() -> None:
    noisy = records(NOISE)
    noisy[6]["value"] = 99.5
    assert trees(records(), noisy[:5] + noisy[6:]) == ["[5], lost", "[6].value"]


def test_several_lost_items_are_told_with_the_lengths() -> None:
    assert trees({"a": records()}, {"a": records(NOISE)[2:]}) == ["length of a", "a[0], lost", "a[1], lost"]


def test_records_lost_far_from_each_other_in_a_long_list_are_told_alone() -> None:
    noisy = records(NOISE, 4 * MOST)
    assert trees(records(count=4 * MOST), [r for i, r in enumerate(noisy) if i not in (3, 4 * MOST - 3)]) == [
        "length of the list",
        "[3], lost",
        f"[{4 * MOST - 3}], lost",
    ]


def figure(count: int = 4, noise: float = 0.0, points: int = 10) -> dict[str, Any]:
    draw = random.Random(3)
    return {
        "data": [
            {"name": f"t{i}", "x": [*range(points)], "y": [draw.uniform(1, 9) * (1 + noise) for _ in range(points)]}
            for i in range(count)
        ]
    }


def packed(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a figure whose numbers are typed arrays, as plotly writes them."""

    def array(values: list[float]) -> dict[str, str]:
        return {"dtype": "f8", "bdata": base64.b64encode(np.array(values, dtype="f8").tobytes()).decode()}

    return {"data": [{**trace, "x": array(trace["x"]), "y": array(trace["y"])} for trace in tree["data"]]}


@pytest.mark.parametrize("write", [dict, packed])
def test_a_trace_lost_from_a_figure_is_told_as_that_trace(write: Callable[[Any], Any]) -> None:
    other = figure(noise=NOISE)
    del other["data"][1]
    comparison = PlotlyComparator().compare(write(figure()), write(other), RULES)
    assert places(comparison) == ["data[1], lost"]


@pytest.mark.parametrize("write", [dict, packed])
def test_a_point_lost_from_a_figure_is_one_item_lost_of_each_array(write: Callable[[Any], Any]) -> None:
    other = figure(noise=NOISE)
    del other["data"][2]["x"][3], other["data"][2]["y"][3]
    comparison = PlotlyComparator().compare(write(figure()), write(other), RULES)
    assert places(comparison) == ["data[2].x[3], lost", "data[2].y[3], lost"]


def test_traces_with_other_generated_ids_stand_for_each_other() -> None:
    one, other = figure(), figure(noise=NOISE)
    for side, tree in enumerate((one, other)):
        for i, trace in enumerate(tree["data"]):
            trace["uid"] = f"{side}-{i}"
    del other["data"][1]
    assert places(PlotlyComparator().compare(one, other, RULES)) == ["data[1], lost"]


WORDS = st.lists(st.sampled_from(["a", "b", "1.0", "1.0000000001", "2.5"]), max_size=8)


@given(WORDS, WORDS)
def test_every_item_is_paired_lost_or_new_in_order(one: list[str], other: list[str]) -> None:
    pairs = pair_items(one, other, (rounded, without_floats))
    assert [i for i, _ in pairs if i is not None] == [*range(len(one))]
    assert [j for _, j in pairs if j is not None] == [*range(len(other))]


@given(WORDS, st.randoms(use_true_random=False))
def test_items_in_another_order_are_found_again(items: list[str], draw: random.Random) -> None:
    other = draw.sample(items, len(items))
    order = rearranged(items, other)
    assert order is not None
    assert [other[j] for j in order] == items
    assert rearranged(items, [*other, "c"]) is None


@given(st.lists(st.integers(0, 5 * MOST), max_size=40), st.lists(st.integers(0, 5 * MOST), max_size=40))
def test_changes_make_one_long_list_the_other(lost: list[int], doubled: list[int]) -> None:
    one = [f"{i}" for i in range(5 * MOST)]
    other = [item for i, item in enumerate(one) for _ in range(1 + (i in doubled)) if i not in lost]
    found = [*changes(one, other)]
    made = [*one]
    for change in reversed(found):
        made[change.reference.start : change.reference.stop] = other[change.candidate.start : change.candidate.stop]
    assert made == other
    assert sum(len(change.reference) for change in found) <= len({*lost}) + len({*doubled})


def test_rounding_hides_noise_and_nothing_else() -> None:
    assert rounded("x1.5 1.50000001 -0.0 1e-3 12 v1.2.3") == "x1.5 1.500e+00 0.000e+00 1.000e-03 12 v1.2.3"
