"""Whether a run from the top would give what the cells show, as the panel tells it of the kernel's live state."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
FOLLOWED = f"import os\nos.environ['NBREPRO_LIVE'] = '1'\n{LOAD}"
ASKED = """() => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  window.asked = 0;
  kernel.anyMessage.connect((_, { msg, direction }) => {
    if (direction === 'send' && msg.content?.data?.type === 'cells') { window.asked++; }
  });
}"""


def test_a_cell_that_used_what_is_edited_since_is_stale_until_it_runs_again(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(FOLLOWED, "x = 1", "print(x)", "'apart'"))
    panel.run_all()
    panel.await_text("A run from the top would give what the cells show.")
    run(panel, 1, "x = 2")
    panel.await_text("A run from the top may not give what the cells show.")
    panel.await_text("cell 3: used what a run from the top would make otherwise")
    panel.page.wait_for_function(MARKED, arg="stale")
    assert panel.marks()[3] != "stale"
    run(panel, 2, "print(x)")
    panel.await_text("A run from the top would give what the cells show.")
    panel.page.wait_for_function(f"!({MARKED})('stale')")


def test_a_kernel_that_does_not_follow_its_cells_is_said_to(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "x = 1"))
    panel.run_all()
    panel.await_text("which cells are stale, out of order, or use names that no cell defines any more")
    panel.await_text("add live = true below [tool.nbrepro] in pyproject.toml and restart the kernel")


def test_good_news_says_that_findings_are_not_counted(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(FOLLOWED, "import time", "time.time() > 0"))
    panel.run_all()
    panel.await_text("would give what the cells show, not counting the finding under Determinism.")


def test_typing_asks_once_it_rests_and_a_hidden_panel_asks_nothing(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(FOLLOWED, "x = 1"))
    panel.run_all()
    panel.await_text("A run from the top would give what the cells show.")
    panel.page.evaluate(ASKED)
    for number in range(10):
        edit(panel, 1, f"x = {number + 2}")
        panel.page.wait_for_timeout(20)
    panel.await_text("cell 2: edited since it ran")
    assert panel.page.evaluate("window.asked") == 1
    panel.command("nbrepro:toggle")
    edit(panel, 1, "x = 1")
    panel.run_all()
    panel.page.wait_for_timeout(1500)  # nothing is to come, which only time can tell: longer than the panel's pauses
    assert panel.page.evaluate("window.asked") == 1
    panel.command("nbrepro:toggle")
    panel.await_text("A run from the top would give what the cells show.")


MARKED = "mark => document.querySelectorAll('.jp-CodeCell[data-nbrepro-state=' + mark + ']').length > 0"


def edit(panel: Any, cell: int, source: str) -> None:
    panel.page.evaluate(
        "([place, source]) => window.jupyterapp.shell.currentWidget.context.model.sharedModel.cells[place]"
        ".setSource(source)",
        [cell, source],
    )


def run(panel: Any, cell: int, source: str) -> None:
    edit(panel, cell, source)
    panel.page.evaluate(
        "place => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = place; }",
        cell,
    )
    panel.command("notebook:run-cell")
