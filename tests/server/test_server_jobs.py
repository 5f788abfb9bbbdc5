"""Jobs against a real server: progress, one at a time, cancelled, gone with the server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.panel.lab import Lab
from tests.panel.serving import serve, write_notebook

pytest.importorskip("jupyter_server", reason="jupyter_server is not installed")

LOAD = "%load_ext nbrepro"


def start(server: Lab, kind: str, path: str, **more: Any) -> dict[str, Any]:
    status, job = server.ask("POST", "nbrepro/jobs", {"kind": kind, "path": path, **more})
    assert status == 201, job
    return dict(job)


def until(server: Lab, identity: str, accept: Callable[[dict[str, Any]], bool], seconds: float = 40) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = next(job for job in server.get("nbrepro/jobs") if job["id"] == identity)
        if accept(job):
            return dict(job)
        time.sleep(0.05)
    raise TimeoutError(job)


def ended(job: dict[str, Any]) -> bool:
    return bool(job["state"] != "running")


def workers(name: str) -> list[int]:
    """Return the processes that have a file of the test's folder in their command line or working directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                where = str((entry / "cwd").readlink()) + (entry / "cmdline").read_text()
            except OSError:
                continue
            if name in where and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def test_a_record_and_a_check_of_it_reproduce(server: Lab, notebook: Callable[..., str]) -> None:
    path = notebook(LOAD, "import random\nrandom.random()")
    recorded = until(server, start(server, "record", path)["id"], ended)
    assert (recorded["state"], recorded["done"], recorded["total"]) == ("done", 2, 2)
    checked = until(server, start(server, "check", path)["id"], ended)
    assert (checked["state"], checked["exit_code"]) == ("done", 0)
    status, overview = server.ask("POST", "nbrepro/overview", {"path": path})
    assert status == 200
    assert overview["state"] == "up_to_date" or overview["outputs"] == []
    assert overview["check"]["verdict"] == "identical"
    assert [item["command"] for item in overview["history"]] == ["check", "record"]


def test_a_job_takes_the_content_that_comes_with_it(server: Lab, notebook: Callable[..., str]) -> None:
    path = notebook("print('saved')")
    content = server.get(f"api/contents/{path}")["content"]
    content["cells"][0]["source"] = "print('live')"
    until(server, start(server, "record", path, content=content)["id"], ended)
    record = (server.root / path).parent / ".nbrepro" / "records" / "analysis.ipynb"
    assert "print('live')" in record.read_text()
    assert "print('saved')" in (server.root / path).read_text()


def test_one_job_at_a_time_for_a_notebook_and_cancel_leaves_nothing(server: Lab, notebook: Callable[..., str]) -> None:
    path = notebook("import time", "time.sleep(60)")
    job = start(server, "check", path)
    status, fault = server.ask("POST", "nbrepro/jobs", {"kind": "check", "path": path})
    assert status == 409
    assert "job is running" in fault["message"]
    until(server, job["id"], lambda now: now["done"] >= 1)
    assert server.ask("DELETE", f"nbrepro/jobs/{job['id']}")[0] == 200
    last = until(server, job["id"], ended)
    assert last["state"] == "cancelled"
    assert not (server.root / path).parent.joinpath(".nbrepro", "records").exists()


def test_a_notebook_that_is_no_notebook_fails_in_one_sentence(server: Lab, notebook: Callable[..., str]) -> None:
    path = notebook("1")
    (server.root / path).write_text("{}")
    job = until(server, start(server, "record", path)["id"], ended)
    assert job["state"] == "failed"
    assert "notebook" in job["message"]


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Lab]:
    yield from serve(tmp_path, None, app="server")


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_no_job_outlives_its_server(mortal: Lab, blow: signal.Signals) -> None:
    write_notebook(mortal.root / "long.ipynb", ("import time", "time.sleep(120)"))
    job = start(mortal, "check", "long.ipynb")
    until(mortal, job["id"], lambda now: now["done"] >= 1)
    assert len(workers(str(mortal.root))) > 1
    mortal.process.send_signal(blow)
    mortal.process.wait(30)
    deadline = time.monotonic() + 20
    while workers(str(mortal.root)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers(str(mortal.root)) == []
