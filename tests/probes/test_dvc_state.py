from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbrepro.probes import data
from nbrepro.probes.dvc import Repository
from nbrepro.records import DataFile, DvcState
from tests.probes.conftest import Command

Project = tuple[Path, Command]


def state(root: Path, name: str) -> DvcState:
    found: DataFile = data.read([root / name], root)[name]
    assert found.dvc is not None, name
    return found.dvc


def recorded_in(path: Path) -> str:
    return f"md5:{path.read_text().split('md5: ')[1].split()[0]}"


@pytest.fixture
def edited(dvc_project: Project) -> Iterator[Path]:
    """The project, for one test to change: what it changes is put back."""
    root, dvc = dvc_project
    yield root
    dvc("checkout", "--force", "--quiet")


def test_a_tracked_file_is_known_with_the_digest_that_dvc_recorded(dvc_project: Project) -> None:
    root, _ = dvc_project
    found = state(root, "train.csv")
    assert found == DvcState(tracked_by="train.csv.dvc", recorded=recorded_in(root / "train.csv.dvc"), matches=True)


def test_an_edited_file_does_not_match(edited: Path) -> None:
    (edited / "train.csv").unlink()
    (edited / "train.csv").write_text("x,y\n1,3\n")
    assert state(edited, "train.csv").matches is False


def test_a_file_that_is_gone_does_not_match(edited: Path) -> None:
    (edited / "train.csv").unlink()
    assert data.read([edited / "train.csv"], edited)["train.csv"].digest is None
    assert state(edited, "train.csv").matches is False


def test_a_tracked_folder_has_the_digest_that_dvc_gives_it(dvc_project: Project) -> None:
    root, _ = dvc_project
    found = state(root, "images")
    assert found.recorded == recorded_in(root / "images.dvc")
    assert found.recorded.endswith(".dir")
    assert found.matches is True


@pytest.mark.parametrize("name", ["new.txt", "b/.hidden", "a.txt"])
def test_a_change_in_a_tracked_folder_is_noticed(edited: Path, name: str) -> None:
    (edited / "images" / name).unlink(missing_ok=True)
    (edited / "images" / name).write_text("changed")
    assert state(edited, "images").matches is False


@pytest.mark.parametrize("name", ["more.tmp", "private/more.txt", "b/deep.tmp"])
def test_what_dvcignore_names_is_no_part_of_a_tracked_folder(edited: Path, name: str) -> None:
    (edited / "images" / name).write_text("ignored")
    assert state(edited, "images").matches is True
    (edited / "images" / name).unlink()


def test_a_file_in_a_tracked_folder_goes_by_the_folders_listing(edited: Path) -> None:
    found = state(edited, "images/b/ü.txt")
    assert found.tracked_by == "images.dvc"
    assert found.matches is True
    assert not found.recorded.endswith(".dir")
    (edited / "images/b/ü.txt").unlink()
    (edited / "images/b/ü.txt").write_text("changed")
    assert state(edited, "images/b/ü.txt").matches is False


def test_a_new_file_in_a_tracked_folder_is_not_what_dvc_recorded(edited: Path) -> None:
    (edited / "images" / "new.txt").write_text("new")
    assert state(edited, "images/new.txt").matches is False


def test_a_folder_in_a_tracked_folder_is_compared_file_by_file(edited: Path) -> None:
    assert state(edited, "images/b").matches is True
    (edited / "images/b/.hidden").unlink()
    assert state(edited, "images/b").matches is False


def test_without_the_cache_a_file_in_a_tracked_folder_is_not_judged(dvc_project: Project, tmp_path: Path) -> None:
    root = tmp_path / "clone"
    shutil.copytree(dvc_project[0], root, symlinks=True, ignore=shutil.ignore_patterns("cache"))
    assert state(root, "images/a.txt").matches is None
    assert state(root, "images").matches is True


def test_a_cache_elsewhere_is_found_by_the_configuration(dvc_project: Project, tmp_path: Path) -> None:
    root = tmp_path / "clone"
    shutil.copytree(dvc_project[0], root, symlinks=True)
    (root / ".dvc" / "cache").rename(tmp_path / "cache")
    (root / ".dvc" / "config.local").write_text("[cache]\n    dir = ../../cache\n")
    assert state(root, "images/a.txt").matches is True


def test_an_output_of_a_stage_is_found_through_the_stages_folder(dvc_project: Project) -> None:
    root, _ = dvc_project
    found = state(root, "stages/model.bin")
    assert found.tracked_by == "stages/dvc.lock"
    assert found.matches is True


