from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbrepro.records import CellState
from nbrepro.records.digests import digest_text

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel


def test_a_cell_is_recorded_with_source_order_and_time(kernel: Kernel) -> None:
    first = kernel.recorded("x = 1")
    second = kernel.recorded("import time\ntime.sleep(0.05)")
    assert first.cell.source_digest == digest_text("x = 1")
    assert first.cell.state is CellState.OK
    assert first.cell.order is not None
    assert second.cell.order == first.cell.order + 1
    assert first.execution_count is not None
    assert second.execution_count == first.execution_count + 1
    assert second.cell.timing is not None
    assert 0.05 <= second.cell.timing.seconds < 5
    assert second.cell.timing.started.endswith("+00:00")


@pytest.mark.parametrize(
    ("code", "kind", "message", "line"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError", "division by zero", 2),
        ("def f():\n    raise ValueError('no')\n\nf()", "ValueError", "no", 4),
        ("\n\nundefined_name", "NameError", "name 'undefined_name' is not defined", 3),
        ("import json\n\njson.loads('{')", "JSONDecodeError", None, 3),
        ("x = 1\ny = = 2", "SyntaxError", None, 2),
        ("import no_such_module", "ModuleNotFoundError", "No module named 'no_such_module'", 1),
        ("x = 1\n%no_such_magic", "UsageError", None, 2),
        ("import sys\nsys.exit(3)", "SystemExit", "3", 2),
        ("import asyncio\nawait asyncio.sleep(0)\nraise KeyError('k')", "KeyError", "'k'", 3),
    ],
)
def test_an_exception_is_recorded_with_its_line(
    kernel: Kernel, code: str, kind: str, message: str | None, line: int
) -> None:
    answer = kernel.run(code)
    assert answer.status == "error"
    cell = kernel.journal.cells[answer.msg_id].cell
    assert cell.state is CellState.ERROR
    assert cell.exception is not None
    assert (cell.exception.type, cell.exception.line) == (kind, line)
    if message is not None:
        assert cell.exception.message == message


def test_the_states_of_the_generators_tell_who_drew(kernel: Kernel) -> None:
    idle = kernel.recorded("import random, numpy as np\nnp.random").cell
    draws = kernel.recorded("random.random()").cell
    other = kernel.recorded("np.random.rand()").cell
    assert set(draws.random_after) >= {"random", "numpy"}
    assert idle.random_after == draws.random_before
    assert draws.random_after["random"] != draws.random_before["random"]
    assert draws.random_after["numpy"] == draws.random_before["numpy"]
    assert other.random_after["numpy"] != other.random_before["numpy"]
    assert other.random_after["random"] == other.random_before["random"]


def test_a_normal_number_kept_for_later_is_part_of_the_state(kernel: Kernel) -> None:
    kernel.run("np.random.seed(1)\nnp.random.normal()")
    cell = kernel.recorded("np.random.normal()").cell
    assert cell.random_before["numpy"] != cell.random_after["numpy"]


def test_silent_requests_and_empty_cells_leave_no_trace(kernel: Kernel) -> None:
    before = len(kernel.journal.cells)
    kernel.run("secret = 1", silent=True)
    kernel.run("")
    kernel.run("  \n\n")
    assert len(kernel.journal.cells) == before


def test_a_cell_inside_a_cell_is_part_of_it(kernel: Kernel) -> None:
    before = len(kernel.journal.cells)
    kernel.recorded("%%capture\nx = 1")
    kernel.recorded("get_ipython().run_cell('y = 2')\nget_ipython().run_cell('1/0')\nz = 3")
    assert len(kernel.journal.cells) == before + 2
    assert kernel.value("z") == "3"


def test_an_asynchronous_cell_is_recorded(kernel: Kernel) -> None:
    run = kernel.recorded("import asyncio\nawait asyncio.sleep(0.02)\nprint('done')")
    assert run.cell.state is CellState.OK
    assert run.cell.timing is not None
    assert run.cell.timing.seconds >= 0.02


@pytest.mark.parametrize(
    "code",
    ["import time\nwhile True: time.sleep(0.01)", "import asyncio\nfor _ in range(600): await asyncio.sleep(0.1)"],
)
def test_ctrl_c_ends_the_cell_as_ever_and_the_next_one_runs(kernel: Kernel, code: str) -> None:
    msg_id = kernel.send(code)
    time.sleep(0.5)
    kernel.manager.interrupt_kernel()
    answer = kernel.wait(msg_id)
    assert answer.status == "error"
    assert "nbrepro" not in answer.text
    cell = kernel.journal.cells[msg_id].cell
    assert cell.state is CellState.ERROR
    assert kernel.recorded("1").cell.state is CellState.OK


def test_of_a_forked_child_only_the_files_are_recorded(kernel: Kernel) -> None:
    before = len(kernel.journal.cells)
    code = (
        "import os, uuid\npid = os.fork()\n"
        "if pid == 0:\n    uuid.uuid4(); open('child.txt', 'w').close(); os._exit(7)\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])"
    )
    run = kernel.recorded("import warnings\nwarnings.simplefilter('ignore', DeprecationWarning)\n" + code)
    assert run.cell.findings == ()
    assert {Path(file.path).name for file in run.cell.files} <= {"child.txt"}  # as far as the system tells of files
    assert len(kernel.journal.cells) == before + 1
    assert kernel.value("code") == "7"


def test_processes_of_a_pool_do_not_write_the_journal(kernel: Kernel) -> None:
    before = len(kernel.journal.cells)
    kernel.recorded(
        "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, -2]))"
    )
    journal = kernel.journal
    assert len(journal.cells) == before + 1
    assert journal.faults == ()


def test_threads_that_outlive_their_cell_disturb_nothing(kernel: Kernel) -> None:
    kernel.recorded(
        "import threading, uuid, time\ndef work():\n    for _ in range(50):\n        uuid.uuid4(); time.sleep(0.002)\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n[t.start() for t in threads]"
    )
    for number in range(20):
        kernel.recorded(f"x = {number}")
    kernel.run("[t.join() for t in threads]")
    assert kernel.journal.faults == ()


def test_deep_recursion_ends_as_ever(kernel: Kernel) -> None:
    code = "def deep(n):\n    open('/dev/null').close(); random.Random()\n    return deep(n + 1)\n"
    answer = kernel.run(f"import random\n{code}try:\n    deep(0)\nexcept RecursionError:\n    print('too deep')")
    assert (answer.status, answer.text) == ("ok", "too deep\n")
    assert kernel.recorded("1").cell.state is CellState.OK
