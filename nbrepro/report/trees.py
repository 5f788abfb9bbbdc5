"""JSON for people: a line a place and its value, arrays of numbers unpacked, what a library generated left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nbrepro.compare.metrics import METRIC
from nbrepro.compare.payload import as_json
from nbrepro.compare.typedarrays import decoded
from nbrepro.compare.widgetstates import VIEW
from nbrepro.report.kinds import shortened

MOST_LINES = 5000
_ROW = 10
"""Values of an array that stand on one line."""
_UNSEEN = ("_model_", "_view_", "_dom_")
_EMPTY: tuple[Any, ...] = (None, "", "\u200b", [], {})


def lines(mime: str, value: Any) -> str:
    """Return a JSON value as lines ``place: value``, in an order that does not hang on how it was written."""
    value = as_json(value)
    if mime == VIEW and isinstance(value, Mapping):
        value = _told(value)
    elif mime == METRIC and isinstance(value, Mapping):
        value = _metric(value)
    found: list[str] = []
    for line in _lines("", value, 60):
        if len(found) >= MOST_LINES:
            found.append("… and more")
            break
        found.append(line)
    return "\n".join(found)


def _told(state: Any) -> Any:
    """Return a widget's state without what is empty, or only says which code draws it."""
    if isinstance(state, Mapping):
        kept = {
            key: _told(value)
            for key, value in state.items()
            if not str(key).startswith(_UNSEEN) and key not in ("model_id", "description_allow_html")
        }
        kept = {key: value for key, value in kept.items() if value not in _EMPTY}
        is_bare = set(kept) == {"model"} and str(kept["model"]).endswith(("LayoutModel", "StyleModel"))
        return {} if is_bare else kept
    return [_told(item) for item in state] if isinstance(state, list) else state


def _metric(metric: Mapping[str, Any]) -> dict[str, Any]:
    """Return a declared metric by its name, and the tolerances that it declares."""
    declared = {f"declared {key}": metric[key] for key in ("rtol", "atol") if metric.get(key) is not None}
    return {str(metric.get("name")): metric.get("value"), **declared}


def _lines(where: str, value: Any, depth: int) -> Iterator[str]:
    array = decoded(value)
    if array is not None:
        value = array.tolist()
    if isinstance(value, Mapping) and value and depth:
        for key in sorted(value, key=str):
            name = shortened(str(key))
            yield from _lines(f"{where}.{name}" if where else name, value[key], depth - 1)
    elif isinstance(value, list) and value and depth and any(isinstance(item, (list, Mapping)) for item in value):
        for place, item in enumerate(value):
            yield from _lines(f"{where}[{place}]", item, depth - 1)
    elif isinstance(value, list) and len(value) > _ROW:
        for start in range(0, len(value), _ROW):
            row = value[start : start + _ROW]
            yield f"{where}[{start} to {start + len(row) - 1}]: {', '.join(map(_leaf, row))}"
    elif isinstance(value, list):
        yield f"{where or 'value'}: [{', '.join(map(_leaf, value))}]"
    else:
        yield f"{where or 'value'}: {_leaf(value)}"


def _leaf(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
