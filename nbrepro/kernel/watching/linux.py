"""The watch on Linux: which files this process, and what it started, opened while a cell ran."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nbrepro.kernel.watching import events
from nbrepro.kernel.watching.children import has_children
from nbrepro.kernel.watching.events import Backend
from nbrepro.kernel.watching.fanotify import Fanotify
from nbrepro.kernel.watching.folders import Folders
from nbrepro.kernel.watching.inotify import Inotify
from nbrepro.kernel.watching.mentions import mentioned, place_of

BACKENDS: Mapping[str, Callable[[], Backend]] = {"fanotify": Fanotify, "inotify": Inotify}
_AT_START = 0.010
_BEFORE_A_CELL = 0.010
_IN_BACKGROUND = 0.001
"""Seconds that a walk through folders may take at once: the thread takes them from the cells."""
_REST_AT_START = 0.5
"""Seconds that the thread leaves to the rest of the load before it goes on with the walk."""
_BETWEEN_READS_MS = 200
_BETWEEN_STEPS_MS = 9
_GO_ON, _END = b"g", b"e"
_MOST_SEEN = 200_000
_REMEMBERED = 20_000


class Touched(NamedTuple):
    """What happened to a file while a cell ran."""

    path: str
    read: bool
    """Whether bytes were read for sure."""
    opened: bool
    """Whether it was opened, and nothing says for what: a memory map is read without a word."""
    written: bool


class LinuxWatch:
    """Watches folders through the kernel of the operating system.

    A thread takes the events off the system's queue while they come, five times a second at most; what belongs
    to a cell is put together when it has ended.

    Parameters
    ----------
    names:
        Of `BACKENDS`, the better first.
    is_ignored, tell:
        See `Folders`.

    Raises
    ------
    OSError
        If none of the ways is open.
    """

    def __init__(self, names: Sequence[str], is_ignored: Callable[[str], bool], tell: Callable[[str], None]) -> None:
        self._backends = list(_open(names))
        self._tell = tell
        self.folders = Folders(self._backends, is_ignored, tell)
        self.name = self._backends[0].name
        self._lock = threading.Lock()
        self._seen: dict[tuple[int, Hashable, str, bool], int] = {}
        self._certain: set[tuple[int, Hashable, str]] = set()
        self._named: set[tuple[str, str]] = set()
        self._pid = os.getpid()
        self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._thread = threading.Thread(target=self._follow, name="nbrepro-files", daemon=True)

    def start(self, places: Sequence[str]) -> None:
        """Watch these folders, and those below."""
        for place in places:
            self.folders.add_below(place)
        self.folders.advance(_AT_START)  # the rest is for the thread
        self._thread.start()

    def stop(self) -> None:
        """End the thread and give everything back."""
        os.write(self._wake[1], _END)
        self._thread.join(1.0)
        self._close()

    def abandon(self) -> None:
        """In a forked child: the events are the parent's."""
        self._lock = threading.Lock()
        self._close()

    def _close(self) -> None:
        with self._lock:
            for backend in self._backends:
                backend.close()
            self._backends.clear()
            for descriptor in self._wake:
                os.close(descriptor)

    def before_cell(self, source: str, namespace: Mapping[str, Any]) -> None:
        """Watch where the cell that is about to run may read."""
        try:
            folder = os.getcwd()  # noqa: PTH109 - text, for speed
        except OSError:  # it is gone, and nothing can be read by a relative name
            return
        if len(self._named) > _REMEMBERED:
            self._named.clear()
        with self._lock:
            self.folders.add_below(folder)
            for text in mentioned(source, namespace):
                if (folder, text) not in self._named and self._approach(place_of(text, folder)):
                    self._named.add((folder, text))
            if self.folders.is_walking:
                self.folders.advance(_BEFORE_A_CELL)
            is_walking = self.folders.is_walking
        if is_walking:
            os.write(self._wake[1], _GO_ON)

    def _approach(self, place: str) -> bool:
        """Watch a folder that a cell names, or the one of a file; return whether there was any."""
        if os.path.isdir(place):  # noqa: PTH112 - as above
            self.folders.add_below(place, is_named=True)
            return True
        if os.path.islink(place):  # noqa: PTH114 - as above
            self.folders.follow(place)
        above = os.path.dirname(place)  # noqa: PTH120 - as above
        if not os.path.isdir(above):  # noqa: PTH112 - as above
            return False
        self.folders.add(above, is_named=True)
        return True

    def clear(self) -> None:
        """Forget what happened between the cells."""
        with self._lock:
            self._take_in()
            self._seen.clear()

    def touched(self, *, with_children: bool) -> Iterator[Touched]:
        """Yield the files that were touched since the last `clear`, by path.

        Parameters
        ----------
        with_children:
            Whether what other processes did counts in any case; otherwise it does if this one has children now.
        """
        with self._lock:
            self._take_in()
            seen, self._seen = self._seen, {}
        paths: dict[str, int] = {}
        foreign: dict[str, int] = {}
        for (number, key, name, own), mask in seen.items():
            folder = self.folders.path(number, key)
            if folder is not None and not (not own and _is_a_tools(name)):
                path = f"{folder}/{name}"
                path = self.folders.links.get(path, path)
                kept = paths if own or not self._tells_who(number) else foreign
                kept[path] = kept.get(path, 0) | mask
        if foreign and (with_children or has_children(self._pid)):
            for path, mask in foreign.items():
                paths[path] = paths.get(path, 0) | mask
        for path in sorted(paths):
            yield _told(path, paths[path])

    def _tells_who(self, number: int) -> bool:
        return self._backends[number].name == "fanotify"

    def _take_in(self) -> None:
        """Take what has happened off the system's queue; call it with the lock held."""
        for number, backend in enumerate(self._backends):
            for key, name, mask, own in backend.read():
                if mask & events.OVERFLOW:
                    self._tell("too many files at once for the system's queue: some may be missing")
                elif mask & events.FOLDER:
                    if mask & (events.CREATE | events.MOVED_TO):
                        self._came(number, key, name)
                elif len(self._seen) < _MOST_SEEN:
                    which = (number, key, name, bool(own))
                    self._seen[which] = self._seen.get(which, 0) | mask

    def _came(self, number: int, key: Hashable, name: str) -> None:
        folder = self.folders.path(number, key)
        if folder is not None and not name.startswith("."):
            self.folders.forget(f"{folder}/{name}")
            self.folders.add_below(f"{folder}/{name}")

    def _follow(self) -> None:
        anything, wake = select.poll(), select.poll()
        for poll in (anything, wake):
            poll.register(self._wake[0], select.POLLIN)
        for backend in self._backends:
            anything.register(backend.fd, select.POLLIN)
        try:
            if wake.poll(_REST_AT_START * 1000) and _END in os.read(self._wake[0], 64):
                return
            while True:
                anything.poll(_BETWEEN_STEPS_MS if self.folders.is_walking else None)
                # Some more come along meanwhile, and the system puts those of one file together.
                rest = _BETWEEN_STEPS_MS if self.folders.is_walking else _BETWEEN_READS_MS
                if wake.poll(rest) and _END in os.read(self._wake[0], 64):
                    return
                with self._lock:
                    self.folders.advance(_IN_BACKGROUND)
                    self._take_in()
        except Exception as fault:  # the cells go on, and what they read is taken in at their ends
            self._tell(f"the thread ended: {type(fault).__name__}: {fault}")


def _open(names: Sequence[str]) -> Iterator[Backend]:
    """Open what of the ways is open.

    Raises
    ------
    OSError
        The first one's, if none is.
    """
    faults: list[OSError] = []
    count = 0
    for name in names:
        try:
            backend = BACKENDS[name]()
        except OSError as fault:
            faults.append(fault)
            continue
        count += 1
        yield backend
    if not count:
        raise faults[0]


def _is_a_tools(name: str) -> bool:
    """Whether another process may well have touched a file for its own ends: an editor, Jupyter, git."""
    return name.startswith((".", "#")) or name.endswith((".ipynb", "~", ".swp", ".lock"))


def _told(path: str, mask: int) -> Touched:
    created = bool(mask & (events.CREATE | events.MOVED_TO))
    written = created or bool(mask & events.MODIFY)
    return Touched(
        path=path,
        read=bool(mask & events.ACCESS) and not created,
        opened=bool(mask & events.OPEN) and not written and not mask & (events.CLOSE_WRITE | events.ACCESS),
        written=written,
    )
