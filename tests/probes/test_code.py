from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from nbrepro.probes import code
from tests.probes.conftest import Command, make_git


def module(name: str, path: Path, text: str = "x = 1\n") -> dict[str, ModuleType]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    made = ModuleType(name)
    made.__file__ = str(path)
    return {name: made}


def commit(project: Path, git: Command, **files: str) -> str:
    for name, text in files.items():
        (project / f"{name}.py").write_text(text)
    git("add", "--all")
    git("commit", "--quiet", "-m", "Change")
    return git("rev-parse", "HEAD")


def test_without_git_only_the_modules_are_known(project: Path) -> None:
    found = code.read(project, module("mine", project / "mine.py"))
    assert (found.commit, found.branch, found.dirty) == (None, None, False)
    assert list(found.modules) == ["mine.py"]


def test_a_clean_checkout_has_commit_and_branch(project: Path, git: Command) -> None:
    expected = commit(project, git, a="1")
    (project / "untracked.txt").touch()
    found = code.read(project, {})
    assert (found.commit, found.branch, found.dirty, found.modified) == (expected, "main", False, ())


def test_edits_make_it_dirty_staged_or_not(project: Path, git: Command) -> None:
    commit(project, git, a="1", b="1", c="1", d="1")
    (project / "a.py").write_text("2")
    (project / "b.py").write_text("2")
    git("add", "b.py")
    (project / "c.py").unlink()
    git("mv", "d.py", "ü d.py")
    found = code.read(project, {})
    assert found.dirty
    assert found.modified == ("a.py", "b.py", "c.py", "d.py", "ü d.py")


def test_a_conflict_is_a_modification(project: Path, git: Command) -> None:
    commit(project, git, a="1")
    git("checkout", "--quiet", "-b", "other")
    commit(project, git, a="2")
    git("checkout", "--quiet", "main")
    commit(project, git, a="3")
    with pytest.raises(AssertionError):
        git("merge", "other")
    assert code.read(project, {}).modified == ("a.py",)


def test_records_are_no_modification(project: Path, git: Command) -> None:
    (project / ".nbrepro").mkdir()
    (project / ".nbrepro" / "record.ipynb").write_text("{}")
    commit(project, git, a="1")
    (project / ".nbrepro" / "record.ipynb").write_text("{ }")
    assert not code.read(project, {}).dirty


def test_a_project_below_the_top_tells_its_own_part(project: Path, git: Command) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "in.py").write_text("1")
    expected = commit(project, git, out="1")
    (project / "sub" / "in.py").write_text("2")
    (project / "out.py").write_text("2")
    found = code.read(project / "sub", {})
    assert (found.commit, found.modified) == (expected, ("in.py",))


def test_a_repository_without_a_commit_has_none(project: Path, git: Command) -> None:
    found = code.read(project, {})
    assert (found.commit, found.branch) == (None, "main")


def test_a_detached_checkout_has_no_branch(project: Path, git: Command) -> None:
    expected = commit(project, git, a="1")
    git("checkout", "--quiet", "--detach")
    found = code.read(project, {})
    assert (found.commit, found.branch) == (expected, None)


def test_a_worktree_is_a_checkout_of_its_own(project: Path, git: Command, tmp_path: Path) -> None:
    expected = commit(project, git, a="1")
    git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "other"))
    found = code.read(tmp_path / "other", {})
    assert (found.commit, found.branch) == (expected, "other")


def test_the_index_is_left_as_it_is(project: Path, git: Command) -> None:
    commit(project, git, a="1")
    (project / "a.py").touch()  # git would note the new time stamp
    before = (project / ".git" / "index").stat().st_mtime_ns
    code.read(project, {})
    assert (project / ".git" / "index").stat().st_mtime_ns == before


def test_the_variables_of_a_git_hook_do_not_mislead(
    project: Path, git: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = commit(project, git, a="1")
    (tmp_path / "another").mkdir()
    make_git(tmp_path / "another")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "another" / "index"))
    found = code.read(project, {})
    assert (found.commit, found.dirty) == (expected, False)


def test_without_the_git_command_there_is_no_commit(
    project: Path, git: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, git, a="1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code.read(project, {}).commit is None


def test_a_git_that_hangs_is_given_up(
    project: Path, git: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("nbrepro.probes.git.TIMEOUT", 0.1)
    assert code.read(project, {}).commit is None


def test_uncommitted_changes_of_imported_modules_are_kept_as_a_diff(project: Path, git: Command) -> None:
    commit(project, git, mine="x = 1\ny = 2", other="z = 1")
    (project / "other.py").write_text("z = 2\n")
    (project / "mine.py").write_text("x = 1\ny = 3  # https://me:secret@host/\n")
    loaded = {
        **module("mine", project / "mine.py", (project / "mine.py").read_text()),
        **module("new", project / "new.py", "w = 1\n"),
    }
    found = code.read(project, loaded)
    assert list(found.changes) == ["mine.py", "new.py"]
    assert found.changes["mine.py"].startswith("@@ -1,2 +1,2 @@\n")
    assert "-y = 2" in found.changes["mine.py"]
    assert "+y = 3" in found.changes["mine.py"]
    assert "secret" not in found.changes["mine.py"]
    assert found.changes["new.py"] == "@@ -0,0 +1,1 @@\n+w = 1\n"


def test_a_change_too_long_for_a_record_is_cut(project: Path, git: Command) -> None:
    commit(project, git, mine="x = 1")
    found = code.read(project, module("mine", project / "mine.py", "x = 2\n" * 10_000))
    assert len(found.changes["mine.py"]) < 21_000
    assert found.changes["mine.py"].endswith("characters]\n")


def test_a_clean_module_has_no_changes(project: Path, git: Command) -> None:
    commit(project, git, mine="x = 1\n")
    assert code.read(project, module("mine", project / "mine.py", "x = 1\n")).changes == {}


def test_modules_are_told_by_path_and_contents(project: Path) -> None:
    path = project / "src" / "mine.py"
    first = code.read(project, module("mine", path)).modules
    second = code.read(project, module("mine", path, "x = 2\n")).modules
    assert list(first) == list(second) == ["src/mine.py"]
    assert first != second
    assert first["src/mine.py"].startswith("blake3:")


def test_what_is_installed_is_not_the_projects_code(project: Path) -> None:
    (project / "env").mkdir()
    (project / "env" / "pyvenv.cfg").touch()
    modules = {
        **module("a", project / "env" / "odd" / "a.py"),
        **module("b", project / "lib" / "site-packages" / "b.py"),
        **module("nbrepro.probes.x", project / "nbrepro" / "x.py"),
        "json": sys.modules["json"],
    }
    assert code.read(project, modules).modules == {}


def test_a_project_inside_of_an_environment_has_code_all_the_same(project: Path) -> None:
    (project.parent / "pyvenv.cfg").touch()
    assert list(code.read(project, module("a", project / "a.py")).modules) == ["a.py"]


def test_a_module_whose_file_is_gone_is_passed_over(project: Path) -> None:
    modules = module("a", project / "a.py")
    (project / "a.py").unlink()
    assert code.read(project, modules).modules == {}


def test_a_module_that_resists_is_passed_over(project: Path) -> None:
    class Lazy(ModuleType):
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(name)

    assert code.read(project, {"lazy": Lazy("lazy")}).modules == {}
