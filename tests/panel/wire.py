"""A relay between the page and its server, which a test can cut and join again."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from tests.panel.lab import Lab


@dataclass
class Wire:
    """What runs between a page and its server."""

    lab: Lab
    """The server, as a page reaches it by this wire."""
    port: int
    """Where the wire leads."""
    is_cut: bool = False
    _open: set[socket.socket] = field(default_factory=set)

    def cut(self) -> None:
        """End every connection, and let no other come about."""
        self.is_cut = True
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Let connections come about again."""
        self.is_cut = False

    def lead_to(self, lab: Lab) -> None:
        """Let later connections come about with another server."""
        self.port = urlsplit(lab.url).port or 0

    def serve(self, door: socket.socket) -> None:
        """Take connections until the door is closed."""
        while True:
            try:
                page, _ = door.accept()
            except OSError:
                return
            try:
                server = None if self.is_cut else socket.create_connection(("127.0.0.1", self.port))
            except OSError:  # the server has ended
                server = None
            if server is None:
                page.close()
                continue
            for source, target in ((page, server), (server, page)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        self._open.add(source)
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        self._open.discard(source)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()


@contextlib.contextmanager
def wired(lab: Lab) -> Iterator[Wire]:
    """Reach a server by a wire that can be cut."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        wire = Wire(lab=replace(lab, url=f"http://127.0.0.1:{door.getsockname()[1]}/"), port=0)
        wire.lead_to(lab)
        threading.Thread(target=wire.serve, args=(door,), daemon=True).start()
        try:
            yield wire
        finally:
            door.shutdown(socket.SHUT_RDWR)  # ends the wait of the thread
            wire.cut()
