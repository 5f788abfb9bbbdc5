"""Where people find the panel and its commands: toolbar, status bar, palette, menus, shortcuts, settings."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
TOOLBAR = '.jp-NotebookPanel-toolbar [data-jp-item-name="nbrepro"] :is(button, jp-button)'


def hide(panel: Any) -> None:
    panel.page.evaluate("window.jupyterapp.shell.collapseRight()")
    panel.page.wait_for_selector("#nbrepro-panel", state="hidden")


def test_the_toolbars_button_and_the_status_bar_show_the_panel(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "1"))
    panel.run_all()
    panel.await_state("tracked")
    item = panel.page.locator(".nbr-Status-text")
    assert item.inner_text() == "Repro: ◐"
    assert "Tracked, no record yet" in str(item.get_attribute("title"))
    panel.page.click(TOOLBAR)
    panel.page.wait_for_selector("#nbrepro-panel", state="hidden")
    assert item.inner_text() == "Repro"
    panel.page.click(TOOLBAR)
    panel.page.wait_for_selector("#nbrepro-panel")
    hide(panel)
    item.click()
    panel.await_state("tracked")


def test_a_command_behind_a_hidden_panel_shows_it_and_does_its_work(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, "1")
    lab.run("record", path)
    panel = open_page(path)
    panel.run_all()
    panel.await_state("clean")
    hide(panel)
    panel.page.keyboard.press("Control+Alt+k")
    panel.await_text("Reproduced", timeout=40)


def test_the_palette_and_the_menus_hold_the_commands_with_their_shortcuts(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "1"))
    panel.await_state("not_loaded")
    for menu, labels in {
        "View": ["Reproducibility Panel"],
        "Run": ["Check in a Fresh Kernel", "Run All in a Fresh Kernel and Record"],
        "Kernel": ["Load nbrepro in This Kernel", "Restart Kernel Pinned…"],
    }.items():
        panel.page.click(f'.lm-MenuBar-item:has-text("{menu}")')
        for label in labels:
            panel.page.wait_for_selector(f'.lm-Menu-item:has(.lm-Menu-itemLabel:text-is("{label}"))')
        panel.page.keyboard.press("Escape")
    panel.command("apputils:activate-command-palette")
    panel.page.fill(".lm-CommandPalette-input", "reproducibility")
    found = panel.page.locator(".lm-CommandPalette-item")
    found.first.wait_for()
    texts = " ".join(found.all_inner_texts())
    for label in (
        "Check in a Fresh Kernel",
        "Copy the Report",
        "Write the Lock of the Record",
        "Take the Record Along",
    ):
        assert label in texts
    assert "Ctrl+Alt+K" in texts.replace(" ", "")
    panel.page.keyboard.press("Escape")


def test_the_settings_switch_the_marks_off_and_on(open_page: Any, notebook: Any) -> None:
    path = notebook(LOAD, "1")
    panel = open_page(path)
    panel.run_all()
    panel.page.wait_for_function("document.querySelectorAll('[data-nbrepro-state=ran]').length === 2")
    for wanted, marks in ((False, 0), (True, 2)):
        panel.command("settingeditor:open", {"query": "Reproducibility"})
        box = panel.page.locator('input[type="checkbox"][id*="cellMarks"]')
        box.set_checked(wanted)
        panel.command("docmanager:open", {"path": path})
        panel.page.wait_for_function(f"document.querySelectorAll('[data-nbrepro-state]').length === {marks}")


def test_the_menu_of_the_panel_does_what_its_buttons_do(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook("x = 1"))
    panel.await_state("not_loaded")
    panel.page.click('#nbrepro-panel button[aria-label="More actions"]')
    panel.page.click('.nbr-Menu .lm-Menu-itemLabel:text-is("Load nbrepro in This Kernel")')
    panel.await_state("tracked")
