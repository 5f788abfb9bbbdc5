"""Data files that are no longer what the record read, brought back by a click."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
AS = "-c user.name=n -c user.email=e@x"


def git(folder: Path, arguments: str) -> None:
    subprocess.run(["git", *shlex.split(arguments)], cwd=folder, check=True, capture_output=True)


def dvc(folder: Path, arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *shlex.split(arguments)], cwd=folder, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_file_in_git_comes_back_as_the_record_read_it(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "print(open('raw.csv').read())")
    folder = (lab.root / path).parent
    (folder / "raw.csv").write_text("1\n")
    git(folder, "init -q")
    git(folder, "add raw.csv")
    git(folder, f"{AS} commit -qm data")
    lab.run("record", path)
    (folder / "raw.csv").write_text("2\n")
    panel = open_page(path)
    panel.await_text("raw.csv changed")
    panel.click("restore")
    panel.confirm("Restore")
    panel.await_text("restored raw.csv")
    assert (folder / "raw.csv").read_text() == "1\n"
    kept = list((folder / ".nbrepro" / "runs" / "replaced").rglob("raw.csv"))
    assert [file.read_text() for file in kept] == ["2\n"]


def test_a_file_that_only_dvcs_remote_still_has_is_fetched_and_restored(
    open_page: Any, notebook: Any, lab: Any, tmp_path: Path
) -> None:
    """The ``.dvc`` file has moved on to another version, and the cache is empty: only the record knows the digest."""
    pytest.importorskip("dvc", reason="dvc is not installed")
    path = notebook(LOAD, "print(open('raw.csv').read())")
    folder = (lab.root / path).parent
    git(folder, "init -q")
    dvc(folder, "init -q")
    dvc(folder, f"remote add -q -d store {shlex.quote(str(tmp_path / 'remote'))}")
    (folder / "raw.csv").write_text("1\n")
    dvc(folder, "add -q raw.csv")
    dvc(folder, "push -q")
    lab.run("record", path)
    (folder / "raw.csv").unlink()
    (folder / "raw.csv").write_text("2\n")
    dvc(folder, "add -q raw.csv")
    shutil.rmtree(folder / ".dvc" / "cache")
    panel = open_page(path)
    panel.await_text("raw.csv changed")
    panel.unfold("Data")
    panel.await_text("DVC · changed")
    panel.click("restore")
    panel.confirm("Restore")
    panel.await_text("restored raw.csv")
    assert (folder / "raw.csv").read_text() == "1\n"
    panel.page.wait_for_function("!document.querySelector('#nbrepro-panel').innerText.includes('raw.csv changed')")
