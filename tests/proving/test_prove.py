"""Causes proved by real runs in a copy of the project."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.check import check
from nbrepro.explaining import Explanation, explain_last
from nbrepro.proving import Budget, prove
from nbrepro.recording import record
from nbrepro.records import CauseKind, NotebookResult
from nbrepro.targets import Options


class Silence:
    def start(self, names: Any) -> None:
        pass

    def advance(self, index: int, done: int, total: int) -> None:
        pass


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".nbrepro").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(*sources: str) -> None:
    cells = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(sources)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), "a.ipynb")


def reference(*sources: str) -> None:
    save(*sources)
    record(["a.ipynb"], Options(recording=True), Silence())


def proof(budget: Budget | None = None) -> tuple[NotebookResult, list[str]]:
    (explanation,) = explain_last(["a.ipynb"], Options())
    assert isinstance(explanation, Explanation)
    said: list[str] = []
    return prove(explanation, budget or Budget(), said.append), said


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def test_the_file_is_proved_and_the_module_beside_it_is_not(project: Path) -> None:
    (project / "d.csv").write_text("x\n1\n")
    (project / "lib.py").write_text("RATE = 1\n")
    git("init")
    git("add", ".")
    git("commit", "-m", "data")
    cells = ("import lib", "text = open('d.csv').read()", "len(text)")
    reference(*cells)
    (project / "d.csv").write_text("x\n1\n2\n")
    (project / "lib.py").write_text("RATE = 2\n")
    check(["a.ipynb"], Options(), Silence())
    result, said = proof()
    assert result.causes[0].kind is CauseKind.DATA_CHANGED
    assert "2 runs" in (result.causes[0].proved_by or "")
    assert [cause.proved_by for cause in result.causes[1:]] == [None]
    assert said[-1].endswith("the difference is gone")
    assert (project / "d.csv").read_text() == "x\n1\n2\n"


@pytest.mark.slow
def test_two_edits_are_both_proved(project: Path) -> None:
    reference("a = 1", "b = 2", "c = 3", "a + c")
    save("a = 10", "b = 20", "c = 30", "a + c")
    check(["a.ipynb"], Options(), Silence())
    result, _ = proof()
    assert {cause.cell for cause in result.causes if cause.proved_by} == {0, 2}


def test_random_bytes_are_proved_by_holding_them_still(project: Path) -> None:
    reference("import numpy as np\nrng = np.random.default_rng()", "rng.random()")
    check(["a.ipynb"], Options(), Silence())
    result, _ = proof()
    assert result.causes[0].kind is CauseKind.UNSEEDED_RANDOMNESS
    assert "3 runs" in (result.causes[0].proved_by or "")


def test_a_proof_whose_budget_is_spent_goes_on_when_called_again(project: Path) -> None:
    reference("a = 1", "a")
    save("a = 2", "a")
    check(["a.ipynb"], Options(), Silence())
    result, _ = proof(Budget(runs=1))
    assert result.causes[0].proved_by is None
    assert any("budget is spent" in note for note in result.notes)
    result, _ = proof(Budget(runs=1))
    assert result.causes[0].proved_by is not None


def test_one_factor_is_told_as_one(project: Path) -> None:
    reference("a = 1", "a")
    save("a = 2", "a")
    check(["a.ipynb"], Options(), Silence())
    assert proof(Budget(runs=1))[1][0].startswith("1 factor differs and can be put back")


def test_what_a_linked_notebook_leads_to_is_not_written(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reference("a = 1", "a")
    save("a = 2", "a")
    original = (project / "a.ipynb").rename(tmp_path_factory.mktemp("elsewhere") / "a.ipynb")
    (project / "a.ipynb").symlink_to(original)
    before = original.read_bytes()
    check(["a.ipynb"], Options(), Silence())
    assert proof()[0].causes[0].proved_by is not None
    assert original.read_bytes() == before


def test_no_more_runs_are_made_than_allowed(project: Path) -> None:
    reference("a = 1", "b = 2", "c = 3", "d = 4", "a + b + c + d")
    save("a = 10", "b = 20", "c = 30", "d = 40", "a + b + c + d")
    check(["a.ipynb"], Options(), Silence())
    for most in (1, 2):
        result, said = proof(Budget(runs=most))
        assert sum("restored" in line for line in said) <= 3
        assert any("budget is spent" in note for note in result.notes)
    (journal,) = (project / ".nbrepro/runs/a.ipynb").glob("*.proof.json")
    assert len([key for key in json.loads(journal.read_text()) if "≠" not in key]) == 3


def test_a_run_is_stopped_when_the_time_is_up_and_what_it_showed_is_not_kept(project: Path) -> None:
    reference("a = 1", "a")
    save("a = 2", "import pathlib, time\ntime.sleep(60 * pathlib.Path('slow').exists())\na")
    check(["a.ipynb"], Options(), Silence())
    (project / "slow").touch()
    started = time.monotonic()
    result, said = proof(Budget(seconds=3))
    assert time.monotonic() - started < 20
    assert any("budget is spent" in note for note in result.notes)
    assert not any("run" in line.split() for line in said)
    assert not list((project / ".nbrepro/runs/a.ipynb").glob("*.proof.json"))


def test_former_runs_are_not_believed_after_a_new_reference(project: Path) -> None:
    reference("a = 1", "a")
    save("a = 2", "a")
    check(["a.ipynb"], Options(), Silence())
    proof()
    reference("a = 3", "a")
    save("a = 2", "a")
    result, _ = proof()
    assert result.causes[0].proved_by is not None
    assert len(list((project / ".nbrepro/runs/a.ipynb").glob("*.proof.json"))) == 2


def test_a_difference_that_was_mended_since_the_check_proves_nothing(project: Path) -> None:
    (project / "d.csv").write_text("1")
    reference("open('d.csv').read()")
    (project / "d.csv").write_text("2")
    check(["a.ipynb"], Options(), Silence())
    (project / "d.csv").write_text("1")
    result, said = proof()
    assert [cause.proved_by for cause in result.causes] == [None] * len(result.causes)
    assert "no longer there" in result.notes[-1]
    assert said[1:] == [
        "run 1: nothing restored: the difference is gone",
        "runs 2, 3: nothing restored: like the first",
    ]


def test_a_difference_that_is_there_again_is_proved_after_it_was_gone(project: Path) -> None:
    git("init")
    (project / "d.csv").write_text("1")
    git("add", ".")
    git("commit", "-m", "data")
    reference("open('d.csv').read()")
    (project / "d.csv").write_text("2")
    check(["a.ipynb"], Options(), Silence())
    (project / "d.csv").write_text("1")
    proof()
    (project / "d.csv").write_text("2")
    result, _ = proof()
    assert (result.causes[0].kind, bool(result.causes[0].proved_by)) == (CauseKind.DATA_CHANGED, True)


def test_a_file_that_changed_once_more_since_the_check_is_not_taken_for_chance(project: Path) -> None:
    (project / "d.csv").write_text("1")
    reference("open('d.csv').read()")
    (project / "d.csv").write_text("2")
    check(["a.ipynb"], Options(), Silence())
    (project / "d.csv").write_text("3")
    result, _ = proof()
    assert [cause.proved_by for cause in result.causes] == [None] * len(result.causes)


def test_a_variable_that_only_the_check_had_proves_no_chance(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference("import os", "os.environ.get('UNIT')")
    monkeypatch.setenv("UNIT", "cm")
    check(["a.ipynb"], Options(), Silence())
    monkeypatch.delenv("UNIT")
    result, _ = proof()
    assert "no longer there" in result.notes[-1]
    assert [cause.proved_by for cause in result.causes] == [None] * len(result.causes)


def test_a_proof_runs_with_the_parameters_of_the_check(project: Path) -> None:
    save("n * 2")
    record(["a.ipynb"], Options(recording=True, parameters={"n": 3}), Silence())
    check(["a.ipynb"], Options(parameters={"n": 5}), Silence())
    result, said = proof()
    assert said[1] == "run 1: nothing restored: still differs"
    assert result.causes[0].proved_by is not None


def test_chance_is_proved_though_the_first_run_came_out_like_the_reference(project: Path) -> None:
    """The runs are counted outside of the project: the first of the proof comes out like the reference."""
    count = f"import os\ntally = open({str(project.parent / f'{project.name}-tally')!r}, 'a+')\ntally.write('.')"
    reference(count, "run = tally.tell()\ntally.close()", "'usual' if run in (1, 3) else os.urandom(4).hex()")
    check(["a.ipynb"], Options(), Silence())
    result, said = proof()
    assert said[1] == "run 1: nothing restored: the difference is gone"
    assert result.causes[0].kind is CauseKind.UNSEEDED_RANDOMNESS
    assert result.causes[0].proved_by is not None
