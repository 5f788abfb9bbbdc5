"""Lost connections: what is said meanwhile, and what is made up for afterwards."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.panel.serving import serve
from tests.panel.wire import wired

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"


def test_a_lost_connection_is_said_and_what_happened_meanwhile_is_made_up_for(
    open_page: Any, notebook: Any, lab: Any
) -> None:
    path = notebook(LOAD, "import time", "time.sleep(2)")
    lab.run("record", path)
    with wired(lab) as wire:
        panel = open_page(path, server=wire.lab, fresh=True)
        panel.run_all()
        panel.await_state("clean")
        panel.click("Check")
        panel.await_state("running")
        wire.cut()
        panel.await_text("The server does not answer")
        await_end(lab, path)
        panel.await_state("running")  # it cannot know yet
        wire.join()
        panel.await_state("clean", timeout=40)
        panel.await_text("Reproduced")
        assert "The server does not answer" not in panel.text
        panel.await_text("seed 42")  # the kernel's session as well


def await_end(lab: Any, path: str) -> None:
    deadline = time.monotonic() + 60
    while any(job["state"] == "running" for job in lab.get("nbrepro/jobs") if job["path"] == path):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_job_that_ended_with_its_server_is_not_shown_as_running_for_ever(
    open_page: Any, notebook: Any, lab: Any, tmp_path: Path, bundle: Path
) -> None:
    """Another server takes the place of the first, as after a restart: it knows of no job."""
    path = notebook("import time", "time.sleep(40)")
    with wired(lab) as wire:
        panel = open_page(path, server=wire.lab, fresh=True)
        panel.click("Check")
        panel.await_text("1/2 cells")
        wire.cut()
        panel.await_text("The server does not answer")
        for again in serve(tmp_path, bundle):
            (again.root / path).parent.mkdir()
            (again.root / path).write_bytes((lab.root / path).read_bytes())
            wire.lead_to(again)
            wire.join()
            panel.await_text("the job ended with it", timeout=60)
            panel.await_state("not_loaded")
    job = next(job for job in lab.get("nbrepro/jobs") if job["path"] == path)
    lab.ask("DELETE", f"nbrepro/jobs/{job['id']}")
