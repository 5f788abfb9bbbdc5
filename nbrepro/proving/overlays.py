"""Other versions of packages, each installed once into a folder of its own and laid over the kernel's by its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbrepro.errors import RunError

_SECONDS = 600.0


def overlay(name: str, version: str) -> Path:
    """Return a folder that holds this version of a distribution, without what it depends on.

    It is installed from the index that pip is configured for, and kept for later proofs.

    Raises
    ------
    RunError
        If it cannot be installed.
    """
    kept = _cache() / f"{sys.implementation.cache_tag}" / f"{name}-{version}"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        target = Path(folder) / "site"
        try:
            done = subprocess.run(  # noqa: S603 - a name and a version out of a record, as one argument behind `--`
                [*_installer(), "--quiet", "--no-deps", "--target", str(target), "--", f"{name}=={version}"],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise RunError(f"{name}=={version} cannot be installed ({fault})") from None
        if done.returncode or not target.exists():
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise RunError(f"{name}=={version} cannot be installed ({last}): the index that pip uses must hold it")
        target.replace(kept)
    return kept


def _installer() -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "nbrepro" / "packages"
