from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import papermill
import pytest
from nbformat.v4 import new_output
from papermill.exceptions import PapermillExecutionError

from nbrepro.notebooks import read_record, write_notebook
from nbrepro.records import CellState
from tests.execution.conftest import notebook_of, text_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_papermills_command_line_leaves_a_record_in_its_output(tmp_path: Path) -> None:
    write_notebook(notebook_of("n = 1", "print(n)", tags={0: ["parameters"]}), tmp_path / "a.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "nbrepro", "a.ipynb", "b.ipynb", "-p", "n", "5"]
    ended = subprocess.run(
        [*command, "--log-output", "--no-progress-bar"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "5" in ended.stderr
    notebook, record = read_record(tmp_path / "b.ipynb")
    assert text_of(notebook.cells[2]) == "5\n"
    assert record.parameters == {"n": 5}
    assert record.notebook == "a.ipynb"
    assert [cell.state for cell in record.cells.values()] == [CellState.OK] * 3
    assert notebook.cells[2].metadata.papermill.status == "completed"


def test_a_failing_notebook_is_written_with_its_record_and_without_inserted_cells(tmp_path: Path) -> None:
    source = notebook_of("print('a')", "1 / 0", "3", "4", tags={3: ["skip-execution"]})
    source.cells[3].outputs = [new_output("stream", text="kept")]
    write_notebook(source, tmp_path / "a.ipynb")
    with pytest.raises(PapermillExecutionError, match="division by zero"):
        papermill.execute_notebook(
            tmp_path / "a.ipynb", tmp_path / "b.ipynb", engine_name="nbrepro", progress_bar=False
        )
    notebook, record = read_record(tmp_path / "b.ipynb")
    assert len(notebook.cells) == 4
    assert record.problem is not None
    assert record.problem.cell == 1
    statuses = [cell.metadata.papermill.status for cell in notebook.cells]
    assert statuses == ["completed", "failed", "pending", "completed"]
    assert text_of(notebook.cells[3]) == "kept"


def test_papermills_time_out_is_respected_and_the_cause_named(tmp_path: Path) -> None:
    write_notebook(notebook_of("import time\ntime.sleep(60)"), tmp_path / "a.ipynb")
    with pytest.raises(PapermillExecutionError, match="longer than 1 s"):
        papermill.execute_notebook(
            tmp_path / "a.ipynb", tmp_path / "b.ipynb", engine_name="nbrepro", progress_bar=False, execution_timeout=1
        )
    assert read_record(tmp_path / "b.ipynb")[1].problem is not None


@pytest.mark.parametrize("first", ["papermill", "nbrepro.execution.engine"])
def test_the_engine_can_be_imported_before_or_after_papermill(first: str) -> None:
    code = f"import {first}; from nbrepro.execution.engine import NbreproEngine; import papermill.engines as e\n"
    code += "assert e.papermill_engines.get_engine('nbrepro') is NbreproEngine"
    subprocess.run([sys.executable, "-c", code], check=True)
