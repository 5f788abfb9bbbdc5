"""Other versions of packages, each installed once into a folder of its own and laid over the kernel's by its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

from nbrepro.errors import RunError
from nbrepro.proving.indexes import configured, index_options

_SECONDS = 600.0

Wanted = tuple[str, str]
"""The name and the version of a distribution."""


class NotInstallableError(RunError):
    """A version of a distribution cannot be installed here."""

    def __init__(self, wanted: Wanted, why: str) -> None:
        self.wanted = wanted
        name, version = wanted
        super().__init__(f"{name}=={version} cannot be installed ({why}): the index that pip uses must hold it")


def overlays(wanted: Sequence[Wanted], until: float) -> list[Path]:
    """Return a folder for each distribution that holds this version of it, without what it depends on.

    They are installed from the index that pip is configured for, all that are missing by one call of the installer,
    and kept for later proofs.

    Parameters
    ----------
    wanted:
        Names and versions.
    until:
        The time, by the monotonic clock, at which an installer is stopped.

    Raises
    ------
    NotInstallableError
        If one cannot be installed.
    """
    missing = [item for item in wanted if not _kept(item).exists()]
    if len(missing) > 1 and _install(missing, until) is None:
        missing = []
    for item in missing:  # one alone, or one by one where a version among several cannot be had
        if (why := _install([item], until)) is not None:
            raise NotInstallableError(item, why)
    return [_kept(item) for item in wanted]


def _kept(wanted: Wanted) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "nbrepro" / "packages" / f"{sys.implementation.cache_tag}" / "-".join(wanted)


def _install(wanted: Sequence[Wanted], until: float) -> str | None:
    """Install distributions into one folder and keep each in its own; return why that failed, if it did."""
    home = _kept(wanted[0]).parent
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        target = Path(folder) / "site"
        why = _called(wanted, target, until)
        if why is not None:
            return why
        if len(wanted) == 1:
            _keep(target, wanted[0])
            return None
        return _keep_apart(target, wanted, Path(folder))


def _called(wanted: Sequence[Wanted], target: Path, until: float) -> str | None:
    """Let uv install, or pip where uv is not there or cannot; return why neither could."""
    why: str | None = None
    cert = configured("cert")
    environment = {**({"SSL_CERT_FILE": cert} if cert else {}), **os.environ}
    for installer in installers():
        shutil.rmtree(target, ignore_errors=True)
        try:
            done = subprocess.run(  # noqa: S603 - names and versions out of a record, each one argument behind `--`
                [*installer, "--quiet", "--no-deps", "--target", str(target), "--", *map("==".join, wanted)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=min(until - time.monotonic(), _SECONDS),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            why = str(fault)
            continue
        if done.returncode == 0 and target.exists():
            return None
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return why


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


def installers() -> Iterator[list[str]]:
    """The commands that install, the quicker first. pip may know of the index what uv cannot be told, as a keyring."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        yield [uv, "pip", "install", "--python", sys.executable, *index_options()]
    yield [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"]
