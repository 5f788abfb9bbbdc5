"""Writing files so that a crash or a full disk leaves the last good state."""

from __future__ import annotations

import contextlib
import os
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

    Raises
    ------
    StoreError
        As for `write_notebook`.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise StoreError(f"cannot be written ({reason}): what was there before is kept", context=(str(path),)) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
