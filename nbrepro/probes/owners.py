"""Which distribution an imported module came from.

Usually the module bears the distribution's name. For the others (``PIL``, ``yaml``, ``google.protobuf``) the
RECORD of the distributions left over says which files are theirs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from nbrepro.probes.distributions import Distribution, normalise

Claim: TypeAlias = tuple[str, ...]
"""The first two parts of a file's path below its place: ``("google", "protobuf")`` or ``("six.py",)``."""

_ENTRY = re.compile(rb"^\"?([^/,\r\n]+)(?:/([^/,\r\n]+))?", re.MULTILINE)


def owners(modules: Mapping[str, ModuleType], distributions: Mapping[str, Distribution]) -> frozenset[str]:
    """Return the names of the distributions that ``modules`` were imported from."""
    installed = [d for d in distributions.values() if not d.is_editable]
    claims, elsewhere = _claims(modules, {d.place for d in installed})
    found = {_named(claim, place, distributions) for place, claim in claims} - {None}
    owned = {name for name in found if name is not None}
    open_claims = {(place, claim) for place, claim in claims if _named(claim, place, distributions) is None}
    for distribution in installed:
        if open_claims and distribution.name not in owned and _claims_any(distribution, open_claims):
            owned.add(distribution.name)
    return frozenset(owned | _editables(elsewhere, distributions.values()))


def source_file(module: ModuleType) -> str | None:
    """Return the absolute path of the file that ``module`` was loaded from, if it was one."""
    try:
        path = module.__file__
    except Exception:  # noqa: BLE001 - modules may be lazy objects of any behaviour
        return None
    return os.path.abspath(path) if isinstance(path, str) and path else None  # noqa: PTH100 - text, for speed


def _claims(modules: Mapping[str, ModuleType], places: set[str]) -> tuple[set[tuple[str, Claim]], set[str]]:
    """Return what the modules' files say, and the files that lie in none of ``places``."""
    by_length = sorted(places, key=len, reverse=True)
    claims: set[tuple[str, Claim]] = set()
    elsewhere: set[str] = set()
    for module in list(modules.values()):
        path = source_file(module)
        if path is None:
            continue
        place = next((place for place in by_length if path.startswith(place + os.sep)), None)
        if place is None:
            elsewhere.add(path)
        else:
            claims.add((place, Path(path[len(place) + 1 :]).parts[:2]))
    return claims, elsewhere


def _named(claim: Claim, place: str, distributions: Mapping[str, Distribution]) -> str | None:
    """Return the distribution of the same name as the claim's module, if there is one in the same place."""
    same = distributions.get(normalise(claim[0].partition(".")[0]))
    return same.name if same is not None and same.place == place else None


def _claims_any(distribution: Distribution, claims: set[tuple[str, Claim]]) -> bool:
    files, packages = _files(distribution.info)
    return any(
        place == distribution.place and (claim in files or claim[0].partition(".")[0] in packages)
        for place, claim in claims
    )


_FILES: dict[str, tuple[frozenset[Claim], frozenset[str]]] = {}


def _files(info: str) -> tuple[frozenset[Claim], frozenset[str]]:
    """Return the claims of a distribution's files, or the packages it names where it keeps no list of files."""
    known = _FILES.get(info)
    if known is None:
        text = _bytes(f"{info}/RECORD")
        entries = frozenset(tuple(os.fsdecode(part) for part in e if part) for e in _ENTRY.findall(text))
        packages = (
            frozenset() if text else frozenset(_bytes(f"{info}/top_level.txt").decode("utf-8", "replace").split())
        )
        known = _FILES[info] = (entries, packages)
    return known


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - text paths, for speed
            return file.read()
    except OSError:
        return b""


def _editables(paths: set[str], distributions: Iterable[Distribution]) -> set[str]:
    """Return the editable distributions that one of the files lies in."""
    found = set()
    for distribution in distributions:
        folder = local_folder(distribution) if distribution.is_editable else None
        if folder is not None and any(path.startswith(folder.rstrip(os.sep) + os.sep) for path in paths):
            found.add(distribution.name)
    return found


def local_folder(distribution: Distribution) -> str | None:
    """Return the folder that a distribution was installed from, if it was a local one."""
    parts = urlsplit(str((distribution.direct_url or {}).get("url", "")))
    return unquote(parts.path) if parts.scheme == "file" else None
