"""SARIF output against the schema of SARIF 2.1.0, and the lines it points at.

The schema is the one that Microsoft publishes with its tools (sarif-js-sdk, MIT), unchanged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
FAULTY = [
    "import numpy as np\n\nnp.random.default_rng()",
    "import os; os.listdir()",
    "print 'a'",
    "open('/data/é.csv')",
]


def lint(folder: Path, *words: str) -> tuple[int, Any]:
    command = [sys.executable, "-m", "nbrepro", "lint", "--format", "sarif", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    log = json.loads(done.stdout)
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    return done.returncode, log


def faulty() -> nbformat.NotebookNode:
    cells = [new_markdown_cell("# a\n\nb"), *map(new_code_cell, FAULTY)]
    cells[1].outputs = [new_output("display_data", {"application/json": {"source": ["   ]", "np.random"]}})]
    return new_notebook(cells=cells)


def test_the_log_is_valid_and_points_at_the_lines_of_the_file(tmp_path: Path) -> None:
    nbformat.write(faulty(), tmp_path / "a ü.ipynb")
    code, log = lint(tmp_path)
    assert code == 1
    (run,) = log["runs"]
    lines = (tmp_path / "a ü.ipynb").read_text(encoding="utf-8").splitlines()
    pointed = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "a%20%C3%BC.ipynb"
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        pointed.append((result["ruleId"], json.loads(lines[place["region"]["startLine"] - 1].strip().rstrip(","))))
    assert pointed == [
        ("NBR101", "np.random.default_rng()"),
        ("NBR202", FAULTY[1]),
        ("NBR403", FAULTY[2]),
        ("NBR302", FAULTY[3]),
    ]


def test_a_notebook_on_one_line_is_pointed_at_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(json.dumps(faulty()))
    _, log = lint(tmp_path, str(tmp_path / "a.ipynb"))
    assert all("region" not in result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"])


def test_a_log_without_faults_is_valid_too(tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1")]), tmp_path / "a.ipynb")
    code, log = lint(tmp_path)
    assert code == 0
    assert log["runs"][0]["results"] == []


def test_a_log_that_tells_of_an_unreadable_notebook_is_valid(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("")
    code, log = lint(tmp_path)
    assert code == 2
    assert not log["runs"][0]["invocations"][0]["executionSuccessful"]
