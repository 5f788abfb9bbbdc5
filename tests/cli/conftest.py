"""Running the command line as its users do: in a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

Cli = Callable[..., subprocess.CompletedProcess[str]]


def notebook(*sources: str, outputs: dict[int, str] | None = None, **metadata: Any) -> Any:
    """A notebook of these cells; ``outputs`` gives what cell ``i`` printed when it was saved."""
    made = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}, **metadata})
    for index, source in enumerate(sources):
        cell = new_code_cell(source, id=f"c{index}")
        if outputs is not None:
            cell.execution_count = index + 1
            if index in outputs:
                cell.outputs = [new_output("stream", name="stdout", text=outputs[index])]
        made.cells.append(cell)
    return made


def save(path: Path, *sources: str, outputs: dict[int, str] | None = None, **metadata: Any) -> Path:
    nbformat.write(notebook(*sources, outputs=outputs, **metadata), path)
    return path


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project under a short path: at 80 columns a message keeps the paths in it on one line."""
    made = tmp_path_factory.mktemp("p")
    (made / ".nbrepro").mkdir()
    return made


@pytest.fixture
def cli(folder: Path) -> Cli:
    def run(
        *arguments: str, cwd: Path = folder, timeout: float = 120, environ: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nbrepro", *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "COLUMNS": "80", **(environ or {})},
        )

    return run


def kernels_in(folder: Path) -> list[int]:
    """Return the processes that run in ``folder``: kernels that a run left behind."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append(int(process.name))
        except OSError:  # noqa: PERF203 - the process has ended
            continue
    return [pid for pid in found if pid != os.getpid()]


@pytest.fixture(autouse=True)
def _no_orphans(folder: Path) -> Iterator[None]:
    yield
    assert kernels_in(folder) == []
