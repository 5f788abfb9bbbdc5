"""What the buttons do, with two notebooks, restarts, reloads and renames."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
SOURCES = "nb => window.jupyterapp.shell.currentWidget.context.model.sharedModel.cells.map(cell => cell.getSource())"


def test_record_check_accept_lock_report_by_buttons(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "import os", "print(os.urandom(1).hex(), os.urandom(4).hex())")
    folder = (lab.root / path).parent
    panel = open_page(path)
    panel.run_all()
    panel.await_state("tracked")
    panel.click("Run all & record")
    panel.await_state("clean", timeout=60)
    record = folder / ".nbrepro" / "records" / "analysis.ipynb"
    first = record.read_bytes()
    panel.click("Check")
    panel.await_state("failed")
    panel.click("Report")
    panel.page.wait_for_selector(".nbr-Report")
    assert panel.page.get_attribute(".nbr-Report", "sandbox") == ""
    panel.command("application:close")
    panel.click("Accept as new record")
    panel.confirm("Accept")
    panel.page.wait_for_selector(".nbr-Card:not([data-state=failed])")
    assert record.read_bytes() != first
    panel.command("nbrepro:lock")
    panel.await_text("wrote .nbrepro/locks")
    lock = folder / ".nbrepro" / "locks" / "analysis.ipynb.txt"
    assert "ipykernel==" in lock.read_text()


def test_the_check_takes_the_editors_state_not_the_saved_one(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "print('one')")
    lab.run("record", path)
    panel = open_page(path)
    panel.await_text("Record on disk")
    panel.edit(1, "print('two')")
    panel.await_text("cell 2 edited")
    panel.click("Check")
    panel.await_state("failed")
    panel.await_text("Diverged first at cell 2")
    saved = json.loads((lab.root / path).read_text())
    assert "".join(saved["cells"][1]["source"]) == "print('one')"


def test_add_to_the_first_cell_writes_one_line_and_only_on_request(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook("x = 1")
    before = (lab.root / path).read_bytes()
    panel = open_page(path)
    panel.click("Load nbrepro")
    panel.await_state("tracked")
    panel.run_all()
    panel.await_text("Run in order 1/1")
    assert (lab.root / path).read_bytes() == before
    panel.command("nbrepro:add-to-first-cell")
    assert panel.page.evaluate(SOURCES) == [f"{LOAD}\nx = 1"]
    panel.save()
    assert "nbrepro" not in json.loads((lab.root / path).read_text())["metadata"]


def test_restart_pinned_starts_the_kernel_anew_with_a_fixed_hash_seed(open_page: Any, notebook: Any) -> None:
    path = notebook(LOAD, "import os\nprint(os.environ.get('PYTHONHASHSEED'), hash('nbrepro'))")
    panel = open_page(path)
    panel.run_all()
    panel.await_state("tracked")
    panel.await_text("random: the order of sets changes")
    panel.click("Restart pinned")
    panel.confirm("Restart pinned")
    panel.await_text("hash seed 0 · seed 42")
    panel.await_text("2 not run")
    panel.run_all()
    panel.await_text("Run in order 2/2")
    panel.page.wait_for_function("document.querySelector('.jp-OutputArea-output pre')?.innerText !== ''")
    assert panel.page.inner_text(".jp-CodeCell:nth-of-type(2) .jp-OutputArea-output").startswith("0 ")


def test_two_notebooks_side_by_side_keep_their_own_states(open_page: Any, notebook: Any, lab: Any) -> None:
    one = notebook(LOAD, "1", name="one.ipynb")
    two = notebook(LOAD, "2", "3", name="two.ipynb")
    lab.run("record", two)
    panel = open_page(one, two)
    panel.await_text("two.ipynb")
    panel.await_text("Record on disk")
    panel.run_all()
    panel.await_state("clean")
    panel.command("docmanager:open", {"path": one})
    panel.await_text("one.ipynb")
    panel.await_state("not_loaded")
    assert "Record on disk" not in panel.text
    panel.run_all()
    panel.await_state("tracked")
    panel.command("docmanager:open", {"path": two})
    panel.await_state("clean")
    panel.save()
    panel.command("application:close")
    panel.await_text("one.ipynb")


def test_a_restarted_kernel_is_forgotten_and_found_again(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "1"))
    panel.run_all()
    panel.await_text("Run in order 2/2")
    panel.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    panel.await_state("not_loaded")
    panel.run_all()
    panel.await_text("Run in order 2/2")


def test_a_page_loaded_again_joins_the_session_and_the_job(open_page: Any, notebook: Any) -> None:
    path = notebook(LOAD, "import time\ntime.sleep(6)")
    panel = open_page(path, fresh=True)
    panel.command("notebook:run-cell")
    panel.await_state("tracked")
    panel.save()
    panel.click("Check")
    panel.await_state("running")
    panel.page.reload()
    panel.await_application()
    panel.command("docmanager:open", {"path": path})
    panel.show()
    panel.await_state("running")
    panel.await_text("seed 42")
    panel.await_state("tracked")


def test_a_click_on_a_cell_goes_to_it_and_the_keyboard_reaches_everything(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, *[f"x{n} = {n}" for n in range(40)]))
    panel.page.wait_for_selector(".nbr-Cell")
    panel.page.focus(".nbr-Cell >> nth=38")
    panel.page.keyboard.press("Enter")
    panel.page.wait_for_function("window.jupyterapp.shell.currentWidget.content.activeCellIndex === 38")
    head = ".nbr-Section-head button >> nth=1"
    before = panel.page.get_attribute(head, "aria-expanded")  # an earlier test on this page may have left it open
    panel.page.focus(head)
    panel.page.keyboard.press("Space")
    assert {before, panel.page.get_attribute(head, "aria-expanded")} == {"true", "false"}


def test_a_hidden_panel_asks_for_nothing_and_marks_nothing(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "1"))
    panel.run_all()
    panel.page.wait_for_function("document.querySelectorAll('[data-nbrepro-state]').length === 2")
    asked: list[str] = []
    panel.page.on("request", lambda request: asked.append(request.url) if "/nbrepro/" in request.url else None)
    panel.command("nbrepro:toggle")
    panel.page.wait_for_function("document.querySelectorAll('[data-nbrepro-state]').length === 0")
    panel.run_all()
    panel.page.wait_for_timeout(2500)  # nothing is to come, which only time can tell: longer than the panel's own pause
    assert asked == []
    panel.command("nbrepro:toggle")
    panel.await_text("Run in order 2/2")
