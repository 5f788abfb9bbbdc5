"""A Jupyter server of the tests' own, and notebooks in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from tests.panel.lab import Lab

TOKEN = "a-token-of-the-tests"


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(
    folder: Path, bundle: Path | None, *options: str, app: str = "lab", server_half: bool = True, prefix: str = ""
) -> Iterator[Lab]:
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
        "JUPYTER_PREFER_ENV_PATH": "0",  # else a copy of the panel in this environment goes before the built one
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
    lab = Lab(url=f"http://127.0.0.1:{port}/{prefix}", token=TOKEN, root=root, log=log, process=process)
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


def write_notebook(path: Path, sources: tuple[str, ...]) -> None:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = [
        new_markdown_cell(text[2:]) if text.startswith("m:") else new_code_cell(text, id=f"cell-{place}")
        for place, text in enumerate(sources)
    ]
    spec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec, "language_info": {"name": "python"}}), path)
