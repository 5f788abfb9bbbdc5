"""For everyone: what axe finds, in every theme and state, the keyboard alone, and a narrow panel."""

from __future__ import annotations

from typing import Any

import pytest

from tests.panel.lab import Lab
from tests.panel.places import FRONT

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
AXE = FRONT / "node_modules" / "axe-core" / "axe.min.js"
THEMES = (
    "JupyterLab Light",
    "JupyterLab Dark",
    "JupyterLab Light High Contrast",
    "JupyterLab Dark High Contrast",
)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(open_page: Any, notebook: Any, lab: Lab, theme: str) -> None:
    path = notebook(LOAD, "import os", "print(os.urandom(4))", "open('raw.csv').read()")
    (lab.root / path).with_name("raw.csv").write_text("1")
    lab.run("record", path)
    lab.run("check", path)
    panel = with_axe(open_page(path, theme=theme))
    panel.await_state("failed")
    unfold_all(panel)
    assert findings(panel, "#nbrepro-panel") == []
    panel.click("Full diff")
    panel.page.wait_for_selector(".nbr-Difference-body")
    assert findings(panel, ".nbr-Difference") == []
    panel.confirm("Close")
    panel.command("apputils:change-theme", {"theme": THEMES[0]})


@pytest.mark.parametrize("theme", THEMES[:2])
def test_axe_finds_nothing_in_the_other_states(open_page: Any, notebook: Any, lab: Lab, theme: str) -> None:
    path = notebook(LOAD, "import time", "time.sleep(0.1)")
    lab.run("record", path)
    panel = with_axe(open_page(path, theme=theme))
    panel.await_text("Record on disk")
    assert findings(panel, "#nbrepro-panel") == []
    panel.run_all()
    panel.await_state("clean")
    unfold_all(panel)
    assert findings(panel, "#nbrepro-panel") == []
    panel.edit(2, "time.sleep(20)")
    panel.await_state("drift")
    assert findings(panel, "#nbrepro-panel") == []
    panel.click("Check what changed")
    panel.await_text("2/3 cells")
    assert findings(panel, "#nbrepro-panel") == []
    panel.click("Cancel")
    panel.await_state("drift")
    panel.command("nbrepro:copy-report")
    panel.await_text("The report is in the clipboard")
    assert findings(panel, "#nbrepro-panel") == []
    panel.command("apputils:change-theme", {"theme": THEMES[0]})


def with_axe(panel: Any) -> Any:
    """Load axe into the page."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make panel")
    panel.page.evaluate(AXE.read_text(encoding="utf-8"))
    return panel


def unfold_all(panel: Any) -> None:
    for section in panel.page.query_selector_all(".nbr-Section-head button[aria-expanded=false]"):
        section.click()
    panel.page.wait_for_selector(".nbr-Section-head button[aria-expanded=false]", state="detached")


def findings(panel: Any, place: str) -> list[str]:
    result = panel.page.evaluate("place => axe.run(document.querySelector(place))", place)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


FOCUSED = """() => {
  const one = document.activeElement;
  if (one.closest('#nbrepro-panel') === null) { return null; }
  return one.getAttribute('aria-label') || one.innerText.trim() || one.id;
}"""
REACHABLE = """() => [...document.querySelectorAll('#nbrepro-panel button')]
  .map(one => one.getAttribute('aria-label') || one.innerText.trim())"""


def test_the_keyboard_alone_reaches_and_does_everything(open_page: Any, notebook: Any, lab: Lab) -> None:
    path = notebook("import os", "print(os.urandom(8))")
    lab.run("record", path)
    panel = open_page(path, show=False, fresh=True)
    press = panel.page.keyboard.press
    press("Control+Alt+r")
    panel.await_state("not_loaded")
    panel.page.wait_for_function("document.activeElement.id === 'nbrepro-panel'")
    assert walk(panel) == panel.page.evaluate(REACHABLE)
    focus(panel, "Load nbrepro")
    press("Enter")
    panel.await_state("clean")
    panel.page.wait_for_function("document.activeElement.id === 'nbrepro-panel'")  # its button has gone: not the focus
    focus(panel, "Check")
    press("Space")
    panel.await_state("failed")
    assert walk(panel) == panel.page.evaluate(REACHABLE)
    focus(panel, "Accept as new record")
    press("Enter")
    panel.page.wait_for_selector(".jp-Dialog")
    press("Tab")
    press("Enter")
    panel.page.wait_for_selector(".jp-Dialog", state="detached")
    panel.page.wait_for_selector(".nbr-Card:not([data-state=failed])")
    choose(panel, "Write the Lock of the Record")
    panel.await_text("wrote .nbrepro/locks")
    choose(panel, "Copy the Report")
    panel.await_text("The report is in the clipboard")
    focus(panel, "More actions")
    press("Enter")
    panel.page.wait_for_selector(".nbr-Menu")
    press("Escape")
    panel.page.wait_for_selector(".nbr-Menu", state="detached")
    panel.page.wait_for_function(f"({FOCUSED})() === 'More actions'")  # the focus goes back once the menu is gone


def walk(panel: Any) -> list[str]:
    """Go through the panel with the Tab key, from its start to its end."""
    panel.page.evaluate("document.querySelector('#nbrepro-panel').focus()")
    found: list[str] = []
    while len(found) < 200:
        panel.page.keyboard.press("Tab")
        label = panel.page.evaluate(FOCUSED)
        if label is None:
            break
        found.append(label)
    return found


def focus(panel: Any, label: str) -> None:
    """Press Tab until a button has the focus."""
    panel.page.evaluate("document.querySelector('#nbrepro-panel').focus()")
    for _ in range(60):
        panel.page.keyboard.press("Tab")
        if panel.page.evaluate(FOCUSED) == label:
            return
    raise AssertionError(f"the keyboard does not reach {label!r}: {panel.page.evaluate(REACHABLE)}")


def choose(panel: Any, label: str) -> None:
    """Choose from the menu of all actions, with the keyboard."""
    focus(panel, "More actions")
    panel.page.keyboard.press("Enter")
    panel.page.wait_for_selector(".nbr-Menu")
    for _ in range(30):
        panel.page.keyboard.press("ArrowDown")
        active = panel.page.query_selector(".nbr-Menu .lm-Menu-item.lm-mod-active .lm-Menu-itemLabel")
        if active is not None and active.inner_text() == label:
            panel.page.keyboard.press("Enter")
            return
    raise AssertionError(f"{label!r} is not in the menu, or cannot be chosen")


def test_the_panel_fits_into_280_pixels(open_page: Any, notebook: Any, lab: Lab) -> None:
    path = notebook(LOAD, "import os", f"{'a_long_name_' * 9} = os.urandom(4)", f"print({'a_long_name_' * 9})")
    lab.run("record", path)
    lab.run("check", path)
    panel = open_page(path, width=900)
    panel.run_all()
    panel.await_state("failed")
    unfold_all(panel)
    width, inner = panel.page.evaluate(
        "(() => { const n = document.querySelector('#nbrepro-panel'); return [n.clientWidth, n.scrollWidth]; })()"
    )
    assert (width, inner) == (280, 280)
