from __future__ import annotations

import builtins
import io
import json
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from nbrepro.probes import distributions as found
from nbrepro.probes import packages


def install(place: Path, folder: str, **files: str) -> Path:
    info = place / folder
    info.mkdir(parents=True)
    for name, text in files.items():
        (info / name.replace("__", ".")).write_text(text)
    return info


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is all of ``sys.path``."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def test_the_answer_is_that_of_importlib_metadata() -> None:
    expected: dict[str, str] = {}
    for distribution in distributions():
        expected.setdefault(found.normalise(distribution.metadata["Name"]), distribution.version)
    assert {name: package.version for name, package in packages.read().items()} == expected


def test_names_and_versions_are_known_without_reading_metadata(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred distributions take some milliseconds that way."""
    for number in range(200):
        install(place, f"package_{number}-1.{number}.dist-info", METADATA=f"Name: package-{number}\nVersion: 1\n\n")
    opened: list[object] = []
    real = io.open

    def counted(file: object, *args: Any, **keywords: Any) -> Any:
        opened.append(file)
        return real(file, *args, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr(io, "open", counted)
    monkeypatch.setattr(builtins, "open", counted)
    assert len(packages.read()) == 200
    assert {Path(str(name)).name for name in opened} == {"direct_url.json"}


def test_an_upgrade_is_seen_at_the_next_look(place: Path) -> None:
    old = install(place, "a-1.0.dist-info")
    assert packages.read()["a"].version == "1.0"
    old.rename(place / "a-2.0.dist-info")
    assert packages.read()["a"].version == "2.0"


@pytest.mark.parametrize(
    ("folder", "files", "name", "version"),
    [
        ("torch-2.13.0+cpu.dist-info", {}, "torch", "2.13.0+cpu"),
        ("scikit_learn-1.9.1.dist-info", {}, "scikit-learn", "1.9.1"),
        ("ruamel.yaml-0.19.1.dist-info", {}, "ruamel-yaml", "0.19.1"),
        ("old-1.2-py3.11.egg-info", {}, "old", "1.2"),
        ("develop.egg-info", {"PKG-INFO": "Name: develop\nVersion: 0.1\n\nVersion: 9"}, "develop", "0.1"),
        ("odd-1.0_1.dist-info", {"METADATA": "Name: odd\nVersion: 1.0-1\n"}, "odd", "1.0-1"),
    ],
)
def test_name_and_version_are_told_however_they_are_written(
    place: Path, folder: str, files: dict[str, str], name: str, version: str
) -> None:
    install(place, folder, **files)
    assert {key: package.version for key, package in packages.read().items()} == {name: version}


def test_the_first_on_the_path_wins(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(place, "a-2.0.dist-info")
    install(tmp_path / "other", "a-1.0.dist-info")
    monkeypatch.setattr(sys, "path", [str(place), str(tmp_path / "other"), str(tmp_path / "no-such-folder")])
    assert packages.read()["a"].version == "2.0"


def test_what_a_broken_upgrade_leaves_behind_does_not_count(place: Path) -> None:
    install(place, "a-1.0.dist-info", RECORD="a.py,,\n")
    install(place, "a-9.0.dist-info")
    install(place, "~-8.0.dist-info", RECORD="a.py,,\n")
    install(place, "nothing.dist-info")
    assert {name: package.version for name, package in packages.read().items()} == {"a": "1.0"}


def test_an_editable_install_is_told_by_its_place_in_the_project(place: Path, tmp_path: Path) -> None:
    origin = {"url": (tmp_path / "my project" / "lib").as_uri(), "dir_info": {"editable": True}}
    install(place, "lib-1.0.dist-info", direct_url__json=json.dumps(origin))
    package = packages.read(tmp_path / "my project")["lib"]
    assert package.editable
    assert package.url == "file://./lib"


def test_a_git_install_is_told_by_its_commit_and_without_its_credentials(place: Path) -> None:
    origin = {"url": "https://me:hunter2@example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}}
    install(place, "a-1.0.dist-info", direct_url__json=json.dumps(origin))
    package = packages.read()["a"]
    assert package.commit == "abc123"
    assert package.url == "https://[redacted]@example.org/a.git"


def test_a_damaged_origin_is_passed_over(place: Path) -> None:
    install(place, "a-1.0.dist-info", direct_url__json="{")
    install(place, "b-1.0.dist-info", direct_url__json="[]")
    assert {name: package.url for name, package in packages.read().items()} == {"a": None, "b": None}


def imported_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nfrom nbrepro.probes import packages\nprint(*packages.imported(dict(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_imported_modules_are_traced_to_their_distributions() -> None:
    found = imported_by("import PIL, yaml, dateutil.parser, six, numpy")
    assert {"pillow", "pyyaml", "python-dateutil", "six", "numpy"} <= found
    assert found.isdisjoint({"torch", "pandas", "scikit-learn", "papermill"})


def test_an_editable_distribution_is_traced_by_its_folder() -> None:
    assert "nbrepro" in imported_by("import nbrepro")


def test_parts_of_a_namespace_are_told_apart(place: Path) -> None:
    for part in ("one", "two"):
        (place / "space" / part).mkdir(parents=True)
        (place / "space" / part / "__init__.py").touch()
        install(place, f"space_{part}-1.0.dist-info", RECORD=f"space/{part}/__init__.py,,\n")
    import space.one  # type: ignore[import-not-found]

    try:
        assert packages.imported({"space": space, "space.one": space.one}) == ("space-one",)
    finally:
        for name in ("space", "space.one"):
            sys.modules.pop(name, None)


def test_a_distribution_without_a_list_of_files_is_traced_by_the_packages_it_names(place: Path) -> None:
    (place / "module_of_old.py").touch()
    install(place, "old-1.0-py3.11.egg-info", top_level__txt="module_of_old\n")
    import module_of_old  # type: ignore[import-not-found]

    try:
        assert packages.imported({"module_of_old": module_of_old}) == ("old",)
    finally:
        sys.modules.pop("module_of_old", None)


def test_modules_of_the_standard_library_belong_to_no_distribution() -> None:
    import json as module

    assert packages.imported({"json": module, "sys": sys, "builtins": __import__("builtins")}) == ()
