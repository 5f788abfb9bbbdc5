"""Where the panel's tests find what they need, and why they cannot run where they do not."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRONT = ROOT / "labextension"
BUNDLE = ROOT / "nbrepro" / "labextension"
NEEDED_NODE = (20, 19)


def chromium() -> str | None:
    """Return the path of a Chromium that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("NBREPRO_CHROMIUM") or next((found for n in names if (found := shutil.which(n))), None)


def node_folder() -> Path | None:
    """Return the folder of a Node that is new enough for the build: this environment's own, or else the system's."""
    for folder in (Path(sys.executable).parent, *map(Path, os.get_exec_path())):
        if not all(os.access(folder / name, os.X_OK) for name in ("node", "npm")):
            continue
        version = subprocess.run([folder / "node", "--version"], capture_output=True, text=True, check=False).stdout
        numbers = version.strip("v\n").split(".")[:2]
        if all(part.isdigit() for part in numbers) and tuple(map(int, numbers)) >= NEEDED_NODE:
            return folder
    return None


def npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm in the front end's folder."""
    folder = node_folder()
    assert folder is not None
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = [str(folder / "npm"), *arguments]
    return subprocess.run(command, cwd=FRONT, env=environ, capture_output=True, text=True, check=False)


def newest(*folders: Path) -> float:
    """Return when the youngest file of these folders was changed."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return max((path.stat().st_mtime for path in files), default=0.0)


def is_current() -> bool:
    """Whether the bundle is younger than what it is made of."""
    built = BUNDLE / "package.json"
    sources = newest(FRONT / "src", FRONT / "style", FRONT / "schema")
    return built.exists() and built.stat().st_mtime >= max(sources, (FRONT / "package-lock.json").stat().st_mtime)


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """One build at a time: the tests' workers share the folders."""
    handle = os.open(FRONT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def build() -> None:
    """Install what the build needs, and build."""
    stamp = FRONT / "node_modules" / ".package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < (FRONT / "package-lock.json").stat().st_mtime:
        _done(npm("ci", "--silent"))
        stamp.touch()
    _done(npm("run", "--silent", "build"))


def _done(process: subprocess.CompletedProcess[str]) -> None:
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
