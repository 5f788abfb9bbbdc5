from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.kernel.outputs import Outputs
from nbrepro.records.digests import digest_json

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel


def stream(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(kind: str, **data: Any) -> dict[str, Any]:
    return {"output_type": kind, "data": data, "metadata": {}}


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_stream_written_in_pieces_has_the_digest_of_the_whole(pieces: list[str]) -> None:
    outputs = Outputs()
    for piece in pieces:
        outputs.write("stdout", piece)
    assert outputs.digests() == (digest_json(stream("stdout", "".join(pieces))),)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('a')\nprint('b')", [stream("stdout", "a\nb\n")]),
        ("1 + 1", [shown("execute_result", **{"text/plain": "2"})]),
        ("1 + 1;", []),
        (
            "import sys\nprint('a')\nprint('e', file=sys.stderr)\nprint('b')",
            [stream("stdout", "a\n"), stream("stderr", "e\n"), stream("stdout", "b\n")],
        ),
        (
            "from IPython.display import display\nprint('x')\ndisplay({'text/plain': 'd'}, raw=True)\nprint('y')",
            [stream("stdout", "x\n"), shown("display_data", **{"text/plain": "d"}), stream("stdout", "y\n")],
        ),
        ("1 / 0", [{"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero"}]),
        ("from IPython.display import clear_output\nprint('a')\nclear_output()\nprint('b')", [stream("stdout", "b\n")]),
        ("print('a')\nclear_output(wait=True)\nprint('b')", [stream("stdout", "b\n")]),
        ("print('a')\nclear_output(wait=True)", [stream("stdout", "a\n")]),
        (
            "h = display({'text/plain': 'old'}, raw=True, display_id='i')\nh.update({'text/plain': 'new'}, raw=True)",
            [shown("display_data", **{"text/plain": "new"})],
        ),
        ("%%capture\nprint('a')\ndisplay(1)", []),
    ],
)
def test_the_digests_are_those_of_the_outputs(kernel: Kernel, code: str, expected: list[dict[str, Any]]) -> None:
    answer = kernel.run(code)
    cell = kernel.journal.cells[answer.msg_id].cell
    assert cell.outputs == tuple(digest_json(output) for output in expected)


def test_what_arrives_is_what_was_written(kernel: Kernel) -> None:
    answer = kernel.run("print('a', end='')\nprint('b')\n3")
    assert answer.text == "ab\n"
    assert [output["data"]["text/plain"] for output in answer.outputs] == ["3"]
