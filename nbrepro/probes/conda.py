"""Packages of a conda environment, those that are no Python packages included: BLAS, CUDA, compilers' libraries."""

from __future__ import annotations

import sys
from pathlib import Path

_PARTS = 3  # name, version, build


def read(prefix: Path | None = None) -> dict[str, str]:
    """Return version and build of each conda package by name; nothing outside of a conda environment.

    Parameters
    ----------
    prefix:
        Where the environment lies; defaults to the interpreter's.
    """
    folder = (Path(sys.prefix) if prefix is None else prefix) / "conda-meta"
    found = {}
    for path in sorted(folder.glob("*.json")):
        parts = path.stem.rsplit("-", _PARTS - 1)
        if len(parts) == _PARTS:
            found[parts[0]] = f"{parts[1]} {parts[2]}"
    return found
