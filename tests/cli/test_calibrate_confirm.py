"""Learned tolerance and the second look, from the command line to the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.cli.conftest import Cli, save

NOISY = ("import random, nbrepro\nrng = random.Random()", "print(5 + rng.random(), 'of', 7)")


def checked(cli: Cli, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = cli("check", "a.ipynb", "--json", *arguments)
    assert "Traceback" not in result.stderr
    return result.returncode, json.loads(result.stdout)["notebooks"][0]


def test_what_varied_in_calibration_is_judged_by_its_spread(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", *NOISY, "nbrepro.metric('size', 4 + rng.random() / 1000, rtol=0.01)")
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
    save(folder / "a.ipynb", NOISY[0], "print(500 + rng.random(), 'of', 7)", "nbrepro.metric('size', 4.0, rtol=0.01)")
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
