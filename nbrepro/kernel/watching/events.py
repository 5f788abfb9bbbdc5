"""What fanotify and inotify tell, in one form: the two share the bits of their masks."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple, Protocol

ACCESS = 0x1
MODIFY = 0x2
CLOSE_WRITE = 0x8
OPEN = 0x20
MOVED_TO = 0x80
CREATE = 0x100
OVERFLOW = 0x4000
FOLDER = 0x4000_0000
WATCHED = ACCESS | MODIFY | CLOSE_WRITE | OPEN | MOVED_TO | CREATE
_BUFFER = 1 << 18


class Event(NamedTuple):
    """Something that happened to an entry of a watched folder."""

    key: Hashable
    """The folder, as `Backend.add` named it."""
    name: str
    mask: int
    own: bool | None
    """Whether this process did it; ``None`` where the system does not tell."""


class Backend(Protocol):
    """A way to have Linux tell of what happens in folders."""

    name: str
    fd: int

    def add(self, folder: str) -> Hashable:
        """Watch a folder, and return the key that its events carry."""

    def read(self) -> Iterator[Event]:
        """Yield what happened since the last time, without waiting."""

    def close(self) -> None:
        """Watch nothing any more."""


def drained(fd: int) -> Iterator[bytes]:
    """Yield what waits to be read, whole events each time, without waiting for more."""
    while True:
        try:
            data = os.read(fd, _BUFFER)
        except BlockingIOError:
            return
        yield data
        if len(data) < _BUFFER // 2:
            return


def library() -> Any:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """Return what a C function returned, unless it says that it failed.

    Raises
    ------
    OSError
        With the error's number.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result
