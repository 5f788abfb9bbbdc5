"""The states of widgets as a notebook saves them, put in the place of the views that only name them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
BUFFER = "base64 buffer"
"""The only key of what stands for bytes."""
DEPTH = 50
"""Levels of widgets inside widgets that are looked into."""

_REFERENCE = "IPY_MODEL_"
_VERSIONS = frozenset({"_model_module_version", "_view_module_version", "_view_count", "_dom_classes", "tabbable"})


def models_of(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the states of all widgets that a notebook saved, by model id."""
    widgets = metadata.get("widgets")
    stored = widgets.get(STATE) if isinstance(widgets, Mapping) else None
    state = stored.get("state") if isinstance(stored, Mapping) else None
    return state if isinstance(state, Mapping) else {}


def resolve(view: Any, models: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the state behind a view, with the states of the models it refers to in place of their ids.

    ``None`` where the notebook did not save it.
    """
    name = view.get("model_id") if isinstance(view, Mapping) else None
    state = _state(str(name), models, (), DEPTH) if name in models else None
    return None if state is None else {**state, "model_id": name}


def _state(name: str, models: Mapping[str, Any], above: tuple[str, ...], depth: int) -> dict[str, Any] | None:
    model = models.get(name)
    if not isinstance(model, Mapping) or name in above or depth <= 0:
        return None
    state = model.get("state")
    values = _with_buffers(state, model.get("buffers")) if isinstance(state, Mapping) else {}
    inner = {
        str(key): _resolved(value, models, (*above, name), depth - 1)
        for key, value in values.items()
        if key not in _VERSIONS
    }
    return {"model": model.get("model_name"), **inner}


def _with_buffers(state: Mapping[str, Any], buffers: Any) -> Mapping[str, Any]:
    """Return a state with its binary values, which are saved apart, in their places."""
    if not (isinstance(buffers, list) and buffers):
        return state
    filled = copy.deepcopy(dict(state))
    for buffer in buffers:
        if not _fill_in(filled, buffer):
            filled.setdefault("buffers", []).append(buffer)
    return filled


def _fill_in(state: dict[str, Any], buffer: Any) -> bool:
    """Put a binary value into its place in a state; ``False`` where there is no such place."""
    try:
        *way, last = buffer["path"]
        parent: Any = state
        for step in way:
            parent = parent[step]
        if isinstance(parent, dict) and "dtype" in parent:
            parent["bdata"] = buffer["data"]  # an array, as plotly writes it
        else:
            parent[last] = {BUFFER: buffer["data"]}
    except (LookupError, TypeError, ValueError):
        return False
    return True


def _resolved(value: Any, models: Mapping[str, Any], above: tuple[str, ...], depth: int) -> Any:
    if depth <= 0:
        return None
    if isinstance(value, str) and value.startswith(_REFERENCE):
        return _state(value.removeprefix(_REFERENCE), models, above, depth)
    if isinstance(value, Mapping):
        return {key: _resolved(inner, models, above, depth - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, models, above, depth - 1) for inner in value]
    return value
