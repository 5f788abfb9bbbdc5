"""Notebooks that differ by themselves, without any record: what their source is, and its line, is named."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.check import check
from nbrepro.explaining import Explanation, explain_last
from nbrepro.records import NotebookResult
from nbrepro.targets import Options
from tests.causes.nondeterministic import NOTEBOOKS, Nondeterministic
from tests.causes.planting import Silence

AVAILABLE = [item for item in NOTEBOOKS if all(importlib.util.find_spec(name) for name in item.needs)]
AT_ONCE = 2
"""Kernels at a time."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All notebooks, each run once in an ordinary kernel of its own and saved, checked and confirmed."""
    folder = tmp_path_factory.mktemp("nondeterministic")
    (folder / "pyproject.toml").write_text("")
    names = [_write(item, folder) for item in AVAILABLE]
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace"]
    parts = [subprocess.Popen([*command, *names[n::AT_ONCE]], cwd=folder, stderr=DEVNULL) for n in range(AT_ONCE)]
    assert [part.wait() for part in parts] == [0] * AT_ONCE
    return folder


@pytest.fixture(scope="module")
def checked(folder: Path) -> dict[str, NotebookResult]:
    paths = [str(_path(item, folder)) for item in AVAILABLE]
    views = check(paths, Options(confirm=True, jobs=AT_ONCE), Silence())
    return {item.name: view.result for item, view in zip(AVAILABLE, views, strict=True)}


@pytest.fixture(scope="module")
def explained(folder: Path, checked: dict[str, NotebookResult]) -> dict[str, NotebookResult]:
    assert checked
    found = explain_last([str(_path(item, folder)) for item in AVAILABLE], Options())
    pairs = zip(AVAILABLE, found, strict=True)
    return {item.name: one.view.result for item, one in pairs if isinstance(one, Explanation)}


def _path(item: Nondeterministic, folder: Path) -> Path:
    return folder / f"{item.name.replace(' ', '-')}.ipynb"


def _write(item: Nondeterministic, folder: Path) -> str:
    cells = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(item.cells)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), _path(item, folder))
    return _path(item, folder).name


_each = pytest.mark.parametrize("item", AVAILABLE, ids=lambda item: item.name)


@pytest.mark.slow
@_each
def test_check_names_the_source_and_its_line(item: Nondeterministic, checked: dict[str, NotebookResult]) -> None:
    result = checked[item.name]
    assert result.first_difference is not None
    assert result.first_difference.number == item.shown
    assert _named_first(result) == (item.kind, item.cell, item.line), result.causes
    assert all(cause.evidence for cause in result.causes)


@pytest.mark.slow
@_each
def test_the_second_run_tells_what_varies_from_what_was_only_saved_unpinned(
    item: Nondeterministic, checked: dict[str, NotebookResult]
) -> None:
    first = checked[item.name].first_difference
    assert first is not None
    assert first.confirmed == ("changed" if item.is_steady else "flaky")


@pytest.mark.slow
@_each
def test_explain_says_the_same(item: Nondeterministic, explained: dict[str, NotebookResult]) -> None:
    assert _named_first(explained[item.name]) == (item.kind, item.cell, item.line), explained[item.name].causes


def _named_first(result: NotebookResult) -> tuple[str, int | None, int | None]:
    cause = result.causes[0]
    return cause.kind.value, None if cause.cell is None else cause.cell + 1, cause.line


def test_at_least_thirty_notebooks_differ_by_themselves() -> None:
    assert len({item.name for item in NOTEBOOKS}) == len(NOTEBOOKS) >= 30
