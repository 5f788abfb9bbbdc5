"""Digests of files, with a cache, so that the second look at a file reads nothing."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from dataclasses import dataclass, field
from enum import Enum

from blake3 import blake3

from nbrepro.probes.remembered import SMALLEST, Identity, Remembered

# Read in pieces: as fast as a memory map (4 GB/s), and a file that shrinks meanwhile does not kill the process.
_PIECE = 1 << 20
_TEXT_HEAD = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_CONTROL_CHARACTERS = 0.30
_SETTLED_NS = 2_000_000_000
_MOST_ENTRIES = 200_000


class Md5(str, Enum):
    """How DVC takes an MD5 of a file."""

    PLAIN = "md5"
    """Of its bytes, since DVC 3."""
    DOS2UNIX = "md5-dos2unix"
    """Of its bytes with line ends of Unix, where it looks like text; DVC 2."""


@dataclass(frozen=True, kw_only=True)
class FileDigest:
    """What one reading of a file told."""

    blake3: str
    """``blake3:…``."""
    size: int
    md5: str | None = None
    """Hex digits, where they were asked for."""


@dataclass
class DigestCache:
    """Digests by device, inode, size and time stamps of a file.

    Parameters
    ----------
    remembered:
        Digests that outlive the process, if there is a place for them.
    """

    remembered: Remembered | None = None
    _known: dict[Identity, dict[str, str]] = field(default_factory=dict)

    def digest(self, path: str, md5: Md5 | None = None) -> FileDigest:
        """Return the digest of the regular file at ``path``, read only if it was not seen as it is now.

        Raises
        ------
        OSError
            If the file is not there, is no regular file, or cannot be read.
        """
        before = os.stat(path)  # noqa: PTH116 - text paths, for speed
        if not stat.S_ISREG(before.st_mode):
            raise OSError(f"{path} is no regular file")
        wanted = ("blake3",) if md5 is None else ("blake3", md5.value)
        known = self._known.get(_identity(before)) or self._recalled(before)
        if any(name not in known for name in wanted):
            known = {**known, **_read(path, md5)}
            self._keep(path, before, known)
        return FileDigest(
            blake3=f"blake3:{known['blake3']}", size=before.st_size, md5=None if md5 is None else known[md5.value]
        )

    def _recalled(self, before: os.stat_result) -> dict[str, str]:
        if self.remembered is None or before.st_size < SMALLEST:
            return {}
        return dict(self.remembered.find(_identity(before)))

    def _keep(self, path: str, before: os.stat_result, digests: dict[str, str]) -> None:
        # A clock that ticks every few milliseconds cannot tell a second change in the same tick from the first: what
        # was written just now is hashed again next time. So is what changed while it was read.
        is_settled = time.time_ns() - max(before.st_mtime_ns, before.st_ctime_ns) > _SETTLED_NS
        if is_settled and _identity(os.stat(path)) == _identity(before):  # noqa: PTH116 - as above
            if len(self._known) >= _MOST_ENTRIES:
                self._known.clear()
            self._known[_identity(before)] = digests
            if self.remembered is not None:
                self.remembered.keep(_identity(before), digests)


def combined(parts: bytes) -> str:
    """Return the ``blake3:…`` digest of a listing or another text made here."""
    return f"blake3:{blake3(parts).hexdigest()}"


def _identity(status: os.stat_result) -> Identity:
    # The change time notices edits that put the modification time back, as `cp -p` and `rsync -t` do.
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _read(path: str, md5: Md5 | None) -> dict[str, str]:
    """Return the digests by name, all from one pass over the file."""
    wide = blake3()
    narrow = hashlib.md5(usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - text paths, for speed
        while piece := file.read(_PIECE):
            wide.update(piece)
            if md5 is Md5.PLAIN:
                narrow.update(piece)
            elif md5 is Md5.DOS2UNIX:
                # DVC decides about each piece of this size anew; so the same here, or digests would not agree.
                narrow.update(piece.replace(b"\r\n", b"\n") if _is_text(piece[:_TEXT_HEAD]) else piece)
    digests = {"blake3": wide.hexdigest()}
    return digests if md5 is None else {**digests, md5.value: narrow.hexdigest()}


def _is_text(head: bytes) -> bool:
    """Whether DVC takes a file that starts like this for text."""
    return b"\0" not in head and len(head.translate(None, _TEXT)) <= _MOST_CONTROL_CHARACTERS * len(head)
