"""Outputs without a kernel: messages in, what a front end shows out."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from nbrepro.execution.channels import Message
from nbrepro.execution.outputs import Outputs

CELL, LATER = "request-1", "request-2"


def say(kind: str, parent: str = CELL, **content: Any) -> Message:
    return Message("iopub", kind, parent, content, [])


def display(value: str, name: str | None = None, parent: str = CELL, kind: str = "display_data") -> Message:
    transient = {"display_id": name} if name else {}
    return say(kind, parent, data={"text/plain": value}, metadata={}, transient=transient)


def stream(text: str, name: str = "stdout", parent: str = CELL) -> Message:
    return say("stream", parent, name=name, text=text)


def shown(*messages: Message) -> tuple[list[str], list[str]]:
    """Return what two cells show after these messages."""
    first: list[NotebookNode] = []
    second: list[NotebookNode] = []
    outputs = Outputs()
    outputs.expect(CELL, first)
    outputs.expect(LATER, second)
    for message in messages:
        outputs.handle(message)
    outputs.settle()
    return [_text(output) for output in first], [_text(output) for output in second]


def _text(output: NotebookNode) -> str:
    return str(output.text if output.output_type == "stream" else output.data["text/plain"])


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text("ab\n", min_size=1, max_size=4)), max_size=12))
def test_where_a_stream_is_cut_makes_no_difference(pieces: list[tuple[str, str]]) -> None:
    whole = shown(*[stream(text, name) for name, text in pieces])
    letters = shown(*[stream(letter, name) for name, text in pieces for letter in text])
    assert letters == whole


def test_streams_keep_their_order_with_displays_and_each_other() -> None:
    first, _ = shown(stream("a"), stream("b"), stream("!", "stderr"), display("plot"), stream("c"))
    assert first == ["ab", "!", "plot", "c"]


def test_clearing_removes_at_once() -> None:
    assert shown(stream("a"), say("clear_output", wait=False)) == ([], [])


def test_clearing_with_wait_removes_only_when_something_new_comes() -> None:
    assert shown(stream("a"), say("clear_output", wait=True))[0] == ["a"]
    assert shown(stream("a"), say("clear_output", wait=True), stream("b"))[0] == ["b"]


def test_clearing_at_once_settles_a_clearing_that_waited() -> None:
    first, _ = shown(stream("a"), say("clear_output", wait=True), say("clear_output"), stream("b"), stream("c"))
    assert first == ["bc"]


def test_a_display_is_updated_from_a_later_cell_wherever_it_is_shown() -> None:
    first, second = shown(
        display("old", "x"),
        display("other", "y"),
        display("new", "x", LATER),
        display("newest", "x", LATER, "update_display_data"),
    )
    assert first == ["newest", "other"]
    assert second == ["newest"]


def test_a_display_that_was_cleared_away_does_not_come_back() -> None:
    first, _ = shown(
        display("a", "x"), say("clear_output", wait=False), stream("b"), display("c", "x", CELL, "update_display_data")
    )
    assert first == ["b"]


def test_output_that_comes_late_goes_to_the_cell_that_started_it() -> None:
    assert shown(stream("a"), stream("b", parent=LATER), stream("c")) == (["ac"], ["b"])


def test_what_answers_no_cell_is_left_out() -> None:
    assert shown(stream("a", parent="somebody else"), say("status", execution_state="busy")) == ([], [])


def test_the_page_of_a_pager_is_shown() -> None:
    cell: list[NotebookNode] = []
    outputs = Outputs()
    outputs.expect(CELL, cell)
    outputs.show_page(CELL, {"payload": [{"source": "page", "data": {"text/plain": "help"}}]})
    assert _text(cell[0]) == "help"
