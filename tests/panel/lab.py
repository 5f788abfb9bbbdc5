"""A Jupyter server, and the panel in a page of it, as the tests speak of them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Lab:
    """A running server."""

    url: str
    token: str
    root: Path
    log: Path
    process: subprocess.Popen[bytes]

    def await_start(self) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                self.get("api/status")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(self.log.read_text()[-3000:])

    def get(self, path: str) -> Any:
        """Return what the server answers to a GET with the token."""
        return self.ask("GET", path)[1]

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = "", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Return status and JSON of a request; ``token=None`` sends none."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"token {token or self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, _json(response.read())
        except urllib.error.HTTPError as fault:
            return fault.code, _json(fault.read())

    def run(self, verb: str, notebook: str, *options: str) -> None:
        """Run a verb of the command line on a notebook."""
        command = [sys.executable, "-m", "nbrepro", verb, "-q", notebook, *options]
        subprocess.run(command, cwd=self.root, check=False, capture_output=True)

    def shut_down_kernels(self) -> None:
        """End all kernels."""
        for session in self.get("api/sessions"):
            self.ask("DELETE", f"api/sessions/{session['id']}")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data.decode(errors="replace")


IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
RESTS = """path => {
  const { shell } = window.jupyterapp;
  const widget = [...shell.widgets('main')].find(one => one.context?.path === path);
  if (widget?.sessionContext?.session?.kernel?.status !== 'idle') { return false; }
  shell.activateById(widget.id);
  return shell.currentWidget === widget;
}"""
STANDING = """() => [...window.jupyterapp.shell.widgets('main')].map(one =>
  [one.context?.path ?? one.id, one.sessionContext?.session?.kernel?.status ?? 'no kernel'].join(': ')).join(', ')
  + ' ' + [...document.querySelectorAll('.jp-Dialog')].map(one => one.innerText).join(' ')"""


@dataclass
class Panel:
    """A page of JupyterLab with the panel."""

    page: Any
    lab: Lab
    faults: list[str] = field(default_factory=list)

    def open(self, *notebooks: str, show: bool = True, theme: str | None = None, wait: bool = True) -> None:
        """Open notebooks side by side, and the panel; the page is loaded only once."""
        if not self.page.url.startswith(self.lab.url):
            self.load()
        for place, path in enumerate(notebooks):
            self.command("docmanager:open", {"path": path, "options": {"mode": "split-right"} if place else {}})
        if theme is not None:
            self.command("apputils:change-theme", {"theme": theme})
        if notebooks and wait:
            self.await_idle(notebooks[-1])
        if show:
            self.show()

    def await_idle(self, path: str) -> None:
        """Wait until a notebook's kernel rests, and make it the current one: a launcher may have come meanwhile."""
        try:
            self.page.wait_for_function(RESTS, arg=path)
        except Exception:
            raise AssertionError(f"{path} has no idle kernel: {self.page.evaluate(STANDING)}\n{self.faults}") from None

    def load(self, path: str = "lab?reset&") -> None:
        """Load the page."""
        self.page.goto(f"{self.lab.url}{path}token={self.lab.token}")
        self.await_application()

    def await_application(self) -> None:
        """Wait until the application has started and its layout is there."""
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate("window.jupyterapp.restored.then(() => null)")

    def show(self) -> None:
        """Show the panel."""
        self.page.evaluate("window.jupyterapp.shell.activateById('nbrepro-panel')")
        self.page.wait_for_selector("#nbrepro-panel:not(.lm-mod-hidden)")

    def command(self, name: str, args: dict[str, Any] | None = None, *, wait: bool = True) -> Any:
        """Execute a command of the application."""
        script = "([name, args]) => { const done = window.jupyterapp.commands.execute(name, args);"
        script += " return done.then(() => null); }" if wait else " done.catch(() => null); return null; }"
        return self.page.evaluate(script, [name, args or {}])

    def run_all(self) -> None:
        """Run all cells and wait until the kernel rests."""
        self.command("notebook:run-all-cells")

    @property
    def state(self) -> str:
        """The state that the panel shows."""
        state: str = self.page.get_attribute(".nbr-Card", "data-state")
        return state

    @property
    def text(self) -> str:
        """What the panel says."""
        text: str = self.page.inner_text("#nbrepro-panel")
        return text

    def await_state(self, state: str, timeout: float = 30) -> None:
        """Wait until the panel shows a state."""
        try:
            self.page.wait_for_selector(f'.nbr-Card[data-state="{state}"]', timeout=timeout * 1000)
        except Exception:
            said = self.page.inner_text("#nbrepro-panel") if self.page.query_selector("#nbrepro-panel") else "no panel"
            raise AssertionError(f"the panel is not {state}, it says:\n{said}\n{self.faults}") from None

    def await_text(self, text: str, timeout: float = 20) -> None:
        """Wait until the panel says something."""
        script = "text => document.querySelector('#nbrepro-panel')?.innerText.includes(text)"
        try:
            self.page.wait_for_function(script, arg=text, timeout=timeout * 1000)
        except Exception:
            raise AssertionError(f"the panel does not say {text!r}, but:\n{self.text}\n{self.faults}") from None

    def click(self, label: str) -> None:
        """Press a button of the panel."""
        self.page.click(f'#nbrepro-panel button:has-text("{label}")')

    def unfold(self, section: str) -> None:
        """Open a section; one that an earlier test on this page left open stays so."""
        button = self.page.locator(f'#nbrepro-panel button[aria-expanded]:has-text("{section}")')
        if button.get_attribute("aria-expanded") == "false":
            button.click()

    def confirm(self, label: str) -> None:
        """Press a button of the dialog."""
        self.page.click(f'.jp-Dialog button:has-text("{label}")')

    def edit(self, cell: int, source: str) -> None:
        """Change a cell's source in the editor."""
        cells = "window.jupyterapp.shell.currentWidget.context.model.sharedModel.cells"
        self.page.evaluate(f"([place, source]) => {cells}[place].setSource(source)", [cell, source])

    def marks(self) -> list[str]:
        """The marks of the cells in the prompts, from the top; empty for none."""
        script = "[...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')]"
        found: list[str] = self.page.evaluate(f"{script}.map(cell => cell.dataset.nbreproState ?? '')")
        return found

    def save(self) -> None:
        """Save the notebook."""
        self.command("docmanager:save")
