from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel

GREETING = "nbrepro: recording, seed 42 (`%nbrepro status` tells more)\n"
FINISH = "__import__('nbrepro.kernel.extension', fromlist=['finish']).finish()"
BLOCKED = """
import sys
class Blocked:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition('.')[0] in ('numpy', 'torch', 'matplotlib'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Blocked)
"""
TOUCHED = """
import os, random, sys, warnings, uuid, numpy.random.bit_generator, matplotlib
def touched():
    shell = get_ipython()
    return [
        os.urandom, random._urandom, random.Random.seed, random.seed, numpy.random.bit_generator.randbits,
        list(sys.meta_path), list(warnings.filters), os.environ.get('CUBLAS_WORKSPACE_CONFIG'),
        matplotlib.rcParams['svg.hashsalt'], matplotlib.rcParamsDefault['svg.hashsalt'],
        [key for name, callbacks in shell.events.callbacks.items() for key in callbacks if 'nbrepro' in repr(key)],
        sorted(shell.magics_manager.magics['line']), 'publish' in vars(shell.display_pub),
        'clear_output' in vars(shell.display_pub), 'write_format_data' in vars(shell.displayhook),
        '_showtraceback' in vars(shell),
    ]
"""


def loaded(start_kernel: StartKernel, **variables: str) -> Kernel:
    kernel = start_kernel(**variables)
    assert kernel.run("%load_ext nbrepro").text == GREETING
    return kernel


@pytest.fixture(scope="module")
def own(start_kernel: StartKernel) -> Kernel:
    """A kernel in which the extension may come and go."""
    return start_kernel()


def test_off_restores_everything_that_was_changed(own: Kernel) -> None:
    pytest.importorskip("matplotlib")
    own.run(TOUCHED)
    own.run("before = touched()")
    own.run("%load_ext nbrepro")
    own.run("import numpy as np\nnp.random.rand()")
    assert own.value("matplotlib.rcParams['svg.hashsalt']") == "'nbrepro'"
    assert own.value("touched() == before") == "False"
    for way_out in ("%nbrepro off", "%unload_ext nbrepro"):
        assert own.run(way_out).status == "ok"
        assert own.value("[k for k, (a, b) in enumerate(zip(before, touched())) if a != b]") == "[]"
        assert own.run("%load_ext nbrepro").text == GREETING
    own.run("%nbrepro off")
    ran = len(own.journal.cells)
    own.run("1")
    assert len(own.journal.cells) == ran


def test_each_way_of_loading_prints_the_same_line(own: Kernel) -> None:
    for code in ("%load_ext nbrepro", "%load_ext nbrepro", "%reload_ext nbrepro", "%load_ext nbrepro"):
        answer = own.run(code)
        assert (answer.status, answer.text) == ("ok", GREETING), code
    own.run("%nbrepro off")


def test_what_ran_before_a_reload_stays_in_the_journal(start_kernel: StartKernel) -> None:
    kernel = loaded(start_kernel)
    first = kernel.recorded("uuid = __import__('uuid').uuid4()")
    kernel.run("%reload_ext nbrepro")
    last = kernel.recorded("2")
    assert first.msg_id in kernel.journal.cells
    assert first.cell.order is not None
    assert last.cell.order == first.cell.order + 2
    assert len(last.cell.findings) == 0


