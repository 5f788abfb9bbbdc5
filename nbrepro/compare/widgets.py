"""Widgets: compared by the state behind the view; a model's id is only its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.binary import value_bytes
from nbrepro.compare.ids import WIDGET_IDS
from nbrepro.compare.images import compare_images
from nbrepro.compare.outputs import compare_outputs, read_outputs
from nbrepro.compare.payload import as_text
from nbrepro.compare.registry import Registry
from nbrepro.compare.trees import compare_trees
from nbrepro.compare.widgetstates import BUFFER, DEPTH, VIEW


class WidgetComparator:
    """A widget's view, with its state put in its place by `resolve`.

    Parameters
    ----------
    registry:
        Returns the comparators for what an Output widget holds.
    """

    name: ClassVar[str] = "widget"
    mimes: ClassVar[tuple[str, ...]] = (VIEW,)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 100

    def __init__(self, registry: Callable[[], Registry]) -> None:
        self._registry = registry

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two widgets' states; what an Output widget holds is compared as a cell's outputs are."""
        taken = _Taken(), _Taken()
        states = taken[0].take_from(reference, DEPTH), taken[1].take_from(candidate, DEPTH)
        ledger = Ledger()
        ledger.absorb(compare_trees(*states, rules, WIDGET_IDS))
        if len(taken[0].outputs) == len(taken[1].outputs):
            for number, pair in enumerate(zip(taken[0].outputs, taken[1].outputs, strict=True), start=1):
                _compare_inner(ledger, f"output widget {number}", *pair, rules, self._registry())
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
            if value.keys() == {BUFFER}:
                self.files.append((name, as_text(value[BUFFER])))
                return None
            return {key: self.take_from(inner, depth - 1, str(key)) for key, inner in value.items()}
        return [self.take_from(inner, depth - 1, name) for inner in value] if isinstance(value, list) else value


def _compare_inner(
    ledger: Ledger, where: str, reference: list[Any], candidate: list[Any], rules: Rules, registry: Registry
) -> None:
    units = read_outputs(reference, {}), read_outputs(candidate, {})
    for result in compare_outputs(*units, rules, registry):
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
