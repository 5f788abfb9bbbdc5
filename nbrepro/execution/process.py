"""The kernel's process: started in its own group, never outliving this one, and its end told truly."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TICK = 0.05  # seconds between looks where the system cannot announce a process's end
_LOG_TAIL = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Death:
    """How a kernel ended."""

    returncode: int
    """Negative: the signal that killed it."""
    peak_bytes: int | None

    def sentence(self) -> str:
        """Say what is known of the death, with its likely reason."""
        if self.returncode >= 0:
            return f"the kernel exited with status {self.returncode}{self._memory()}"
        number = -self.returncode
        what = f"the kernel was killed by signal {number} ({signal.Signals(number).name})"
        if number == signal.SIGKILL:
            what += ", probably because memory ran out"
        return what + self._memory()

    def _memory(self) -> str:
        if not self.peak_bytes:
            return ""
        available = available_memory()
        limit = f" of {_size(available)}" if available else ""
        return f"; it had used up to {_size(self.peak_bytes)}{limit}"


class KernelProcess:
    """A kernel's process.

    It leads a session and process group of its own, so that Ctrl-C in the terminal reaches only this process, and
    one signal reaches all that the kernel started. Where the system can, it is killed when the thread that
    started it ends, however that happens; ipykernel watches its parent as well (``JPY_PARENT_PID``).
    """

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self._log = log
        self.death: Death | None = None
        with log.open("wb") as output:
            self._popen = subprocess.Popen(  # noqa: S603 - the kernel that the user installed
                [*_death_signal(), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**env, "JPY_PARENT_PID": str(os.getpid())},
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self._popen.pid
        self.descriptor = _process_descriptor(self.pid)
        """Readable once the process has ended; ``None`` where the system has no such thing."""

    def alive(self) -> bool:
        """Whether the process still runs; learns how it ended if not."""
        if self.death is None:
            self._reap(os.WNOHANG)
        return self.death is None

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the process; return whether it came."""
        deadline = time.monotonic() + seconds
        while self.alive():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if self.descriptor is None:
                time.sleep(min(_TICK, left))
            else:
                self._await_descriptor(left)
        return True

    def interrupt(self) -> None:
        """Send what Ctrl-C sends, to the kernel and to what it started."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End the process group at once."""
        self._signal(signal.SIGKILL)
        self.wait(5.0)

    def close(self) -> None:
        """Give back the descriptor; the process must have ended."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def log_tail(self) -> str:
        """Return the end of what the kernel wrote to the terminal."""
        try:
            with self._log.open("rb") as file:
                file.seek(max(0, self._log.stat().st_size - _LOG_TAIL))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def _signal(self, number: signal.Signals) -> None:
        if self.alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def _await_descriptor(self, seconds: float) -> None:
        import select  # noqa: PLC0415 - only Linux comes here

        poller = select.poll()
        poller.register(self.descriptor or 0, select.POLLIN)
        poller.poll(seconds * 1000)

    def _reap(self, flags: int) -> None:
        """Collect the exit status and the peak of memory, which `Popen` would throw away."""
        try:
            # The dead process keeps its number until it is collected, so that what it left behind can be reached.
            if hasattr(os, "waitid") and os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | flags) is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)
            collected, status, usage = os.wait4(self.pid, flags)
        except ChildProcessError:
            self.death = Death(returncode=self._popen.poll() or 0, peak_bytes=None)
            return
        if collected == 0:
            return
        self._popen.returncode = os.waitstatus_to_exitcode(status)
        unit = 1 if sys.platform == "darwin" else 1024
        self.death = Death(returncode=self._popen.returncode, peak_bytes=usage.ru_maxrss * unit)


def available_memory() -> int | None:
    """Return the bytes of memory that a process here can have: the machine's, cut down by the container's limit."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            return min(machine, int(Path("/sys/fs/cgroup", name).read_text()))
    return machine


@cache
def _death_signal() -> tuple[str, ...]:
    """Return the command that makes the kernel die with us; part of util-linux, so nearly every Linux has it."""
    found = shutil.which("setpriv") if sys.platform == "linux" else None
    if found is None:
        return ()
    probe = [found, "--pdeathsig", "KILL", "true"]
    works = subprocess.run(probe, capture_output=True, check=False).returncode == 0  # noqa: S603 - constant words
    return tuple(probe[:-1]) if works else ()


def _process_descriptor(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _size(count: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:  # noqa: PLR2004 - decimal units
            return f"{count:.0f} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:.1f} GB"
