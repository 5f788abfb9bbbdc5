"""Real kernels for the tests of the recorder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from nbrepro.records import Finding
from nbrepro.store.journal import CellRun, Journal, read_journal

_PATIENCE = 60.0


@dataclass
class Answer:
    """What came back for one cell."""

    msg_id: str
    status: str = ""
    text: str = ""
    """Everything written to stdout and stderr."""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    """Messages other than streams."""
    reply: dict[str, Any] = field(default_factory=dict)


def _ends_amid_a_line(path: Path) -> bool:
    text = path.read_bytes() if path.exists() else b""
    return bool(text) and not text.endswith(b"\n")


class Kernel:
    """A real kernel with a journal of its own."""

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        self.folder = folder
        self.journal_path = folder / "journal.jsonl"
        base = {name: value for name, value in os.environ.items() if not name.startswith(("NBREPRO_", "PYTEST_"))}
        runtime = folder / "runtime"
        runtime.mkdir(exist_ok=True)
        environ = {
            **base,
            "JUPYTER_RUNTIME_DIR": str(runtime),
            "IPYTHONDIR": str(folder / ".ipython"),
            "NBREPRO_JOURNAL": str(self.journal_path),
            "NBREPRO_ROOT": str(folder),
            **variables,
        }
        environ = {name: value for name, value in environ.items() if value}
        self.manager = KernelManager()
        launcher = [sys.executable, "-m", "ipykernel_launcher", "--HistoryManager.enabled=False"]
        self.manager.kernel_spec.argv = [*launcher, "-f", "{connection_file}", *arguments]
        self.manager.start_kernel(env=environ, cwd=str(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=_PATIENCE)

    def send(self, code: str, *, silent: bool = False) -> str:
        """Send a cell without waiting."""
        return str(self.client.execute(code, silent=silent, store_history=not silent, allow_stdin=False))

    def run(self, code: str, *, silent: bool = False) -> Answer:
        """Run a cell to its end."""
        return self.wait(self.send(code, silent=silent))

    def wait(self, msg_id: str) -> Answer:
        """Wait for the end of a cell that was sent."""
        answer = Answer(msg_id)
        while True:
            message = self.client.get_iopub_msg(timeout=_PATIENCE)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "stream":
                answer.text += content["text"]
            elif kind not in ("status", "execute_input"):
                answer.outputs.append({"output_type": kind, **content})
        while True:
            reply = self.client.get_shell_msg(timeout=_PATIENCE)
            if reply["parent_header"].get("msg_id") == msg_id:
                answer.reply = reply["content"]
                answer.status = answer.reply["status"]
                return answer

    @property
    def journal(self) -> Journal:
        """The journal as it is now, behind the entry that may just be written: the long one of the fingerprint."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and _ends_amid_a_line(self.journal_path):
            time.sleep(0.01)
        return read_journal(self.journal_path)

    def recorded(self, code: str) -> CellRun:
        """Run a cell and return what the journal says of it."""
        answer = self.run(code)
        assert answer.status == "ok", answer.reply
        return self.journal.cells[answer.msg_id]

    def findings(self, code: str) -> tuple[Finding, ...]:
        """Run a cell and return its findings."""
        return self.recorded(code).cell.findings

    def value(self, expression: str) -> str:
        """Return the repr of an expression, without leaving a trace in the journal."""
        msg_id = self.client.execute("", silent=True, user_expressions={"it": expression})
        while True:
            reply = self.client.get_shell_msg(timeout=_PATIENCE)
            if reply["parent_header"].get("msg_id") == msg_id:
                answer = reply["content"]["user_expressions"]["it"]
                assert answer["status"] == "ok", answer
                return str(answer["data"]["text/plain"])

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


StartKernel = Callable[..., Kernel]


@pytest.fixture(scope="module")
def start_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartKernel]:
    """Starts kernels that end with the module."""
    kernels: list[Kernel] = []

    def start(*arguments: str, **variables: str) -> Kernel:
        kernel = Kernel(tmp_path_factory.mktemp("project"), *arguments, **variables)
        kernels.append(kernel)
        return kernel

    yield start
    for kernel in kernels:
        kernel.close()


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel with the extension loaded, for all tests that leave it as they found it."""
    kernel = Kernel(tmp_path_factory.mktemp("shared"))
    assert kernel.run("%load_ext nbrepro").status == "ok"
    yield kernel
    kernel.close()
