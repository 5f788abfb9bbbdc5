"""The pinned kernel as front ends start it: by Jupyter's own manager, out of the installed specification."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.config import Settings
from nbrepro.execution import RunRequest, run_notebook
from nbrepro.pinning.pins import pinned_environment, unpinned

_PATIENCE = 60.0
_GONE = 1.0
_SEEN = "__import__('os').environ.get('{}')"
Start = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.nbrepro]\nthreads = 3\nenvironment = { MODEL_SIZE = 'small' }\n")
    return tmp_path


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Starts a kernel in the project, as JupyterLab would."""
    running: list[tuple[Any, Any]] = []

    def start(name: str, **variables: str) -> Any:
        base = {k: v for k, v in os.environ.items() if not k.startswith(("NBREPRO_", "PYTEST_", "OMP_", "OPENBLAS_"))}
        for pinned in ("PYTHONHASHSEED", "TZ", "LC_ALL", "LANG"):
            base.pop(pinned, None)
        base["JUPYTER_RUNTIME_DIR"] = str(project / "runtime")
        manager = KernelManager(kernel_name=name)
        manager.start_kernel(env={**base, "JPY_SESSION_NAME": "a.ipynb", **variables}, cwd=str(project))
        client = manager.client()
        client.start_channels()
        running.append((manager, client))
        client.wait_for_ready(timeout=_PATIENCE)
        return manager, client

    yield start
    for manager, client in running:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def value(client: Any, expression: str) -> Any:
    reply = client.execute_interactive("", silent=True, user_expressions={"it": expression}, timeout=_PATIENCE)
    return ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def printed(client: Any, code: str) -> str:
    parts: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            parts.append(message["content"]["text"])

    client.execute_interactive(code, output_hook=hear, timeout=_PATIENCE)
    return "".join(parts)


def pins(client: Any) -> tuple[Any, ...]:
    names = ("PYTHONHASHSEED", "OMP_NUM_THREADS", "TZ", "MODEL_SIZE", "JPY_SESSION_NAME")
    return (*(value(client, _SEEN.format(name)) for name in names), value(client, "hash('a')"))


def test_the_pinned_kernel_is_pinned_and_records_also_after_a_restart(start: Start) -> None:
    manager, client = start("nbrepro")
    first = pins(client)
    assert first[:5] == ("0", "3", "UTC", "small", "a.ipynb")
    assert "not pinned" not in printed(client, "%nbrepro status")
    manager.restart_kernel()
    client.wait_for_ready(timeout=_PATIENCE)
    assert pins(client) == first
    assert "nothing to do" in printed(client, "%nbrepro restart-pinned")


def test_a_running_kernel_starts_anew_pinned_and_stays_connected(start: Start) -> None:
    _, client = start("python3")
    client.execute_interactive("%load_ext nbrepro\nx = 1", output_hook=lambda _: None, timeout=_PATIENCE)
    status = printed(client, "%nbrepro status")
    assert (
        "hash seed, time zone, locale not pinned" in status
    )  # the project says how many threads, also in a live kernel
    assert "restart-pinned" in status
    assert "Python 3 (nbrepro)" in status
    process = value(client, "__import__('os').getpid()")
    restart = client.execute("%nbrepro restart-pinned")
    queued = [client.execute("y = 1"), client.execute("y = 2")]
    replies = [client.get_shell_msg(timeout=_PATIENCE) for _ in (restart, *queued)]
    answers = {reply["parent_header"]["msg_id"]: reply["content"] for reply in replies}
    assert "all variables are lost" in answers[restart]["evalue"]
    assert [answers[msg_id]["status"] for msg_id in queued] == ["aborted", "aborted"]
    time.sleep(_GONE)  # what is asked before is asked of the process that is about to go
    client.wait_for_ready(timeout=_PATIENCE)
    assert not value(client, "'x' in globals()")
    assert pins(client)[:5] == ("0", "3", "UTC", "small", "a.ipynb")
    assert value(client, "__import__('os').getpid()") == process
    assert "nothing to do" in printed(client, "%nbrepro restart-pinned")


def test_a_notebook_that_names_the_pinned_kernel_runs_like_any_other(project: Path) -> None:
    spec = {"name": "nbrepro", "display_name": "Python 3 (nbrepro)", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell("hash('a') and 1", id="a")], metadata={"kernelspec": spec})
    path = project / "a.ipynb"
    nbformat.write(notebook, path)
    request = RunRequest(notebook=notebook, path=path, root=project, settings=Settings(), seed=1, threads=1)
    run = run_notebook(request)
    assert run.record.problem is None
    assert run.notebook.metadata.kernelspec.name == "nbrepro"
    assert not [note for note in run.record.notes if "load" in note]


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, ("hash seed", "threads", "time zone", "locale")),
        ({"PYTHONHASHSEED": "random", "LANG": "C", "TZ": "UTC", "OMP_NUM_THREADS": "1"}, ("hash seed", "threads")),
        (pinned_environment({}, threads=1, own={}), ()),
    ],
)
def test_what_a_start_left_to_chance_is_told(environ: dict[str, str], missing: tuple[str, ...]) -> None:
    assert unpinned(environ) == missing
