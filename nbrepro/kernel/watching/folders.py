"""The folders that are watched, and the way there: some at once, those below them bit by bit."""

from __future__ import annotations

import errno
import os
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence

from nbrepro.kernel.watching.events import Backend

MOST_FOLDERS = 4000
"""Folders that are watched without having been named."""
_MOST_NAMED = 8000
_BROAD = frozenset(
    ("/", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr", "/var", "/var/tmp")  # noqa: S108 - no use is made of them
)
"""Folders that are not searched for others: what a notebook reads is a small part of what lies below them."""
_MOST_LINKS = 20_000
_LOOK_AT_CLOCK = 64
_PASSED_OVER = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages", "lost+found"})
_NOT_HERE = frozenset({errno.ENODEV, errno.EOPNOTSUPP, errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EPERM})
"""What fanotify says of file systems that have no handles."""
_USED_UP = frozenset({errno.ENOSPC, errno.ENOMEM, errno.EMFILE})

_Key = tuple[int, Hashable]


class Folders:
    """Which folders are watched, and under which names.

    Parameters
    ----------
    backends:
        In the order in which they are tried for a folder.
    is_ignored:
        Whether nobody's data lies in a folder (its path ends with a separator).
    tell:
        Takes what could not be watched, in words.
    """

    def __init__(
        self, backends: Sequence[Backend], is_ignored: Callable[[str], bool], tell: Callable[[str], None]
    ) -> None:
        self._backends = backends
        self._is_ignored = is_ignored
        self._tell = tell
        self._path_of: dict[_Key, str] = {}
        self._known: set[str] = set()
        self._waiting: deque[str] = deque()
        self._walk: Iterator[None] = iter(())
        self._is_amid = False
        self._is_full = self._is_used_up = False
        self._home = os.path.expanduser("~")  # noqa: PTH111 - text, for speed
        self.links: dict[str, str] = {}
        """How files that links lead to are written in the project, by their real paths."""

    @property
    def is_walking(self) -> bool:
        """Whether folders wait to be watched."""
        return bool(self._waiting) or self._is_amid

    def path(self, backend: int, key: Hashable) -> str | None:
        """Return the folder that an event's key stands for."""
        return self._path_of.get((backend, key))

    def add(self, folder: str, *, is_named: bool = False) -> bool:
        """Watch one folder; return whether it is watched now, and was not before."""
        return not self._is_ignored(f"{folder}/") and self._add(folder, is_named=is_named)

    def _add(self, folder: str, *, is_named: bool = False) -> bool:
        if folder in self._known or self._is_used_up:
            return False
        if len(self._known) >= (_MOST_NAMED if is_named else MOST_FOLDERS):
            self._stop_walking(f"more than {MOST_FOLDERS} folders")
            return False
        self._known.add(folder)
        for number, backend in enumerate(self._backends):
            try:
                key = (number, backend.add(folder))
            except OSError as fault:
                if fault.errno in _NOT_HERE:
                    continue
                if fault.errno in _USED_UP:
                    self._is_used_up = True
                    self._stop_walking(f"the system's limit for {backend.name} is reached ({fault.strerror})")
                return False
            known = self._path_of.get(key)
            if known is not None and os.path.isdir(known):  # noqa: PTH112 - text, for speed
                return False  # the same folder under another name, through a link
            self._path_of[key] = folder
            return True
        return False

    def _stop_walking(self, why: str) -> None:
        self._waiting.clear()
        if not self._is_full:
            self._is_full = True
            self._tell(f"{why}: what libraries read past Python's open in others goes unseen, unless a cell names it")

    def forget(self, folder: str) -> None:
        """A folder may be another one now."""
        self._known.discard(folder)

    def add_below(self, folder: str, *, is_named: bool = False) -> None:
        """Watch a folder now, and those below it as `advance` gets to them."""
        if self.add(folder, is_named=is_named) and not self._is_full and folder not in _BROAD and folder != self._home:
            self._waiting.append(folder)

    def advance(self, seconds: float) -> None:
        """Go on for a while with the folders that wait."""
        until = time.perf_counter() + seconds
        while self.is_walking:
            for _ in self._walk:
                if time.perf_counter() > until:
                    return
            self._is_amid = bool(self._waiting)
            if self._waiting:
                self._walk = self._below(self._waiting.popleft())

    def _below(self, folder: str) -> Iterator[None]:
        """Watch the folders in a folder, and let go of the clock every few entries."""
        try:
            entries = os.scandir(folder)
        except OSError:
            return
        with entries:
            for number, entry in enumerate(entries):
                if number % _LOOK_AT_CLOCK == 0:
                    yield
                try:
                    is_folder = entry.is_dir()
                except OSError:
                    continue
                if is_folder:
                    if not self._is_passed_over(entry.path, entry.name):
                        self.add_below(entry.path)
                elif entry.is_symlink():
                    self.follow(entry.path)

    def _is_passed_over(self, path: str, name: str) -> bool:
        if name.startswith(".") or name in _PASSED_OVER or self._is_ignored(f"{path}/"):
            return True
        return os.path.exists(f"{path}/pyvenv.cfg") or os.path.exists(f"{path}/conda-meta")  # noqa: PTH110 - as above

    def follow(self, link: str) -> None:
        """Watch where a link leads that stands for a file, so that it is told under its own name."""
        if len(self.links) >= _MOST_LINKS:
            return
        real = os.path.realpath(link)
        if os.path.isfile(real):  # noqa: PTH113 - as above
            self.links.setdefault(real, link)
            self._add(os.path.dirname(real))  # noqa: PTH120 - as above
