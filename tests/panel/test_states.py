"""Each of the six states in a real browser, a real JupyterLab, with real kernels; each in both themes is a picture."""

from __future__ import annotations

from typing import Any

import pytest

from tests.panel.pictures import opened, picture
from tests.panel.test_data import AS, git

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"


def test_a_notebook_without_nbrepro_is_not_loaded_and_shows_its_record(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook("import statistics", "scores = [3, 5, 8]", "statistics.mean(scores)")
    lab.run("record", path)
    panel = opened(open_page, path)
    panel.await_state("not_loaded")
    panel.await_text("Record on disk: just now")
    picture(panel, "not-loaded")


def test_a_loaded_notebook_without_a_record_is_tracked_and_shows_its_findings(open_page: Any, notebook: Any) -> None:
    path = notebook(LOAD, "import numpy as np", "rng = np.random.default_rng()\nrng.normal()", "6 * 7")
    panel = opened(open_page, path)
    panel.run_all()
    panel.await_state("tracked")
    panel.await_text("Run in order 4/4")
    panel.await_text("unseeded randomness, cell 3")
    panel.await_text("default_rng()")
    panel.await_text("42 for numpy, random")
    picture(panel, "tracked")


def test_a_project_that_asks_for_live_state_is_told_which_cells_are_stale(
    open_page: Any, notebook: Any, lab: Any
) -> None:
    path = notebook(LOAD, "prices = [3, 5, 8]", "total = sum(prices)", "total", "'unrelated'")
    (lab.root / path).with_name("pyproject.toml").write_text("[tool.nbrepro]\nlive = true\n")
    panel = opened(open_page, path)
    panel.run_all()
    panel.await_text("A run from the top would give what the cells show.")
    panel.edit(1, "prices = [3, 5, 80]")
    panel.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    panel.command("notebook:run-cell")
    panel.await_text("cell 4: used what a run from the top would make otherwise")
    panel.page.click('.nbr-Section-head button:has-text("Determinism")')  # for what it tells of the cells to fit
    picture(panel, "live")
    panel.unfold("Determinism")


def test_a_recorded_notebook_that_was_checked_is_reproduced(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "import random", "draws = [random.random() for _ in range(3)]", "draws", "sum(draws) / 3")
    lab.run("record", path)
    panel = opened(open_page, path)
    panel.run_all()
    panel.await_state("clean")
    panel.await_text("Matches its record")
    panel.click("Check")
    panel.await_state("running")
    panel.await_state("clean")
    panel.await_text("Reproduced · checked just now")
    panel.await_text("outputs match")
    panel.unfold("History")
    panel.page.wait_for_function("document.querySelectorAll('[data-nbrepro-state=match]').length >= 4")
    picture(panel, "clean")


def test_edits_data_and_order_are_drift_with_what_they_affect(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(
        LOAD,
        "import csv",
        "with open('raw.csv') as file:\n    rows = list(csv.reader(file))",
        "total = sum(float(row[0]) for row in rows)",
        "total",
        "'unrelated'",
    )
    data = (lab.root / path).with_name("raw.csv")
    data.write_text("1\n2\n3\n")
    git(data.parent, "init -q -b main")
    git(data.parent, "add .")
    git(data.parent, f"{AS} commit -qm data")
    lab.run("record", path)
    data.write_text("1\n2\n4\n")
    panel = opened(open_page, path)
    panel.run_all()
    panel.await_state("drift")
    panel.edit(5, "'unrelated, edited'")
    panel.unfold("Data")
    panel.await_text("cell 6 edited")
    panel.await_text("Affected: 3–6")
    panel.await_text("raw.csv changed")
    panel.await_text("git · changed")
    panel.command("notebook:move-cursor-up")
    assert panel.marks()[5] == "edited"
    picture(panel, "drift")


def test_a_check_runs_beside_the_users_kernel_and_can_be_cancelled(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "import time", "print('loading')", "time.sleep(0.2)", "print('done')")
    lab.run("record", path)
    panel = opened(open_page, path)
    panel.await_state("not_loaded")
    panel.edit(3, "time.sleep(30)")
    panel.await_text("cell 4 edited")
    panel.click("Check")
    panel.await_state("running")
    panel.await_text("3/5 cells")
    panel.await_text("so far ")
    panel.await_text("the record took")
    picture(panel, "running")
    panel.click("Cancel")
    panel.await_state("not_loaded")


def test_a_check_that_differs_names_the_first_cell_and_the_cause(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(
        LOAD,
        "import os\n\ndraw = os.urandom(2)",
        "score = int.from_bytes(draw, 'big') / 65536",
        "print(f'accuracy {score:.3f}')",
        "print('rounded', round(score, 2))",
        "print('the end')",
    )
    lab.run("record", path)
    panel = opened(open_page, path)
    panel.run_all()
    panel.await_state("clean")
    panel.click("Check")
    panel.await_state("failed")
    panel.await_text("Diverged first at cell 4")
    panel.await_text("os.urandom")
    panel.await_text("Later: cell 5 follows from cell 4")
    picture(panel, "failed")
    panel.click("Full diff")
    panel.page.wait_for_selector(".nbr-Diff del")
    picture(panel, "difference")
    panel.confirm("Close")
