from __future__ import annotations

import contextlib
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
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


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.txt").write_bytes(b"former")
    link = tmp_path / "link.txt"
    link.symlink_to("kept/a.txt")
    write_atomically(b"new", link)
    assert link.is_symlink()
    assert (tmp_path / "kept" / "a.txt").read_bytes() == b"new"


def test_a_link_that_leads_to_nothing_yet_stays(tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to("kept/a.txt")
    write_atomically(b"new", link)
    assert link.is_symlink()
    assert (tmp_path / "kept" / "a.txt").read_bytes() == b"new"


def test_links_in_a_circle_are_told_and_left(tmp_path: Path) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to("link.txt")
    with pytest.raises(StoreError, match="cannot be written"):
        write_atomically(b"new", link)
    assert link.is_symlink()


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()), daemon=True)
    reader.start()
    write_atomically(b"new", fifo)
    reader.join(timeout=10)
    assert read == [b"new"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="making a device needs root")
def test_a_device_is_written_to(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.write_bytes(b"")
    except PermissionError:
        pytest.skip("no device can be made or used here")
    write_atomically(b"new", device)
    assert stat.S_ISCHR(device.lstat().st_mode)


def test_standard_output_that_is_a_file_holds_what_was_printed_too(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from nbrepro.notebooks import write_atomically as write\n"
        "print('before'); write(b'report\\n', Path('/dev/stdout')); print('after')"
    )
    with (tmp_path / "out.txt").open("wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert (tmp_path / "out.txt").read_text() == "before\nreport\nafter\n"
