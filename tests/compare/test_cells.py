from __future__ import annotations

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.records import CellResult, Verdict


def printed(text: str, name: str = "stdout") -> Any:
    return new_output("stream", name=name, text=text)


def shown(metadata: dict[str, Any] | None = None, **data: Any) -> Any:
    return new_output(
        "display_data", {key.replace("_", "/"): value for key, value in data.items()}, metadata=metadata or {}
    )


def raised(name: str = "ValueError", message: str = "bad") -> Any:
    return new_output("error", ename=name, evalue=message, traceback=["…"])


def code(*outputs: Any, source: str = "x", count: int | None = 1, tags: tuple[str, ...] = (), name: str = "c") -> Any:
    metadata = {"tags": list(tags)} if tags else {}
    return new_code_cell(source, outputs=list(outputs), execution_count=count, id=name, metadata=metadata)


def compared(old: Any, new: Any, settings: Settings | None = None, **options: Any) -> tuple[CellResult, ...]:
    sides = [new_notebook(cells=list(side) if isinstance(side, list) else [side]) for side in (old, new)]
    return compare_notebooks(sides[0], sides[1], settings or Settings(), **options)


def verdict(old: Any, new: Any, **options: Any) -> Verdict:
    (result,) = compared(old, new, **options)
    return result.verdict


def test_equal_outputs_are_identical() -> None:
    assert verdict(code(printed("a")), code(printed("a"))) is Verdict.IDENTICAL


def test_a_cell_without_output_that_ran_on_both_sides_is_identical() -> None:
    assert verdict(code(), code()) is Verdict.IDENTICAL


def test_a_difference_names_output_type_place_and_both_values() -> None:
    (result,) = compared(code(printed("acc 0.913")), code(printed("acc 0.907")))
    (difference,) = result.differences
    assert (difference.output, difference.mime, difference.where) == (0, "stream/stdout", "line 1, number 1")
    assert (difference.reference, difference.candidate) == ("0.913", "0.907")
    assert difference.distance == pytest.approx(0.006 / 0.913)


def test_one_print_cut_in_two_is_identical() -> None:
    assert verdict(code(printed("a"), printed("b")), code(printed("ab"))) is Verdict.IDENTICAL


def test_streams_interleaved_otherwise_are_identical() -> None:
    one = code(printed("a"), printed("e", "stderr"), printed("b"))
    assert verdict(one, code(printed("ab"), printed("e", "stderr"))) is Verdict.IDENTICAL


def test_text_that_moved_to_the_other_side_of_a_display_is_different() -> None:
    display = shown(text_plain="d")
    assert verdict(code(printed("a"), display), code(display, printed("a"))) is Verdict.DIFFERENT


def test_two_swapped_displays_are_different() -> None:
    one, other = shown(text_plain="1"), shown(text_plain="2")
    assert verdict(code(one, other), code(other, one)) is Verdict.DIFFERENT


def test_a_lost_output_is_named_and_the_others_are_still_paired() -> None:
    displays = [shown(text_plain=str(n)) for n in range(5)]
    (result,) = compared(code(*displays), code(*displays[:2], *displays[3:]))
    assert [output.verdict for output in result.outputs].count(Verdict.DIFFERENT) == 1
    (difference,) = result.differences
    assert (difference.where, difference.reference, difference.candidate) == ("the whole output", "2", None)


def test_an_added_output_is_named() -> None:
    (result,) = compared(code(printed("a")), code(printed("a"), shown(text_plain="new")))
    assert result.verdict is Verdict.DIFFERENT
    assert result.outputs[1].reason == "the reference has no such output"


def test_a_result_shown_by_display_is_the_same_result() -> None:
    result = new_output("execute_result", {"text/plain": "3"}, execution_count=7)
    assert verdict(code(result), code(shown(text_plain="3"))) is Verdict.IDENTICAL


def test_a_candidate_that_raises_is_an_error() -> None:
    assert verdict(code(printed("a")), code(printed("a"), raised())) is Verdict.ERROR


