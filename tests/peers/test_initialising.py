from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from nbrepro.config import load_settings
from nbrepro.errors import ConfigError, UsageError
from nbrepro.initialising import initialise
from nbrepro.peers.pytest_options import translate

NBVAL = (
    "--nbval-lax --nbval-sanitize-with=doc/sanitize.cfg --nbval-cell-timeout 90 --nbval-kernel-name python3 "
    "--current-env"
)


def nbval_project(root: Path, name: str = "pytest.ini", text: str = f"[pytest]\naddopts = -v {NBVAL}\n") -> None:
    (root / "doc").mkdir()
    (root / "doc" / "sanitize.cfg").write_text("[a]\nregex: x\nreplace: y\n")
    (root / name).write_text(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", f"[pytest]\naddopts = -v {NBVAL}\n"),
        ("tox.ini", f"[tox]\n\n[pytest]\naddopts =\n    -v\n    {NBVAL}\n"),
        ("setup.cfg", f"[tool:pytest]\naddopts = {NBVAL}\n"),
        ("pyproject.toml", f"[tool.pytest.ini_options]\naddopts = {NBVAL.split()!r}\n"),
    ],
)
def test_the_options_of_nbval_become_settings(tmp_path: Path, name: str, text: str) -> None:
    nbval_project(tmp_path, name, text)
    done = initialise(tmp_path, tool="nbval")
    settings = load_settings(tmp_path)
    assert (settings.check_outputs, settings.timeout, settings.kernel) == ("marked", 90.0, "python3")
    assert settings.sanitize_with == (str(tmp_path / "doc" / "sanitize.cfg"),)
    assert done.translation.source == name
    assert [line.split(":")[0] for line in done.translation.untranslated] == ["--current-env"]
    assert "/runs/" in (tmp_path / ".nbrepro" / ".gitignore").read_text()


def test_the_options_of_nbmake_and_pytest_notebook_become_settings(tmp_path: Path) -> None:
    lines = "addopts = --nbmake --nbmake-timeout=20\nnb_exec_timeout = 7\nnb_exec_env =\n  A=1\n  B=x y\n"
    lines += "nb_coverage = true\n"
    (tmp_path / "pytest.ini").write_text("[pytest]\n" + lines)
    assert translate(tmp_path, "nbmake").settings == {"timeout": 20.0}
    found = translate(tmp_path, "pytest-notebook")
    assert found.settings == {"timeout": 7.0, "environment": {"A": "1", "B": "x y"}}
    assert len(found.untranslated) == 1


def test_the_rest_of_pyproject_keeps_its_form(tmp_path: Path) -> None:
    text = "# mine\n[project]\nname   = 'x'  # odd\n\n[tool.ruff]\nline-length = 99\n"
    (tmp_path / "pyproject.toml").write_text(text)
    initialise(tmp_path)
    written = (tmp_path / "pyproject.toml").read_text()
    assert written.startswith(text)
    assert tomlkit.parse(written).unwrap()["tool"]["nbrepro"] == {}


def test_a_table_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.nbrepro]\nseed = 7\n")
    with pytest.raises(UsageError, match="--force"):
        initialise(tmp_path)
    assert load_settings(tmp_path).seed == 7
    initialise(tmp_path, force=True)
    assert load_settings(tmp_path).seed == 42


def test_nothing_is_written_where_the_options_are_at_fault(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nbval-sanitize-with none.cfg\n")
    with pytest.raises(ConfigError, match=r"none\.cfg"):
        initialise(tmp_path, tool="nbval")
    assert [path.name for path in tmp_path.iterdir()] == ["pytest.ini"]


@pytest.mark.parametrize(
    "text", ["no section", "[pytest]\naddopts = 'open\n", "[pytest]\naddopts=--nbval-cell-timeout x\n"]
)
def test_a_configuration_of_pytest_at_fault_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "pytest.ini").write_text(text)
    with pytest.raises(ConfigError):
        translate(tmp_path, "nbval")
