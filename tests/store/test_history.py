from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbrepro.errors import StoreError
from nbrepro.store.history import Entry, History


def entry(identifier: str, notebook: str = "a.ipynb", **fields: Any) -> Entry:
    given: dict[str, Any] = {
        "id": identifier,
        "notebook": notebook,
        "command": "check",
        "started": f"2026-01-01T00:00:{int(identifier):02}",
        "seconds": 1.5,
        "verdict": "identical",
        "exit_code": 0,
        "reference": "saved outputs",
        "digest": "sha256:0",
        "code_commit": None,
        "summary": "all is well",
        "result": {"cells": []},
    }
    return Entry(**{**given, **fields})


def test_runs_come_back_newest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "history.db")
    for identifier in ("1", "3", "2"):
        history.add(entry(identifier))
    assert [found.id for found in history.entries()] == ["3", "2", "1"]
    assert history.entries()[0] == entry("3")


def test_runs_are_found_by_notebook_and_by_folder(tmp_path: Path) -> None:
    history = History(tmp_path / "history.db")
    for identifier, name in (("1", "a.ipynb"), ("2", "sub/b.ipynb"), ("3", "sub_/c.ipynb"), ("4", "subx/d.ipynb")):
        history.add(entry(identifier, name))
    assert [found.id for found in history.entries(["sub", "a.ipynb"])] == ["2", "1"]
    assert [found.id for found in history.entries(["sub_"])] == ["3"]
    assert len(history.entries(limit=2)) == 2


def test_a_history_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert History(tmp_path / "none" / "history.db").entries() == []
    assert not (tmp_path / "none").exists()


def test_a_damaged_history_is_moved_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"this is no database, " * 100)
    History(path).add(entry("1"))
    assert [found.id for found in History(path).entries()] == ["1"]
    assert (tmp_path / "history.db.damaged-1").read_bytes().startswith(b"this is no")


def test_that_a_history_was_damaged_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"this is no database, " * 100)
    for _ in range(2):
        History(path).entries()
    told = f"nbrepro: {path} was damaged: it is kept as history.db.damaged-1, and a new history is begun"
    assert [record.getMessage() for record in caplog.records] == [told]


def test_a_history_of_a_newer_nbrepro_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="newer nbrepro"):
        History(path).add(entry("1"))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the history cannot be used"):
        History(tmp_path / "file" / "history.db").add(entry("1"))


def test_several_processes_add_runs_at_once(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from nbrepro.store.history import Entry, History
rest = dict(notebook="a", command="check", started="", seconds=0, verdict="", exit_code=0)
rest |= dict(reference=None, digest="", code_commit=None, summary="", result={})
for number in range(20):
    History(Path(sys.argv[1])).add(Entry(id=f"{sys.argv[2]}-{number}", **rest))
"""
    path = str(tmp_path / "history.db")
    workers = [subprocess.Popen([sys.executable, "-c", program, path, str(number)]) for number in range(4)]
    assert [worker.wait() for worker in workers] == [0, 0, 0, 0]
    assert len(History(tmp_path / "history.db").entries()) == 80
