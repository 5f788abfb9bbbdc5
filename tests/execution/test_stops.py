from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from nbrepro.errors import ConfigError, StoreError
from nbrepro.execution import Run
from tests.execution.conftest import all_ended, kernels_of, notebook_of, text_of

Runner = Callable[..., Run]
Left = Callable[[], list[psutil.Process]]


def states(result: Run) -> list[str]:
    return [cell.state.value for cell in result.record.cells.values()]


def problem_of(result: Run) -> tuple[str, int | None, str]:
    problem = result.record.problem
    assert problem is not None
    return problem.kind, problem.cell, problem.message


def test_an_endless_cell_is_interrupted_and_shows_where_it_was(run: Runner) -> None:
    result = run("print('go', flush=True)\nimport time\ntime.sleep(60)", "2", set={"timeout": 1.0})
    kind, cell, message = problem_of(result)
    assert (kind, cell) == ("timeout", 0)
    assert "longer than 1 s" in message
    assert states(result) == ["error", "not_run"]
    assert text_of(result.notebook.cells[0]).startswith("go\n")
    assert result.notebook.cells[0].outputs[-1].ename == "KeyboardInterrupt"


def test_with_keep_going_the_cells_after_a_late_one_run(run: Runner) -> None:
    result = run("import time\ntime.sleep(60)", "2", tags={0: ["nbrepro-timeout=0.5"]}, keep_going=True)
    assert problem_of(result)[:2] == ("timeout", 0)
    assert states(result) == ["error", "ok"]


def test_a_cell_that_ignores_the_interrupt_is_killed(
    run: Runner, monkeypatch: pytest.MonkeyPatch, kernels_left: Left
) -> None:
    monkeypatch.setattr("nbrepro.execution.runner._INTERRUPT_GRACE", 0.3)
    stubborn = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)"
    started = time.monotonic()
    result = run(stubborn, "2", set={"timeout": 0.5})
    assert problem_of(result)[0] == "timeout"
    assert time.monotonic() - started < 10
    assert kernels_left() == []


def test_the_notebook_has_a_time_out_of_its_own(run: Runner) -> None:
    result = run("import time\ntime.sleep(0.6)", "time.sleep(60)", "3", set={"notebook_timeout": 1.0}, keep_going=True)
    kind, cell, message = problem_of(result)
    assert (kind, cell) == ("timeout", 1)
    assert "notebook" in message
    assert states(result) == ["ok", "error", "not_run"]


def test_a_kernel_killed_in_the_middle_keeps_what_it_had_put_out(run: Runner) -> None:
    result = run(
        "import os, time\nprint('before', flush=True)\nbig = bytearray(300_000_000)\n"
        "time.sleep(0.3)  # zmq sends in a thread of its own\nos.kill(os.getpid(), 9)",
        "2",
    )
    kind, cell, message = problem_of(result)
    assert (kind, cell) == ("kernel_death", 0)
    assert "signal 9 (SIGKILL); it had used up to" in message
    assert int(message.partition("up to ")[2].split()[0]) >= 300
    assert states(result) == ["error", "not_run"]
    assert text_of(result.notebook.cells[0]) == "before\n"


@pytest.mark.parametrize(
    ("source", "words"),
    [("import os\nos._exit(3)", "exited with status 3"), ("import ctypes\nctypes.string_at(0)", "SIGSEGV")],
)
def test_other_deaths_are_named_as_well(run: Runner, source: str, words: str) -> None:
    result = run(source, "2")
    assert problem_of(result)[0] == "kernel_death"
    assert words in problem_of(result)[2]


def test_a_cell_that_calls_exit_leaves_the_rest_not_run(run: Runner) -> None:
    result = run("1", "exit", "3")
    assert problem_of(result)[:2] == ("kernel_death", 1)
    assert states(result) == ["ok", "ok", "not_run"]


def test_an_exit_in_the_last_cell_is_no_problem(run: Runner) -> None:
    result = run("1", "exit")
    assert result.record.problem is None


def test_one_huge_output_is_stopped_without_taking_it_into_memory(run: Runner) -> None:
    before = psutil.Process().memory_info().rss
    result = run("print('x' * 200_000_000)", "2", set={"max_output": 1_000_000})
    kind, cell, message = problem_of(result)
    assert (kind, cell) == ("output_limit", 0)
    assert "1000000 bytes" in message
    assert states(result) == ["error", "not_run"]
    assert psutil.Process().memory_info().rss - before < 50_000_000


def test_an_endless_stream_of_outputs_is_stopped(run: Runner) -> None:
    result = run("while True:\n    print('x' * 1000, flush=True)", "2", set={"max_output": 1_000_000})
    assert problem_of(result)[:2] == ("output_limit", 0)
    assert 0 < len(text_of(result.notebook.cells[0])) <= 64 * 1024


def test_many_cells_may_put_out_more_than_one_may(run: Runner) -> None:
    result = run(*["print('x' * 1_500_000)"] * 3, set={"max_output": 1_600_000})
    assert result.record.problem is None


def test_a_cancelled_run_ends_its_kernel_at_once(run: Runner, kernels_left: Left) -> None:
    cancelled = threading.Event()
    threading.Timer(1.0, cancelled.set).start()
    started = time.monotonic()
    result = run("import time\ntime.sleep(60)", "2", cancelled=cancelled)
    assert problem_of(result)[:2] == ("interrupted", 0)
    assert states(result) == ["error", "not_run"]
    assert time.monotonic() - started < 5
    assert kernels_left() == []


def test_a_run_that_was_cancelled_before_starts_no_kernel(run: Runner) -> None:
    cancelled = threading.Event()
    cancelled.set()
    result = run("1", cancelled=cancelled)
    assert problem_of(result)[0] == "interrupted"
    assert states(result) == ["not_run"]


def test_a_malformed_tag_is_refused_before_any_kernel_starts(run: Runner) -> None:
    with pytest.raises(ConfigError, match="cell 1 > tags"):
        run(notebook=notebook_of("1", tags={0: ["nbrepro-timeout=soon"]}))


_SLEEPER = """
    import pathlib, sys
    sys.path.insert(0, {tests!r})
    from nbformat.v4 import new_code_cell, new_notebook
    from nbrepro.config import Settings
    from nbrepro.execution import RunRequest, run_notebook
    folder = pathlib.Path({folder!r})
    source = "import pathlib, time\\npathlib.Path('running').touch()\\ntime.sleep(60)"
    result = run_notebook(RunRequest(notebook=new_notebook(cells=[new_code_cell(source)]), path=folder / "a.ipynb",
                                     root=folder, settings=Settings(), seed=1, threads=1))
    print(result.record.problem.kind)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_kernel_outlives_this_process_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    script = textwrap.dedent(_SLEEPER.format(tests=str(Path.cwd()), folder=str(tmp_path)))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not (tmp_path / "running").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    kernels = kernels_of(process.pid)
    assert len(kernels) == 1
    process.send_signal(number)
    printed, _ = process.communicate(timeout=20)
    assert all_ended(kernels)
    if number is signal.SIGINT:
        assert printed.strip() == "interrupted"
        assert process.returncode == 0


def test_functions_for_the_exit_run_even_when_the_run_is_stopped(run: Runner, tmp_path: Path) -> None:
    at_exit = "import atexit, pathlib, time\natexit.register(pathlib.Path('ended').touch)"
    result = run(at_exit, "time.sleep(60)", set={"timeout": 0.5})
    assert problem_of(result)[0] == "timeout"
    assert (tmp_path / "ended").exists()


def test_without_room_for_temporary_files_there_is_one_sentence(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StoreError, match="set TMPDIR"):
        run("1")
