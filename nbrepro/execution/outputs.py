"""The outputs of a run, kept as a front end would show them.

Differs from nbclient where nbclient differs from JupyterLab: output that a thread writes after its cell ended goes to
that cell; a display inside an Output widget is updated like any other; output appended to an Output widget from
Python is not lost; widgets may be left in any order; a pager's page is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode, from_dict

from nbrepro.execution.areas import OutputArea
from nbrepro.execution.channels import Message
from nbrepro.execution.widgets import Widgets

_DISPLAYS = frozenset({"display_data", "execute_result"})


class Outputs:
    """Routes the messages of a run to the cells whose requests they answer."""

    def __init__(self, on_output: Callable[[NotebookNode], None] | None = None) -> None:
        self._areas: dict[str, OutputArea] = {}
        self._displays: dict[str, list[tuple[OutputArea, NotebookNode]]] = {}
        self._on_output = on_output
        self.widgets = Widgets()

    def expect(self, request: str, outputs: list[NotebookNode]) -> None:
        """Let the outputs of a request go into the given list, which starts empty."""
        self._areas[request] = OutputArea(outputs)

    def handle(self, message: Message) -> None:
        """Take in a message of the iopub channel; those of other kinds or other clients are left out."""
        cell = self._areas.get(message.parent or "")
        kind = message.type
        if kind.startswith("comm_"):
            self.widgets.handle(message)
        elif cell is None:
            return
        elif kind == "clear_output":
            self._target(message, cell).clear(wait=bool(message.content.get("wait")))
        elif kind == "update_display_data":
            self._update(_display_id(message), message.content)
        elif kind in {"stream", "error"} or kind in _DISPLAYS:
            self._add(self._target(message, cell), message)

    def show_page(self, request: str, reply: dict[str, Any]) -> None:
        """Show the page that a reply carries (``print?``) as JupyterLab does."""
        pages = [part for part in reply.get("payload", ()) if part.get("source") == "page"]
        if pages and request in self._areas:
            page = {"output_type": "display_data", "data": pages[0].get("data", {}), "metadata": {}}
            self._areas[request].append(from_dict(page))

    def settle(self) -> None:
        """Bring all outputs up to date, for reading them."""
        for area in self._areas.values():
            area.settle()
        self.widgets.settle()

    def _target(self, message: Message, cell: OutputArea) -> OutputArea:
        return self.widgets.capturing(message.parent or "") or cell

    def _add(self, area: OutputArea, message: Message) -> None:
        output = _output(message)
        display = _display_id(message)
        if display is not None:
            self._update(display, message.content)
        area.append(output)
        if display is not None:
            self._displays.setdefault(display, []).append((area, output))
        if self._on_output is not None:
            self._on_output(output)

    def _update(self, display: str | None, content: dict[str, Any]) -> None:
        """Change every output shown under this name; one that was cleared away is changed unseen."""
        for area, output in self._displays.get(display or "", ()):
            output["data"] = from_dict(content.get("data", {}))
            output["metadata"] = from_dict(content.get("metadata", {}))
            self.widgets.changed(area)


def _output(message: Message) -> NotebookNode:
    content = message.content
    if message.type == "stream":
        fields = {"name": content["name"], "text": content["text"]}
    elif message.type == "error":
        fields = {name: content[name] for name in ("ename", "evalue", "traceback")}
    else:
        fields = {"data": content.get("data", {}), "metadata": content.get("metadata", {})}
        if message.type == "execute_result":
            fields["execution_count"] = content.get("execution_count")
    return from_dict({"output_type": message.type, **fields})


def _display_id(message: Message) -> str | None:
    transient = message.content.get("transient")
    return transient.get("display_id") if isinstance(transient, dict) else None
