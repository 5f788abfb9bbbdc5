"""Files that a cell reads and writes, as far as Python's own ``open`` sees them."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbrepro.kernel.activity import MAX_FILES, Activity, RunningCell
from nbrepro.kernel.audit import Handler
from nbrepro.kernel.border import Border
from nbrepro.kernel.frames import STANDARD_LIBRARY
from nbrepro.records import FileUse

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SYSTEM_FOLDERS = ("/proc", "/sys", "/dev", "/etc", "/run", "/lib", "/lib64", "/System")
_SYSTEM_PREFIXES = ("/usr", "/usr/local", "/opt/homebrew")
_SYSTEM_PARTS = ("lib", "lib64", "libexec", "share", "include", "bin")
_PART = os.sep + "{}" + os.sep
_OWN_PARTS = tuple(
    _PART.format(name)
    for name in ("__pycache__", "site-packages", "dist-packages", ".git", ".dvc", ".nbrepro", ".ipynb_checkpoints")
)
_CODE = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".pth", ".nbi", ".nbc")
_FONTS = (".ttf", ".otf", ".ttc", ".afm", ".pfb")
_SOURCE = ".py"


class FileWatch:
    """Notes which files the running cell opens.

    Left out are Python's, the packages' and the system's own files, caches, fonts, IPython's and Jupyter's
    folders, and temporary files that the session itself made.

    Parameters
    ----------
    root:
        The project; what lies in it counts, wherever it is.
    """

    def __init__(self, activity: Activity, border: Border, root: Path) -> None:
        self._activity = activity
        self._border = border
        self._since = time.time()
        self._root = _folder(root)
        self._temporary = _folder(tempfile.gettempdir())
        ignored = {_folder(folder) for folder in _ignored_folders()}
        self._ignored_inside = tuple(f for f in ignored if f.startswith(self._root) and f != self._root)
        self._ignored = tuple(f for f in ignored if not f.startswith(self._root))

    def handlers(self) -> dict[str, Handler]:
        """Return the audit events to listen to."""
        return {"open": self._on_open, "sqlite3.connect": self._on_sqlite, "os.rename": self._on_rename}

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

    def _opened(self, cell: RunningCell, path: Any, mode: str | None, flags: int) -> None:
        absolute = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - a hot path; resolve() follows links
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
        if text and text != ":memory:" and not text.startswith("file:"):
            absolute = os.path.abspath(text)  # noqa: PTH100 - as above
            self._note(cell, absolute, "read" if os.path.exists(absolute) else "write")  # noqa: PTH110 - as above

    def _renamed(self, cell: RunningCell, source: Any, target: Any) -> None:
        cell.files.pop((os.path.abspath(os.fsdecode(source)), "write"), None)  # noqa: PTH100 - as above
        self._note(cell, os.path.abspath(os.fsdecode(target)), "write")  # noqa: PTH100 - as above

    def _note(self, cell: RunningCell, absolute: str, mode: str) -> None:
        if self._is_ignored(absolute, mode):
            return
        size: int | None = None
        if mode == "read":
            try:
                found = os.stat(absolute)  # noqa: PTH116 - a hot path
            except OSError:
                return
            if not stat.S_ISREG(found.st_mode) or self._is_scratch(absolute, found):
                return
            size = found.st_size
        elif self._is_temporary(absolute):
            return
        if len(cell.files) < MAX_FILES:
            cell.files.setdefault((absolute, mode), size)
        else:
            self._border.faults.add("files", f"more than {MAX_FILES} files in one cell: the rest is left out")

    def _is_ignored(self, path: str, mode: str) -> bool:
        lowered = path.lower()
        if lowered.endswith(_CODE) or lowered.endswith(_FONTS) or (mode == "read" and lowered.endswith(_SOURCE)):
            return True
        if any(part in path for part in _OWN_PARTS):
            return True
        return path.startswith(self._ignored_inside if path.startswith(self._root) else self._ignored)

    def _is_temporary(self, path: str) -> bool:
        return path.startswith(self._temporary) and not path.startswith(self._root)

    def _is_scratch(self, path: str, found: os.stat_result) -> bool:
        """Whether it is a temporary file of this session, which is no input of the notebook."""
        return self._is_temporary(path) and found.st_ctime >= self._since


def used_files(cell: RunningCell) -> tuple[FileUse, ...]:
    """Return the files that the cell read, and those it wrote that are there now, by path."""
    uses = []
    for (path, mode), size in sorted(cell.files.items()):
        if mode == "write":
            size = _size_now(path)  # noqa: PLW2901 - it is known only now
            if size is None:
                continue
        uses.append(FileUse(path=Path(path).as_posix(), mode=mode, size=size))
    return tuple(uses)


def _size_now(path: str) -> int | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - between two cells
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _folder(path: str | Path) -> str:
    return os.path.join(os.path.abspath(path), "")  # noqa: PTH100, PTH118 - a prefix with its separator


def _ignored_folders() -> Iterable[str]:
    """Folders whose files are nobody's data, in both spellings where one is a link."""
    home = os.path.expanduser("~")  # noqa: PTH111 - str in, str out
    named = [
        *_SYSTEM_FOLDERS,
        *(os.path.join(base, name) for base in _SYSTEM_PREFIXES for name in _SYSTEM_PARTS),  # noqa: PTH118 - str in, str out
        STANDARD_LIBRARY,
        *(prefix for prefix in (sys.prefix, sys.base_prefix) if prefix not in _SYSTEM_PREFIXES),
        *(os.environ.get(name, "") for name in _FOLDER_VARIABLES),
        *(os.path.join(home, *parts) for parts in _HOME_FOLDERS),  # noqa: PTH118 - as above
        *_jupyter_folders(),
    ]
    for folder in filter(None, named):
        yield folder
        yield os.path.realpath(folder)


_FOLDER_VARIABLES = ("XDG_CACHE_HOME", "MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
_HOME_FOLDERS = (
    (".cache",),
    (".ipython",),
    (".jupyter",),
    (".matplotlib",),
    (".fonts",),
    (".config",),
    (".local", "share", "jupyter"),
    (".local", "share", "fonts"),
    (".dask",),
    ("Library", "Caches"),
    ("Library", "Jupyter"),
    ("Library", "Fonts"),
)


def _jupyter_folders() -> Iterable[str]:
    paths = sys.modules.get("jupyter_core.paths")
    if paths is not None:
        yield paths.jupyter_runtime_dir()
        yield paths.jupyter_data_dir()
    yield os.path.join(tempfile.gettempdir(), f"ipykernel_{os.getpid()}")  # noqa: PTH118 - as above
