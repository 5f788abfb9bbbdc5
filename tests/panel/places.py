"""Where the panel's tests find what they need, and why they cannot run where they do not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRONT = ROOT / "labextension"
BUNDLE = ROOT / "nbrepro" / "labextension"
NEEDED_NODE = (20, 19)


def chromium() -> str | None:
    """Return the path of a Chromium that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("NBREPRO_CHROMIUM") or next((found for n in names if (found := shutil.which(n))), None)


def node() -> str | None:
    """Return the path of Node if it is new enough for the build."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip("v\n")
    return found if tuple(int(part) for part in version.split(".")[:2]) >= NEEDED_NODE else None


def newest(*folders: Path) -> float:
    """Return when the youngest file of these folders was changed."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return max((path.stat().st_mtime for path in files), default=0.0)


def is_current() -> bool:
    """Whether the bundle is younger than what it is made of."""
    built = BUNDLE / "package.json"
    sources = newest(FRONT / "src", FRONT / "style", FRONT / "schema")
    return built.exists() and built.stat().st_mtime >= max(sources, (FRONT / "package-lock.json").stat().st_mtime)


def build() -> None:
    """Install what the build needs, and build."""
    stamp = FRONT / "node_modules" / ".package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < (FRONT / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci"], cwd=FRONT, check=True)
    subprocess.run(["npm", "run", "--silent", "build"], cwd=FRONT, check=True)
