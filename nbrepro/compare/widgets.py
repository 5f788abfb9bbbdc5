"""Widgets: compared by the state behind the view; a model's id is only its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.trees import compare_trees

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

_REFERENCE = "IPY_MODEL_"
_VERSIONS = frozenset({"_model_module_version", "_view_module_version", "_view_count", "_dom_classes", "tabbable"})
_DEPTH = 50


class WidgetComparator:
    """A widget's view, with its state put in its place by `resolve`."""

    name: ClassVar[str] = "widget"
    mimes: ClassVar[tuple[str, ...]] = (VIEW,)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 100

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two widgets' states."""
        return compare_trees(reference, candidate, rules)


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
    return _state(str(name), models, (), _DEPTH) if name in models else None


def _state(name: str, models: Mapping[str, Any], above: tuple[str, ...], depth: int) -> dict[str, Any] | None:
    model = models.get(name)
    if not isinstance(model, Mapping) or name in above or depth <= 0:
        return None
    state = model.get("state")
    values = state if isinstance(state, Mapping) else {}
    inner = {
        str(key): _resolved(value, models, (*above, name), depth - 1)
        for key, value in values.items()
        if key not in _VERSIONS
    }
    return {"model": model.get("model_name"), **inner}


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
