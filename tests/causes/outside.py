"""What lies outside of a project and is changed for a plant: a server's answer, the name of the system."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REFUSED = "503"
"""The answer of a server that is down for maintenance."""
LINUX_32, UNAME_26 = 0x0008, 0x0020000
"""Personalities of Linux: the machine calls itself i686; the kernel calls itself 2.6."""


class Server:
    """A server of this machine whose one answer can be changed; its address stays."""

    def __init__(self) -> None:
        self.answer = ""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = owner.answer.encode()
                self.send_response(int(REFUSED) if owner.answer == REFUSED else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"


@cache
def server() -> Server:
    """Return the one server of this process."""
    return Server()


@contextmanager
def persona(flag: int) -> Iterator[None]:
    """Have the programs started meanwhile see another system, as `setarch` does."""
    if not flag:
        yield
        return
    library = ctypes.CDLL(None)
    before = library.personality(flag)
    try:
        yield
    finally:
        library.personality(before)


@cache
def can_pose(flag: int) -> bool:
    """Whether the system lets a program take this personality on."""
    if not sys.platform.startswith("linux"):
        return not flag
    library = ctypes.CDLL(None)
    before = library.personality(0xFFFFFFFF)
    allowed = library.personality(flag) != -1
    library.personality(before)
    return bool(allowed)
