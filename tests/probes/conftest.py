"""Real git and DVC repositories to probe."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., str]


def run_in(folder: Path, *command: str, **variables: str) -> str:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **variables}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def make_git(folder: Path) -> Command:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.org")
        return run_in(folder, "git", *who, *arguments)

    git("init", "--quiet", "--initial-branch", "main")
    return git


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def git(project: Path) -> Command:
    """A git repository in `project`."""
    return make_git(project)


@pytest.fixture(scope="module")
def dvc_project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Command]:
    """A git and DVC repository with a local remote: one tracked file, one tracked folder, one pipeline."""
    base = tmp_path_factory.mktemp("dvc")
    folder = base / "project"
    folder.mkdir()
    git = make_git(folder)
    private = {"DVC_NO_ANALYTICS": "1", "HOME": str(base / "home"), "DVC_SITE_CACHE_DIR": str(base / "site")}

    def dvc(*arguments: str) -> str:
        return run_in(folder, sys.executable, "-m", "dvc", *arguments, **private)

    dvc("init", "--quiet")
    dvc("remote", "add", "--default", "local", str(base / "remote"), "--quiet")
    (folder / ".dvcignore").write_text("*.tmp\n/images/private/\n")
    (folder / "train.csv").write_bytes(b"x,y\r\n1,2\r\n")
    images = folder / "images"
    for name in ("a.txt", "b/ü.txt", "b/.hidden", "b.txt", "skip.tmp", "private/secret.txt"):
        (images / name).parent.mkdir(parents=True, exist_ok=True)
        (images / name).write_text(f"contents of {name}\n")
    (images / "empty").mkdir()
    (images / "link.txt").symlink_to("a.txt")
    (images / "linked").symlink_to("b", target_is_directory=True)
    (folder / "stages" / "work").mkdir(parents=True)
    script = "import pathlib; pathlib.Path('../model.bin').write_bytes(bytes(range(256)))"
    (folder / "stages" / "make.py").write_text(script)
    (folder / "stages" / "dvc.yaml").write_text(
        "stages:\n  train:\n    wdir: work\n    cmd: python ../make.py\n    outs:\n    - ../model.bin\n"
    )
    dvc("add", "--quiet", "train.csv", "images")
    dvc("repro", "--quiet", "stages/dvc.yaml")
    dvc("push", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "-m", "Track data")
    return folder, dvc
