"""fanotify as any user may use it: marks on folders, events with the folder's handle and the entry's name.

Linux 5.13 and newer; see fanotify(7), "Unprivileged". It tells this process from others, but not others apart.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Hashable, Iterator

from nbrepro.kernel.watching.events import FOLDER, OVERFLOW, WATCHED, Event, checked, drained, library

_CLOSE_ON_EXEC = 0x1
_NEVER_WAIT = 0x2
_FOLDER_AND_NAME = 0xC00  # FAN_REPORT_DFID_NAME
_ADD = 0x1
_ONLY_FOLDERS = 0x8
_ON_CHILD = 0x0800_0000
_HERE = -100  # AT_FDCWD
_FOLLOW_LINKS = 0x400
_IDENTITY_ONLY = 0x200  # AT_HANDLE_FID, Linux 6.5
_WITH_NAME = 2  # FAN_EVENT_INFO_TYPE_DFID_NAME
_LONGEST_HANDLE = 128

_EVENT = struct.Struct("=IBBHQii")
_INFO = struct.Struct("=BBH8sIi")
_HANDLE = struct.Struct("=Ii")


class Fanotify:
    """One group of marks.

    Raises
    ------
    OSError
        If the system has no such thing, does not allow it, or has no more of it to give.
    """

    name = "fanotify"

    def __init__(self) -> None:
        self._c = library()
        flags = _CLOSE_ON_EXEC | _NEVER_WAIT | _FOLDER_AND_NAME
        self._pid = os.getpid()
        try:
            self.fd = checked(self._c.fanotify_init(flags, os.O_RDONLY | os.O_CLOEXEC), "fanotify_init")
        except AttributeError:
            raise OSError(errno.ENOSYS, "the C library has no fanotify") from None

    def add(self, folder: str) -> Hashable:
        """Watch a folder.

        Raises
        ------
        OSError
            If it cannot be: some file systems have no handles (``ENODEV``, ``EOPNOTSUPP``, ``EXDEV``), marks may be
            used up (``ENOSPC``), the folder may be gone or closed to this user.
        """
        path = os.fsencode(folder)
        key = self._key(path, folder)
        mask = ctypes.c_uint64(WATCHED | FOLDER | _ON_CHILD)
        checked(self._c.fanotify_mark(self.fd, _ADD | _ONLY_FOLDERS, mask, _HERE, ctypes.c_char_p(path)), folder)
        return key

    def _key(self, path: bytes, folder: str) -> Hashable:
        """Return the file system's and the folder's own identity, as events will tell them."""
        buffer = ctypes.create_string_buffer(_HANDLE.size + _LONGEST_HANDLE)
        mount = ctypes.c_int()
        for flags in (_FOLLOW_LINKS, _FOLLOW_LINKS | _IDENTITY_ONLY):
            _HANDLE.pack_into(buffer, 0, _LONGEST_HANDLE, 0)
            result = self._c.name_to_handle_at(_HERE, ctypes.c_char_p(path), buffer, ctypes.byref(mount), flags)
            if result == 0:
                break
        checked(result, folder)
        length, kind = _HANDLE.unpack_from(buffer, 0)
        system = struct.pack("=Q", os.statvfs(path).f_fsid & 0xFFFF_FFFF_FFFF_FFFF)
        return system, kind, buffer.raw[_HANDLE.size : _HANDLE.size + length]

    def read(self) -> Iterator[Event]:
        """Yield what happened since the last time, without waiting."""
        for data in drained(self.fd):
            yield from self._events(data)

    def _events(self, data: bytes) -> Iterator[Event]:
        place = 0
        while place < len(data):
            length, _, _, start, mask, _, pid = _EVENT.unpack_from(data, place)
            if mask & OVERFLOW:
                yield Event(None, "", OVERFLOW, None)
            elif length > start:
                kind, _, size, system, handle_length, handle_kind = _INFO.unpack_from(data, place + start)
                if kind == _WITH_NAME:
                    handle = place + start + _INFO.size
                    name = handle + handle_length
                    text = data[name : place + start + size].partition(b"\0")[0]
                    key = (system, handle_kind, data[handle:name])
                    yield Event(key, os.fsdecode(text), mask, pid == self._pid)
            place += length

    def close(self) -> None:
        """Watch nothing any more."""
        os.close(self.fd)
