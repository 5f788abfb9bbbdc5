"""Learned tolerance and the second look, from the command line to the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.cli.conftest import Cli, notebook, save

RUN_NUMBER = """import fcntl, pathlib
with open("runs", "a+") as f:
    fcntl.flock(f, fcntl.LOCK_EX)
    f.write("x"); f.flush(); f.seek(0)
    run = len(f.read())"""
"""A run's number: what it prints is then there, or not, by plan, also where several runs go at once."""

NOISY = (f"{RUN_NUMBER}\nimport nbrepro\nnoise = run % 3 / 4", "print(5 + noise, 'of', 7)")
"""Noise by plan: of drawn numbers one in a hundred would, by the interval's level, fall outside."""

REPORTS = ("--report", "junit=r.xml", "--report", "markdown=r.md", "--report", "html=r.html")


def checked(cli: Cli, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = cli("check", "a.ipynb", "--json", *arguments)
    assert "Traceback" not in result.stderr
    return result.returncode, json.loads(result.stdout)["notebooks"][0]


def test_what_varied_in_calibration_is_judged_by_its_spread(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", *NOISY, "nbrepro.metric('size', 4 + noise / 1000, rtol=0.01)")
    recorded = cli("record", "--calibrate", "3", "a.ipynb")
    assert "calibrated on 4 runs: in cell 2 1 number varied" in " ".join(recorded.stdout.split())
    record = nbformat.read(folder / ".nbrepro" / "records" / "a.ipynb", 4)
    (known,) = record.cells[1].metadata.nbrepro.calibration
    assert known["numbers"][0]["n"] == 4
    assert known["numbers"][0]["min"] < known["numbers"][0]["mean"] < known["numbers"][0]["max"]
    code, result = checked(cli, "--update")
    assert (code, result["verdict"]) == (0, "within_tolerance")
    assert "calibrated" in result["cells"][1]["reason"]
    assert "set by the metric" in result["cells"][2]["reason"]
    save(folder / "a.ipynb", NOISY[0], "print(500 + noise, 'of', 7)", "nbrepro.metric('size', 4.0, rtol=0.01)")
    code, result = checked(cli, "--confirm")  # the update kept what was learned
    assert (code, result["cells"][1]["verdict"], result["cells"][1]["confirmed"]) == (1, "different", "changed")
    assert "outside the prediction interval" in result["cells"][1]["reason"]


def test_a_second_look_tells_flaky_from_changed(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "import os", "print(os.getpid() * 3 + 1)", "print(2)", outputs={1: "4\n", 2: "3\n"})
    code, result = checked(cli, "--confirm")
    assert code == 1
    assert [cell["confirmed"] for cell in result["cells"]] == [None, "flaky", "changed"]
    assert any("flaky" in note and "cell 2" in note for note in result["notes"])
    assert any("second run" in evidence for cause in result["causes"] for evidence in cause["evidence"])


def test_what_no_other_cause_explains_is_flaky_and_confirmed_so_in_every_report(cli: Cli, folder: Path) -> None:
    hidden = "print(sys.modules['po' + 'six'].__dict__['get' + 'pid']() * 3 + 1)"
    save(folder / "a.ipynb", "import os, sys", hidden, outputs={1: "4\n"})
    code, result = checked(cli, "--confirm", *REPORTS)
    assert (code, result["cells"][1]["confirmed"]) == (1, "flaky")
    cause = result["causes"][0]
    assert (cause["kind"], cause["confidence"], cause["cell"]) == ("flaky", "high", 1)
    assert "cell 2 gives another result on every run" in cause["summary"]
    for name in ("r.xml", "r.md", "r.html"):
        assert "flaky" in (folder / name).read_text(encoding="utf-8"), name


def test_what_is_there_in_some_runs_only_is_learned_with_several_runs_at_once(cli: Cli, folder: Path) -> None:
    made = notebook(RUN_NUMBER, "if run % 2: display({'text/html': '<b>warm</b>'}, raw=True)", "print(1 + run / 1000)")
    flaky = "if run % 3 == 0: raise TimeoutError(f'no answer to request {run}')"
    made.cells.insert(2, new_code_cell(flaky, id="may", metadata={"tags": ["raises-exception"]}))
    nbformat.write(made, folder / "a.ipynb")
    recorded = " ".join(cli("record", "--calibrate", "4", "--jobs", "2", "a.ipynb").stdout.split())
    assert "calibrated on 5 runs: in cell 2 an output was there in 3 of 5 runs only" in recorded
    code, sixth = checked(cli, *REPORTS)
    assert (code, sixth["verdict"]) == (0, "within_tolerance")
    assert [cell["verdict"] for cell in sixth["cells"][1:3]] == ["not_compared", "not_compared"]
    assert "this output was there in 3 of 5 runs" in sixth["cells"][1]["reason"]
    assert "this exception was there in 1 of 5 runs" in sixth["cells"][2]["reason"]
    test = "Student's t prediction interval, level 0.99"
    assert any(test in note for note in sixth["notes"])
    for name in ("r.xml", "r.md", "r.html"):
        text = (folder / name).read_text(encoding="utf-8").replace("&#39;", "'")
        assert test in text, name
        assert name == "r.md" or "level 0.99)" in text, name  # the statement on the very value
    terminal = " ".join(cli("check", "a.ipynb").stdout.split())
    assert test in terminal
    made.cells[2].source = "raise ValueError('bad')"
    nbformat.write(made, folder / "a.ipynb")
    assert checked(cli)[0] == 1


def test_an_unseeded_generator_stays_the_cause_with_the_second_run_as_evidence(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(folder / "a.ipynb", "import numpy as np\nprint(np.random.default_rng().random())", outputs={0: "0.5\n"})
    monkeypatch.setenv("CI", "true")
    code, result = checked(cli)
    assert (code, result["cells"][0]["confirmed"]) == (1, "flaky")
    assert result["causes"][0]["kind"] == "unseeded_randomness"
    assert "a second run" in result["causes"][0]["evidence"][-1]
    assert checked(cli, "--no-confirm")[1]["cells"][0]["confirmed"] is None


def test_where_only_marked_cells_are_compared_and_none_is_a_notebook_that_runs_passes(cli: Cli, folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.nbrepro]\ncheck_outputs = "marked"\n', encoding="utf-8")
    save(folder / "a.ipynb", "print(2)", outputs={0: "1\n"})
    code, result = checked(cli)
    assert (code, result["exit_code"], result["verdict"]) == (0, 0, "not_compared")
    assert "none with an output is marked" in result["reason"]
    save(folder / "a.ipynb", "1 / 0", outputs={0: "1\n"})
    assert checked(cli)[0] == 3
