"""The wheel that people install: built from a clean clone, put into a bare environment, with nothing else done."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nbrepro.proving.indexes import index_options
from tests.panel.places import ROOT, node_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
_SHARE = ".data/data/share/jupyter/labextensions/nbrepro/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is committed."""
    node = node_folder()
    if node is None or not (ROOT / ".git").exists():
        pytest.skip("Node 20.19 or newer and a git checkout are needed")
    folder = tmp_path_factory.mktemp("wheel")
    clone = folder / "clone"
    _run(["git", "clone", "-q", "--depth", "1", ROOT.as_uri(), str(clone)], folder)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    _run(build, clone, NBREPRO_PANEL="require", PATH=f"{node}{os.pathsep}{os.environ['PATH']}")
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_of_a_clean_clone_holds_the_panel_and_no_path_of_this_machine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = [name for name in archive.namelist() if _SHARE in name]
        texts = {name: archive.read(name).decode(errors="replace") for name in shipped}
    assert {Path(name).name for name in shipped} >= {"package.json", "install.json", "style.js"}
    assert not [name for name in shipped if name.endswith((".map", "build_log.json", ".ts", ".tsx"))]
    assert not [name for name, text in texts.items() if str(wheel.parent) in text]


def test_a_wheel_in_a_bare_environment_shows_the_panel_with_nothing_else_done(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "bare"
    _run([sys.executable, "-m", "venv", "--without-pip", str(environment)], tmp_path)
    python = environment / "bin" / "python"
    pinned = ["-c", str(ROOT / "constraints.txt"), str(wheel), "jupyterlab"]
    _run([_tool("uv"), "pip", "install", "-q", "--python", str(python), *index_options(), *pinned], tmp_path)
    home = {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "PATH": str(environment / "bin")}
    labextensions = _run([str(environment / "bin" / "jupyter"), "labextension", "list"], tmp_path, **home)
    assert re.search(r"nbrepro v\S+ enabled OK", labextensions), labextensions
    extensions = _run([str(environment / "bin" / "jupyter"), "server", "extension", "list"], tmp_path, **home)
    assert re.search(r"nbrepro\.server enabled", extensions), extensions
    assert re.search(r"nbrepro\.server +OK", extensions), extensions


def _tool(name: str) -> str:
    own = Path(sys.executable).with_name(name)
    return str(own) if own.exists() else name


def _run(command: list[str], folder: Path, **environ: str) -> str:
    """Run a command and return what it says, without colours."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env=known | environ, capture_output=True, text=True, check=False)
    said = re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)
    assert done.returncode == 0, f"{command}\n{said[-3000:]}"
    return said
