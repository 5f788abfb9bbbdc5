"""Real installed files that are edited after they were installed."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from nbrepro.probes import conda, packages
from nbrepro.probes.distributions import Distribution
from nbrepro.probes.integrity import Integrity, check
from nbrepro.records import Package


def install(place: Path, *, script: str = "../../bin/tool", text: str = "x = 1\n") -> Distribution:
    info = place / "tool-1.0.dist-info"
    info.mkdir(parents=True)
    (place / "tool").mkdir()
    lines = [f"{script},sha256=abc,10", "tool-1.0.dist-info/INSTALLER,sha256=abc,4", "tool/__pycache__/a.pyc,,"]
    for name in ("tool/__init__.py", "tool/a,b.py"):
        (place / name).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f'"{name}",sha256={digest},{len(text)}' if "," in name else f"{name},sha256={digest},{len(text)}")
    (info / "RECORD").write_text("\n".join(lines) + "\n")
    return Distribution(name="tool", version="1.0", place=str(place), info=str(info))


def looked_into(distribution: Distribution, *names: str) -> Integrity:
    modules = {}
    for name in names or ("tool/__init__.py", "tool/a,b.py"):
        modules[name] = ModuleType(name)
        modules[name].__file__ = f"{distribution.place}/{name}"
    return check([distribution], modules)["tool"]


def test_the_digest_is_of_the_files_not_of_where_and_by_whom_they_were_installed(tmp_path: Path) -> None:
    one = looked_into(install(tmp_path / "one"))
    other = looked_into(install(tmp_path / "other", script="../../../Scripts/tool.exe"))
    rebuilt = looked_into(install(tmp_path / "rebuilt", text="x = 2\n"))
    assert one == other
    assert one.digest != rebuilt.digest
    assert not one.edited


def longer(path: Path) -> None:
    path.write_text("x = 1  # but edited\n")


def as_long(path: Path) -> None:
    path.write_text("x = 2\n")
    later = path.stat().st_mtime_ns + 10_000_000_000
    os.utime(path, ns=(later, later))


def touched(path: Path) -> None:
    later = path.stat().st_mtime_ns + 10_000_000_000
    os.utime(path, ns=(later, later))


@pytest.mark.parametrize("name", ["tool/__init__.py", "tool/a,b.py"])
@pytest.mark.parametrize(("edit", "noticed"), [(longer, True), (as_long, True), (touched, False)])
def test_an_imported_file_that_was_edited_is_named(
    tmp_path: Path, name: str, edit: Callable[[Path], None], noticed: bool
) -> None:
    distribution = install(tmp_path)
    edit(tmp_path / name)
    found = looked_into(distribution)
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert found.edited == ({name: f"sha256:{digest}"} if noticed else {})
    others = {"tool/__init__.py", "tool/a,b.py"} - {name}
    assert not looked_into(distribution, *others).edited, "a file that was not imported changed no result"


def test_a_distribution_without_record_is_passed_over(tmp_path: Path) -> None:
    distribution = install(tmp_path)
    Path(distribution.info, "RECORD").unlink()
    assert looked_into(distribution) == Integrity()


def test_an_editable_checkout_is_told_by_commit_tree_and_changes(
    tmp_path: Path, project: Path, git: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "tool.py").write_text("x = 1\n")
    git("add", ".")
    git("commit", "-qm", "first")
    url = {"url": project.as_uri(), "dir_info": {"editable": True}}
    found = {"tool": Distribution(name="tool", version="1.0", place="", info="", direct_url=url)}
    monkeypatch.setattr(packages, "scan", lambda: found)

    def state(root: Path) -> Package:
        return packages.examine({"tool": Package(version="1.0", editable=True)}, ["tool"], {}, root)["tool"]

    clean = state(tmp_path / "elsewhere")
    assert (clean.commit, clean.digest, clean.diff) == (
        git("rev-parse", "HEAD"), f"git-tree:{git('rev-parse', 'HEAD:')}", None,
    )  # fmt: skip
    (project / "tool.py").write_text("x = 2\n")
    changed = state(tmp_path / "elsewhere")
    assert changed.digest == clean.digest
    assert changed.diff
    (project / "new.py").write_text("y = 1\n")
    assert state(tmp_path / "elsewhere").diff not in (None, changed.diff)
    assert state(project).digest is None, "the project itself is told as its code"


def test_conda_packages_are_read_off_the_names_of_their_files(tmp_path: Path) -> None:
    assert conda.read(tmp_path) == {}
    (tmp_path / "conda-meta").mkdir()
    for name in ("numpy-1.26.4-py311h64a7726_0.json", "intel-openmp-2023.1.0-hdb19cb5_46306.json", "history", "a.json"):
        (tmp_path / "conda-meta" / name).touch()
    assert conda.read(tmp_path) == {"intel-openmp": "2023.1.0 hdb19cb5_46306", "numpy": "1.26.4 py311h64a7726_0"}