def test_a_candidate_that_no_longer_raises_is_different() -> None:
    assert verdict(code(raised()), code()) is Verdict.DIFFERENT


def test_another_exception_is_an_error_and_the_same_one_passes() -> None:
    assert verdict(code(raised()), code(raised("KeyError"))) is Verdict.ERROR
    assert verdict(code(raised()), code(raised(message="worse"))) is Verdict.ERROR
    assert verdict(code(raised()), code(raised())) is Verdict.IDENTICAL


def test_a_reference_cell_that_was_never_run_is_not_compared() -> None:
    (result,) = compared(code(count=None), code(printed("a")))
    assert (result.verdict, result.reason) == (Verdict.NOT_COMPARED, "the reference was never run")


def test_a_reference_without_prompt_numbers_but_with_outputs_is_compared() -> None:
    assert verdict(code(printed("a"), count=None), code(printed("b"))) is Verdict.DIFFERENT


def test_a_cell_that_never_ran_is_an_error() -> None:
    (result,) = compared(code(printed("a")), code(count=None), not_run=frozenset({0}))
    assert (result.verdict, result.reason) == (Verdict.ERROR, "this cell never ran")


def test_a_new_cell_is_not_compared_and_says_so() -> None:
    results = compared([code(printed("a"))], [code(printed("a")), code(printed("b"), source="new", name="n")])
    assert [result.verdict for result in results] == [Verdict.IDENTICAL, Verdict.NOT_COMPARED]
    assert results[1].reason is not None
    assert results[1].reason.startswith("a new cell")


def test_a_lost_cell_with_an_output_is_different_and_one_without_is_not_compared() -> None:
    results = compared([code(printed("a")), code(printed("b"), source="y", name="n")], [code(printed("a"))])
    assert results[1].verdict is Verdict.DIFFERENT
    assert results[1].index == 1
    results = compared([code(printed("a")), code(source="y", name="n")], [code(printed("a"))])
    assert results[1].verdict is Verdict.NOT_COMPARED


def test_markdown_and_empty_cells_get_no_result() -> None:
    cells = [new_markdown_cell("# a"), code(source=" ", count=None), code(printed("a"), name="d")]
    (result,) = compared(cells, cells)
    assert result.index == 2


def test_numbers_are_those_of_the_candidate() -> None:
    added = code(source="z", name="z")
    results = compared([code(printed("a"))], [added, code(printed("a"))])
    assert [(result.index, result.number, result.reference_index) for result in results] == [(0, 1, None), (1, 2, 0)]


def test_the_tag_skip_leaves_a_cell_out() -> None:
    tags = ("nbrepro-skip",)
    assert verdict(code(printed("a")), code(printed("b"), tags=tags)) is Verdict.NOT_COMPARED


def test_the_tag_ignore_output_still_notices_an_exception() -> None:
    tags = ("nbrepro-ignore-output",)
    assert verdict(code(printed("a")), code(printed("b"), tags=tags)) is Verdict.NOT_COMPARED
    assert verdict(code(printed("a")), code(raised(), tags=tags)) is Verdict.ERROR


def test_a_tolerance_tag_holds_for_its_cell_alone() -> None:
    loose = code(printed("0.915"), tags=("nbrepro-rtol=0.01",))
    results = compared(
        [code(printed("0.913")), code(printed("0.913"), name="d", source="y")],
        [loose, code(printed("0.915"), name="d", source="y")],
    )
    assert [result.verdict for result in results] == [Verdict.WITHIN_TOLERANCE, Verdict.DIFFERENT]


def test_a_new_warning_is_told_and_fails_only_when_asked() -> None:
    warned = printed("/a/b.py:3: UserWarning: careful\n  f()\n", "stderr")
    (result,) = compared(code(printed("a")), code(printed("a"), warned))
    assert result.verdict is Verdict.EQUIVALENT
    assert result.reason is not None
    assert "new warning: UserWarning: careful" in result.reason
    assert verdict(code(), code(warned), settings=Settings(fail_on=("warnings",))) is Verdict.DIFFERENT


