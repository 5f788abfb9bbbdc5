"""The wires to a kernel: one thread waits for messages, the kernel's end, a time-out and a cancellation at once."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session
from zmq.utils.monitor import recv_monitor_message

from nbrepro.execution.process import KernelProcess

_CANCEL_TICK_MS = 100  # a threading.Event cannot be waited for together with sockets
_DEATH_TICK_MS = 200  # only where the system cannot announce a process's end
_LAST_WORDS_MS = 1000
"""How long the end of a dead kernel's connection is waited for."""
_PROTOCOL = 64 * 1024  # bytes that the protocol may add to one message


class KernelDied(Exception):  # noqa: N818 - an event of the run, not a fault of this program
    """The kernel's process ended."""


class Cancelled(Exception):  # noqa: N818 - as above
    """The run was asked to stop."""


class DeadlinePassed(Exception):  # noqa: N818 - as above
    """The time was up."""


class TooMuchOutput(Exception):  # noqa: N818 - as above
    """The kernel sent more than the cell's allowance."""


@dataclass(frozen=True)
class Endpoints:
    """Where a kernel listens, written to the file that it is started with."""

    file: Path
    transport: str
    info: dict[str, Any]

    @classmethod
    def make(cls, folder: Path, transport: str) -> Endpoints:
        """Choose sockets in ``folder`` or free ports, and write the connection file."""
        file = folder / f"kernel-{transport}-{secrets.token_hex(4)}.json"
        address = str(folder / f"s{secrets.token_hex(2)}") if transport == "ipc" else "127.0.0.1"
        key = secrets.token_hex(32).encode()
        _, info = write_connection_file(str(file), ip=address, key=key, transport=transport)
        return cls(file, transport, dict(info))

    def address(self, channel: str) -> str:
        """Return the address of one channel."""
        separator = "-" if self.transport == "ipc" else ":"
        return f"{self.transport}://{self.info['ip']}{separator}{self.info[f'{channel}_port']}"


@dataclass(frozen=True)
class Message:
    """One message of the kernel."""

    channel: str
    """``shell`` or ``iopub``."""
    type: str
    parent: str | None
    """The id of the request that it answers."""
    content: dict[str, Any]
    buffers: list[Any]


