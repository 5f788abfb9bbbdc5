"""The verb: which notebooks it looks at, and what it says of those that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.cli import cli
from nbrepro.errors import NothingFoundError


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".nbrepro").mkdir()
    monkeypatch.chdir(tmp_path)
    for place in ("good.ipynb", "odd/b.ipynb"):
        Path(place).parent.mkdir(exist_ok=True)
        nbformat.write(new_notebook(cells=[new_code_cell("undefined_name")]), place)


def lint(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(cli, ("lint", *arguments), standalone_mode=False)
    if outcome.exception is not None:
        raise outcome.exception
    return outcome.return_value, outcome.stdout, outcome.stderr


def test_a_notebook_that_cannot_be_read_is_told_and_the_others_are_looked_at() -> None:
    Path("bad.ipynb").write_text("no JSON")
    code, out, told = lint()
    assert code == 2
    assert "good.ipynb:cell 1:1:1: NBR402" in out
    assert "nbrepro: bad.ipynb: is no notebook" in told


def test_json_holds_what_was_found_and_what_could_not_be_read() -> None:
    Path("bad.ipynb").write_text("no JSON")
    told = json.loads(lint("--format", "json")[1])
    assert [fault["path"] for fault in told["faults"]] == ["good.ipynb", "odd/b.ipynb"]
    assert [error["path"] for error in told["errors"]] == ["bad.ipynb"]
    assert told["exit_code"] == 2


def test_sarif_says_that_a_notebook_could_not_be_read() -> None:
    Path("bad.ipynb").write_text("no JSON")
    (run,) = json.loads(lint("--format", "sarif")[1])["runs"]
    (invocation,) = run["invocations"]
    assert len(run["results"]) == 2
    assert not invocation["executionSuccessful"]
    assert "bad.ipynb" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_an_excluded_folder_is_left_out() -> None:
    Path("pyproject.toml").write_text('[tool.nbrepro]\nexclude = ["odd/*"]\n')
    assert "odd" not in lint()[1]
    with pytest.raises(NothingFoundError, match="every notebook found is excluded"):
        lint("odd")


@pytest.mark.parametrize("name", ["odd/b.ipynb", "./odd/b.ipynb"])
def test_an_excluded_notebook_that_is_named_is_looked_at(name: str) -> None:
    Path("pyproject.toml").write_text('[tool.nbrepro]\nexclude = ["odd/*"]\n')
    assert "odd/b.ipynb:cell 1" in lint(name)[1]
