from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from nbrepro.execution.process import Death, KernelProcess, available_memory
from tests.execution.conftest import all_ended


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture(params=["announced", "looked for"])
def process(request: pytest.FixtureRequest, log: Path, tmp_path: Path) -> Iterator[KernelProcess]:
    script = "import subprocess, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"
    made = KernelProcess([sys.executable, "-c", script], env=dict(os.environ), cwd=tmp_path, log=log)
    if request.param == "looked for":
        made.close()
    deadline = time.monotonic() + 10
    while "up" not in made.log_tail() and time.monotonic() < deadline:
        time.sleep(0.02)
    yield made
    made.kill()
    made.close()


def test_killing_reaches_all_that_the_process_started(process: KernelProcess) -> None:
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
    assert len(family) == 2
    assert process.alive()
    assert not process.wait(0.1)
    process.kill()
    assert all_ended(family)
    assert process.death is not None
    assert process.death.returncode == -signal.SIGKILL


def test_what_a_process_left_behind_ends_with_it(process: KernelProcess) -> None:
    children = psutil.Process(process.pid).children()
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(5)
    assert all_ended(children)
    assert process.death is not None
    assert process.death.returncode == -signal.SIGTERM
    assert process.death.peak_bytes is not None
    assert process.death.peak_bytes > 1_000_000


def test_a_death_is_told_with_its_memory() -> None:
    told = Death(returncode=-9, peak_bytes=2_500_000_000).sentence()
    assert told.startswith("the kernel was killed by signal 9 (SIGKILL), probably because memory ran out; it had used")
    assert "2.5 GB" in told
    assert Death(returncode=1, peak_bytes=None).sentence() == "the kernel exited with status 1"


def test_the_memory_of_this_machine_is_known() -> None:
    assert (available_memory() or 0) > 2**26
