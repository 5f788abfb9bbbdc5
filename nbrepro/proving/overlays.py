"""Other versions of packages, each installed once into a folder of its own and laid over the kernel's by its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

from nbrepro.errors import RunError

_SECONDS = 600.0
_INDEX = ("index-url", "extra-index-url", "find-links")

Wanted = tuple[str, str]
"""The name and the version of a distribution."""


class NotInstallableError(RunError):
    """A version of a distribution cannot be installed here."""

    def __init__(self, wanted: Wanted, why: str) -> None:
        self.wanted = wanted
        name, version = wanted
        super().__init__(f"{name}=={version} cannot be installed ({why}): the index that pip uses must hold it")


def overlays(wanted: Sequence[Wanted]) -> list[Path]:
    """Return a folder for each distribution that holds this version of it, without what it depends on.

    They are installed from the index that pip is configured for, all that are missing by one call of the installer,
    and kept for later proofs.

    Raises
    ------
    NotInstallableError
        If one cannot be installed.
    """
    missing = [item for item in wanted if not _kept(item).exists()]
    if len(missing) > 1 and _install(missing) is None:
        missing = []
    for item in missing:  # one alone, or one by one where a version among several cannot be had
        if (why := _install([item])) is not None:
            raise NotInstallableError(item, why)
    return [_kept(item) for item in wanted]


def _kept(wanted: Wanted) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "nbrepro" / "packages" / f"{sys.implementation.cache_tag}" / "-".join(wanted)


def _install(wanted: Sequence[Wanted]) -> str | None:
    """Install distributions into one folder and keep each in its own; return why that failed, if it did."""
    home = _kept(wanted[0]).parent
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        target = Path(folder) / "site"
        names = [f"{name}=={version}" for name, version in wanted]
        try:
            done = subprocess.run(  # noqa: S603 - names and versions out of a record, each one argument behind `--`
                [*_installer(), "--quiet", "--no-deps", "--target", str(target), "--", *names],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            return str(fault)
        if done.returncode or not target.exists():
            return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        if len(wanted) == 1:
            _keep(target, wanted[0])
            return None
        return _keep_apart(target, wanted, Path(folder))


def _keep(target: Path, wanted: Wanted) -> None:
    try:
        target.replace(_kept(wanted))
    except OSError:  # another proof was quicker
        if not _kept(wanted).exists():
            raise


def _keep_apart(target: Path, wanted: Sequence[Wanted], folder: Path) -> str | None:
    """Move the files of each distribution, as its RECORD lists them, into a folder of its own."""
    found = {_normal(one.name): one for one in distributions(path=[str(target)])}
    for name, version in wanted:
        one = found.get(_normal(name))
        if one is None:
            return f"{name} was installed under another name"
        own = folder / f"{name}-{version}"
        for file in _files(one):
            place = own / file
            place.parent.mkdir(parents=True, exist_ok=True)
            if (target / file).exists():
                shutil.move(target / file, place)
        _keep(own, (name, version))
    return None


def _files(distribution: Distribution) -> Iterator[Path]:
    """The files that lie in the folder itself; scripts, which RECORD lists beside it, are of no use to a kernel."""
    return (Path(file) for file in distribution.files or () if ".." not in file.parts)


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _installer() -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, *_indexes()]
    return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"]


def _indexes() -> Iterator[str]:
    """The options by which uv, which does not read pip's configuration, asks the same index."""
    for option in _INDEX:
        for value in _configured(option).split():
            if not value.startswith("file:") or Path(value.removeprefix("file://")).exists():
                yield from (f"--{option}", value)


def _configured(option: str) -> str:
    variable = os.environ.get(f"PIP_{option.upper().replace('-', '_')}")
    if variable is not None:
        return variable
    for section in ("install", "global"):
        command = [sys.executable, "-m", "pip", "config", "get", f"{section}.{option}"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own words
        if answer.returncode == 0:
            return answer.stdout.strip()
    return ""
