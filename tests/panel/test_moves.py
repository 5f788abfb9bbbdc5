"""Notebooks that are renamed, moved, duplicated and closed."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"


def rename(panel: Any, path: str) -> None:
    """Rename or move the current notebook as the file browser does."""
    script = """([before, after]) => window.jupyterapp.serviceManager.contents.rename(before, after).then(() => null)"""
    panel.page.evaluate(script, [panel.page.evaluate("window.jupyterapp.shell.currentWidget.context.path"), path])


def test_a_renamed_notebook_keeps_its_kernel_and_takes_its_record_along_when_asked(
    open_page: Any, notebook: Any, lab: Any
) -> None:
    path = notebook(LOAD, "1")
    folder = (lab.root / path).parent
    lab.run("record", path)
    panel = open_page(path)
    panel.run_all()
    panel.await_state("clean")
    rename(panel, f"{folder.name}/other.ipynb")
    panel.await_text("other.ipynb")
    panel.await_state("tracked")
    panel.await_text("Run in order 2/2")
    panel.await_text("Its record still lies under its former name, analysis.ipynb.")
    panel.click("Take the record along")
    panel.await_state("clean")
    kept = (folder / ".nbrepro" / "records").rglob("*.ipynb")
    assert [file.name for file in kept] == ["other.ipynb"]


def test_a_notebook_moved_into_a_folder_is_followed_and_checked_there(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "1 + 1")
    folder = (lab.root / path).parent
    (folder / "deep").mkdir()
    lab.run("record", path)
    panel = open_page(path)
    panel.await_text("Record on disk")
    rename(panel, f"{folder.name}/deep/moved.ipynb")
    panel.await_text("moved.ipynb")
    panel.click("Take the record along")
    panel.await_text("Record on disk")
    panel.click("Check")
    panel.await_text("✓ 2/2")
    assert (folder / ".nbrepro" / "records" / "deep" / "moved.ipynb").exists()


def test_a_duplicate_is_a_notebook_of_its_own_though_its_cells_have_the_same_ids(
    open_page: Any, notebook: Any, lab: Any
) -> None:
    path = notebook(LOAD, "1")
    lab.run("record", path)
    panel = open_page(path)
    panel.run_all()
    panel.await_state("clean")
    folder = path.split("/")[0]
    script = "([from, to]) => window.jupyterapp.serviceManager.contents.copy(from, to).then(copy => copy.path)"
    copy = panel.page.evaluate(script, [path, folder])
    panel.open(copy)
    panel.await_text(copy.split("/")[1])
    panel.await_state("not_loaded")
    assert "record" not in panel.page.inner_text(".nbr-Card").lower().replace("run all & record", "")
    panel.run_all()
    panel.await_state("tracked")
    panel.await_text("Run in order 2/2")
    panel.command("docmanager:open", {"path": path})
    panel.await_state("clean")


def test_when_the_last_notebook_is_closed_the_panel_says_what_it_waits_for(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "1"))
    panel.await_state("not_loaded")
    panel.save()  # else JupyterLab asks
    panel.command("application:close")
    panel.await_text("Open a notebook to see whether its numbers can be trusted.")
