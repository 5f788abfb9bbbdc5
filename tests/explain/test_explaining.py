"""The last check explained: from the kept run, without running anything."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.cli import cli
from nbrepro.errors import NothingFoundError
from nbrepro.explaining import Explanation, explain_last
from nbrepro.targets import Options


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".nbrepro").mkdir()
    monkeypatch.chdir(tmp_path)
    cells = [new_code_cell("import random\nrng = random.SystemRandom()", id="a"), new_code_cell("rng.random()", id="b")]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), tmp_path / "a.ipynb")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert outcome.exception is None, outcome.exception
    return outcome.return_value, outcome.output


def test_a_notebook_that_was_never_checked_says_how_to_check_it(project: Path) -> None:
    with pytest.raises(NothingFoundError, match=r"`nbrepro check a\.ipynb` makes one"):
        explain_last(["a.ipynb"], Options())


def test_the_last_check_is_explained_as_the_check_did(project: Path) -> None:
    run("record", "-q", "a.ipynb")
    code, text = run("check", "--json", "a.ipynb")
    checked = json.loads(text)["notebooks"][0]
    told, text = run("explain", "--json")
    explained = json.loads(text)["notebooks"][0]
    assert (code, told) == (1, 1)
    assert explained["causes"] == checked["causes"]
    assert explained["first_difference"] == checked["first_difference"]
    assert "Likely cause: cell " in run("explain", "a.ipynb")[1]


def test_a_notebook_edited_since_its_check_is_told(project: Path) -> None:
    run("record", "-q", "a.ipynb")
    run("check", "-q", "a.ipynb")
    notebook = nbformat.read(project / "a.ipynb", as_version=4)
    notebook.cells[1].source = "rng.random() + 1"
    nbformat.write(notebook, project / "a.ipynb")
    (explanation,) = explain_last(["a.ipynb"], Options())
    assert isinstance(explanation, Explanation)
    assert any("edited since" in note for note in explanation.view.result.notes)


def test_a_notebook_that_cannot_be_read_does_not_keep_the_others_from_being_explained(project: Path) -> None:
    run("check", "-q", "a.ipynb")
    (project / "bad.ipynb").write_text("")
    code, text = run("explain", "--json")
    told = {item["path"]: item["reason"] for item in json.loads(text)["notebooks"]}
    assert code == 2
    assert "is empty" in told["bad.ipynb"]
    assert told["a.ipynb"] is None or "bad" not in told["a.ipynb"]


def test_the_cell_of_the_parameters_is_no_edit_since(project: Path) -> None:
    run("record", "-q", "a.ipynb")
    run("check", "-q", "a.ipynb", "-p", "n", "2")
    (explanation,) = explain_last(["a.ipynb"], Options())
    assert isinstance(explanation, Explanation)
    assert not any("edited since" in note for note in explanation.view.result.notes)


def test_a_cell_that_killed_the_kernel_differs_first_in_the_explanation_too(project: Path) -> None:
    notebook = nbformat.read(project / "a.ipynb", as_version=4)
    notebook.cells[1].source = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    nbformat.write(notebook, project / "a.ipynb")
    code, text = run("check", "--json", "a.ipynb")
    told, explained = run("explain", "--json", "a.ipynb")
    assert (code, told) == (3, 3)
    first = [json.loads(answer)["notebooks"][0]["first_difference"] for answer in (text, explained)]
    assert first == [1, 1]


def test_a_cell_that_is_gone_is_not_taken_for_the_one_that_raised_in_its_place(project: Path) -> None:
    cells = [new_code_cell(source, id=source[0]) for source in ("a = 1", "b = 2", "c = a + b\nc")]
    nbformat.write(new_notebook(cells=cells), project / "a.ipynb")
    run("record", "-q", "a.ipynb")
    nbformat.write(new_notebook(cells=[cells[0], cells[2]]), project / "a.ipynb")
    code, text = run("check", "--json", "a.ipynb")
    result = json.loads(text)["notebooks"][0]
    assert code == 3
    assert [cell["id"] for cell in result["cells"] if cell["verdict"] == "error"] == ["c"]
    assert "`b` was defined by a cell that is gone" in {cause["summary"] for cause in result["causes"]}


def test_what_a_second_run_told_is_recalled(project: Path) -> None:
    notebook = nbformat.read(project / "a.ipynb", as_version=4)
    notebook.cells[0].source = "import os, sys"
    notebook.cells[1].source = "sys.modules['po' + 'six'].__dict__['get' + 'pid']() * 31"
    nbformat.write(notebook, project / "a.ipynb")
    run("record", "-q", "a.ipynb")
    _, text = run("check", "--confirm", "--json", "a.ipynb")
    checked = json.loads(text)["notebooks"][0]["causes"]
    _, text = run("explain", "--json", "a.ipynb")
    assert checked[0]["kind"] == "flaky"
    assert json.loads(text)["notebooks"][0]["causes"] == checked
