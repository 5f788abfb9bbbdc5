"""The panel tells of a check what the terminal and the reports tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.check import check
from nbrepro.recording import record
from nbrepro.server.overview import overview
from nbrepro.targets import Options


class Silence:
    def start(self, names: Any) -> None:
        pass

    def advance(self, index: int, done: int, total: int) -> None:
        pass


def save(*sources: str) -> None:
    cells = [new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources, 1)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), "a.ipynb")


def test_a_later_cell_with_a_cause_of_its_own_stands_for_itself_in_panel_and_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".nbrepro").mkdir()
    monkeypatch.chdir(tmp_path)
    save("x = 1\nx", "x * 10", "x + 1")
    record(["a.ipynb"], Options(), Silence())
    save("x = 2\nx", "x * 11", "x + 1")
    (view,) = check(["a.ipynb"], Options(), Silence())
    told = overview("a.ipynb", tmp_path / "a.ipynb", None, None).check
    assert told is not None
    panel = {cell.number: cell.follows for cell in told.cells if cell.verdict.fails}
    reports = {cell.number: view.following.get(place) for place, cell in enumerate(view.failing)}
    assert panel == reports
    assert [number for number, follows in panel.items() if follows is None] == [1, 2]
