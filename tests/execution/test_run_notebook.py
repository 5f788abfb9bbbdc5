from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output

from nbrepro.errors import RunError, UsageError
from nbrepro.execution import Run
from nbrepro.notebooks import read_record, write_notebook
from nbrepro.records import CellState
from tests.execution.conftest import notebook_of, text_of

Runner = Callable[..., Run]


def test_a_notebook_runs_in_its_own_folder_with_the_pins_in_force(run: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    names = ["PYTHONHASHSEED", "OMP_NUM_THREADS", "TZ", "LC_ALL", "MINE", "PYTEST_CURRENT_TEST"]
    result = run(
        "import os\nos.getcwd()",
        f"[os.environ.get(name) for name in {names}]",
        path=folder / "a.ipynb",
        set={"environment": {"MINE": "yes"}},
    )
    assert text_of(result.notebook.cells[0]) == repr(str(folder))
    assert text_of(result.notebook.cells[1]) == "['0', '1', 'UTC', 'C.UTF-8', 'yes', None]"
    assert result.record.problem is None


def test_the_requested_notebook_is_left_as_it_was(request_of: Any, run: Runner) -> None:
    notebook = notebook_of("1 + 1")
    notebook.cells[0].outputs = [new_output("stream", text="old")]
    before = copy.deepcopy(notebook)
    result = run(notebook=notebook)
    assert notebook == before
    assert text_of(result.notebook.cells[0]) == "2"


def test_an_exception_stops_the_run_and_later_cells_are_not_run(run: Runner) -> None:
    progress: list[tuple[int, int]] = []
    result = run("print('a')", "x = 1\n1 / 0", "print('c')", on_cell=lambda *at: progress.append(at))
    states = [cell.state for cell in result.record.cells.values()]
    assert states == [CellState.OK, CellState.ERROR, CellState.NOT_RUN]
    problem = result.record.problem
    assert problem is not None
    assert (problem.kind, problem.cell) == ("exception", 1)
    assert problem.message == "ZeroDivisionError: division by zero"
    assert result.record.cells[1].exception is not None
    assert result.notebook.cells[2].outputs == []
    assert progress == [(1, 3), (2, 3)]


def test_an_unknown_magic_and_an_exit_are_errors_though_no_error_message_comes(run: Runner) -> None:
    result = run("%no_such_magic", "import sys\nsys.exit(0)", "print('on')", keep_going=True)
    cells = result.record.cells
    assert [cell.state for cell in cells.values()] == [CellState.ERROR, CellState.ERROR, CellState.OK]
    assert cells[0].exception is not None
    assert cells[0].exception.type == "UsageError"
    assert cells[1].exception is not None
    assert cells[1].exception.type == "SystemExit"
    assert result.record.problem is not None
    assert result.record.problem.cell == 0


def test_expected_errors_and_skipped_cells_do_not_stop_the_run(run: Runner) -> None:
    notebook = notebook_of(
        "1 / 0",
        "None.x",
        "print('skipped')",
        "",
        "%%bash\nexit 0",
        "7",
        tags={0: ["raises-exception"], 2: ["skip-execution"]},
    )
    notebook.cells.insert(0, new_markdown_cell("# Title", id="title"))
    notebook.cells[3].outputs = [new_output("stream", text="kept")]
    result = run(notebook=notebook, expected_errors=frozenset({2}))
    states = {index: cell.state.value for index, cell in result.record.cells.items()}
    assert states == {1: "error", 2: "error", 3: "skipped", 4: "skipped", 5: "ok", 6: "ok"}
    assert result.record.problem is None
    assert text_of(result.notebook.cells[3]) == "kept"
    assert result.record.cells[6].order == 4
    assert result.notebook.cells[6].execution_count == 4


def test_a_trailing_semicolon_still_hides_the_value(run: Runner) -> None:
    assert run("5;").notebook.cells[0].outputs == []


def test_parameters_are_injected_behind_their_cell_under_a_stable_id(run: Runner) -> None:
    result = run(
        "n = 1",
        "n * 2",
        "1 / 0",
        tags={0: ["parameters"]},
        parameters={"n": 21},
        expected_errors=frozenset({2}),
    )
    ids = [cell.id for cell in result.notebook.cells]
    assert ids == ["cell-0", "nbrepro-parameters", "cell-1", "cell-2"]
    assert result.notebook.cells[1].metadata.tags == ["injected-parameters"]
    assert text_of(result.notebook.cells[2]) == "42"
    assert result.record.parameters == {"n": 21}
    assert result.record.problem is None
    assert "papermill" not in result.notebook.metadata


def test_a_parameter_that_no_cell_uses_is_told(run: Runner) -> None:
    result = run("months = 1", "months", tags={0: ["parameters"]}, parameters={"months": 6, "moths": 6})
    assert result.record.notes == ("Parameter 'moths' is set, but no cell uses it: is it misspelt?",)


def test_parameters_in_a_language_without_a_translator_are_refused(run: Runner, other_kernel: str) -> None:
    with pytest.raises(UsageError, match="parameters"):
        run("x", parameters={"n": 1}, kernel_name=other_kernel)


def test_two_runs_differ_in_time_stamps_alone(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    sources = (
        "import random, tempfile, pathlib\nprint(open('in.csv').read())",
        "with tempfile.NamedTemporaryFile('w') as file:\n    file.write('x')",
        "pathlib.Path('out.txt').write_text('done')\nrandom.random()",
        "import ipywidgets\nipywidgets.IntSlider(3)",
    )
    paths = []
    for number in range(2):
        result = run(*sources)
        assert result.record.problem is None
        paths.append(tmp_path / f"record{number}.ipynb")
        nbformat.validate(result.notebook)
        write_notebook(result.notebook, paths[-1])
    (_, first), (_, second) = (read_record(path) for path in paths)
    assert first.digest == second.digest
    texts = [re.sub(r'"(started|seconds)": [^\n]*', "", path.read_text()) for path in paths]
    assert texts[0] == texts[1]
    assert str(os.getpid()) not in texts[0]


def test_no_timing_metadata_of_other_tools_is_left(run: Runner) -> None:
    notebook = notebook_of("1")
    notebook.metadata["papermill"] = {"duration": 1.0}
    notebook.cells[0].metadata["papermill"] = {"duration": 1.0}
    notebook.cells[0].metadata["execution"] = {"iopub.status.busy": "2020"}
    result = run(notebook=notebook)
    assert "papermill" not in result.notebook.metadata
    assert "papermill" not in result.notebook.cells[0].metadata
    assert "execution" not in result.notebook.cells[0].metadata


def test_an_unknown_kernel_that_was_asked_for_is_an_error_that_lists_the_others(run: Runner) -> None:
    with pytest.raises(RunError, match=r"no kernel 'klingon' here \(installed: .*python3"):
        run("1", kernel_name="klingon")


def test_a_python_notebook_from_elsewhere_runs_in_the_python_of_here(run: Runner) -> None:
    result = run(notebook=notebook_of("1 + 1", kernel="conda-env-science-py"))
    assert text_of(result.notebook.cells[0]) == "2"
    assert result.record.kernel == "python3"
    assert any("conda-env-science-py" in note for note in result.record.notes)


def test_a_kernel_of_another_language_runs_and_the_record_says_what_it_lacks(run: Runner, other_kernel: str) -> None:
    result = run("hello", kernel_name=other_kernel)
    assert text_of(result.notebook.cells[0]) == "HELLO\n"
    assert result.record.cells[0].state is CellState.OK
    assert any("shout" in note and "only outputs" in note for note in result.record.notes)


def test_a_kernel_that_dies_at_its_start_gives_a_record_with_its_last_words(run: Runner, broken_kernel: str) -> None:
    result = run("1", kernel_name=broken_kernel)
    problem = result.record.problem
    assert problem is not None
    assert problem.kind == "kernel_start"
    assert "No module named no_such_kernel" in problem.message
    assert result.record.cells[0].state is CellState.NOT_RUN


def test_a_python_kernel_without_nbrepro_is_told_in_the_notes(run: Runner, bare_kernel: str) -> None:
    result = run("6 * 7", kernel_name=bare_kernel)
    assert text_of(result.notebook.cells[0]) == "42"
    assert any("has no nbrepro" in note for note in result.record.notes)


def test_a_kernel_that_cannot_bind_its_sockets_is_started_again(run: Runner, unlucky_kernel: str) -> None:
    result = run("6 * 7", kernel_name=unlucky_kernel)
    assert result.record.problem is None
    assert text_of(result.notebook.cells[0]) == "42"


def test_a_source_that_cannot_be_sent_is_named(run: Runner) -> None:
    result = run("'\ud800'", "2", keep_going=True)
    assert result.record.problem is not None
    assert "half a character" in result.record.problem.message
    assert [cell.state.value for cell in result.record.cells.values()] == ["error", "ok"]
