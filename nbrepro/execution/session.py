"""One kernel from its start to its end: a request at a time, and never left behind."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbrepro.errors import RunError, StoreError
from nbrepro.execution.channels import (
    Cancelled,
    Channels,
    DeadlinePassed,
    Endpoints,
    KernelDied,
    Message,
    TooMuchOutput,
)
from nbrepro.execution.kernelspecs import KernelChoice
from nbrepro.execution.outputs import Outputs
from nbrepro.execution.process import KernelProcess

START_TIMEOUT = 60.0
_START_ATTEMPTS = 4
_NUDGE = 0.2  # seconds after which a kernel that answered, but was not heard to, is asked again
_IDLE_GRACE = 10.0  # seconds that outputs may lag behind the reply
_IPC_SHARE = 1 / 3  # of the time to start that Unix sockets get; a kernel in a container cannot reach them
SHUTDOWN_GRACE = 3.0  # seconds for `atexit` functions
_LONGEST_ADDRESS = 90  # of a Unix socket; the system's limit is 104 or 108, and a number follows
_SOCKET_FAULTS = ("Address already in use", "ZMQError", "Address in use")


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How to start a kernel."""

    choice: KernelChoice
    env: dict[str, str]
    cwd: Path
    extension: bool
    """Whether the kernel loads nbrepro."""
    max_output: int
    start_timeout: float = START_TIMEOUT
    cancelled: threading.Event | None = None


@dataclass(frozen=True)
class Reply:
    """A kernel's answer to an execute request."""

    request: str
    content: dict[str, Any]
    complete: bool
    """Whether all its outputs are known to have come."""


class KernelSession:
    """A kernel that is ready for requests."""

    def __init__(self, launch: Launch, process: KernelProcess, channels: Channels) -> None:
        self._launch = launch
        self.process = process
        self.channels = channels
        self.language_info: dict[str, Any] = {}
        self.recorded_in: Path | None = None
        """Where the kernel's recorder writes, if it was asked to load."""

    def has_recorder(self) -> bool:
        """Whether the kernel loaded nbrepro: its journal exists from the start on."""
        return self.recorded_in is not None and self.recorded_in.exists()

    def await_ready(self, seconds: float) -> None:
        """Wait until the kernel answers, and until its outputs are heard."""
        deadline = time.monotonic() + seconds
        answered = heard = False
        self.channels.request("kernel_info_request", {})
        while not (answered and heard):
            nudge = min(deadline, time.monotonic() + _NUDGE) if answered else deadline
            try:
                for message in self.channels.messages(nudge):
                    heard = heard or message.channel == "iopub"
                    if message.type == "kernel_info_reply":
                        answered = True
                        self.language_info = message.content.get("language_info", {})
                    if answered:
                        break
            except DeadlinePassed:
                if time.monotonic() >= deadline:
                    raise
                self.channels.request("kernel_info_request", {})

    def execute(
        self,
        source: str,
        outputs: Outputs,
        area: list[Any],
        *,
        deadline: float | None,
        on_sent: Callable[[str], None],
        cell_id: str | None = None,
    ) -> Reply:
        """Run one cell, its id told as JupyterLab does it; return the reply once its outputs are complete.

        Raises
        ------
        KernelDied, Cancelled, DeadlinePassed, TooMuchOutput
            When that happens before the cell is done; what it had put out by then is in ``area``.
        """
        self.channels.new_allowance()
        metadata = {"cellId": cell_id} if cell_id else None
        request = self.channels.request("execute_request", _execution(source, silent=False), metadata)
        outputs.expect(request, area)
        on_sent(request)
        reply = self._converse(request, outputs, deadline)
        outputs.show_page(request, reply.content)
        for comm, captured in outputs.widgets.unsent():
            state = {"method": "update", "state": {"outputs": captured}, "buffer_paths": []}
            self.channels.request("comm_msg", {"comm_id": comm, "data": state})
        return reply

    def execute_silently(self, source: str, outputs: Outputs, *, seconds: float) -> dict[str, Any]:
        """Run code that is no cell: it leaves no history, and the recorder does not see it."""
        request = self.channels.request("execute_request", _execution(source, silent=True))
        return self._converse(request, outputs, time.monotonic() + seconds).content

    def interrupt(self) -> None:
        """Stop what the kernel is doing."""
        if self._launch.choice.interrupt_by_message:
            self.channels.command("interrupt_request", {})
        else:
            self.process.interrupt()

    def settle_after_interrupt(self, request: str, outputs: Outputs, seconds: float) -> Reply | None:
        """Return the reply of a cell that was interrupted, or ``None`` if the kernel does not react."""
        try:
            return self._converse(request, outputs, time.monotonic() + seconds)
        except (DeadlinePassed, KernelDied, TooMuchOutput, Cancelled, KeyboardInterrupt):
            return None

    def close(self, *, grace: float = SHUTDOWN_GRACE) -> None:
        """Ask the kernel to end, so that its ``atexit`` functions run; after ``grace`` seconds kill it."""
        try:
            if grace > 0 and self.process.alive():
                self.channels.command("shutdown_request", {"restart": False})
                self.process.wait(grace)
        finally:
            self.process.kill()
            self.channels.close()
            self.process.close()

    def _converse(self, request: str, outputs: Outputs, deadline: float | None) -> Reply:
        reply: dict[str, Any] | None = None
        idle = False
        try:
            for message in self.channels.messages(deadline):
                if message.channel == "iopub":
                    outputs.handle(message)
                    idle = idle or _is_idle(message, request)
                elif message.parent == request and message.type == "execute_reply":
                    reply = message.content
                    break
            return self._await_idle(request, outputs, reply or {}, idle=idle)
        except KernelDied:
            if reply is None:
                raise
            return Reply(request, reply, complete=idle)

    def _await_idle(self, request: str, outputs: Outputs, reply: dict[str, Any], *, idle: bool) -> Reply:
        """Take in the outputs that come behind the reply."""
        if idle:
            return Reply(request, reply, complete=True)
        try:
            for message in self.channels.messages(time.monotonic() + _IDLE_GRACE):
                if message.channel != "iopub":
                    continue
                outputs.handle(message)
                if _is_idle(message, request):
                    return Reply(request, reply, complete=True)
        except (DeadlinePassed, KernelDied):
            pass
        return Reply(request, reply, complete=False)


