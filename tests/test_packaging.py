"""What people install and start with: the package's metadata, the wheel, the pinned versions, the Makefile."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution, entry_points, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import nbrepro

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED_EXTRAS = ("examples", "test", "lint", "docs", "torch", "dvc")
OWNERS = packages_distributions()
FOREIGN = re.compile(r"pypi\.org|pythonhosted|npmjs|(?<![\w.])/(?:work|opt|root|home|Users)/")
"""Hosts of registries, and paths of somebody's machine."""


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {
        canonicalize_name(name): version
        for name, _, version in (line.partition("==") for line in lines if line and not line.startswith("#"))
    }


def requirements() -> list[Requirement]:
    optional = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for extra in PINNED_EXTRAS for line in optional[extra])]
    return [requirement for requirement in map(Requirement, lines) if requirement.name != "nbrepro"]


def test_every_direct_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    pinned = pins()
    wanted = [r for r in requirements() if r.marker is None or r.marker.evaluate()]
    assert not [str(r) for r in wanted if not r.specifier.contains(pinned.get(canonicalize_name(r.name), "0"))]


def test_pinned_versions_are_public_ones() -> None:
    assert not [version for version in pins().values() if Version(version).local]


def test_torch_is_pinned_where_the_makefile_says() -> None:
    assert pins()["torch"] == "2.13.0"
    assert "torch==2.13.0" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_version_is_the_installed_one() -> None:
    assert distribution("nbrepro").version == nbrepro.__version__


def test_papermill_finds_the_engine() -> None:
    (point,) = (point for point in entry_points(group="papermill.engine") if point.name == "nbrepro")
    assert point.load().__name__ == "NbreproEngine"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, env={**os.environ, "NBREPRO_PANEL": "skip"})
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_package_with_its_data_files(wheel: list[str]) -> None:
    left_out = {"__pycache__", "labextension"}  # the panel's bundle, where it was built, goes below share/
    files = (path for path in (ROOT / "nbrepro").rglob("*") if path.is_file())
    sources = (path for path in files if not left_out.intersection(path.relative_to(ROOT).parts))
    wanted = {path.relative_to(ROOT).as_posix() for path in sources}
    assert wanted <= set(wheel)


def test_the_wheel_holds_nothing_else(wheel: list[str]) -> None:
    name = f"nbrepro-{nbrepro.__version__}"
    assert {path.split("/")[0] for path in wheel} == {"nbrepro", f"{name}.dist-info", f"{name}.data"}


def test_the_wheel_carries_the_licence(wheel: list[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


@pytest.mark.parametrize("target", ["demo", "test", "test-fast", "lint", "docs", "bench", "clean"])
def test_make_knows_its_targets(target: str) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    subprocess.run([make, "-n", target], cwd=ROOT, check=True, capture_output=True)


def test_ci_calls_the_targets_of_the_makefile() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")


def test_no_registry_and_no_path_of_a_machine_stands_in_what_people_copy() -> None:
    files = [ROOT / name for name in ("Makefile", ".ci/run", "constraints.txt", "pyproject.toml", "README.md")]
    for folder in ("docs", "changes", "example_notebooks"):
        files += [path for path in (ROOT / folder).rglob("*") if path.suffix in {".md", ".py", ".ipynb", ".toml"}]
    kept = [path for path in files if "runs" not in path.parts]
    assert not [path for path in kept if FOREIGN.search(path.read_text(encoding="utf-8"))]


def imported() -> set[str]:
    """Return the distributions of the modules that the package imports itself, late imports included."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "nbrepro").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"nbrepro"}
    return {canonicalize_name(OWNERS.get(name, [name])[0]) for name in foreign}


def test_every_imported_package_is_declared() -> None:
    optional = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    declared = {canonicalize_name(Requirement(line).name) for line in [*PROJECT["dependencies"], *optional]}
    assert imported() <= declared | {"typing-extensions"}  # for annotations only, in blocks that never run
