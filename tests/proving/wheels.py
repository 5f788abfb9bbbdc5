"""Small packages in two versions each, and an environment that has the former or the present ones."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
NAMES = ("nbr-alpha", "nbr-beta", "nbr-gamma")
FORMER, PRESENT = "1.0", "2.0"


def wheel(folder: Path, name: str, version: str) -> Path:
    """Write a wheel whose one module has a ``VALUE`` made of the name and the version."""
    module = name.replace("-", "_")
    path = folder / f"{module}-{version}-py3-none-any.whl"
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"VALUE = {f'{module} {version}'!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{inner},,\n" for inner in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(inner, text)
    return path


class Environment:
    """A virtual environment beside the tests' own, and an index of wheels on the disk that pip is configured for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
        self.python = folder / "env/bin/python"
        self._site = next((folder / "env/lib").iterdir()) / "site-packages"
        (self._site / "z-nbrepro.pth").write_text(f"{sysconfig.get_path('purelib')}\n{REPOSITORY}\n")
        self.temporary = folder / "tmp"
        for made in (folder / "wheels", self.temporary):
            made.mkdir()
        for version in (FORMER, PRESENT):
            for name in NAMES:
                zipfile.ZipFile(wheel(folder / "wheels", name, version)).extractall(folder / version)
        self.has(FORMER)

    def has(self, version: str) -> None:
        """Let the environment have this version of each package."""
        (self._site / "a-packages.pth").write_text(f"{self.folder / version}\n")

    @property
    def variables(self) -> dict[str, str]:
        """What a call of the command line sees: its own cache and temporary folder, and no index but the wheels."""
        return {
            **os.environ,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.folder / "wheels"),
            "PIP_CONFIG_FILE": os.devnull,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, project: Path, *words: str) -> subprocess.Popen[str]:
        """Start ``nbrepro`` in a project."""
        return subprocess.Popen(
            [self.python, "-m", "nbrepro", *words],
            cwd=project,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, project: Path, *words: str, expected: int) -> tuple[str, str]:
        """Call ``nbrepro`` in a project, and return what it printed and what it said."""
        process = self.start(project, *words)
        out, told = process.communicate(timeout=120)
        assert process.returncode == expected, out + told
        return out, told

    def freeze(self) -> str:
        """Return what ``pip freeze`` lists."""
        command = [str(self.python), "-m", "pip", "freeze", "--all"]
        return subprocess.run(command, env=self.variables, capture_output=True, text=True, check=True).stdout
