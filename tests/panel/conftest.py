from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.panel.lab import Lab, Panel
from tests.panel.places import BUNDLE, build, chromium, is_current, node

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `make panel`")

TOKEN = "a-token-of-the-tests"
LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
IN_CI = bool(os.environ.get("CI"))


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The panel, built from the sources as they are."""
    if not is_current():
        if node() is None:
            pytest.skip("the panel is not built and Node ≥ 20.19 is not here: apt-get install nodejs npm")
        build()
    return BUNDLE


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(folder: Path, bundle: Path | None, *options: str, app: str = "lab", server_half: bool = True) -> Iterator[Lab]:
    """A Jupyter server with every Jupyter folder below ``folder``."""
    jupyter, root = folder / "jupyter", folder / "work"
    root.mkdir(parents=True, exist_ok=True)
    data, config = jupyter / "data", jupyter / "config"
    if bundle is not None:
        (data / "labextensions").mkdir(parents=True)
        (data / "labextensions" / "nbrepro").symlink_to(bundle)
    config.mkdir(parents=True)
    extensions = {"nbrepro.server": server_half}
    (config / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"jpserver_extensions": extensions}}))
    settings = folder / "settings" / "@jupyterlab"
    for name, value in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "defer"},
    }.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY"))}
    environ |= {
        "JUPYTER_DATA_DIR": str(data),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "HOME": str(folder),
        "GIT_CEILING_DIRECTORIES": str(folder),
    }
    command = [
        *(sys.executable, "-m", "jupyter", app, "--no-browser", "--allow-root", f"--ServerApp.root_dir={root}"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
        f"--IdentityProvider.token={TOKEN}",
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LanguageServerManager.autodetect=False",
        *options,
    ]
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=root, env=environ, stdout=out, stderr=subprocess.STDOUT)
    lab = Lab(url=f"http://127.0.0.1:{port}/", token=TOKEN, root=root, log=log, process=process)
    try:
        lab.await_start()
        yield lab
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Lab]:
    yield from serve(tmp_path_factory.mktemp("lab"), bundle)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not here: apt-get install chromium fonts-dejavu-core")
    with playwright_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=[LOOPBACK, "--no-sandbox"])
        yield instance
        instance.close()


@pytest.fixture
def open_page(browser: Any, lab: Lab) -> Iterator[Callable[..., Panel]]:
    """Open pages of JupyterLab; afterwards none of them may have asked for anything outside of the server."""
    contexts: list[Any] = []
    strangers: list[str] = []
    faults: list[str] = []

    def make(*notebooks: str, server: Lab | None = None, width: int = 1280, height: int = 800, **options: Any) -> Panel:
        where = server or lab
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: _note_stranger(request.url, where.url, strangers))
        page.on("pageerror", lambda error: faults.append(str(error)))
        panel = Panel(page=page, lab=where, faults=faults)
        panel.open(*notebooks, **options)
        return panel

    yield make
    for context in contexts:
        context.close()
    assert not strangers, f"requests left the server: {strangers}"


def _note_stranger(url: str, home: str, strangers: list[str]) -> None:
    own = (home, home.replace("http", "ws", 1), "data:", "blob:", "about:")
    if not url.startswith(own):
        strangers.append(url)


@pytest.fixture
def notebook(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Write notebooks into a folder of the test's own; return their paths as Jupyter names them."""
    made: list[Path] = []

    def make(*sources: str, name: str = "analysis.ipynb", folder: str | None = None, server: Lab | None = None) -> str:
        where = (server or lab).root / (folder or request.node.name.replace("[", "-").replace("]", "")[:60])
        where.mkdir(exist_ok=True)
        (where / "pyproject.toml").touch()
        made.append(where)
        write_notebook(where / name, sources)
        return f"{where.name}/{name}"

    yield make
    lab.shut_down_kernels()
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


def write_notebook(path: Path, sources: tuple[str, ...]) -> None:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = [
        new_markdown_cell(text[2:]) if text.startswith("m:") else new_code_cell(text, id=f"cell-{place}")
        for place, text in enumerate(sources)
    ]
    spec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec, "language_info": {"name": "python"}}), path)

