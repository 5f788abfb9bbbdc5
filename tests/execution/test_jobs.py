from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from nbrepro.errors import NbreproError, RunError
from nbrepro.execution import Run, run_many
from tests.execution.conftest import text_of


def test_results_come_in_the_order_of_the_requests_whatever_ends_first(
    request_of: Callable[..., Any], tmp_path: Path
) -> None:
    ended: list[int] = []
    started: set[int] = set()
    flag = tmp_path / "the quick one has ended"

    def done(position: int, _: object) -> None:
        ended.append(position)
        if position == 1:
            flag.touch()

    requests = [
        request_of(f"import pathlib, time\nwhile not pathlib.Path({str(flag)!r}).exists(): time.sleep(0.05)\n'slow'"),
        request_of("'quick'"),
        request_of("'none'", kernel_name="klingon"),
    ]
    results = list(run_many(requests, jobs=3, on_start=started.add, on_done=done))
    assert [text_of(r.notebook.cells[0]) if isinstance(r, Run) else type(r) for r in results] == [
        "'slow'",
        "'quick'",
        RunError,
    ]
    assert sorted(ended) == [0, 1, 2]
    assert ended.index(1) < ended.index(0)
    assert started == {0, 1, 2}


def test_closing_the_iterator_cancels_what_is_left(
    request_of: Callable[..., Any], kernels_left: Callable[[], list[psutil.Process]]
) -> None:
    done: list[Run | NbreproError] = []
    endless = request_of("import time\ntime.sleep(60)")
    results = run_many([request_of("1"), endless, endless], jobs=2, on_done=lambda _, result: done.append(result))
    next(results)
    started = time.monotonic()
    results.close()
    assert time.monotonic() - started < 10
    assert len(done) == 3
    assert kernels_left() == []


def test_a_request_can_be_cancelled_alone(request_of: Callable[..., Any]) -> None:
    cancelled = threading.Event()
    cancelled.set()
    first, second = run_many([request_of("1", cancelled=cancelled), request_of("2")])
    assert isinstance(first, Run)
    assert first.record.problem is not None
    assert first.record.problem.kind == "interrupted"
    assert isinstance(second, Run)
    assert second.record.problem is None


_MANY = """
    import pathlib
    from nbformat.v4 import new_code_cell, new_notebook
    from nbrepro.config import Settings
    from nbrepro.execution import RunRequest, run_many
    folder = pathlib.Path({folder!r})
    def request(n):
        source = f"import pathlib, time\\npathlib.Path('running{{n}}').touch()\\ntime.sleep(60)"
        return RunRequest(notebook=new_notebook(cells=[new_code_cell(source)]), path=folder / "a.ipynb",
                          root=folder, settings=Settings(), seed=1, threads=1)
    for result in run_many([request(n) for n in range(3)], jobs=2):
        print(result.record.problem.kind)
"""


@pytest.mark.slow
def test_ctrl_c_cancels_all_and_waits_until_their_kernels_are_gone(tmp_path: Path) -> None:
    script = textwrap.dedent(_MANY.format(folder=str(tmp_path)))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while len(list(tmp_path.glob("running*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    kernels = psutil.Process(process.pid).children(recursive=True)
    assert len(kernels) == 2
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=20)
    assert printed.split() == ["interrupted"] * 3
    assert process.returncode == 0
    assert not [kernel for kernel in kernels if kernel.is_running()]