@contextmanager
def kernel_folder() -> Iterator[Path]:
    """Give a private folder for a kernel's connection file, sockets, journal and log.

    Raises
    ------
    StoreError
        If there is no place for one.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="nbrepro-"))
    except OSError as fault:
        where, reason = tempfile.gettempdir(), fault.strerror or type(fault).__name__
        raise StoreError(f"cannot be written ({reason}): free some space or set TMPDIR", context=(where,)) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(launch: Launch, folder: Path) -> KernelSession:
    """Start a kernel and wait until it is ready.

    Unix sockets come first, since ports can be taken by others between choosing and binding them. A kernel that
    cannot bind its sockets is started again with others.

    Raises
    ------
    RunError
        If the kernel does not start, with the last line it wrote.
    """
    fitting = launch.choice.is_ipykernel and len(str(folder)) < _LONGEST_ADDRESS
    transports = ["ipc" if fitting and attempt == 0 else "tcp" for attempt in range(_START_ATTEMPTS)]
    for transport in transports:
        try:
            return _attempt(launch, folder, transport)
        except (_SocketFaultError, _UnreachableError) as fault:  # noqa: PERF203 - few turns
            last = fault
    raise RunError(f"{last} ({_START_ATTEMPTS} attempts): close some kernels and run again")


class _UnreachableError(Exception):
    """The kernel did not answer through a Unix socket; it may through a port."""


class _SocketFaultError(Exception):
    """The kernel could not bind its sockets; others may be free."""


def _attempt(launch: Launch, folder: Path, transport: str) -> KernelSession:
    endpoints = Endpoints.make(folder, transport)
    command = launch.choice.command(endpoints.file)
    if launch.choice.is_ipykernel:
        command.append("--HistoryManager.hist_file=:memory:")  # several kernels would lock each other's history
        command.extend(["--ext=nbrepro"] if launch.extension else [])
    name = launch.choice.name
    try:
        process = KernelProcess(command, env=launch.env, cwd=launch.cwd, log=folder / "kernel.log")
    except OSError as fault:
        what = f"kernel {name!r} does not start ({fault.strerror}: {fault.filename})"
        raise RunError(f"{what}: reinstall the kernel or choose another one with --kernel") from None
    channels = Channels(endpoints, process, max_output=launch.max_output, cancelled=launch.cancelled)
    session = KernelSession(launch, process, channels)
    seconds = launch.start_timeout * (_IPC_SHARE if transport == "ipc" else 1)
    try:
        session.await_ready(seconds)
    except KernelDied:
        session.close(grace=0)
        tail = process.log_tail()
        last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "it wrote nothing")
        what = f"kernel {name!r} does not start: {last}"
        if any(sign in tail for sign in _SOCKET_FAULTS):
            raise _SocketFaultError(what) from None
        raise RunError(f"{what}; try `jupyter kernelspec list`, and mend or reinstall that kernel") from None
    except DeadlinePassed:
        session.close(grace=0)
        if transport == "ipc":
            raise _UnreachableError from None
        raise RunError(f"kernel {name!r} did not answer within {seconds:g} s of its start: is it a kernel?") from None
    except BaseException:
        session.close(grace=0)
        raise
    return session


def _is_idle(message: Message, request: str) -> bool:
    return message.parent == request and message.type == "status" and message.content["execution_state"] == "idle"


def _execution(source: str, *, silent: bool) -> dict[str, Any]:
    return {
        "code": source,
        "silent": silent,
        "store_history": not silent,  # without history IPython shows the value of an expression that ends in `;`
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": False,
    }
