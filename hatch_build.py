"""The build hook: builds the panel with npm where there is npm, and says so where there is not.

``NBREPRO_PANEL=require`` fails without npm, ``NBREPRO_PANEL=skip`` leaves the panel out; else a wheel without it is
a usable nbrepro all the same. A source distribution carries the built panel, so that a wheel made from it needs no
Node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SHARE = "share/jupyter/labextensions/nbrepro"
_LEFT_OUT = (".map", "build_log.json", ".orig")


class PanelBuildHook(BuildHookInterface):
    """Puts the panel into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the panel, and name its files."""
        root = Path(self.root)
        bundle, front = root / "nbrepro" / "labextension", root / "labextension"
        if version != "editable":
            self._build(front, bundle)
        if not (bundle / "package.json").exists():
            return
        shipped = [path for path in sorted(bundle.rglob("*")) if path.is_file() and not path.name.endswith(_LEFT_OUT)]
        if self.target_name == "sdist":
            names = {str(path): path.relative_to(root).as_posix() for path in shipped}
            build_data.setdefault("force_include", {}).update(names)
        else:
            names = {str(path): f"{_SHARE}/{path.relative_to(bundle).as_posix()}" for path in shipped}
            names[str(front / "install.json")] = f"{_SHARE}/install.json"
            build_data.setdefault("shared_data", {}).update(names)

    def _build(self, front: Path, bundle: Path) -> None:
        wish = os.environ.get("NBREPRO_PANEL", "")
        if wish == "skip":
            return
        npm = shutil.which("npm")
        if npm is None or not (front / "package-lock.json").exists():
            if (bundle / "package.json").exists():
                return  # a source distribution carries it
            if wish == "require":
                message = "NBREPRO_PANEL=require, but npm is not here: install Node 20.19 or newer"
                raise RuntimeError(message)
            self.app.display_warning("npm is not here: nbrepro is built without its JupyterLab panel")
            return
        shutil.rmtree(bundle, ignore_errors=True)
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=front, check=True)  # noqa: S603 - npm of this machine
        subprocess.run([npm, "run", "build"], cwd=front, check=True)  # noqa: S603 - as above
