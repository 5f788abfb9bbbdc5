"""Files that are nobody's data: Python's, the packages' and the system's own, caches, fonts, Jupyter's folders."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from nbrepro.kernel.frames import STANDARD_LIBRARY

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


class NoData:
    """Tells data from what else a process opens.

    Parameters
    ----------
    root:
        The project; what lies in it counts, wherever it is.
    journal:
        nbrepro's own file.
    """

    def __init__(self, root: Path, journal: Path) -> None:
        self._journal = os.path.abspath(journal)  # noqa: PTH100 - text, for speed
        self._since = time.time()
        self._root = folder_of(root)
        self._temporary = folder_of(tempfile.gettempdir())
        ignored = {folder_of(folder) for folder in _ignored_folders()}
        self._ignored_inside = tuple(f for f in ignored if f.startswith(self._root) and f != self._root)
        self._ignored = tuple(f for f in ignored if not f.startswith(self._root))

    def is_ignored(self, path: str, mode: str) -> bool:
        """Whether a file, by its absolute path, is no data of a notebook that reads or writes it."""
        lowered = path.lower()
        if lowered.endswith(_CODE) or lowered.endswith(_FONTS) or (mode == "read" and lowered.endswith(_SOURCE)):
            return True
        return path == self._journal or self.is_ignored_folder(path)

    def is_ignored_folder(self, path: str) -> bool:
        """Whether no data lies in a folder, whose path ends with a separator."""
        if any(part in path for part in _OWN_PARTS):
            return True
        return path.startswith(self._ignored_inside if path.startswith(self._root) else self._ignored)

    def is_temporary(self, path: str) -> bool:
        """Whether a file lies in the system's folder for temporary ones."""
        return path.startswith(self._temporary) and not path.startswith(self._root)

    def is_scratch(self, path: str, found: os.stat_result) -> bool:
        """Whether it is a temporary file of this session, which is no input of the notebook."""
        return self.is_temporary(path) and found.st_ctime >= self._since


def folder_of(path: str | Path) -> str:
    """Return the absolute path of a folder as a prefix, with its separator."""
    return os.path.join(os.path.abspath(path), "")  # noqa: PTH100, PTH118 - text, for speed


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