def test_a_normaliser_that_is_switched_off_masks_nothing() -> None:
    one, other = code(printed("<A at 0x7f0011223344>")), code(printed("<A at 0x7f0011223355>"))
    assert verdict(one, other) is Verdict.EQUIVALENT
    assert verdict(one, other, settings=Settings(keep_masks=("address",))) is Verdict.DIFFERENT


def test_what_was_masked_is_reported_with_its_place() -> None:
    (result,) = compared(code(printed("n\n<A at 0x7f0011223344>")), code(printed("n\n<A at 0x7f0011223355>")))
    (mask,) = result.outputs[0].masked
    assert (mask.rule, mask.where) == ("address", "line 2")


def test_the_richest_representation_decides_and_disagreement_is_told() -> None:
    (result,) = compared(
        code(shown(text_html="<b>1</b>", text_plain="1")), code(shown(text_html="<b>1</b>", text_plain="2"))
    )
    assert result.verdict is Verdict.EQUIVALENT
    assert result.reason is not None
    assert "text/plain disagrees" in result.reason


def test_an_output_of_another_type_is_different() -> None:
    (result,) = compared(code(shown(image_png="AA==", text_plain="f")), code(shown(text_plain="f")))
    assert result.verdict is Verdict.DIFFERENT
    assert result.differences[0].where == "type of the output"


def test_the_width_at_which_an_image_is_shown_is_compared() -> None:
    one, other = ({"image/png": {"width": width}} for width in (100, 200))
    assert verdict(code(shown(one, image_png="AA==")), code(shown(other, image_png="AA=="))) is Verdict.DIFFERENT


def test_widgets_without_saved_state_are_compared_by_their_text() -> None:
    view = "application/vnd.jupyter.widget-view+json"
    sides = [
        code(new_output("display_data", {view: {"model_id": name}, "text/plain": "IntSlider(value=5)"}))
        for name in "ab"
    ]
    assert verdict(*sides) is Verdict.IDENTICAL


def test_a_widget_whose_state_only_one_side_saved_is_compared_by_its_text() -> None:
    view = "application/vnd.jupyter.widget-view+json"
    sides = []
    for widgets in ({}, {"a": {"model_name": "IntSliderModel", "state": {"value": 5}}}):
        output = new_output("display_data", {view: {"model_id": "a"}, "text/plain": "IntSlider(value=5)"})
        state = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": widgets}}}
        sides.append(new_notebook(cells=[code(output)], metadata=state))
    assert compare_notebooks(sides[0], sides[1], Settings())[0].verdict.passes


def test_a_lesser_representation_that_is_gone_is_told() -> None:
    (result,) = compared(code(shown(text_html="<b>1</b>", text_plain="1")), code(shown(text_html="<b>1</b>")))
    assert (result.verdict, result.reason) == (Verdict.EQUIVALENT, "text/plain is gone")


def test_differences_are_capped_and_the_rest_is_counted() -> None:
    old, new = ("\n".join(f"v{n} {n + k}" for n in range(500)) for k in (0, 1))
    (result,) = compared(code(printed(old)), code(printed(new)))
    assert len(result.differences) == 50
    assert result.reason == "500 differences, the first 50 shown"


def test_long_values_are_shortened() -> None:
    (result,) = compared(code(printed("a" * 5000)), code(printed("b" * 5000)))
    assert len(result.differences[0].reference or "") <= 520


def test_outputs_of_strange_shape_are_compared_all_the_same() -> None:
    strange = new_notebook(cells=[code()])
    strange.cells[0]["outputs"] = [
        {"output_type": "display_data", "data": {"text/plain": ["a\n", "b"]}, "metadata": None}
    ]
    other = new_notebook(cells=[code()])
    other.cells[0]["outputs"] = [{"output_type": "display_data", "data": {"text/plain": "a\nb"}}]
    assert compare_notebooks(strange, other, Settings())[0].verdict.passes
