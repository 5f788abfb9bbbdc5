"""The same cells in a kernel that records and in a bare one: status, text, outputs and tracebacks are equal."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Answer, Kernel, StartKernel

CELLS = Path(__file__).with_name("cells")


def cells(name: str) -> list[str]:
    """Return the cells of one of the files beside this one."""
    return (CELLS / f"{name}.txt").read_text().removesuffix("\n").split("\n----\n")


def told(answer: Answer, kernel: Kernel) -> tuple[Any, ...]:
    """Everything that a user sees, without what is another in every process."""

    def clean(value: Any) -> str:
        text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(value) if isinstance(value, list) else str(value))
        text = text.replace(str(kernel.folder), "FOLDER")
        text = re.sub(r"0x[0-9a-f]+|ipykernel_\d+/\d+\.py|\d+(\.\d+)? ?[µμnm]?s\b", "…", text)
        return re.sub(r"(CPU times|Wall time).*", "time", text)

    left_out = {"transient"} if sys.version_info >= (3, 11) else {"transient", "traceback"}
    shown = [{key: clean(value) for key, value in output.items() if key not in left_out} for output in answer.outputs]
    return answer.status, clean(answer.text), shown, answer.reply.get("ename"), clean(answer.reply.get("evalue"))


def run_all(kernel: Kernel, name: str) -> list[tuple[Any, ...]]:
    assert [kernel.run(code).status for code in cells("setup")] == ["ok"]
    return [(code, *told(kernel.run(code), kernel)) for code in cells(name)]


@pytest.fixture(scope="module")
def pair(start_kernel: StartKernel) -> tuple[Kernel, Kernel]:
    """A bare kernel and one that records, with equal numbers of cells behind them."""
    bare, recording = start_kernel(), start_kernel()
    bare.run("1")
    assert recording.run("%load_ext nbrepro").status == "ok"
    return bare, recording


@pytest.mark.parametrize("name", ["everyday", "at_once"])
def test_cells_do_what_they_do_without(pair: tuple[Kernel, Kernel], name: str) -> None:
    bare, recording = (run_all(kernel, name) for kernel in pair)
    assert recording == bare
    assert pair[1].journal.faults == ()


def test_errors_look_as_they_do_without(pair: tuple[Kernel, Kernel]) -> None:
    """Down to the traceback from Python 3.11 on: before, functions that were replaced stand in it."""
    bare, recording = (run_all(kernel, "errors") for kernel in pair)
    assert recording == bare
    assert pair[1].journal.faults == ()


def ask(kernel: Kernel, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """Ask on the control channel, which a kernel answers while a cell runs."""
    message = kernel.client.session.msg(kind, content)
    kernel.client.control_channel.send(message)
    while True:
        reply: dict[str, Any] = kernel.client.get_control_msg(timeout=30)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return dict(reply["content"])


def test_a_cell_in_a_subshell_runs_and_is_recorded_beside_the_one_that_is_running(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro")
    subshell = ask(kernel, "create_subshell_request", {}).get("subshell_id")
    if subshell is None:
        pytest.skip("ipykernel has subshells from 7 on")
    kernel.run("import os, random, time, uuid")
    waits = "while not os.path.exists('go.txt'): time.sleep(0.01)"
    main = kernel.send(f"print('main')\n{waits}\nuuid.uuid4();\nopen('main.txt', 'w').close()")
    content = {"code": "print('sub')\nrandom.Random();\nopen('go.txt', 'w').close()", "silent": False}
    message = kernel.client.session.msg("execute_request", content)
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)
    told = {main: "", message["header"]["msg_id"]: ""}
    waiting = set(told)
    while waiting:
        said = kernel.client.get_iopub_msg(timeout=30)
        msg_id = said["parent_header"].get("msg_id")
        if msg_id in told and said["msg_type"] == "stream":
            told[msg_id] += said["content"]["text"].strip()
        if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
            waiting.discard(msg_id)
    assert list(told.values()) == ["main", "sub"]
    one, other = (kernel.journal.cells[msg_id].cell for msg_id in told)
    assert [(finding.what, finding.line) for finding in one.findings] == [("uuid.uuid4()", 3)]
    assert [(finding.what, finding.line) for finding in other.findings] == [("random.Random()", 2)]
    assert "main.txt" in str(one.files)
    assert "go.txt" in str(other.files)
    assert kernel.journal.faults == ()


@pytest.mark.slow
def test_a_debugger_that_is_attached_changes_nothing(pair: tuple[Kernel, Kernel]) -> None:
    code = "def f(x):\n    os.urandom(2)\n    open('d.txt', 'w').close()\n    return x + 1\nprint(f(1))\n1 / 0"
    start = {"clientID": "t", "adapterID": "", "linesStartAt1": True, "columnsStartAt1": True, "pathFormat": "path"}
    shown = []
    for kernel in pair:
        kernel.run("import os")
        for number, (command, arguments) in enumerate((("initialize", start), ("attach", {})), 1):
            request = {"type": "request", "seq": number, "command": command, "arguments": arguments}
            assert ask(kernel, "debug_request", request)["success"]
        shown.append(told(kernel.run(code), kernel))
        ask(kernel, "debug_request", {"type": "request", "seq": 3, "command": "disconnect", "arguments": {}})
        shown[-1] += told(kernel.run("print(2)"), kernel)
    assert shown[0] == shown[1]


@pytest.fixture
def dawdling(start_kernel: StartKernel) -> Kernel:
    """A recorder that takes a second and a half where ``slow`` says so."""
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro")
    kernel.run(
        "import time\nfrom nbrepro.kernel import extension\nrecorder = extension.current().recorder\n"
        "states, slow = recorder._states, []\ndef dawdle():\n    if slow:\n        slow.pop(); time.sleep(1.5)\n"
        "    return states()"
    )
    kernel.run("recorder._states = dawdle")
    return kernel


def test_ctrl_c_that_hits_the_recorder_before_a_cell_ends_the_cell(dawdling: Kernel) -> None:
    dawdling.value("slow.append(1)")
    msg_id = dawdling.send("for _ in range(100): time.sleep(0.05)\nprint('done')")
    time.sleep(0.5)
    dawdling.manager.interrupt_kernel()
    answer = dawdling.wait(msg_id)
    assert answer.reply["ename"] == "KeyboardInterrupt"
    assert "nbrepro" not in str(answer.outputs)
    assert dawdling.run("print('next')").text == "next\n"


def test_ctrl_c_that_hits_the_recorder_after_a_cell_comes_too_late(dawdling: Kernel) -> None:
    msg_id = dawdling.send("slow.append(1); print('done')")
    time.sleep(0.5)
    dawdling.manager.interrupt_kernel()
    answer = dawdling.wait(msg_id)
    assert (answer.status, answer.text) == ("ok", "done\n")
    assert dawdling.run("print('next')").text == "next\n"
