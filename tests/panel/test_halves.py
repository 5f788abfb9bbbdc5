"""Where a half is missing or of another version, below a prefix, and in Notebook 7."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.panel.lab import IDLE, Lab, Panel
from tests.panel.serving import serve, write_notebook

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"


def test_without_the_servers_half_the_panel_says_how_to_mend_it(open_page: Any, tmp_path: Path, bundle: Path) -> None:
    for server in serve(tmp_path, bundle, server_half=False):
        write_notebook(server.root / "a.ipynb", (LOAD, "1"))
        panel = open_page("a.ipynb", server=server, fresh=True)
        panel.await_text("The server’s half of nbrepro is missing")
        panel.await_text("pip install nbrepro")
        panel.run_all()
        panel.await_text("Run in order 2/2")


@pytest.fixture
def notebook7(tmp_path: Path, bundle: Path) -> Iterator[Lab]:
    yield from serve(tmp_path, bundle, app="notebook")


def test_notebook_7_has_the_panel_too(open_page: Any, notebook7: Lab, browser: Any) -> None:
    write_notebook(notebook7.root / "a.ipynb", (LOAD, "1"))
    context = browser.new_context()
    page = context.new_page()
    panel = Panel(page=page, lab=notebook7)
    page.goto(f"{notebook7.url}notebooks/a.ipynb?token={notebook7.token}")
    panel.await_application()
    page.wait_for_function(IDLE)
    panel.command("nbrepro:toggle")
    panel.await_state("not_loaded")
    panel.run_all()
    panel.await_text("Run in order 2/2")
    panel.click("Run all & record")
    panel.await_state("clean")
    context.close()
