from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.errors import UsageError
from nbrepro.notebooks import attach_record
from nbrepro.records import Record
from nbrepro.store.layout import Store


def run(source: str = "1") -> NotebookNode:
    notebook = new_notebook(cells=[new_code_cell(source, id="a")])
    attach_record(notebook, Record(notebook="sub/a.ipynb", nbrepro_version="0", kernel="python3"))
    return notebook


def test_a_reference_is_kept_under_the_notebooks_path(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.reference("sub/a.ipynb") is None
    path = store.keep_reference(run(), "sub/a.ipynb")
    assert path == tmp_path / ".nbrepro/records/sub/a.ipynb"
    kept = store.reference("sub/a.ipynb")
    assert kept is not None
    assert kept[0].cells[0].source == "1"


def test_only_records_are_meant_for_git(tmp_path: Path) -> None:
    Store(tmp_path).keep_reference(run(), "a.ipynb")
    ignored = (tmp_path / ".nbrepro/.gitignore").read_text()
    assert "/runs/" in ignored
    assert "/history.db*" in ignored
    assert "records" not in ignored.splitlines()[1:]


def test_the_oldest_runs_of_a_notebook_are_dropped(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ids = [store.keep_run(run(str(number)), "a.ipynb", keep=2) for number in range(4)]
    other = store.keep_run(run(), "b.ipynb", keep=2)
    kept = {path.stem for path in (tmp_path / ".nbrepro/runs").rglob("*.ipynb") if path.is_file()}
    assert kept == {*ids[-2:], other}


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    store = Store(tmp_path)
    identifier = store.keep_run(run(), "a.ipynb", keep=9)
    assert store.run_path(identifier[:10]).stem == identifier


def test_an_unknown_or_ambiguous_id_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep_run(run(), "a.ipynb", keep=9)
    store.keep_run(run(), "a.ipynb", keep=9)
    with pytest.raises(UsageError, match="nbrepro log"):
        store.run_path("nonsense")
    with pytest.raises(UsageError, match="several runs"):
        store.run_path("20")
