"""The declared metrics of kept runs, for their trend."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbrepro.compare.metrics import METRIC
from nbrepro.store.layout import Store

_KEPT = 256


def metrics_of(store: Store, name: str, run: str) -> dict[str, float]:
    """Return the metrics that a kept run declared; none where it is kept no more."""
    path = store.folder / "runs" / name / f"{run}.ipynb"
    try:
        stamp = path.stat().st_mtime_ns
    except (OSError, ValueError):
        return {}
    return _read(path, stamp)


@lru_cache(maxsize=_KEPT)
def _read(path: Path, _stamp: int) -> dict[str, float]:
    try:
        notebook = json.loads(path.read_bytes())
        cells = notebook["cells"]
        return dict(pair for cell in cells for output in cell.get("outputs", []) for pair in _declared(output))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _declared(output: Any) -> list[tuple[str, float]]:
    data = output.get("data", {}).get(METRIC)
    if not isinstance(data, dict):
        return []
    value = data.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return []
    return [(str(data.get("name")), float(value))]
