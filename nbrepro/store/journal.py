"""The journal of a session: JSON lines that the kernel appends and the executor reads back.

One entry is one line, written by one system call, so that nothing is lost when the kernel is killed: a torn last
line is all that a death while writing leaves behind, and reading steps over it. Standard library and msgspec
only, since the user's kernel imports this.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from nbrepro.errors import StoreError
from nbrepro.records import CellRecord, Fingerprint

_MAX_FAULTS = 1000


@dataclass(frozen=True, kw_only=True)
class SessionStart:
    """The first entry of a session: what could be read cheaply when the extension was loaded."""

    fingerprint: Fingerprint
    nbrepro_version: str
    started: str
    """ISO 8601, UTC."""
    session: str = ""
    """Names the process; another one in the same journal (a restarted kernel) begins anew."""


@dataclass(frozen=True, kw_only=True)
class CellRun:
    """One execution of a cell as the kernel saw it."""

    msg_id: str
    """Id of the execute request, which the front end or the executor knows as well."""
    cell: CellRecord
    """Its files are absolute, with POSIX separators and without digests."""
    cell_id: str | None = None
    """The notebook's id of the cell, where the front end sends one."""
    execution_count: int | None = None
    """The number in the cell's prompt."""


@dataclass(frozen=True, kw_only=True)
class Journal:
    """What a journal tells of its latest session."""

    started: SessionStart | None = None
    cells: dict[str, CellRun] = field(default_factory=dict)
    """The executions by message id, in the order in which they ended."""
    fingerprint: Fingerprint | None = None
    """The full one if the session got to write it, else that of its start."""
    faults: tuple[str, ...] = ()
    """What the recorder could not do, and lines that could not be read."""


class _Entry(msgspec.Struct, omit_defaults=True):
    """One line; exactly one of the fields is set."""

    start: SessionStart | None = None
    cell: CellRun | None = None
    fingerprint: Fingerprint | None = None
    fault: str | None = None


class JournalWriter:
    """Appends entries to a journal.

    A forked child inherits the writer but never writes: the journal tells of one process.

    Parameters
    ----------
    path:
        The journal; it and its folder are made where they are missing.

    Raises
    ------
    StoreError
        If the file cannot be opened for appending.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._encoder = msgspec.json.Encoder()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._torn = _ends_torn(path)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as fault:
            raise _cannot("open", path, fault) from None

    def start(self, start: SessionStart) -> None:
        """Write the beginning of a session."""
        self._append(_Entry(start=start))

    def cell(self, run: CellRun) -> None:
        """Write what one execution of a cell did."""
        self._append(_Entry(cell=run))

    def fingerprint(self, fingerprint: Fingerprint) -> None:
        """Write the fingerprint; a later one takes the place of an earlier."""
        self._append(_Entry(fingerprint=fingerprint))

    def fault(self, text: str) -> None:
        """Write what the recorder could not do."""
        self._append(_Entry(fault=text))

    def close(self) -> None:
        """Close the file; writing afterwards does nothing."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _append(self, entry: _Entry) -> None:
        if os.getpid() != self._pid:
            return
        line = self._encoder.encode(entry) + b"\n"
        with self._lock:
            if self._descriptor < 0:
                return
            data = b"\n" + line if self._torn else line
            self._torn = True
            try:
                written = os.write(self._descriptor, data)
            except OSError as fault:
                raise _cannot("write", self.path, fault) from None
            if written != len(data):
                raise StoreError("only part of an entry could be written: free some space", context=(str(self.path),))
            self._torn = False


def _cannot(verb: str, path: Path, fault: OSError) -> StoreError:
    reason = fault.strerror or type(fault).__name__
    return StoreError(f"cannot {verb} the journal ({reason}): free or allow its folder", context=(str(path),))


def _ends_torn(path: Path) -> bool:
    """Whether the last line of an existing journal was cut off, so that the next entry needs a new one."""
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def read_journal(path: Path) -> Journal:
    """Read the latest session of a journal; an empty one where there is no such file.

    Lines that cannot be read are stepped over and told among the faults.

    Raises
    ------
    StoreError
        If the file is there but cannot be opened.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return Journal()
    except OSError as fault:
        raise _cannot("read", path, fault) from None
    return _replay(lines)


def _replay(lines: Iterable[bytes]) -> Journal:
    decoder = msgspec.json.Decoder(_Entry)
    started: SessionStart | None = None
    fingerprint: Fingerprint | None = None
    cells: dict[str, CellRun] = {}
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            entry = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            faults.append(f"line {number} of the journal is torn")
            continue
        if entry.start is not None:
            if started is not None and started.session != entry.start.session:
                cells, faults, fingerprint = {}, [], None
            started = entry.start
        elif entry.cell is not None:
            cells.pop(entry.cell.msg_id, None)
            cells[entry.cell.msg_id] = entry.cell
        elif entry.fingerprint is not None:
            fingerprint = entry.fingerprint
        elif entry.fault is not None:
            faults.append(entry.fault)
    if fingerprint is None and started is not None:
        fingerprint = started.fingerprint
    return Journal(started=started, cells=cells, fingerprint=fingerprint, faults=tuple(faults[:_MAX_FAULTS]))