def test_the_cell_that_loads_is_recorded_from_there_on(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    code = "x = 1\n%load_ext nbrepro\nimport uuid\nuuid.uuid4()\n1 / 0"
    answer = kernel.run(code)
    cell = kernel.journal.cells[answer.msg_id].cell
    assert cell.order == 1
    assert cell.exception is not None
    assert cell.exception.line == 5
    assert [finding.line for finding in cell.findings] == [4]


def test_headless_nothing_is_printed_but_where_a_cell_loads_itself(start_kernel: StartKernel) -> None:
    kernel = start_kernel("--ext=nbrepro", NBREPRO_HEADLESS="1", NBREPRO_SEED="7")
    answer = kernel.run("x = 1")
    assert answer.text == ""
    assert kernel.journal.cells[answer.msg_id].cell.order == 1
    # The notebook's own line must read as it does in an interactive session.
    assert kernel.run("%load_ext nbrepro").text == GREETING.replace("42", "7")
    assert kernel.run("%reload_ext nbrepro").text == GREETING.replace("42", "7")


def test_a_tool_may_load_it_silently(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro", silent=True)
    assert kernel.recorded("1").cell.order == 1
    assert len(kernel.journal.cells) == 1


def test_the_launch_decides_seed_and_root(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_SEED="7", PYTHONHASHSEED="3")
    kernel.run("%load_ext nbrepro")
    kernel.run("import random\nx = random.random()")
    assert kernel.value("x == random.Random(7).random()") == "True"
    started = kernel.journal.started
    assert started is not None
    assert started.fingerprint.randomness is not None
    assert (started.fingerprint.randomness.seed, started.fingerprint.randomness.hash_seed) == (7, "3")
    assert started.fingerprint.environment is not None
    assert not [name for name in started.fingerprint.environment.variables if name.startswith("NBREPRO")]


def test_the_projects_settings_give_the_seed(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    (kernel.folder / "pyproject.toml").write_text("[tool.nbrepro]\nseed = 11\n")
    assert kernel.run("%load_ext nbrepro").text == GREETING.replace("42", "11")


@pytest.mark.parametrize("setting", ["seed = 'x'", "sed = 3", "seed = -1", "["])
def test_bad_settings_do_not_keep_it_from_loading(own: Kernel, setting: str) -> None:
    (own.folder / "pyproject.toml").write_text(f"[tool.nbrepro]\n{setting}\n")
    try:
        assert own.run("%load_ext nbrepro").text == GREETING
        assert any(fault.startswith("settings: ") for fault in own.journal.faults)
        assert "settings: " in own.run("%nbrepro status").text
    finally:
        (own.folder / "pyproject.toml").unlink()
        own.run("%nbrepro off")


def test_finishing_writes_the_full_fingerprint(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_HEADLESS="1")
    kernel.run("%load_ext nbrepro")
    kernel.run("import numpy")
    started = kernel.journal.fingerprint
    assert started is not None
    assert started.python is not None
    assert "numpy" in started.packages
    assert (started.imported, started.hardware) == ((), None)
    answer = kernel.run(FINISH, silent=True)
    assert (answer.status, answer.text) == ("ok", "")
    full = kernel.journal.fingerprint
    assert full is not None
    assert "numpy" in full.imported
    assert full.hardware is not None
    assert full.numerics is not None
    assert full.randomness == started.randomness
    assert full.missing == {}


def test_the_environment_does_not_depend_on_who_set_the_workspace(start_kernel: StartKernel) -> None:
    live = loaded(start_kernel).journal.fingerprint
    pinned = loaded(start_kernel, CUBLAS_WORKSPACE_CONFIG=":4096:8").journal.fingerprint
    assert live is not None
    assert pinned is not None
    assert live.environment == pinned.environment


def test_a_kernel_without_numpy_and_torch_works(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run(BLOCKED)
    assert kernel.run("%load_ext nbrepro").text == GREETING
    assert list(kernel.recorded("1").cell.random_after) == ["random"]
    answer = kernel.run("import numpy")
    assert answer.reply["ename"] == "ModuleNotFoundError"
    assert kernel.run(FINISH, silent=True).status == "ok"
    assert kernel.journal.faults == ()
    assert "random" in kernel.run("%nbrepro status").text


def test_nothing_heavy_is_imported(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_HEADLESS="1")
    kernel.run("import sys\nbefore = set(sys.modules)")
    kernel.run("%load_ext nbrepro")
    kernel.run("1")
    heavy = {"numpy", "pandas", "torch", "papermill", "nbclient", "nbformat", "mlflow", "PIL", "lxml", "rich", "click"}
    new = set(eval(kernel.value("sorted({name.partition('.')[0] for name in set(sys.modules) - before})")))
    assert not new & heavy
    assert "threadpoolctl" not in new  # importing it sets an environment variable


def test_without_a_journal_named_it_goes_to_jupyters_runtime_folder(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_JOURNAL="")
    kernel.run("%load_ext nbrepro")
    (journal,) = (kernel.folder / "runtime" / "nbrepro").glob("*.jsonl")
    assert journal.stem == Path(kernel.manager.connection_file).stem