def test_tracked_data_is_not_in_git(dvc_project: Project) -> None:
    root, _ = dvc_project
    found = data.read([root / "train.csv", root / "train.csv.dvc"], root)
    assert {name: file.in_git for name, file in found.items()} == {"train.csv": False, "train.csv.dvc": True}


def test_a_file_that_dvc_does_not_know_has_no_state(dvc_project: Project) -> None:
    root, _ = dvc_project
    assert data.read([root / "stages" / "make.py"], root)["stages/make.py"].dvc is None


def test_data_that_was_pulled_matches(edited: Path, dvc_project: Project) -> None:
    _, dvc = dvc_project
    (edited / "train.csv").unlink()
    dvc("pull", "--quiet", "train.csv")
    assert state(edited, "train.csv").matches is True


# What other versions of DVC wrote, by hand.


@pytest.fixture
def by_hand(project: Path) -> Path:
    (project / ".dvc").mkdir()
    return project


def test_dvc_2_recorded_text_with_unix_line_ends(by_hand: Path) -> None:
    (by_hand / "a.csv").write_bytes(b"x\r\n")
    (by_hand / "a.csv.dvc").write_text("outs:\n- md5: 401b30e3b8b5d629635a5c613cdb7919\n  path: a.csv\n")
    assert state(by_hand, "a.csv").matches is True


def test_a_lock_file_of_dvc_1_is_understood(by_hand: Path) -> None:
    (by_hand / "a.csv").write_bytes(b"x\n")
    (by_hand / "dvc.lock").write_text(
        "make:\n  cmd: make\n  outs:\n  - path: a.csv\n    md5: 401b30e3b8b5d629635a5c613cdb7919\n"
    )
    assert state(by_hand, "a.csv").tracked_by == "dvc.lock"


def test_the_files_of_a_folder_may_be_listed_one_by_one(by_hand: Path) -> None:
    (by_hand / "images").mkdir()
    (by_hand / "images" / "a").write_bytes(b"x\n")
    listed = "- path: images\n  hash: md5\n  files:\n  - relpath: a\n    md5: 401b30e3b8b5d629635a5c613cdb7919\n"
    (by_hand / "images.dvc").write_text(f"outs:\n{listed}")
    assert state(by_hand, "images/a").matches is True
    assert state(by_hand, "images").matches is True
    (by_hand / "images" / "b").touch()
    assert state(by_hand, "images").matches is False


def test_a_dvc_file_may_name_another_folder(by_hand: Path) -> None:
    (by_hand / "data").mkdir()
    (by_hand / "data" / "a.csv").write_bytes(b"x\n")
    out = "- path: a.csv\n  hash: md5\n  md5: 401b30e3b8b5d629635a5c613cdb7919\n"
    (by_hand / "import.dvc").write_text(f"wdir: data\nouts:\n{out}")
    assert state(by_hand, "data/a.csv").matches is True


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< HEAD\nouts: [\n",
        "just text",
        "outs: 3",
        "outs:\n- 1\n- path: s3://bucket/a\n  md5: x\n",
        "outs:\n- path: a\n",
    ],
    ids=["conflict", "no-table", "no-list", "remote", "not-computed"],
)
def test_a_damaged_dvc_file_tracks_nothing(by_hand: Path, text: str) -> None:
    (by_hand / "a.dvc").write_text(text)
    (by_hand / "a").touch()
    assert data.read([by_hand / "a"], by_hand)["a"].dvc is None


def test_a_stage_whose_folder_is_a_template_is_left_to_dvc(by_hand: Path) -> None:
    (by_hand / "dvc.yaml").write_text(
        "stages:\n  make:\n    foreach: [x]\n    do:\n      wdir: ${item}\n      cmd: make\n"
    )
    (by_hand / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  make@x:\n    outs:\n    - path: a\n      hash: md5\n      md5: 0\n"
    )
    assert Repository(str(by_hand)).outputs == {}


def test_environments_and_other_repositories_are_not_searched(by_hand: Path) -> None:
    for folder, mark in ((".venv", "pyvenv.cfg"), ("other", ".dvc/config"), ("node_modules", "x")):
        (by_hand / folder / mark).parent.mkdir(parents=True)
        (by_hand / folder / mark).touch()
        (by_hand / folder / "a.dvc").write_text("outs:\n- path: a\n  md5: '0'\n")
    assert Repository(str(by_hand)).outputs == {}
