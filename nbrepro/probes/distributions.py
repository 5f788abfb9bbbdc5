"""Installed distributions, found by the names of their metadata folders.

`importlib.metadata` parses every METADATA file, 0.4 s for 200 distributions; nearly always the folder's name
already says name and version. What one folder of ``sys.path`` holds is kept until its time stamp changes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SEPARATORS = re.compile(r"[-_.]+")
_VERSION = re.compile(r"\d[A-Za-z0-9.!+]*")
_EGG_TAG = re.compile(r"-py\d[\d.]*$")


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """One installed distribution."""

    name: str
    """Normalised (PEP 503)."""
    version: str
    place: str
    """The folder of ``sys.path`` that it lies in."""
    info: str
    """Its metadata: a ``.dist-info`` or ``.egg-info`` folder, or an ``.egg-info`` file."""
    direct_url: dict[str, Any] | None = None
    """What ``direct_url.json`` says (PEP 610)."""

    @property
    def is_editable(self) -> bool:
        """Whether the distribution was installed as editable, so that its code lies elsewhere."""
        info = (self.direct_url or {}).get("dir_info")
        return isinstance(info, dict) and bool(info.get("editable"))


def normalise(name: str) -> str:
    """Return the normalised form of a distribution's name (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def scan(path: Iterable[str] | None = None) -> dict[str, Distribution]:
    """Return the distributions that an import would find, by normalised name; the first on the path wins."""
    found: dict[str, Distribution] = {}
    for entry in sys.path if path is None else path:
        for distribution in _in_folder(os.path.abspath(entry)):  # noqa: PTH100 - kept as text, for speed
            found.setdefault(distribution.name, distribution)
    return found


_METADATA = (".dist-info", ".egg-info")
_FOLDERS: dict[str, tuple[int, tuple[Distribution, ...]]] = {}


def _in_folder(folder: str) -> tuple[Distribution, ...]:
    try:
        stamp = os.stat(folder).st_mtime_ns  # noqa: PTH116 - text paths, for speed
        known = _FOLDERS.get(folder)
        if known is not None and known[0] == stamp:
            return known[1]
        # The working folder is on the path as well, and may hold a hundred thousand files.
        names = sorted([name for name in os.listdir(folder) if name.endswith(_METADATA)])  # noqa: PTH208 - as above
    except OSError:  # no such folder, or a zip file
        return ()
    chosen: dict[str, Distribution] = {}
    for name in names:
        # pip leaves `~umpy-2.0.dist-info` behind where it could not delete.
        if name.startswith("~"):
            continue
        distribution = _read(folder, name)
        if distribution is not None and not _is_worse(distribution, chosen.get(distribution.name)):
            chosen[distribution.name] = distribution
    found = tuple(chosen.values())
    _FOLDERS[folder] = (stamp, found)
    return found


def _is_worse(new: Distribution, known: Distribution | None) -> bool:
    """Whether ``new`` is the leftover of the two: a broken upgrade leaves a folder that has no RECORD."""
    return known is not None and not Path(new.info, "RECORD").exists() and Path(known.info, "RECORD").exists()


def _read(folder: str, file_name: str) -> Distribution | None:
    info = f"{folder}{os.sep}{file_name}"
    stem = _EGG_TAG.sub("", file_name.rpartition(".")[0])
    name, _, version = stem.partition("-")
    if not name or _VERSION.fullmatch(version) is None:
        name, version = _headers(info)
    if not name or not version:
        return None
    return Distribution(
        name=normalise(name),
        version=version,
        place=folder,
        info=info,
        direct_url=_direct_url(f"{info}/direct_url.json"),
    )


def _headers(info: str) -> tuple[str, str]:
    """Return name and version out of the metadata itself."""
    found = {"name": "", "version": ""}
    for candidate in (f"{info}/METADATA", f"{info}/PKG-INFO", info):
        with contextlib.suppress(OSError), Path(candidate).open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, _, value = line.partition(":")
                if not line.strip():  # the description follows
                    break
                found[key.lower()] = found.get(key.lower()) or value.strip()
            break
    return found["name"], found["version"]


def _direct_url(path: str) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - text paths, for speed
            value = json.load(file)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
