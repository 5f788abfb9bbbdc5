from __future__ import annotations

import contextlib
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbrepro.errors import StoreError
from nbrepro.notebooks import write_atomically


@contextlib.contextmanager
def small_disk() -> Iterator[None]:
    """A disk that is full after 4 KiB: no file may grow beyond, pytest's own output neither, so hold it briefly."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_file_appears_whole(tmp_path: Path) -> None:
    write_atomically(b"new", tmp_path / "deep" / "a.txt")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"new"


def test_a_full_disk_leaves_the_former_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"former")
    with pytest.raises(StoreError, match="what was there before is kept"), small_disk():
        write_atomically(b"x" * 100_000, path)
    assert path.read_bytes() == b"former"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        write_atomically(b"x", tmp_path / "file" / "a.txt")


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"former")
    path.chmod(0o640)
    write_atomically(b"new", path)
    assert path.stat().st_mode & 0o777 == 0o640
