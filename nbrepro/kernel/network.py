"""Addresses that a cell talks to."""

from __future__ import annotations

import ipaddress
import sys
from types import FrameType
from typing import Any

from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.audit import Handler
from nbrepro.kernel.border import Border
from nbrepro.kernel.frames import CallerFinder
from nbrepro.records import CauseKind

_INTERNET = ("AF_INET", "AF_INET6")
_DATAGRAM = "SOCK_DGRAM"
"""Connecting one sends nothing; libraries do it to learn their own address."""
_LOCAL_TRANSPORTS = (
    "py4j.",
    "pyspark.",
    "multiprocessing.",
    "distributed.",
    "joblib.",
    "zmq.",
    "jupyter_client.",
    "ipykernel.",
    "debugpy.",
    "torch.distributed.",
)
"""Libraries whose connections to this machine carry their own work rather than data."""


class NetworkWatch:
    """Notes host and port of connections that are made on behalf of a cell; never a path, a user or a password."""

    def __init__(self, activity: Activity, finder: CallerFinder, border: Border) -> None:
        self._activity = activity
        self._finder = finder
        self._border = border

    def handlers(self) -> dict[str, Handler]:
        """Return the audit events to listen to."""
        return {"socket.connect": self._on_connect, "socket.getaddrinfo": self._on_look_up}

    def _on_connect(self, args: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None:
            frame = sys._getframe(2)  # noqa: SLF001 - inspect's way reads source files
            self._border.observe("network", self._connected, frame, cell, *args)

    def _on_look_up(self, args: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None:
            frame = sys._getframe(2)  # noqa: SLF001 - as above
            self._border.observe("network", self._looked_up, frame, cell, args[0], args[1])

    def _looked_up(self, frame: FrameType, cell: RunningCell, host: Any, port: Any) -> None:
        host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if not host or _is_number(host):
            return
        cell.seen.add(("named", str(port)))
        self._note(frame, cell, host, port)

    def _connected(self, frame: FrameType, cell: RunningCell, sock: Any, address: Any) -> None:
        if sock.family.name not in _INTERNET or sock.type.name == _DATAGRAM or not isinstance(address, tuple):
            return
        host, port = address[0], address[1]
        if _is_number(host) and ("named", str(port)) in cell.seen:  # its name was noted when it was looked up
            return
        self._note(frame, cell, host, port)

    def _note(self, frame: FrameType, cell: RunningCell, host: str, port: Any) -> None:
        if _is_here(host) and self._carries_own_work(frame):
            return
        caller = self._finder.caller(frame, (), cell)
        if caller is not None:
            text = f"[{host}]" if ":" in host else host
            cell.find(CauseKind.NETWORK, f"{text}:{port}" if port is not None else text, caller.line)

    def _carries_own_work(self, frame: FrameType) -> bool:
        return any(f"{module}.".startswith(_LOCAL_TRANSPORTS) for module in self._finder.modules_below_cell(frame))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_here(host: str) -> bool:
    return host == "localhost" or (_is_number(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback)
