"""The former contents of a file, found in git's history."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from blake3 import blake3

from nbrepro.explain.former import former_contents
from nbrepro.probes import git

BEFORE = b"city,pop\r\nBern,134\n\xff"
"""No text: git's answer is taken byte by byte."""


def digest(contents: bytes) -> str:
    return f"blake3:{blake3(contents).hexdigest()}"


def commit(folder: Path, name: str, contents: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(contents)
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project below the top of its repository, in which the file was overwritten since."""
    root = tmp_path / "repository" / "study"
    commit(tmp_path / "repository", "study/data/a.csv", BEFORE)
    commit(tmp_path / "repository", "study/data/a.csv", b"now")
    return root


def test_an_older_commit_has_the_bytes(project: Path) -> None:
    assert former_contents(project, "data/a.csv", digest(BEFORE), None) == BEFORE
    assert former_contents(project, "data/a.csv", digest(BEFORE), None, commits=1) is None
    assert former_contents(project, "data/a.csv", digest(b"never"), None) is None


def test_within_a_hook_of_another_repository_the_projects_own_is_asked(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(tmp_path / "other", "data/a.csv", b"the hook's own")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "other" / ".git" / "objects"))
    assert former_contents(project, "data/a.csv", digest(BEFORE), None) == BEFORE
    assert former_contents(project, "data/a.csv", digest(b"the hook's own"), None) is None
    with (tmp_path / "restored").open("wb") as out:
        assert git.write_contents(project, "data/a.csv", "HEAD~1", out, seconds=20)
    assert (tmp_path / "restored").read_bytes() == BEFORE


def test_outside_of_git_nothing_is_found(tmp_path: Path) -> None:
    assert former_contents(tmp_path, "a.csv", digest(BEFORE), None) is None
