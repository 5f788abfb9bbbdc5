"""Widgets: compared by the state behind the view; a model's id is only its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.ids import WIDGET_IDS
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
        """Compare two widgets' states; what an Output widget holds is compared as a cell's outputs are."""
        inner: tuple[list[Any], list[Any]] = ([], [])
        states = _without_outputs(reference, inner[0], _DEPTH), _without_outputs(candidate, inner[1], _DEPTH)
        ledger = Ledger()
        ledger.absorb(compare_trees(*states, rules, WIDGET_IDS))
        if len(inner[0]) == len(inner[1]):
            for number, (one, other) in enumerate(zip(*inner, strict=True), start=1):
                _compare_inner(ledger, f"output widget {number}", one, other, rules)
        return ledger.conclude(rules)


def _without_outputs(value: Any, found: list[Any], depth: int) -> Any:
    """Return the state with the contents of Output widgets taken out and added to ``found``."""
    if depth <= 0:
        return value
    if isinstance(value, Mapping):
        if value.get("model") == "OutputModel" and isinstance(value.get("outputs"), list):
            found.append(value["outputs"])
            return {**value, "outputs": None}
        return {key: _without_outputs(inner, found, depth - 1) for key, inner in value.items()}
    return [_without_outputs(inner, found, depth - 1) for inner in value] if isinstance(value, list) else value


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
