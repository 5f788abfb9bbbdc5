"""Writing files so that a crash or a full disk leaves the last good state."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nbrepro.errors import StoreError


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook atomically, with sorted keys and one line of source a line.

    Raises
    ------
    StoreError
        If the folder cannot be written or the disk is full; the former file is left as it was.
    """
    text = nbformat.v4.writes(notebook)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # lone surrogates, which JSON can only hold escaped
        data = nbformat.v4.writes(notebook, ensure_ascii=True).encode()
    write_atomically(data if data.endswith(b"\n") else data + b"\n", path)


def write_atomically(data: bytes, path: Path) -> None:
    """Write ``data`` to a temporary file beside ``path``, flush it to the disk, and put it in place.

    A link stays, and what it leads to is replaced. What is there and is no regular file, as a FIFO, a device or
    ``/dev/stdout``, is written to: a file put in its place would destroy it.

    Raises
    ------
    StoreError
        As for `write_notebook`.
    """
    kept = ": what was there before is kept"
    try:
        there = _status(path)
        stream = _own_stream(there)
        if there is not None and (stream is not None or not stat.S_ISREG(there.st_mode)):
            kept = ""
            _write_into(data, path if stream is None else stream)
        else:
            _replace(data, Path(os.path.realpath(path)), there)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise StoreError(f"cannot be written ({reason}){kept}", context=(str(path),)) from None


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _own_stream(there: os.stat_result | None) -> int | None:
    """Return the file descriptor of standard output or error that a path leads to, be it a file.

    What else is printed there goes to the same place in the file, so that neither writes over the other.
    """
    for stream in (1, 2):
        with contextlib.suppress(OSError):  # it may be closed
            if there is not None and os.path.samestat(there, os.fstat(stream)):
                return stream
    return None


def _write_into(data: bytes, place: Path | int) -> None:
    if isinstance(place, int):
        for printed in (sys.stdout, sys.stderr):
            if printed is not None:  # as where the stream was closed before Python began
                printed.flush()
        place = os.dup(place)
    with open(place, "wb") as file:  # noqa: PTH123 - a path has no way to open a descriptor
        file.write(data)


def _replace(data: bytes, path: Path, there: os.stat_result | None) -> None:
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(there.st_mode & 0o777 if there else 0o666 & ~_umask())
        temporary.replace(path)
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
