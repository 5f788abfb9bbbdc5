"""A project of nbval's, checked as it is; the expectations are what nbval 0.11 says of the same notebook."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.cli import cli

CELLS = [
    ("# NBVAL_IGNORE_OUTPUT\nprint(1)", "2\n", "not_compared"),
    ("# NBVAL_CHECK_OUTPUT\nprint(3)", "3\n", "identical"),
    ("# NBVAL_RAISES_EXCEPTION\nprint(4); 1 / 0", None, "equivalent"),
    ("# NBVAL_SKIP\nimport nowhere_to_be_found", None, "not_compared"),
    ("import datetime; print(datetime.date.today().strftime('%d/%m/%Y'))", "01/02/2020\n", "equivalent"),
    ("# PYTEST_VALIDATE_IGNORE_OUTPUT\nprint(9)", "8\n", "not_compared"),
    ("print(1)", "2\n", "different"),
]


def outputs(source: str, text: str | None) -> list[nbformat.NotebookNode]:
    if "1 / 0" in source:
        error = new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=["old"])
        return [new_output("stream", text="4\n"), error]
    return [] if text is None else [new_output("stream", text=text)]


def test_a_project_of_nbval_moves_over_without_an_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [new_code_cell(source, outputs=outputs(source, text), execution_count=1) for source, text, _ in CELLS]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    (tmp_path / "sanitize.cfg").write_text("[date]\nregex: \\d{1,2}/\\d{1,2}/\\d{2,4}\nreplace: DATE\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nbval --nbval-sanitize-with sanitize.cfg\n")
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli, ["init", "--from", "nbval"])
    assert 'sanitize_with = ["sanitize.cfg"]' in said.output
    result = CliRunner().invoke(cli, ["check", "--json"], standalone_mode=False)
    (notebook,) = json.loads(result.stdout)["notebooks"]
    assert [cell["verdict"] for cell in notebook["cells"]] == [verdict for *_, verdict in CELLS]
