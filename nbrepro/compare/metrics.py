"""Declared metrics (``nbrepro.metric``): one named number, compared by the tolerance that it declares itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.numbers import judge_values
from nbrepro.compare.payload import as_json, as_json_text
from nbrepro.compare.trees import compare_trees

METRIC = "application/vnd.nbrepro.metric+json"


class MetricComparator:
    """A declared metric; the candidate's declaration holds, since that is what the notebook asks for today."""

    name: ClassVar[str] = "metric"
    mimes: ClassVar[tuple[str, ...]] = (METRIC,)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 99

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two metrics by name, kind of number and value."""
        one, other = as_json(reference), as_json(candidate)
        if not (_is_metric(one) and _is_metric(other)):
            return compare_trees(one, other, rules)
        if as_json_text(one) == as_json_text(other):
            return Comparison.identical()
        ledger = Ledger()
        rules = _declared(other, rules)
        if one["name"] != other["name"]:
            ledger.differ("name", one["name"], other["name"])
        _compare_values(ledger, str(other["name"]), one["value"], other["value"], rules, declares_tolerance(other))
        if not (ledger.count or ledger.close):
            ledger.ignore("declared-tolerance")
        ledger.weigh(float(not ledger.count), 1)
        return ledger.conclude(rules)


def declares_tolerance(value: Any) -> bool:
    """Whether a metric says itself how far it may be off."""
    value = as_json(value)
    return isinstance(value, Mapping) and any(_amount(value.get(name)) is not None for name in ("rtol", "atol"))


def _is_metric(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str) and "value" in value


def _amount(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if value >= 0 else None


def _declared(metric: Mapping[str, Any], rules: Rules) -> Rules:
    """Return the rules with what the metric declares; a single tolerance declared leaves the other one at zero."""
    if not declares_tolerance(metric):
        return rules
    rtol, atol = _amount(metric.get("rtol")) or 0.0, _amount(metric.get("atol")) or 0.0
    return replace(rules, rtol=rtol, atol=atol, origins=("the metric", "the metric"))


def _compare_values(ledger: Ledger, where: str, one: Any, other: Any, rules: Rules, declared: bool) -> None:
    kinds = type(one), type(other)
    numbers = kinds in ((int, int), (float, float))
    if numbers and (kinds[0] is float or declared):
        try:
            judged = judge_values([one], [other], rules)
        except OverflowError:
            numbers = False
        else:
            distance = float(judged.distance[0])
            if judged.far[0]:
                ledger.differ(where, as_json_text(one), as_json_text(other), distance)
            elif judged.close[0]:
                ledger.tolerate(distance)
            return
    if kinds[0] is not kinds[1] or one != other:
        ledger.differ(where, as_json_text(one), as_json_text(other))
