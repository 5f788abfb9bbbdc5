"""For everyone: what axe finds, in every theme, and a narrow panel."""

from __future__ import annotations

from typing import Any

import pytest

from tests.panel.lab import Lab
from tests.panel.places import FRONT

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
AXE = FRONT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Light High Contrast"])
def test_axe_finds_nothing(open_page: Any, notebook: Any, lab: Lab, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make panel")
    path = notebook(LOAD, "import os", "print(os.urandom(4))", "open('raw.csv').read()")
    (lab.root / path).with_name("raw.csv").write_text("1")
    lab.run("record", path)
    lab.run("check", path)
    panel = open_page(path, theme=theme)
    panel.await_state("failed")
    for section in panel.page.query_selector_all(".nbr-Section-head button[aria-expanded=false]"):
        section.click()
    panel.page.wait_for_selector(".nbr-Section-head button[aria-expanded=false]", state="detached")
    panel.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert findings(panel, "#nbrepro-panel") == []
    panel.click("Full diff")
    panel.page.wait_for_selector(".nbr-Difference-body")
    assert findings(panel, ".nbr-Difference") == []
    panel.confirm("Close")
    panel.command("apputils:change-theme", {"theme": "JupyterLab Light"})


def findings(panel: Any, place: str) -> list[str]:
    result = panel.page.evaluate("place => axe.run(document.querySelector(place))", place)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def test_the_panel_fits_into_280_pixels(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "x = 1"), width=900)
    panel.run_all()
    panel.await_state("tracked")
    width, inner = panel.page.evaluate(
        "(() => { const n = document.querySelector('#nbrepro-panel'); return [n.clientWidth, n.scrollWidth]; })()"
    )
    assert (width, inner) == (280, 280)
