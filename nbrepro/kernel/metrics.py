"""``nbrepro.metric``: a number that matters, published as an output of its own."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

METRIC = "application/vnd.nbrepro.metric+json"
"""The type that `nbrepro.compare.metrics` compares; the kernel's half imports nothing of that room."""


def publish(name: str, value: Any, rtol: float | None, atol: float | None) -> None:
    """Display a metric; outside a kernel, print it."""
    number = plain_number(name, value)
    for what, amount in (("rtol", rtol), ("atol", atol)):
        if amount is not None and not 0 <= amount < math.inf:
            raise ValueError(f"metric {name!r}: {what} must be a number from 0, not {amount!r}")
    text = f"{name} = {number!r}"
    shown = number if math.isfinite(number) else repr(number)
    data = {METRIC: {"name": str(name), "value": shown, "rtol": rtol, "atol": atol}, "text/plain": text}
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(text)  # noqa: T201 - there is nobody to display to
    else:
        display(data, raw=True)


def plain_number(name: str, value: Any) -> int | float:
    """Return a number of Python for one of NumPy or torch.

    Raises
    ------
    TypeError
        If the value is no real number, or more than one.
    """
    single = value
    if not isinstance(value, Real) and callable(getattr(value, "item", None)):
        try:
            single = value.item()
        except (TypeError, ValueError, RuntimeError):
            single = None
    elif callable(getattr(value, "item", None)):
        single = value.item()
    if isinstance(single, bool) or not isinstance(single, Real):
        raise TypeError(f"metric {name!r} must be one real number, not {type(value).__name__}: give `float(…)` of it")
    return int(single) if isinstance(single, Integral) else float(single)
