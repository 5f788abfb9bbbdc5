"""Files that a cell reads and writes: as Python's own ``open`` tells, and as the operating system does."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from nbrepro.kernel.activity import MAX_FILES, Activity, RunningCell
from nbrepro.kernel.audit import Handler
from nbrepro.kernel.border import Border
from nbrepro.kernel.imports import PostImport
from nbrepro.kernel.launch import Launch
from nbrepro.kernel.nodata import NoData
from nbrepro.kernel.readers import Readers
from nbrepro.kernel.remote import RemoteWatch
from nbrepro.kernel.watching.children import has_children
from nbrepro.kernel.watching.linux import BACKENDS, LinuxWatch
from nbrepro.kernel.wholes import Wholes
from nbrepro.records import FileUse

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEW_PROCESS = (
    "subprocess.Popen",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "pty.spawn",
)
_STARTED = ("started a process",)
_MOST_IN_A_RECORD = 5000
_OURS = "%nbrepro"
_ATTACHED = re.compile(r"\battach\s+(?:database\s+)?['\"]([^'\"\n]+)['\"]", re.IGNORECASE)


class FileWatch:
    """Notes which files the running cell uses; `NoData` says what is left out.

    Parameters
    ----------
    launch:
        Tells the project's root, nbrepro's journal, and how to see what is read past Python's ``open``.
    """

    def __init__(self, activity: Activity, border: Border, launch: Launch) -> None:
        self._activity = activity
        self._border = border
        self._root = os.path.abspath(launch.root)  # noqa: PTH100 - as it is written
        self._ways = launch.file_ways
        self._no_data = NoData(launch.root, launch.journal)
        self._wholes = Wholes(self._root, self._no_data.is_ignored)
        self._system: LinuxWatch | None = None
        self._had_children = False
        self._readers = Readers(border, self._reader_opens)
        self._remote = RemoteWatch(activity, border)

    @property
    def seen_by(self) -> str:
        """What tells of files that are read past Python's ``open``: a way's name, or ``wrappers``, or ``audit``."""
        if self._system is not None:
            return self._system.name
        return "wrappers" if self._ways else "audit"

    def handlers(self) -> dict[str, Handler]:
        """Return the audit events to listen to."""
        return {
            "open": self._on_open,
            "sqlite3.connect": self._on_sqlite,
            "os.rename": self._on_rename,
            **dict.fromkeys(_NEW_PROCESS, self._on_process),
        }

    def start(self, imports: PostImport) -> None:
        """Have the system tell of files, if it does, else the readers; and libraries of what they fetch."""
        self._start_system()
        if self._ways and self._system is None:
            self._readers.start(imports)
        if self._ways:
            self._remote.start(imports)

    def _start_system(self) -> None:
        names = [way for way in self._ways if way in BACKENDS]
        if names and sys.platform == "linux":
            try:
                self._system = LinuxWatch(names, self._no_data.is_ignored_folder, self._tell)
            except OSError as fault:
                self._tell(f"Linux does not tell of files here ({fault})")
            else:
                self._system.start((os.getcwd(), self._root))  # noqa: PTH109 - text, for speed

    def stop(self) -> None:
        """Give everything back."""
        self._readers.stop()
        self._remote.stop()
        system, self._system = self._system, None
        if system is not None:
            system.stop()

    def abandon(self) -> None:
        """In a forked child: the events are the parent's."""
        system, self._system = self._system, None
        if system is not None:
            system.abandon()

    def before_cell(self, cell: RunningCell, namespace: dict[str, Any]) -> None:
        """Look where the cell may read, and begin anew."""
        self._border.between("files", self._prepare, cell, namespace)

    def _prepare(self, cell: RunningCell, namespace: dict[str, Any]) -> None:
        cell.at_end = self._collect
        if self._system is not None:
            self._system.before_cell(cell.source, namespace)
            if not self._activity.is_any():
                self._system.clear()

    def _collect(self, cell: RunningCell) -> None:
        """Put to a cell that has ended what the system saw, and folders in the place of all their files."""
        self._border.between("files", self._take_system, cell)
        self._border.between("files", self._wholes.put_together, cell)

    def _take_system(self, cell: RunningCell) -> None:
        if self._system is None:
            if self._ways:
                for found in _ATTACHED.finditer(cell.source):  # SQLite opens it without a word
                    self._note(cell, os.path.abspath(found[1]), "read")  # noqa: PTH100 - as above
            return
        started = _STARTED in cell.seen or self._had_children
        for file in self._system.touched(with_children=started and _OURS not in cell.source):
            if file.read or (file.opened and (file.path, "write") not in cell.files):
                self._note(cell, file.path, "read", is_second=True)
            if file.written:
                self._note(cell, file.path, "write")
        if started:
            self._had_children = has_children(os.getpid())  # they may end amid the next cell

    def _tell(self, fault: str) -> None:
        self._border.faults.add("files", fault)

    def _on_open(self, args: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None and not isinstance(args[0], int):
            self._border.observe("files", self._opened, cell, *args)

    def _on_sqlite(self, args: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None:
            self._border.observe("files", self._connected, cell, args[0])

    def _on_rename(self, args: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None and args[2:] == (-1, -1):  # else relative to an open folder
            self._border.observe("files", self._renamed, cell, args[0], args[1])

    def _on_process(self, _: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None:
            self._border.observe("files", cell.seen.add, _STARTED)

    def _opened(self, cell: RunningCell, path: Any, mode: str | None, flags: int) -> None:
        name = os.fsdecode(path)
        try:
            absolute = os.path.abspath(name)  # noqa: PTH100 - a hot path; resolve() follows links
        except FileNotFoundError:  # the working folder is gone: nothing can be opened there
            return
        key = (absolute, mode, flags)
        if key in cell.seen:
            return
        cell.seen.add(key)
        writes = not set(mode).isdisjoint("wax+") if mode else bool(flags & _WRITE_FLAGS)
        reads = not writes or (mode is not None and "+" in mode and "w" not in mode)
        if reads:
            self._note(cell, absolute, "read")
        if writes:
            self._note(cell, absolute, "write")

    def _connected(self, cell: RunningCell, database: Any) -> None:
        text = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
        if text.startswith("file:"):
            text = unquote(text.removeprefix("file:").partition("?")[0])
            text = "/" + text.lstrip("/") if text.startswith("//") else text
        if text and text != ":memory:":
            absolute = os.path.abspath(text)  # noqa: PTH100 - as above
            self._note(cell, absolute, "read" if os.path.exists(absolute) else "write")  # noqa: PTH110 - as above

    def _renamed(self, cell: RunningCell, source: Any, target: Any) -> None:
        cell.files.pop((os.path.abspath(os.fsdecode(source)), "write"), None)  # noqa: PTH100 - as above
        self._note(cell, os.path.abspath(os.fsdecode(target)), "write")  # noqa: PTH100 - as above

    def _reader_opens(self, path: str) -> None:
        """Note a file, or all files of a folder, that a wrapped reader is about to read."""
        cell = self._activity.current()
        if cell is None:
            return
        absolute = os.path.abspath(path)  # noqa: PTH100 - as above
        if os.path.isdir(absolute):  # noqa: PTH112 - as above
            for folder, _, names in os.walk(absolute):
                for name in names:
                    self._note(cell, os.path.join(folder, name), "read")  # noqa: PTH118 - as above
        else:
            self._note(cell, absolute, "read")

    def _note(self, cell: RunningCell, absolute: str, mode: str, *, is_second: bool = False) -> None:
        """Note a file; one that was seen under another name before keeps that, if this is the second look."""
        if (absolute, mode) in cell.files or self._no_data.is_ignored(absolute, mode):
            return
        size: int | None = None
        if mode == "read":
            try:
                found = os.stat(absolute)  # noqa: PTH116 - a hot path
            except OSError:
                return
            identity = (found.st_dev, found.st_ino)
            if not stat.S_ISREG(found.st_mode) or self._no_data.is_scratch(absolute, found):
                return
            if is_second and identity in cell.seen:
                return
            cell.seen.add(identity)
            size = found.st_size
        elif self._no_data.is_temporary(absolute):
            return
        if len(cell.files) < MAX_FILES:
            cell.files[absolute, mode] = size
        else:
            self._tell(f"more than {MAX_FILES} files in one cell: the rest is left out")


def used_files(cell: RunningCell) -> tuple[FileUse, ...]:
    """Return the files that the cell read, and those it wrote that are there now, by path, what came first first."""
    if cell.at_end is not None:
        cell.at_end(cell)
    uses = []
    for (path, mode), size in sorted(cell.files.items(), key=_path):  # a stable order
        if mode == "write":
            size = _size_now(path)  # noqa: PLW2901 - it is known only now
            if size is None:
                continue
        count = cell.folders.get(path) if mode == "read" else None
        uses.append(FileUse(path=Path(path).as_posix(), mode=mode, size=size, files=count))
    uses += [
        FileUse(path=address, mode="read", digest=download.digest, size=download.size)
        for address, download in sorted(cell.remote.items())
    ]
    return tuple(uses[:_MOST_IN_A_RECORD])


def _path(item: tuple[tuple[str, str], int | None]) -> str:
    return item[0][0]


def _size_now(path: str) -> int | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - between two cells
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
