from __future__ import annotations

from pathlib import Path

import pytest

from nbrepro.errors import NothingFoundError, UsageError
from nbrepro.notebooks import find_notebooks


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.ipynb", "a.ipynb", "sub/c.ipynb", "sub/.ipynb_checkpoints/c-checkpoint.ipynb", "note.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    kept = tmp_path / ".nbrepro/records/a.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*paths: str) -> list[str]:
    return [path.as_posix() for path in find_notebooks(paths)]


def test_a_folder_is_searched_in_order_without_checkpoints_and_records(tree: Path) -> None:
    assert names() == ["a.ipynb", "b.ipynb", "sub/c.ipynb"]


def test_a_pattern_is_expanded(tree: Path) -> None:
    assert names("**/*.ipynb") == ["a.ipynb", "b.ipynb", "sub/c.ipynb"]


def test_a_notebook_named_twice_is_found_once(tree: Path) -> None:
    assert names("b.ipynb", ".", "b.ipynb") == ["b.ipynb", "a.ipynb", "sub/c.ipynb"]


def test_all_missing_paths_are_named_together(tree: Path) -> None:
    with pytest.raises(UsageError, match=r"x\.ipynb, y/"):
        find_notebooks(["x.ipynb", "a.ipynb", "y/"])


def test_a_folder_without_notebooks_is_nothing_to_compare(tree: Path) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(NothingFoundError) as caught:
        find_notebooks(["empty"])
    assert caught.value.exit_code == 4


def test_a_record_named_by_its_path_is_found(tree: Path) -> None:
    assert names(".nbrepro/records/a.ipynb") == [".nbrepro/records/a.ipynb"]
