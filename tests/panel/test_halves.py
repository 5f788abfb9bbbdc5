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


@pytest.mark.parametrize(
    ("protocol", "said", "mend"),
    [
        ("0.9", "The server’s half of nbrepro is older than the panel", "pip install -U nbrepro"),
        ("2.0", "The server’s half of nbrepro is newer than the panel", "reload the page"),
    ],
)
def test_a_server_of_another_version_is_named_with_its_mend(
    open_page: Any, notebook: Any, protocol: str, said: str, mend: str
) -> None:
    path = notebook(LOAD, "1")
    panel = open_page(fresh=True, show=False)
    answer = {"protocol": protocol, "nbrepro": "0.0"}
    panel.page.route("**/nbrepro/hello*", lambda route: route.fulfill(json=answer))
    panel.open(path)
    panel.await_text(said)
    panel.await_text(mend)
    panel.run_all()
    panel.await_text("Run in order 2/2")


def test_below_a_prefix_as_in_jupyterhub_all_is_there(open_page: Any, tmp_path: Path, bundle: Path) -> None:
    for server in serve(tmp_path, bundle, "--ServerApp.base_url=/user/x/", prefix="user/x/"):
        write_notebook(server.root / "a.ipynb", (LOAD, "1"))
        panel = open_page("a.ipynb", server=server, fresh=True)
        panel.run_all()
        panel.await_state("tracked")
        panel.click("Run all & record")
        panel.await_state("clean")


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
