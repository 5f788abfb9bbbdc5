"""What a cell reads and writes beside names: generators' states, files, settings of libraries, the directory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

import msgspec

from nbrepro.kernel.live.kinds import module_of
from nbrepro.kernel.live.settings import SOMEWHERE
from nbrepro.kernel.live.statements import SettingStatement
from nbrepro.kernel.live.versions import Version
from nbrepro.records.digests import digest_text

SETTINGS = "<settings>"
THERE = "<files there>"
"""Which files there are, for cells that ask, or that fail where one is missing."""
_MAX_SETTINGS = 200
NO_SETTINGS = b"\x90"
"""An empty list of them."""
_SMALL_FILE = 100_000
_MAX_ASKED = 100
_SURELY = 2.0
"""Seconds within which times on a disk are not told apart."""


def pseudo(kind: str, what: str) -> str:
    """Return how something that is no name stands among the names: ``<random numpy>``, ``<file /data.csv>``."""
    return f"<{kind} {what}>"


class Files:
    """Notes how files stood when a cell had read or written them."""

    def __init__(self, current: dict[str, Version]) -> None:
        self._current = current
        self._stamps: dict[str, tuple[int, int] | None] = {}
        current[THERE] = Version(name=THERE, mutable=False)

    def read(self, path: str, *, rewritten: bool = False) -> Version:
        """Return the version of a file that a cell has read, and perhaps written itself since."""
        name, stamp = pseudo("file", path), _stamp(path)
        known = path in self._stamps
        if name not in self._current or (not rewritten and self._stamps.get(path) != stamp):
            value = None if rewritten else _content(path, stamp)
            self._current[name] = Version(name=name, maker=-1 if known else 0, value=value, mutable=False)
            self._stamps[path] = stamp
        return self._current[name]

    def any_gone(self) -> bool:
        """Whether a file that was there is not any more."""
        known = list(self._stamps.items())[-_MAX_ASKED:]
        return any(stamp is not None and _stamp(path) is None for path, stamp in known)

    def is_new(self, path: str, seconds: float) -> bool:
        """Whether a file may not have been there before the cell that has written it, and took so many seconds."""
        return self._stamps.get(path) is None and not _was_there(path, seconds)

    def written(self, path: str, number: int) -> Version:
        """Return the version that a cell has made of a file."""
        stamp = self._stamps[path] = _stamp(path)
        return Version(name=pseudo("file", path), maker=number, value=_content(path, stamp), mutable=False)

    def now(self) -> dict[str, Version]:
        """Return the files that a run from the top would find."""
        found = {THERE: self._current[THERE]}
        for path, stamp in self._stamps.copy().items():
            name = pseudo("file", path)
            version = self._current.get(name)
            if version is not None:
                now = _stamp(path)
                value = None if now == stamp else _content(path, now)
                found[name] = version if now == stamp else Version(name=name, maker=-1, value=value, mutable=False)
        return found


def _was_there(path: str, seconds: float) -> bool:
    """Whether a file that was just written was not made: its folder is then older, by the disk's own clock."""
    if os.name != "posix":  # where the time of a folder's last change is not to be had
        return False
    try:
        folder, file = os.stat(os.path.dirname(path)), os.stat(path)  # noqa: PTH116, PTH120 - as below
    except (OSError, ValueError):
        return False
    return folder.st_ctime + _SURELY < file.st_ctime - seconds


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - between two cells
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _content(path: str, stamp: tuple[int, int] | None) -> bytes | None:
    """Return a digest of a small file; ``None`` for a large one, which counts as another one after each write."""
    if stamp is None or stamp[0] > _SMALL_FILE:
        return None
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return hashlib.blake2b(file.read(_SMALL_FILE), digest_size=16).digest()
    except (OSError, ValueError):
        return None


def sets_outside(bases: Collection[str], objects: Mapping[str, Any], own: Collection[str]) -> bool:
    """Whether any of the names that something is set on holds a library's module, function or class.

    ``own`` are the notebook's names; one that is not among them is a built-in's, or gone.
    """
    return any(base == SOMEWHERE or base not in own or _is_librarys(objects.get(base)) for base in bases)


def _is_librarys(value: Any) -> bool:
    kind = type(value)
    if kind is ModuleType or kind is BuiltinFunctionType:
        return True
    if kind is FunctionType:
        return bool(value.__module__ != "__main__")
    if issubclass(kind, type):
        return module_of(value) != "__main__"
    return issubclass(kind, ModuleType) or module_of(kind) in _PROCESS_WIDE


_PROCESS_WIDE = frozenset({"os", "decimal", "matplotlib", "matplotlib.style.core", "matplotlib.style"})


def settings_after(before: Version, number: int, entries: Iterable[SettingEntry] | None) -> Version:
    """Return the settings after a cell, in an order of their own; ``None`` where what it sets is not known."""
    value = None
    if before.value is not None and entries is not None:
        kept: dict[str, SettingEntry] = {}
        for entry in (*msgspec.msgpack.decode(before.value, type=tuple[SettingEntry, ...]), *entries):
            kept.pop(entry.key, None)
            kept[entry.key] = entry
        value = msgspec.msgpack.encode(_ordered(list(kept.values())[-_MAX_SETTINGS:]))
    return Version(name=SETTINGS, maker=number, value=value, mutable=False)


class SettingEntry(NamedTuple):
    """One thing that is set."""

    key: str
    """Of an earlier entry that this one replaces."""
    value: str
    alone: bool
    """Whether it does not matter which other ones were set before."""


def entry_of(statement: SettingStatement, reads: Mapping[str, Version | None]) -> SettingEntry | None:
    """Return what a statement has set; ``None`` where it used what is not known in full."""
    used = [reads[name] for name in sorted(statement.inputs) if name in reads]
    if any(version is not None and version.value is None for version in used):
        return None
    values = [version.value if version is not None else None for version in used]
    return SettingEntry(digest_text(statement.key), digest_text(f"{statement.text} {values}"), statement.alone)


def without(version: Version, keys: Collection[str]) -> Version:
    """Return settings less those that a cell replaces, whatever they were: it does not depend on them."""
    if version.value is None or not keys:
        return version
    entries = msgspec.msgpack.decode(version.value, type=tuple[SettingEntry, ...])
    left = [entry for entry in entries if entry.key not in keys]
    if len(left) == len(entries):
        return version
    return Version(name=SETTINGS, maker=version.maker, value=msgspec.msgpack.encode(_ordered(left)), mutable=False)


def _ordered(entries: list[SettingEntry]) -> list[SettingEntry]:
    found: list[SettingEntry] = []
    for alone, group in groupby(entries, key=lambda entry: entry.alone):
        together = list(group)
        found += sorted(together) if alone else together
    return found
