"""A notebook with hostile names and outputs: nothing runs, nothing is shown as markup."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.panel.lab import Lab

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
HOSTILE = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>'


def test_a_hostile_notebook_runs_nothing_and_shows_no_markup(open_page: Any, notebook: Any, lab: Lab) -> None:
    name = "<img src=x onerror=hacked()>.ipynb"
    path = notebook(
        LOAD,
        f"import os\nfrom IPython.display import HTML\nbad = {HOSTILE!r}\n"
        "HTML(bad + '<table><tr><td>' + os.urandom(4).hex() + bad + '</td></tr></table>')",
        f"# {HOSTILE}\nprint(os.urandom(8).hex(), {HOSTILE!r})",
        f"raise ValueError({HOSTILE!r})",
        name=name,
    )
    file = lab.root / path
    document = json.loads(file.read_text())
    document["cells"][2]["id"] = "a-b_c"
    document["metadata"]["nbrepro"] = {"settings": {"seed": 1}}
    document["metadata"]["title"] = HOSTILE
    document["cells"][3]["metadata"]["tags"] = ["raises-exception"]
    file.write_text(json.dumps(document))
    lab.run("record", path)
    lab.run("check", path)
    panel = open_page(path)
    panel.await_state("failed")
    panel.unfold("History")
    panel.page.wait_for_selector(".nbr-History li")
    panel.click("Full diff")
    panel.page.wait_for_selector(".nbr-Difference-body")
    inside = "'#nbrepro-panel img, #nbrepro-panel script, .nbr-Difference img, .nbr-Difference script'"
    assert panel.page.evaluate(f"document.querySelectorAll({inside}).length") == 0
    panel.confirm("Close")
    panel.click("Report")
    panel.page.wait_for_selector(".nbr-Report")
    panel.page.frame_locator(".nbr-Report").get_by_text("0 of 1 notebook reproduced").wait_for()
    assert panel.page.evaluate("window.hacked") is None
