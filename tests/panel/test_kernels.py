"""Kernels that go, change, lie elsewhere, hold another nbrepro, or none."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.panel.serving import serve, write_notebook

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"


def test_a_kernel_that_is_shut_down_and_another_one_are_told_apart(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(LOAD, "1"))
    panel.run_all()
    panel.await_state("tracked")
    panel.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    panel.await_text("No kernel yet")
    panel.page.evaluate(
        "() => { window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({ name: 'python3' }); return null; }"
    )
    panel.await_text("Not tracked in this kernel")
    panel.run_all()
    panel.await_text("Run in order 2/2")


@pytest.mark.parametrize(
    ("protocol", "said", "mend"),
    [
        ("0.9", "nbrepro in the kernel is older than the panel", "%pip install -U nbrepro"),
        ("2.0", "nbrepro in the kernel is newer than the panel", "Upgrade nbrepro in the environment of JupyterLab"),
    ],
)
def test_a_kernel_with_another_version_is_named_with_its_mend(
    open_page: Any, notebook: Any, protocol: str, said: str, mend: str
) -> None:
    panel = open_page(notebook(f"import nbrepro.kernel.comm as comm\ncomm.PROTOCOL = {protocol!r}", LOAD))
    panel.run_all()
    panel.await_text(said)
    panel.await_text(mend)


ABSENT = """import sys
class Absent:
    def find_spec(self, name, *_):
        if name.partition('.')[0] == 'nbrepro':
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Absent())
print('ready')"""


def test_a_kernel_without_nbrepro_says_how_to_install_it(open_page: Any, notebook: Any) -> None:
    panel = open_page(notebook(ABSENT))
    panel.run_all()
    panel.page.wait_for_selector('.jp-OutputArea-output:has-text("ready")')
    panel.click("Load nbrepro")
    panel.await_text("nbrepro is not installed in the kernel’s environment")
    panel.await_text("%pip install nbrepro")
    panel.await_state("not_loaded")


def test_a_kernel_at_a_gateway_is_followed_and_checks_run_on_the_server(
    open_page: Any, tmp_path: Path, bundle: Path
) -> None:
    pytest.importorskip("kernel_gateway", reason="jupyter-kernel-gateway is not installed")
    with gateway(tmp_path / "gateway.log") as address:
        for server in serve(tmp_path, bundle, f"--gateway-url={address}"):
            write_notebook(server.root / "a.ipynb", (LOAD, "import os", "print(os.urandom(1) > b'')"))
            panel = open_page("a.ipynb", server=server, fresh=True)
            panel.await_state("not_loaded")
            panel.await_text("Your kernel runs at a gateway")
            panel.run_all()
            panel.await_state("tracked")
            panel.await_text("Run in order 3/3")
            panel.await_text("os.urandom(1)")
            panel.click("Run all & record")
            panel.await_state("clean")


@contextlib.contextmanager
def gateway(log: Path) -> Iterator[str]:
    """A kernel gateway, as it stands on another machine."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "kernel_gateway", "--ip=127.0.0.1", f"--port={port}", "--port_retries=0"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(15)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/kernelspecs", timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
