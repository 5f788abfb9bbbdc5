from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.config import Settings
from nbrepro.execution import Run, RunRequest, run_notebook

KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


def notebook_of(*sources: str, tags: dict[int, list[str]] | None = None, kernel: str = "python3") -> NotebookNode:
    """Make a notebook whose cells have stable ids."""
    cells = [new_code_cell(source, id=f"cell-{index}") for index, source in enumerate(sources)]
    for index, names in (tags or {}).items():
        cells[index].metadata["tags"] = names
    return new_notebook(cells=cells, metadata={"kernelspec": {**KERNEL, "name": kernel}})


def text_of(cell: NotebookNode) -> str:
    """Return all that a cell shows as plain text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.data.get("text/plain", ""))
    return "".join(parts)


def all_ended(processes: list[psutil.Process]) -> bool:
    """Whether the processes end within seconds; one that its parent only has to collect has ended."""
    deadline = time.monotonic() + 5
    while any(_runs(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kernels_of(pid: int) -> list[psutil.Process]:
    """Return the kernels among the descendants of a process."""
    return [child for child in psutil.Process(pid).children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]


@pytest.fixture
def kernels_left() -> Callable[[], list[psutil.Process]]:
    """Return the kernels that the test has started and that still live; other files' fixtures may hold some."""
    before = kernels_of(os.getpid())
    return lambda: [kernel for kernel in kernels_of(os.getpid()) if kernel not in before]


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[..., RunRequest]:
    def make(*sources: str, tags: dict[int, list[str]] | None = None, **changes: Any) -> RunRequest:
        settings = Settings(**changes.pop("set", {}))
        notebook = changes.pop("notebook", None) or notebook_of(*sources, tags=tags)
        path = changes.pop("path", tmp_path / "work.ipynb")
        return RunRequest(notebook=notebook, path=path, root=tmp_path, settings=settings, seed=7, threads=1, **changes)

    return make


@pytest.fixture
def run(request_of: Callable[..., RunRequest]) -> Callable[..., Run]:
    def start(*sources: str, **changes: Any) -> Run:
        return run_notebook(request_of(*sources, **changes))

    return start


def _install(folder: Path, name: str, argv: list[str], language: str = "python") -> str:
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": language}))
    return name


@pytest.fixture
def kernels(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("jupyter")
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    return folder


@pytest.fixture
def other_kernel(kernels: Path) -> str:
    """A kernel for a language of its own: it answers in capitals."""
    script = kernels / "shout.py"
    script.write_text(
        "from ipykernel.kernelapp import IPKernelApp\n"
        "from ipykernel.kernelbase import Kernel\n"
        "class Shout(Kernel):\n"
        "    implementation = language = banner = 'shout'\n"
        "    implementation_version = language_version = '1'\n"
        "    language_info = {'name': 'shout', 'mimetype': 'text/plain', 'file_extension': '.txt'}\n"
        "    async def do_execute(self, code, silent, *args, **more):\n"
        "        self.send_response(self.iopub_socket, 'stream', {'name': 'stdout', 'text': code.upper() + '\\n'})\n"
        "        return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\n"
        "IPKernelApp.launch_instance(kernel_class=Shout)\n"
    )
    return _install(kernels, "shout", [sys.executable, str(script), "-f", "{connection_file}"], "shout")


@pytest.fixture
def broken_kernel(kernels: Path) -> str:
    return _install(kernels, "broken", [sys.executable, "-m", "no_such_kernel", "-f", "{connection_file}"])


@pytest.fixture
def bare_kernel(kernels: Path) -> str:
    """A Python kernel in whose environment nbrepro cannot be imported."""
    script = kernels / "bare_ipykernel.py"
    script.write_text(
        "import sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'nbrepro':\n"
        "            raise ModuleNotFoundError(\"No module named 'nbrepro'\", name=name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "from ipykernel.kernelapp import launch_new_instance\n"
        "launch_new_instance()\n"
    )
    return _install(kernels, "bare", [sys.executable, str(script), "-f", "{connection_file}"])


@pytest.fixture
def unlucky_kernel(kernels: Path) -> str:
    """A kernel whose ports are taken the first two times."""
    script = kernels / "unlucky_ipykernel.py"
    script.write_text(
        "import pathlib, sys\n"
        f"tries = pathlib.Path({str(kernels / 'tries')!r})\n"
        "tries.write_text(tries.read_text() + 'x' if tries.exists() else 'x')\n"
        "if len(tries.read_text()) < 3:\n"
        "    sys.exit('zmq.error.ZMQError: Address already in use')\n"
        "from ipykernel.kernelapp import launch_new_instance\n"
        "launch_new_instance()\n"
    )
    return _install(kernels, "unlucky", [sys.executable, str(script), "-f", "{connection_file}"])
