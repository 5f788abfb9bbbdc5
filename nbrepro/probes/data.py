"""The files that a notebook read: their digests, and whether DVC or git keeps them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from nbrepro.probes import dvc, folders, git
from nbrepro.probes.hashing import DigestCache, FileDigest
from nbrepro.probes.places import is_address, relative
from nbrepro.probes.remembered import NAME, Remembered
from nbrepro.records import DataFile, DvcState

__all__ = ["is_address", "read", "relative"]

# The kernel's own files change by the moment; pipes and terminals have no contents.
_NO_DATA = ("/proc/", "/sys/", "/dev/")
_CACHES: dict[Path, DigestCache] = {}
_FOLDER = ".nbrepro"


def read(paths: Iterable[Path], root: Path, *, cache: DigestCache | None = None) -> dict[str, DataFile]:
    """Return what is known of each file or folder, by its path relative to ``root``.

    Folders are digested as a whole; one that holds the project itself is left out, as are pipes, sockets and
    devices. A file that is gone, or cannot be read, has no digest.

    Parameters
    ----------
    paths:
        Files and folders; relative ones are taken from the working directory.
    root:
        The project's root.
    cache:
        Digests known from before; by default those that this process has seen, and of large files those that are
        kept in the project's ``.nbrepro`` folder, if it has one.
    """
    cache = cache or _cache_of(Path(os.path.abspath(root)))  # noqa: PTH100 - links kept
    reader = _Reader(Path(os.path.abspath(root)), cache)  # noqa: PTH100 - as above
    found: dict[str, DataFile] = {}
    for path in sorted({os.path.abspath(path) for path in paths}):  # noqa: PTH100 - as above
        data = reader.read(path)
        if data is not None:
            found[relative(Path(path), root)] = data
    if cache.remembered is not None:
        cache.remembered.save()
    return dict(sorted(found.items()))


def _cache_of(root: Path) -> DigestCache:
    cache = _CACHES.setdefault(root, DigestCache())
    if cache.remembered is None and (root / _FOLDER).is_dir():
        cache.remembered = Remembered(root / _FOLDER / NAME)
    return cache


class _Reader:
    """One reading: git and DVC are asked once, when the first file needs them."""

    def __init__(self, root: Path, cache: DigestCache) -> None:
        self._root = root
        self._cache = cache
        self._tracked: frozenset[str] | None = None
        self._repositories: dict[str, dvc.Repository] = {}

    def read(self, path: str) -> DataFile | None:
        if path.startswith(_NO_DATA):
            return None
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - text paths, for speed
        except OSError:
            return DataFile(digest=None, size=None, dvc=self._dvc(path, None), in_git=self._in_git(path))
        if stat.S_ISDIR(mode):
            return None if self._root.is_relative_to(path) else self._folder(path)
        return self._file(path) if stat.S_ISREG(mode) else None

    def _file(self, path: str) -> DataFile:
        found = self._find(path)
        try:
            digest = self._cache.digest(path, None if found is None else found[1].md5)
        except OSError:
            digest = None
        return DataFile(
            digest=None if digest is None else digest.blake3,
            size=None if digest is None else digest.size,
            dvc=self._dvc(path, digest),
            in_git=self._in_git(path),
        )

    def _folder(self, path: str) -> DataFile:
        try:
            digest = folders.digest(path, self._cache)
        except OSError:
            digest = None
        if digest is None:
            return DataFile(digest=None, size=None, dvc=self._dvc_folder(path))
        in_git = bool(digest.files) and all(self._in_git(f"{path}/{name}") for name in digest.files)
        return DataFile(
            digest=digest.blake3,
            size=digest.size,
            files=len(digest.files),
            dvc=self._dvc_folder(path),
            in_git=in_git,
        )

    def _in_git(self, path: str) -> bool:
        if self._tracked is None:
            self._tracked = git.tracked(self._root)
        if not self._tracked:
            return False
        folder, name = os.path.split(path)
        return os.path.join(os.path.realpath(folder), name) in self._tracked  # noqa: PTH118 - text, for speed

    def _find(self, path: str) -> tuple[dvc.Repository, dvc.Output, str] | None:
        top = dvc.top(path)
        if top is None:
            return None
        if top not in self._repositories:
            self._repositories[top] = dvc.Repository(top)
        found = self._repositories[top].find(path)
        return None if found is None else (self._repositories[top], *found)

    def _dvc(self, path: str, digest: FileDigest | None) -> DvcState | None:
        """Return what DVC knows of a file; one in a tracked folder goes by the folder's listing."""
        found = self._find(path)
        if found is None:
            return None
        repository, output, way = found
        recorded = output.recorded
        if way:
            listing = repository.listing(output)
            if listing is None:
                return self._state(output, recorded, None)
            if way not in listing:  # lies there, but DVC never saw it
                return self._state(output, recorded, matches=False)
            recorded = listing[way]
        return self._state(output, recorded, matches=digest is not None and digest.md5 == recorded)

    def _dvc_folder(self, path: str) -> DvcState | None:
        """Return what DVC knows of a folder that it tracks, or that lies in one."""
        found = self._find(path)
        if found is None:
            return None
        repository, output, way = found
        recorded = repository.listing(output)
        try:
            listing = folders.dvc_listing(path, output.md5, self._cache, repository.ignore)
        except OSError:
            return self._state(output, output.recorded, None)
        if not way and output.listed is None:
            return self._state(output, output.recorded, matches=folders.dvc_digest(listing) == output.recorded)
        if recorded is None:
            return self._state(output, output.recorded, None)
        inner = f"{way}/" if way else ""
        expected = {name.removeprefix(inner): md5 for name, md5 in recorded.items() if name.startswith(inner)}
        return self._state(output, folders.dvc_digest(expected), matches=listing == expected)

    def _state(self, output: dvc.Output, recorded: str, matches: bool | None) -> DvcState:
        return DvcState(
            tracked_by=relative(Path(output.tracked_by), self._root), recorded=f"md5:{recorded}", matches=matches
        )
