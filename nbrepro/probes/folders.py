"""Folders as a whole: their files in order, one digest for all, and what ``.dvcignore`` leaves out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbrepro.probes.hashing import DigestCache, Md5, combined

MOST_FILES = 100_000
"""Files beyond which a folder is not digested."""

# By-products of Python, Jupyter and version control; none is data.
_PASSED_OVER = frozenset({".git", ".hg", ".dvc", ".nbrepro", "__pycache__", ".ipynb_checkpoints"})
_NEVER_IN_DVC = frozenset({".git", ".hg", ".dvc"})


@dataclass(frozen=True, kw_only=True)
class FolderDigest:
    """What a folder holds."""

    blake3: str
    size: int
    """Bytes of all its files."""
    files: tuple[str, ...]
    """Relative to the folder, sorted, POSIX separators."""


def digest(folder: str, cache: DigestCache) -> FolderDigest | None:
    """Return the digest over names and contents of all files below ``folder``; ``None`` if they are too many.

    Files behind links count by their contents, folders behind links do not, nor do empty ones: as in DVC.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    names: list[str] = []
    for name in walk(folder, _PASSED_OVER):
        names.append(name)
        if len(names) > MOST_FILES:
            return None
    entries = [(name, cache.digest(f"{folder}/{name}")) for name in sorted(names)]
    listing = json.dumps([(name, entry.blake3) for name, entry in entries])
    return FolderDigest(
        blake3=combined(listing.encode()),
        size=sum(entry.size for _, entry in entries),
        files=tuple(name for name, _ in entries),
    )


def walk(folder: str, passed_over: frozenset[str], ignore: Ignore | None = None) -> Iterator[str]:
    """Yield the files below ``folder`` relative to it; sockets, pipes and dangling links are no files."""
    for place, inner, names in os.walk(folder):
        below = os.path.relpath(place, folder).replace(os.sep, "/")
        inner[:] = [n for n in inner if n not in passed_over and not (ignore and ignore.matches(place, n, is_dir=True))]
        for name in names:
            is_file = os.path.isfile(f"{place}/{name}")  # noqa: PTH113 - text, for speed
            if is_file and not (ignore and ignore.matches(place, name)):
                yield name if below == "." else f"{below}/{name}"


def dvc_listing(folder: str, md5: Md5, cache: DigestCache, ignore: Ignore) -> dict[str, str]:
    """Return the MD5 of each file that DVC would keep of ``folder``, by its path relative to it."""
    names = sorted(walk(folder, _NEVER_IN_DVC, ignore))
    return {name: cache.digest(f"{folder}/{name}", md5).md5 or "" for name in names}


def dvc_digest(listing: dict[str, str]) -> str:
    """Return the digest that DVC gives to a folder of these files: of their listing, with ``.dir`` behind it."""
    entries = [{"md5": listing[name], "relpath": name} for name in sorted(listing)]
    text = json.dumps(entries, sort_keys=True).encode()
    return f"{hashlib.md5(text, usedforsecurity=False).hexdigest()}.dir"


@dataclass
class Ignore:
    """The ``.dvcignore`` files of a DVC repository, from its top down to the folder in question."""

    top: str
    _specs: dict[str, Any] = field(default_factory=dict)

    def matches(self, folder: str, name: str, *, is_dir: bool = False) -> bool:
        """Return whether DVC passes over ``name`` in ``folder``; the file nearest to it decides last."""
        path = Path(folder)
        verdict = False
        for above in (*reversed(path.parents), path):
            if not above.is_relative_to(self.top):
                continue
            spec = self._spec(str(above))
            if spec is not None:
                inner = (path / name).relative_to(above).as_posix() + ("/" if is_dir else "")
                decided = spec.check_file(inner).include
                verdict = verdict if decided is None else bool(decided)
        return verdict

    def _spec(self, folder: str) -> Any:
        if folder not in self._specs:
            self._specs[folder] = _patterns(Path(folder, ".dvcignore"))
        return self._specs[folder]


def _patterns(path: Path) -> Any:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    import pathspec  # noqa: PLC0415 - comes with DVC, whose file this is

    return pathspec.GitIgnoreSpec.from_lines(line.strip() for line in lines)
