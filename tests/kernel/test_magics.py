from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbrepro.kernel.child import stream
from nbrepro.kernel.status import out_of_order
from nbrepro.records import CellRecord, CellState
from nbrepro.store.journal import CellRun

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel


@pytest.fixture(scope="module")
def own(start_kernel: StartKernel) -> Kernel:
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro")
    return kernel


def run(identity: str, order: int) -> CellRun:
    cell = CellRecord(source_digest="", state=CellState.OK, order=order)
    return CellRun(msg_id=str(order), cell=cell, cell_id=identity, execution_count=order)


def test_status_tells_what_is_pinned_and_what_was_found(own: Kernel) -> None:
    own.run("import uuid\n\nuuid.uuid4()")
    text = own.run("%nbrepro status").text
    words = " ".join(text.split())
    assert "seed 42, given to random" in words
    assert "hash seed not pinned" in words
    assert "CUBLAS_WORKSPACE_CONFIG" in text
    assert "line 3: uuid.uuid4() (unseeded randomness)" in text
    assert "no faults" in text
    assert own.run("%nbrepro").text.splitlines()[0] == text.splitlines()[0]


def test_seed_seeds_everything_anew(own: Kernel) -> None:
    own.run("import random, numpy as np\nnp.random")
    assert own.run("%nbrepro seed 7").text == "nbrepro: seed 7 for random, numpy\n"
    own.run("x = random.random(), np.random.rand()")
    own.run("%nbrepro seed 7")
    own.run("y = random.random(), np.random.rand()")
    assert own.value("x == y") == "True"
    assert own.value("x[0] == random.Random(7).random()") == "True"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("seed", "say which seed"),
        ("seed x", "'x' is no seed"),
        ("seed -1", "'-1' is no seed"),
        ("seed 4294967296", "is no seed"),
        ("frobnicate", "no such command: 'frobnicate'"),
        ("status now", "no such command"),
        ("check 'open", "No closing quotation"),
        ("record", "does not know its notebook's file"),
    ],
)
def test_bad_input_is_one_sentence(own: Kernel, line: str, message: str) -> None:
    answer = own.run(f"%nbrepro {line}")
    assert answer.status == "error"
    assert answer.outputs == []
    (sentence,) = answer.text.splitlines()
    assert sentence.startswith("UsageError: ")
    assert message in sentence


def test_the_notebook_is_the_one_jupyter_names(own: Kernel) -> None:
    notebook = own.folder / "a.ipynb"
    notebook.write_text("{}")
    own.run("from nbrepro.kernel.place import notebook_path\nimport os")
    assert own.value("notebook_path(get_ipython()) is None") == "True"
    own.run(f"os.environ['JPY_SESSION_NAME'] = {str(notebook)!r}")
    assert own.value("notebook_path(get_ipython()).name") == "'a.ipynb'"
    own.run("os.environ['JPY_SESSION_NAME'] = 'some-console'\n__vsc_ipynb_file__ = 'a.ipynb'")
    assert own.value("notebook_path(get_ipython()).name") == "'a.ipynb'"
    own.run("del os.environ['JPY_SESSION_NAME'], __vsc_ipynb_file__")


def test_check_shows_what_the_command_prints(own: Kernel) -> None:
    answer = own.run("%nbrepro check no-such-notebook.ipynb")
    assert answer.status == "ok"
    assert "no-such-notebook.ipynb" in answer.text


def test_a_child_process_gets_no_variables_of_this_kernel(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os; print(sorted(os.environ)); print('é', flush=True); raise SystemExit(3)"
    environ = {"PATH": os.environ["PATH"], "MPLBACKEND": "inline", "JPY_SESSION_NAME": "x", "KEPT": "1"}
    assert stream([sys.executable, "-c", code], environ) == 3
    printed = capfd.readouterr().out
    assert "KEPT" in printed
    assert "MPLBACKEND" not in printed
    assert "JPY_" not in printed
    assert "é" in printed


def test_ctrl_c_is_passed_on_and_ends_the_child(own: Kernel, tmp_path: Path) -> None:
    code = (
        "import sys, time\ntry:\n    print('started', flush=True); time.sleep(60)\n"
        f"except KeyboardInterrupt:\n    open({str(tmp_path / 'cleaned')!r}, 'w').close()\n"
    )
    msg_id = own.send(
        "import sys\nfrom nbrepro.kernel.child import stream\n"
        f"stream([sys.executable, '-c', {code!r}], dict(os.environ))"
    )
    while own.client.get_iopub_msg(timeout=30)["content"].get("text", "") != "started\n":
        pass
    own.manager.interrupt_kernel()
    assert own.wait(msg_id).reply["ename"] == "KeyboardInterrupt"
    assert (tmp_path / "cleaned").exists()


def test_cells_that_ran_before_one_above_them_are_out_of_order() -> None:
    runs = [run("a", 1), run("c", 2), run("b", 3), run("gone", 4)]
    assert [each.cell_id for each in out_of_order(["a", "b", "c", "d"], runs)] == ["c"]
    assert out_of_order(["a", "b", "c"], [*runs, run("c", 5)]) == []
    assert out_of_order([], runs) == []


def test_status_knows_the_order_of_a_saved_notebook(own: Kernel) -> None:
    cells = [{"cell_type": "code", "id": name, "source": ""} for name in ("one", "two")]
    (own.folder / "b.ipynb").write_text(json.dumps({"cells": cells}))
    for name in ("two", "one"):
        content = {"code": "1", "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = own.client.session.msg("execute_request", content, metadata={"cellId": name})
        own.client.shell_channel.send(message)
        own.wait(message["header"]["msg_id"])
    assert [each.cell_id for each in own.journal.cells.values()][-2:] == ["two", "one"]
    own.run("os.environ['JPY_SESSION_NAME'] = os.path.abspath('b.ipynb')")
    text = own.run("%nbrepro status").text
    own.run("del os.environ['JPY_SESSION_NAME']")
    assert "out of order: [" in text
    assert "ran before a cell above" in text
