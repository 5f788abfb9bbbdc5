"""Whether installed packages are what they were installed as: digests of RECORD, files that were edited since.

Of the packages that the notebook imported only, since no others can change its result. Hashing every file of an
installed torch would take seconds: a file is hashed only where its size is not RECORD's, or where it was written
after RECORD, which installers write last.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from nbrepro.probes.distributions import Distribution
from nbrepro.probes.owners import source_file

_SLACK_NS = 2_000_000_000
"""Time stamps of some file systems are whole seconds, or even ones."""
_MOST_HASHED = 64 << 20
"""Bytes: an environment that was copied without its time stamps looks as if every file were newer than RECORD."""
_OWN = (b".dist-info/", b".egg-info/")  # who installed it, and when; scripts and compiled files differ by place


@dataclass(frozen=True, kw_only=True)
class Integrity:
    """What RECORD says of a distribution, and where the files on disk say otherwise."""

    digest: str | None = None
    edited: dict[str, str] = field(default_factory=dict)


@dataclass
class _Allowance:
    """Bytes that may still be hashed."""

    left: int = _MOST_HASHED


def check(distributions: Iterable[Distribution], modules: Mapping[str, ModuleType]) -> dict[str, Integrity]:
    """Return the digest of RECORD, and the imported files that are not as it says, by the distribution's name.

    Parameters
    ----------
    distributions:
        Those to look at; editable ones have no files to speak of.
    modules:
        The imported modules, whose files are looked at.
    """
    chosen = [distribution for distribution in distributions if not distribution.is_editable]
    files = _files_by_place(modules, {distribution.place for distribution in chosen})
    allowance = _Allowance()
    return {each.name: _check_one(each, files[each.place], allowance) for each in chosen}


def _check_one(distribution: Distribution, files: set[bytes], allowance: _Allowance) -> Integrity:
    record = f"{distribution.info}/RECORD"
    try:
        with open(record, "rb") as file:  # noqa: PTH123 - text paths, for speed
            lines = file.read().splitlines()
        written = os.stat(record).st_mtime_ns  # noqa: PTH116 - as above
    except OSError:  # none: an .egg-info, or a package of the system
        return Integrity()
    kept = sorted(line for line in lines if _counts(line))
    edited: dict[str, str] = {}
    for line in kept:
        if line.partition(b",")[0] in files or line.startswith(b'"'):
            name, said, size = next(csv.reader([os.fsdecode(line)]))
            if os.fsencode(name) in files:
                edited.update(_difference(distribution.place, name, said, size, written, allowance))
    whole = hashlib.sha256(b"\n".join(kept)).hexdigest()
    return Integrity(digest=f"sha256:{whole}" if kept else None, edited=edited)


def _counts(line: bytes) -> bool:
    path, _, rest = line.partition(b",")
    return bool(rest.strip(b",")) and not path.startswith(b"..") and not path.endswith(b".pyc") and not _is_own(path)


def _is_own(path: bytes) -> bool:
    return any(mark in path for mark in _OWN)


def _difference(
    place: str, name: str, said: str, size: str, written: int, allowance: _Allowance
) -> Iterator[tuple[str, str]]:
    path = f"{place}{os.sep}{name}"
    try:
        found = os.stat(path)  # noqa: PTH116 - text paths, for speed
        if size.isdigit() and int(size) == found.st_size and found.st_mtime_ns <= written + _SLACK_NS:
            return
        allowance.left -= found.st_size
        if allowance.left < 0:
            return
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            digest = hashlib.sha256(file.read())
    except OSError:  # inside a zip file, or gone
        return
    if base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode() != said.partition("=")[2]:
        yield name, f"sha256:{digest.hexdigest()}"


def _files_by_place(modules: Mapping[str, ModuleType], places: set[str]) -> dict[str, set[bytes]]:
    """Return the paths of the modules' files below each place, as RECORD writes them."""
    by_length = sorted(places, key=len, reverse=True)
    found: dict[str, set[bytes]] = {place: set() for place in places}
    for module in list(modules.values()):
        path = source_file(module)
        place = path and next((place for place in by_length if path.startswith(place + os.sep)), None)
        if path and place:
            found[place].add(os.fsencode(Path(path[len(place) + 1 :]).as_posix()))
    return found
