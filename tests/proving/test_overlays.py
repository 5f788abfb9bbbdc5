"""Versions of packages are installed beside the environment, by uv and by pip alike."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from nbrepro.proving import overlays as room
from nbrepro.proving.overlays import NotInstallableError, installers, overlays
from tests.proving.wheels import FORMER, NAMES, PRESENT, wheel

UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))


@pytest.fixture
def indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders of wheels, of which pip's configuration file and its variable tell; the second has the former."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    for name in NAMES:
        wheel(tmp_path / "one", name, PRESENT)
        wheel(tmp_path / "two", name, FORMER)
    links = f"{tmp_path / 'one'}\n    {tmp_path / 'two'}"
    (tmp_path / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links =\n    {links}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, indexes: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "uv" and UV is None:
        pytest.skip("uv is not installed")
    (only,) = [words for words in installers() if ("uv" in Path(words[0]).name) == (request.param == "uv")]
    monkeypatch.setattr(room, "installers", lambda: [only])
    return str(request.param)


@pytest.mark.usefixtures("installer")
def test_each_version_lies_in_a_folder_of_its_own_and_is_installed_once() -> None:
    wanted = [(name, FORMER) for name in NAMES]
    made = overlays(wanted, time.monotonic() + 60)
    assert len(set(made)) == len(NAMES)
    for (name, _), folder in zip(wanted, made, strict=True):
        module = name.replace("-", "_")
        assert (folder / f"{module}.py").read_text() == f"VALUE = '{module} {FORMER}'\n"
        assert len(list(folder.glob("*.py"))) == 1
    times = [folder.stat().st_mtime_ns for folder in made]
    assert [folder.stat().st_mtime_ns for folder in overlays(wanted, time.monotonic())] == times


@pytest.mark.usefixtures("installer")
def test_the_version_that_no_index_holds_is_named_and_the_others_are_kept() -> None:
    with pytest.raises(NotInstallableError, match=r"nbr-beta==9\.9 cannot be installed") as fault:
        overlays([("nbr-alpha", FORMER), ("nbr-beta", "9.9")], time.monotonic() + 60)
    assert fault.value.wanted == ("nbr-beta", "9.9")
    assert overlays([("nbr-alpha", FORMER)], time.monotonic())


@pytest.mark.usefixtures("indexes")
def test_pip_installs_where_uv_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "uv"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho no such host >&2\nexit 2\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}{os.pathsep}{os.environ['PATH']}")
    assert next(installers())[0] == str(broken)
    assert overlays([("nbr-alpha", FORMER)], time.monotonic() + 60)
