"""inotify, where fanotify is not to be had: the same events, but nobody knows who did it."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Hashable, Iterator

from nbrepro.kernel.watching.events import FOLDER, OVERFLOW, WATCHED, Event, checked, drained, library

_ONLY_FOLDERS = 0x0100_0000
_EVENT = struct.Struct("=iIII")


class Inotify:
    """One set of watches.

    Raises
    ------
    OSError
        If the system has no such thing, or has no more of it to give.
    """

    name = "inotify"

    def __init__(self) -> None:
        self._c = library()
        try:
            self.fd = checked(self._c.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK), "inotify_init1")
        except AttributeError:
            raise OSError(errno.ENOSYS, "the C library has no inotify") from None

    def add(self, folder: str) -> Hashable:
        """Watch a folder.

        Raises
        ------
        OSError
            If it cannot be: watches may be used up (``ENOSPC``), the folder may be gone or closed to this user.
        """
        return checked(self._c.inotify_add_watch(self.fd, os.fsencode(folder), WATCHED | _ONLY_FOLDERS), folder)

    def read(self) -> Iterator[Event]:
        """Yield what happened since the last time, without waiting."""
        for data in drained(self.fd):
            place = 0
            while place < len(data):
                watch, mask, _, length = _EVENT.unpack_from(data, place)
                place += _EVENT.size
                name = data[place : place + length].partition(b"\0")[0]
                place += length
                if mask & OVERFLOW:
                    yield Event(None, "", OVERFLOW, None)
                elif mask & (WATCHED | FOLDER) and name:
                    yield Event(watch, os.fsdecode(name), mask, None)

    def close(self) -> None:
        """Watch nothing any more."""
        os.close(self.fd)
