"""Widgets: compared by the state behind the view; a model's id is only its address."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.binary import value_bytes
from nbrepro.compare.ids import WIDGET_IDS
from nbrepro.compare.images import compare_images
from nbrepro.compare.payload import as_text
from nbrepro.compare.trees import compare_trees

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

_REFERENCE = "IPY_MODEL_"
_VERSIONS = frozenset({"_model_module_version", "_view_module_version", "_view_count", "_dom_classes", "tabbable"})
_DEPTH = 50
_BUFFER = "base64 buffer"
"""The only key of what stands for bytes."""


class WidgetComparator:
    """A widget's view, with its state put in its place by `resolve`."""

    name: ClassVar[str] = "widget"
    mimes: ClassVar[tuple[str, ...]] = (VIEW,)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 100

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two widgets' states; what an Output widget holds is compared as a cell's outputs are."""
        taken = _Taken(), _Taken()
        states = taken[0].take_from(reference, _DEPTH), taken[1].take_from(candidate, _DEPTH)
        ledger = Ledger()
        ledger.absorb(compare_trees(*states, rules, WIDGET_IDS))
        if len(taken[0].outputs) == len(taken[1].outputs):
            for number, pair in enumerate(zip(taken[0].outputs, taken[1].outputs, strict=True), start=1):
                _compare_inner(ledger, f"output widget {number}", *pair, rules)
        if len(taken[0].files) == len(taken[1].files):
            for (where, one), (_, other) in zip(taken[0].files, taken[1].files, strict=True):
                if one != other:
                    ledger.absorb(compare_images(value_bytes(one), value_bytes(other), rules), where)
        return ledger.conclude(rules)


class _Taken:
    """What is taken out of a widget's state, to be compared by what it is."""

    def __init__(self) -> None:
        self.outputs: list[Any] = []
        """What each Output widget holds."""
        self.files: list[tuple[str, str]] = []
        """The bytes of pictures and the like in base64, each with the name under which it stands."""

    def take_from(self, value: Any, depth: int, name: str = "") -> Any:
        """Return the state without them."""
        if depth <= 0:
            return value
        if isinstance(value, Mapping):
            if value.get("model") == "OutputModel" and isinstance(value.get("outputs"), list):
                self.outputs.append(value["outputs"])
                return {**value, "outputs": None}
            if value.keys() == {_BUFFER}:
                self.files.append((name, as_text(value[_BUFFER])))
                return None
            return {key: self.take_from(inner, depth - 1, str(key)) for key, inner in value.items()}
        return [self.take_from(inner, depth - 1, name) for inner in value] if isinstance(value, list) else value


def _compare_inner(ledger: Ledger, where: str, reference: list[Any], candidate: list[Any], rules: Rules) -> None:
    from nbrepro.compare.outputs import compare_outputs, read_outputs  # noqa: PLC0415 - outputs hold widgets, too
    from nbrepro.compare.registry import default_registry  # noqa: PLC0415 - as above

    units = read_outputs(reference, {}), read_outputs(candidate, {})
    for result in compare_outputs(*units, rules, default_registry()):
        ledger.absorb(
            Comparison(
                verdict=result.verdict,
                reason=result.reason,
                differences=result.differences,
                masked=result.masked,
                similarity=1.0 if result.similarity is None else result.similarity,
                noise=tuple({mask.rule for mask in result.masked}),
            ),
            where,
        )


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
    state = _state(str(name), models, (), _DEPTH) if name in models else None
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
            parent[last] = {_BUFFER: buffer["data"]}
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