class Channels:
    """The shell, control and iopub sockets of one kernel."""

    def __init__(
        self, endpoints: Endpoints, process: KernelProcess, *, max_output: int, cancelled: threading.Event | None
    ) -> None:
        self._process = process
        self._cancelled = cancelled
        self._max_output = max_output
        self._received = 0
        self._is_hung_up = False
        self._session = Session(key=endpoints.info["key"].encode(), username="nbrepro", check_pid=False)
        self._context = zmq.Context()
        self._shell = self._connect(zmq.DEALER, endpoints.address("shell"))
        self._control = self._connect(zmq.DEALER, endpoints.address("control"))
        self._iopub = self._context.socket(zmq.SUB)
        # A message beyond the allowance is refused by the socket before it is in memory, and the connection closed.
        self._iopub.setsockopt(zmq.MAXMSGSIZE, max_output + _PROTOCOL)
        self._iopub.setsockopt(zmq.RCVHWM, 0)  # never lose a message: what is pending is counted when it is read
        self._iopub.subscribe(b"")
        self._refusals = self._iopub.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._prepare(self._iopub).connect(endpoints.address("iopub"))
        self._poller = zmq.Poller()
        for source in (self._iopub, self._shell, self._refusals):
            self._poller.register(source, zmq.POLLIN)
        if process.descriptor is not None:
            self._poller.register(process.descriptor, zmq.POLLIN)

    def request(self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None) -> str:
        """Send a request on the shell channel and return its id."""
        return self._send(self._shell, kind, content, metadata)

    def command(self, kind: str, content: dict[str, Any]) -> str:
        """Send a request on the control channel, which is answered while a cell runs."""
        return self._send(self._control, kind, content)

    def new_allowance(self) -> None:
        """Start to count the bytes of another cell's output."""
        self._received = 0

    def messages(self, deadline: float | None = None) -> Iterator[Message]:
        """Yield what the kernel sends, as it comes; outputs before the replies that they precede.

        Raises
        ------
        KernelDied, Cancelled, DeadlinePassed, TooMuchOutput
            When that happens; `KernelDied` only after everything that the kernel had sent was yielded.
        """
        while True:
            ready = dict(self._poller.poll(self._patience(deadline)))
            if self._iopub in ready:
                yield self._receive(self._iopub, "iopub")
            elif self._shell in ready:
                yield self._receive(self._shell, "shell")
            elif self._gone(ready):
                yield from self._leftovers()
                raise KernelDied
            elif self._refusals in ready:
                self._judge_refusal()
            elif self._cancelled is not None and self._cancelled.is_set():
                raise Cancelled
            if deadline is not None and time.monotonic() >= deadline:
                raise DeadlinePassed
            if ready and self._cancelled is not None and self._cancelled.is_set():
                raise Cancelled

    def close(self) -> None:
        """Close all sockets at once; nothing is sent any more."""
        self._iopub.disable_monitor()
        self._context.destroy(linger=0)

    def _connect(self, kind: int, address: str) -> zmq.Socket[bytes]:
        socket = self._prepare(self._context.socket(kind))
        socket.connect(address)
        return socket

    def _prepare(self, socket: zmq.Socket[bytes]) -> zmq.Socket[bytes]:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SNDHWM, 0)
        socket.setsockopt(zmq.RECONNECT_IVL, 10)  # the kernel binds its sockets some time after we connect
        return socket

    def _send(
        self,
        socket: zmq.Socket[bytes],
        kind: str,
        content: dict[str, Any],
        metadata: dict[str, Any] | None = None,
    ) -> str:
        message = self._session.msg(kind, content, metadata=metadata)
        self._session.send(socket, message)
        return str(message["header"]["msg_id"])

    def _patience(self, deadline: float | None) -> int | None:
        waits = []
        if deadline is not None:
            waits.append(max(0, int((deadline - time.monotonic()) * 1000) + 1))
        if self._cancelled is not None:
            waits.append(_CANCEL_TICK_MS)
        if self._process.descriptor is None:
            waits.append(_DEATH_TICK_MS)
        return min(waits, default=None)

    def _receive(self, socket: zmq.Socket[bytes], channel: str) -> Message:
        _, parts = self._session.feed_identities(socket.recv_multipart())
        if channel == "iopub":
            self._received += sum(len(part) for part in parts[4:])  # the contents; the rest is the protocol's
            if self._received > self._max_output:  # before any parsing, so that a flood is stopped in time
                raise TooMuchOutput
        signature, header, parent, metadata, content, *buffers = parts
        if not hmac.compare_digest(signature, self._session.sign([header, parent, metadata, content])):
            return Message(channel, "forged", None, {}, [])  # another user of this machine: not a word is believed
        kind = self._session.unpack(header)["msg_type"]
        asked = self._session.unpack(parent).get("msg_id")
        return Message(channel, kind, asked, self._session.unpack(content), buffers)

    def _gone(self, ready: dict[Any, int]) -> bool:
        announced = self._process.descriptor in ready or self._process.descriptor is None
        return announced and not self._process.alive()

    def _leftovers(self) -> Iterator[Message]:
        """Yield what a dead kernel had sent: it may lie in the system's buffers for a moment.

        The connection ends behind the last of it, unless a child of the kernel's holds it open.
        """
        if not self._is_hung_up:
            self._refusals.poll(_LAST_WORDS_MS)
        while self._iopub.poll(50):
            yield self._receive(self._iopub, "iopub")
        while self._shell.poll(0):
            yield self._receive(self._shell, "shell")

    def _judge_refusal(self) -> None:
        recv_monitor_message(self._refusals)
        self._is_hung_up = True
        if not self._process.wait(0.2):  # a dying kernel hangs up as well
            raise TooMuchOutput
