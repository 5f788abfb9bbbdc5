"""Output that cannot be written: the exit code says so, or what came of the run, and nothing else is said."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbrepro.cli import main
from tests.cli.conftest import save


class FullDisk(io.StringIO):
    """A stream whose first letters still find room, or none."""

    def __init__(self, room: int = 0) -> None:
        super().__init__()
        self.room = room

    def write(self, text: str) -> int:
        self.room -= len(text)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


def ended(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *arguments: str) -> object:
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


@pytest.mark.parametrize("arguments", [["log"], ["log", "--json"], ["status", "a.ipynb"], ["lint", "a.ipynb"]])
def test_a_full_disk_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    save(folder / "a.ipynb", "nowhere_defined")
    monkeypatch.chdir(folder)
    assert ended(monkeypatch, FullDisk(), *arguments) == 2
    told = "nbrepro: standard output cannot be written (No space left on device): make room, or send it elsewhere\n"
    assert capsys.readouterr().err == told


def test_a_disk_that_fills_up_keeps_what_found_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save(folder / "a.ipynb", "nowhere_defined", "nor_this_here")
    monkeypatch.chdir(folder)
    stream = FullDisk(room=100)
    assert ended(monkeypatch, stream, "lint") == 2
    assert "nowhere_defined" in stream.getvalue()
    assert "internal error" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["check", "a.ipynb", "-v"], ["check", "a.ipynb", "--json"], ["--help"], ["log"]])
def test_a_reader_that_has_gone_ends_it_quietly(folder: Path, arguments: list[str]) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "nbrepro", *arguments]
    result = subprocess.run(command, cwd=folder, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (result.returncode, result.stderr) == (141, b"")


def test_a_run_is_kept_although_nobody_reads_what_came_of_it(folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    test_a_reader_that_has_gone_ends_it_quietly(folder, ["check", "a.ipynb"])
    command = [sys.executable, "-m", "nbrepro", "log", "--json"]
    log = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    assert len(json.loads(log.stdout)["runs"]) == 1


@pytest.mark.parametrize("stream", [">&-", "2>&-"])
def test_a_stream_that_was_closed_from_the_start(folder: Path, stream: str) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    command = f"{sys.executable} -m nbrepro check a.ipynb {stream}"
    assert subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, check=False).returncode == 0
