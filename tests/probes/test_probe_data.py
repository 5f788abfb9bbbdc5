from __future__ import annotations

import os
from pathlib import Path

import pytest
from blake3 import blake3

from nbrepro.probes import data
from tests.probes.conftest import Command


def test_a_file_has_its_digest_and_size(project: Path) -> None:
    (project / "a.csv").write_bytes(b"1,2\n" * 1_000_000)
    found = data.read([project / "a.csv"], project)["a.csv"]
    assert found.digest == "blake3:" + blake3(b"1,2\n" * 1_000_000).hexdigest()
    assert found.size == 4_000_000
    assert found.dvc is None
    assert not found.in_git


def test_an_empty_file_has_a_digest(project: Path) -> None:
    (project / "empty").touch()
    assert data.read([project / "empty"], project)["empty"].size == 0


def test_a_file_that_is_gone_has_no_digest(project: Path) -> None:
    found = data.read([project / "gone.csv"], project)["gone.csv"]
    assert (found.digest, found.size) == (None, None)


def test_two_places_of_a_project_give_the_same_answer(tmp_path: Path) -> None:
    answers = []
    for name in ("one", "two"):
        folder = tmp_path / name / "project"
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "a.csv").write_text("1")
        answers.append(data.read([folder / "data" / "a.csv", folder / "data"], folder))
    assert answers[0] == answers[1]
    assert list(answers[0]) == ["data", "data/a.csv"]


def test_a_file_outside_of_the_project_keeps_its_absolute_path(project: Path, tmp_path: Path) -> None:
    (tmp_path / "shared.csv").write_text("1")
    assert list(data.read([tmp_path / "shared.csv"], project)) == [(tmp_path / "shared.csv").as_posix()]


def test_a_link_in_the_project_keeps_its_own_name(project: Path, tmp_path: Path) -> None:
    (tmp_path / "shared.csv").write_text("1")
    (project / "link.csv").symlink_to(tmp_path / "shared.csv")
    assert list(data.read([project / "link.csv"], project)) == ["link.csv"]


def test_a_project_reached_through_a_link_is_the_same_project(project: Path, tmp_path: Path) -> None:
    (project / "a.csv").write_text("1")
    (tmp_path / "alias").symlink_to(project)
    assert list(data.read([project / "a.csv"], tmp_path / "alias")) == ["a.csv"]
    assert list(data.read([tmp_path / "alias" / "a.csv"], project)) == ["a.csv"]


def test_pipes_devices_and_the_kernels_own_files_are_no_data(project: Path) -> None:
    os.mkfifo(project / "pipe")
    assert data.read([project / "pipe", Path("/dev/null"), Path("/proc/self/stat")], project) == {}


def test_a_folder_that_holds_the_project_is_left_out(project: Path) -> None:
    assert data.read([project, project.parent], project) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_has_no_digest(project: Path) -> None:
    (project / "secret").touch(mode=0)
    assert data.read([project / "secret"], project)["secret"].digest is None


def test_a_folder_changes_with_its_names_and_its_contents(project: Path) -> None:
    folder = project / "data"
    folder.mkdir()
    (folder / "a").write_text("1")
    (folder / "b").write_text("2")

    def digest() -> str | None:
        return data.read([folder], project)["data"].digest

    first = digest()
    (folder / "b").rename(folder / "c")
    renamed = digest()
    (folder / "c").write_text("3")
    edited = digest()
    (folder / "c").rename(folder / "b")
    (folder / "b").write_text("2")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").touch()
    (folder / "empty").mkdir()
    (folder / "dangling").symlink_to("nowhere")
    assert len({first, renamed, edited}) == 3
    assert digest() == first


def test_git_tells_what_it_tracks(project: Path, git: Command) -> None:
    (project / "data").mkdir()
    for name in ("in.csv", "out.csv", "data/ü n.csv"):
        (project / name).write_text(name)
    git("add", "in.csv", "data")
    found = data.read([project / "in.csv", project / "out.csv", project / "data", project / "data/ü n.csv"], project)
    assert {name for name, file in found.items() if file.in_git} == {"in.csv", "data", "data/ü n.csv"}


def test_a_deleted_file_is_still_known_to_git(project: Path, git: Command) -> None:
    (project / "a.csv").write_text("1")
    git("add", "a.csv")
    (project / "a.csv").unlink()
    found = data.read([project / "a.csv"], project)["a.csv"]
    assert found.in_git
    assert found.digest is None


def test_a_folder_with_an_untracked_file_is_not_in_git(project: Path, git: Command) -> None:
    (project / "data").mkdir()
    (project / "data" / "a").touch()
    git("add", "data")
    (project / "data" / "b").touch()
    assert not data.read([project / "data"], project)["data"].in_git
