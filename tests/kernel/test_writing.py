"""The journal on a slow disk: here a pipe that is emptied late, or by nobody."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import termios
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbrepro.store.journal import read_journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kernel.conftest import Kernel, StartKernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the size of a pipe can be set on Linux")
CELL = "x = {}\n" + "# " * 200 + "\nx"
SMALL = 4096
FEW = 12
"""Cells whose entries do not fit into the pipe."""
HAS_THREAD = "'nbrepro-journal' in [t.name for t in __import__('threading').enumerate()]"


class SlowDisk:
    """A small pipe in the place of a journal."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.reader, fcntl.F_SETPIPE_SZ, SMALL)
        self.written = b""
        self.pause: float | None = 0.0
        """Seconds between two readings; ``None`` for no reading at all."""
        self._is_over = False
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._is_over:
            if self.pause is not None:
                with contextlib.suppress(BlockingIOError):
                    self.written += os.read(self.reader, SMALL)
            time.sleep(self.pause or 0.001)

    def answer_late(self, kernel: Kernel) -> None:
        """Let a cell wait for half a second, until the journal has learnt what disk it is on."""
        for _ in range(20):  # a machine that is busy may let half a second pass before the pipe is full
            self.pause = None
            sent = [kernel.send(CELL.format(number)) for number in range(FEW)]
            self._until_full()
            self.pause = 0.0
            for msg_id in sent:
                kernel.wait(msg_id)
            if kernel.value(HAS_THREAD) == "True":
                return
        pytest.fail("no cell waited for the disk")

    def _until_full(self) -> None:
        """Wait until nothing has come for half a second.

        How much is in the pipe then depends on whether the long entry of the fingerprint is among the first.
        """
        before, since = 0, time.monotonic()
        while time.monotonic() - since < 0.5 or before == 0:
            filled = int.from_bytes(fcntl.ioctl(self.reader, termios.FIONREAD, b"\0" * 4), sys.byteorder)
            if filled != before:
                before, since = filled, time.monotonic()
            time.sleep(0.01)

    def close(self) -> None:
        self._is_over = True
        self._thread.join()
        os.close(self.reader)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SlowDisk]:
    disk = SlowDisk(tmp_path / "pipe.jsonl")
    yield disk
    disk.close()


def test_a_disk_that_was_slow_once_holds_up_no_cell_and_no_entry_is_lost(
    start_kernel: StartKernel, disk: SlowDisk, tmp_path: Path
) -> None:
    kernel = start_kernel(NBREPRO_JOURNAL=str(disk.path))
    kernel.run("%load_ext nbrepro")
    disk.answer_late(kernel)
    disk.pause = None  # a cell that waited for the disk would wait for ever
    sent = [kernel.run(CELL.format(number)).msg_id for number in range(40)]
    assert kernel.value("x") == "39"
    assert "the disk of the journal is slow" in kernel.run("%nbrepro status").text
    disk.pause = 0.0
    for number in range(400):
        sent.append(kernel.run(CELL.format(number)).msg_id)
        if kernel.value(HAS_THREAD) == "False":  # it is quick again
            break
    assert kernel.value(HAS_THREAD) == "False"
    while sent[-1].encode() not in disk.written or not disk.written.endswith(b"\n"):
        time.sleep(0.01)
    (tmp_path / "copy.jsonl").write_bytes(disk.written)
    told = list(read_journal(tmp_path / "copy.jsonl").cells)
    assert [msg_id for msg_id in told if msg_id in sent] == sent


@pytest.mark.slow
def test_a_session_whose_disk_hangs_for_ever_can_be_left(start_kernel: StartKernel, disk: SlowDisk) -> None:
    kernel = start_kernel(NBREPRO_JOURNAL=str(disk.path))
    kernel.run("%load_ext nbrepro")
    disk.answer_late(kernel)
    disk.pause = None
    for number in range(20):
        kernel.run(CELL.format(number))
    assert kernel.run("%nbrepro off").status == "ok"
    assert kernel.run("print(x)").text == "19\n"
