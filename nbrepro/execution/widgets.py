"""Widgets as a front end keeps them: the state of each model, and what Output widgets capture."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode, from_dict

from nbrepro.execution.areas import OutputArea
from nbrepro.execution.channels import Message

STATE_TYPE = "application/vnd.jupyter.widget-state+json"
VIEW_TYPE = "application/vnd.jupyter.widget-view+json"
_TARGET = "jupyter.widget"
_NAME = re.compile(r"[0-9a-f-]{32,36}")


class OutputWidget:
    """An Output widget: captures what answers one request while Python is inside it."""

    def __init__(self, area: OutputArea) -> None:
        self.area = area
        self.request = ""
        self.unsent = False
        """Whether Python does not know yet what was captured."""


class Widgets:
    """The widget models of a run, in the order of their making."""

    def __init__(self) -> None:
        self._state: dict[str, dict[str, Any]] = {}
        self._buffers: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
        self._captures: dict[str, OutputWidget] = {}
        self._stack: dict[str, list[OutputWidget]] = {}
        """Those capturing each request, the innermost last."""

    def handle(self, message: Message) -> None:
        """Take in a ``comm_open``, ``comm_msg`` or ``comm_close``."""
        comm = message.content.get("comm_id", "")
        data = message.content.get("data") or {}
        if message.type == "comm_open" and message.content.get("target_name") == _TARGET:
            self._state[comm] = {}
            if data.get("state", {}).get("_model_name") == "OutputModel":
                self._captures[comm] = OutputWidget(OutputArea([]))
        if message.type == "comm_close":
            self._state.pop(comm, None)
            self._captures.pop(comm, None)
        if comm in self._state and isinstance(data.get("state"), dict) and data.get("method") != "echo_update":
            self._merge(comm, data, message.buffers)

    def capturing(self, request: str) -> OutputArea | None:
        """Return where the output of a request goes while an Output widget captures it."""
        stack = self._stack.get(request)
        if not stack:
            return None
        stack[-1].unsent = True
        return stack[-1].area

    def changed(self, area: OutputArea) -> None:
        """Note that outputs of an area were changed in place."""
        for widget in self._captures.values():
            if widget.area is area:
                widget.unsent = True

    def unsent(self) -> Iterator[tuple[str, list[NotebookNode]]]:
        """Yield the widgets whose outputs Python does not know yet, with these outputs, once."""
        for comm, widget in self._captures.items():
            if widget.unsent:
                widget.unsent = False
                widget.area.settle()
                yield comm, widget.area.outputs

    def settle(self) -> None:
        """Bring the state of Output widgets up to date."""
        for comm, widget in self._captures.items():
            widget.area.settle()
            self._state[comm]["outputs"] = widget.area.outputs

    def _merge(self, comm: str, data: dict[str, Any], buffers: list[bytes]) -> None:
        state = data["state"]
        self._state[comm].update(state)
        for path, buffer in zip(data.get("buffer_paths") or (), buffers, strict=False):
            encoded = base64.b64encode(buffer).decode()
            held = self._buffers.setdefault(comm, {})
            held[tuple(path)] = {"data": encoded, "encoding": "base64", "path": path}
        widget = self._captures.get(comm)
        if widget is not None:
            if "outputs" in state:
                widget.area.replace([from_dict(output) for output in state["outputs"]])
            if "msg_id" in state:
                self._enter(widget, state["msg_id"])

    def _enter(self, widget: OutputWidget, request: str) -> None:
        """Start to capture a request, or with an empty one stop."""
        stack = self._stack.get(widget.request, [])
        if widget in stack:
            stack.remove(widget)
        widget.request = request
        if request:
            self._stack.setdefault(request, []).append(widget)

    def write(self, notebook: NotebookNode) -> None:
        """Write the widgets' state into the notebook, under names that are the same in every run.

        The kernel draws random names. They carry no result, and would make each record differ from the last.
        """
        notebook.metadata.pop("widgets", None)
        self.settle()
        models = {comm: self._model(comm) for comm, state in self._state.items() if "_model_name" in state}
        if not models:
            return
        names = {comm: f"{number:032x}" for number, comm in enumerate(models, start=1)}
        document = {"version_major": 2, "version_minor": 0, "state": models}
        notebook.metadata["widgets"] = from_dict({STATE_TYPE: _renamed(document, names)})
        for cell in notebook.cells:
            for output in cell.get("outputs", ()):
                if VIEW_TYPE in output.get("data", {}):
                    output["data"][VIEW_TYPE] = from_dict(_renamed(output["data"][VIEW_TYPE], names))

    def _model(self, comm: str) -> dict[str, Any]:
        state = self._state[comm]
        model = {
            "model_name": state.get("_model_name"),
            "model_module": state.get("_model_module"),
            "model_module_version": state.get("_model_module_version"),
            "state": {**state, "msg_id": ""} if "msg_id" in state else state,
        }
        if self._buffers.get(comm):
            model["buffers"] = list(self._buffers[comm].values())
        return model


def _renamed(document: Any, names: dict[str, str]) -> Any:
    """Return a JSON document in which every model has its new name; the names are random, so no text can hold one."""
    return json.loads(_NAME.sub(lambda found: names.get(found[0], found[0]), json.dumps(document)))
