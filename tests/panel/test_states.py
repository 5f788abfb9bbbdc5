"""Each of the six states in a real browser, a real JupyterLab, with real kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LOAD = "%load_ext nbrepro"


def test_a_notebook_without_nbrepro_is_not_loaded(open_page: Any, notebook: Callable[..., str]) -> None:
    panel = open_page(notebook("x = 1\nx"))
    panel.await_state("not_loaded")
    panel.await_text("Not tracked in this kernel")
    panel.page.screenshot(path="/tmp/build/s1.png")
    panel.click("Load nbrepro")
    panel.await_state("tracked")
    panel.page.screenshot(path="/tmp/build/s2.png")
