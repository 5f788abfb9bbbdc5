"""JSON and what is written in it: compared leaf by leaf, arrays of numbers as arrays, generated ids aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nbrepro.compare.base import MAX_DIFFERENCES, Comparison, Ledger, Rules
from nbrepro.compare.ids import BOKEH_IDS, NO_IDS, PLOTLY_IDS, VEGA_IDS, JsonIds, Renaming
from nbrepro.compare.numbers import judge_pair, judge_values
from nbrepro.compare.pairing import pair_items, rounded, without_floats
from nbrepro.compare.payload import as_json, as_json_text, same_json
from nbrepro.compare.text import compare_text
from nbrepro.compare.typedarrays import decoded

_DEPTH = 200
"""Levels of nesting that are walked; what lies deeper is compared as text."""


_ENOUGH = 500
"""Differences after which texts that are not equal are counted without a closer look."""

_KEYS = (rounded, without_floats)
"""What items of lists of different length are paired by."""
_READ = 6
"""Levels of an item that are read to pair it: were it all, lists inside lists would be read once a level."""


class JsonComparator:
    """``application/json`` and every type ending in ``+json``; what stands in it is all result."""

    name: ClassVar[str] = "json"
    mimes: ClassVar[tuple[str, ...]] = ("application/json", "application/*+json")
    priority: ClassVar[int] = -10
    richness: ClassVar[int] = 90
    ids: ClassVar[JsonIds] = NO_IDS

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two JSON values."""
        return compare_trees(as_json(reference), as_json(candidate), rules, self.ids)


class PlotlyComparator(JsonComparator):
    """A plotly figure as data."""

    name: ClassVar[str] = "plotly"
    mimes: ClassVar[tuple[str, ...]] = ("application/vnd.plotly*+json",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 95
    ids: ClassVar[JsonIds] = PLOTLY_IDS


class VegaComparator(JsonComparator):
    """A Vega or Vega-Lite chart, of Altair for example, as data."""

    name: ClassVar[str] = "vega"
    mimes: ClassVar[tuple[str, ...]] = ("application/vnd.vega*json",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 95
    ids: ClassVar[JsonIds] = VEGA_IDS


class BokehComparator(JsonComparator):
    """A bokeh document as data."""

    name: ClassVar[str] = "bokeh"
    mimes: ClassVar[tuple[str, ...]] = ("application/vnd.bokeh*+json", "application/vnd.holoviews*+json")
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 5
    ids: ClassVar[JsonIds] = BOKEH_IDS


def compare_trees(
    reference: Any, candidate: Any, rules: Rules, ids: JsonIds = NO_IDS, renaming: Renaming | None = None
) -> Comparison:
    """Compare two JSON values leaf by leaf."""
    walk = _Walk(rules, ids, renaming or Renaming())
    try:
        if reference is candidate or (reference == candidate and same_json(reference, candidate)):
            return Comparison.identical()
        walk.compare("", "", reference, candidate, _DEPTH)
    except RecursionError:
        walk.ledger.differ("value", "<nested too deeply>", "<nested too deeply>")
        walk.ledger.remark("nested too deeply to be compared")
    if not (walk.ledger.count or walk.ledger.close or walk.ledger.noise):
        walk.ledger.ignore("layout")
    return walk.ledger.conclude(rules)


class _Walk:
    """One walk through two trees at once."""

    def __init__(self, rules: Rules, ids: JsonIds, renaming: Renaming) -> None:
        self.rules = rules
        self.ledger = Ledger()
        self.renaming = renaming
        self.ids = ids if rules.sets_aside("generated-id") else NO_IDS

    def compare(self, where: str, key: str, one: Any, other: Any, depth: int) -> None:
        a, b = decoded(one), decoded(other)
        if a is not None and b is not None:
            self._arrays(where, key, a, b, depth)
        elif depth <= 0:
            self._texts(where, as_json_text(one), as_json_text(other))
        elif isinstance(one, Mapping) and isinstance(other, Mapping):
            self._mappings(where, key, one, other, depth)
        elif _is_list(one) and _is_list(other):
            self._lists(where, key, one, other, depth)
        elif isinstance(one, str) and isinstance(other, str):
            self._texts(where, one, other)
        else:
            self._leaves(where, one, other)

    def _mappings(self, where: str, parent: str, one: Mapping[str, Any], other: Mapping[str, Any], depth: int) -> None:
        names = self._renamed_keys(parent, one, other)
        for key, value in one.items():
            place = f"{where}.{key}" if where else str(key)
            if names[key] not in other:
                self._gone(place, as_json_text(value), None)
            elif self._same_id(place, (parent, key), value, other[names[key]]):
                continue
            else:
                self.compare(place, str(key), value, other[names[key]], depth - 1)
        for key in [key for key in other if key not in set(names.values())]:
            self._gone(f"{where}.{key}" if where else str(key), None, as_json_text(other[key]))

    def _renamed_keys(self, parent: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str]:
        """Return for each key the one it stands against: keys that are generated ids are paired in order."""
        names = {key: key for key in one}
        lost, new = [key for key in one if key not in other], [key for key in other if key not in one]
        if len(lost) == len(new):
            for old, now in zip(lost, new, strict=True):
                if self.ids.hold((parent,), old) and self.ids.hold((parent,), now) and self.renaming.pair(old, now):
                    names[old] = now
                    self.ledger.ignore("generated-id")
        return names

    def _same_id(self, where: str, keys: tuple[str, ...], one: Any, other: Any) -> bool:
        """Whether two values are generated ids that stand for each other."""
        if not (self.ids.hold(keys, one) and self.ids.hold(keys, other) and self.renaming.pair(one, other)):
            return False
        if one != other:
            self.ledger.set_aside("generated-id", where, one, other)
        return True

    def _lists(self, where: str, parent: str, one: Sequence[Any], other: Sequence[Any], depth: int) -> None:
        if one == other and same_json(one, other):
            self.ledger.weigh(len(one), len(one))
            return
        a, b = _numbers_in(one), _numbers_in(other)
        if a is not None and b is not None and a[0].shape == b[0].shape:
            self._judge(where, a[0], b[0], a[1] & b[1])
            return
        if len(one) != len(other):
            self._uneven(where, parent, one, other, depth)
            return
        for position, (a, b) in enumerate(zip(one, other, strict=True)):
            self._items(f"{where}[{position}]", parent, a, b, depth)

    def _items(self, where: str, parent: str, one: Any, other: Any, depth: int) -> None:
        if not self._same_id(where, (parent,), one, other):
            self.compare(where, parent, one, other, depth - 1)

    def _uneven(self, where: str, parent: str, one: Sequence[Any], other: Sequence[Any], depth: int) -> None:
        """Compare two lists of different length: the items that were lost or came, then those that both have."""
        pairs = pair_items(self._said(parent, one), self._said(parent, other), _KEYS)
        if abs(len(one) - len(other)) > 1:  # a single item says it all
            self.ledger.differ(f"length of {where or 'the list'}", str(len(one)), str(len(other)))
        for i, j in pairs:
            if i is not None and j is None:
                self._gone(f"{where}[{i}], lost", as_json_text(one[i]), None)
            elif i is None and j is not None:
                self._gone(f"{where}[{j}], new", None, as_json_text(other[j]))
        for i, j in pairs:
            if i is not None and j is not None:
                self._items(f"{where}[{i}]", parent, one[i], other[j], depth)

    def _said(self, parent: str, items: Sequence[Any]) -> list[str]:
        """Return what each item of a list says, as text that items of another list can be paired by."""
        if {*map(type, items)} <= _NUMBERS:
            return [*map(repr, items)]
        return [as_json_text(self._unpacked(parent, item, _READ)) for item in items]

    def _unpacked(self, parent: str, value: Any, depth: int) -> Any:
        """Return a value with its typed arrays as lists, and without generated ids and what lies too deep."""
        array = decoded(value)
        if array is not None:
            return array.tolist()
        is_list = _is_list(value)
        if depth <= 0 and (is_list or isinstance(value, Mapping)):
            return type(value).__name__
        if isinstance(value, Mapping):
            return {
                key: self._unpacked(str(key), item, depth - 1)
                for key, item in value.items()
                if not self.ids.hold((parent, str(key)), item)
            }
        if is_list and not {*map(type, value)} <= _NUMBERS:
            return [self._unpacked(parent, item, depth - 1) for item in value]
        return value

    def _arrays(self, where: str, parent: str, one: NDArray[Any], other: NDArray[Any], depth: int) -> None:
        if one.dtype != other.dtype:
            self.ledger.differ(f"dtype of {where}", str(one.dtype), str(other.dtype))
        elif one.ndim == other.ndim == 1 and one.size != other.size:
            self._uneven(where, parent, one.tolist(), other.tolist(), depth)
        elif one.shape != other.shape:
            self.ledger.differ(f"shape of {where}", str(one.shape), str(other.shape))
        elif one.dtype.kind in "fc":
            self._judge(where, one, other, np.zeros(one.shape, dtype=bool))
        else:
            self._judge(where, one, other, np.ones(one.shape, dtype=bool))

    def _judge(self, where: str, one: NDArray[Any], other: NDArray[Any], exact: NDArray[np.bool_]) -> None:
        shape = one.shape
        one, other, exact = one.ravel(), other.ravel(), exact.ravel()
        judged = judge_values(one, other, self.rules)
        unequal = ~((one == other) | ((one != one) & (other != other)))  # noqa: PLR0124 - NaN equals NaN
        far = np.flatnonzero((exact & unequal) | (~exact & judged.far)).tolist()
        close = judged.close & ~exact
        if close.any():
            self.ledger.tolerate(float(judged.distance[close].max()), int(close.sum()))
        self.ledger.weigh(one.size - len(far), one.size)
        for position in far[:MAX_DIFFERENCES]:
            place = where + "".join(f"[{i}]" for i in np.unravel_index(position, shape))
            distance = float(judged.distance[position])
            self.ledger.differ(place, repr(one[position].item()), repr(other[position].item()), distance)
        self.ledger.count += max(0, len(far) - MAX_DIFFERENCES)

    def _texts(self, where: str, one: str, other: str) -> None:
        if one == other:
            self.ledger.weigh(1, 1)
        elif self.renaming.knows(one, other):
            self.ledger.set_aside("generated-id", where, one, other)
        elif self.ledger.count > _ENOUGH:
            self.ledger.count += 1
        else:
            self.ledger.absorb(compare_text(one, self.renaming.apply(other), self.rules, layout=False), where)

    def _leaves(self, where: str, one: Any, other: Any) -> None:
        """Compare two leaves: JavaScript knows one kind of number, so ``1`` and ``1.0`` are one value here."""
        numbers = _is_number(one) and _is_number(other)
        if numbers and isinstance(one, int) and isinstance(other, int):
            self._equal(where, one, other, one == other)
        elif numbers:
            try:
                same, close, distance = judge_pair(float(one), float(other), self.rules)
            except OverflowError:
                same, close, distance = one == other, False, 0.0
            if close:
                self.ledger.tolerate(distance)
            self._equal(where, one, other, same or close, distance)
        else:
            self._equal(where, one, other, type(one) is type(other) and one == other)

    def _equal(self, where: str, one: Any, other: Any, equal: bool, distance: float | None = None) -> None:
        self.ledger.weigh(float(equal), 1)
        if not equal:
            self.ledger.differ(where or "value", as_json_text(one), as_json_text(other), distance)

    def _gone(self, where: str, one: str | None, other: str | None) -> None:
        self.ledger.weigh(0, 1)
        self.ledger.differ(where, one, other)


def _is_list(value: Any) -> bool:
    return type(value) is list or (isinstance(value, Sequence) and not isinstance(value, (str, bytes)))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_NUMBERS = frozenset({int, float})
_EXACT = 2**53
"""Up to here a float holds every integer."""


def _numbers_in(values: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Return a list of numbers, or of lists of as many numbers each, as an array, and which of them are integers."""
    nested = bool(values) and _is_list(values[0])
    rows = values if nested else [values]
    plain = {*map(type, rows)} == {list}
    lengths = {*map(len, rows)} if plain else {len(row) if _is_list(row) else -1 for row in rows}
    if len(lengths) != 1 or not rows[0]:
        return None
    flat = list(chain.from_iterable(rows))
    kinds = {*map(type, flat)}
    if not kinds <= _NUMBERS:
        return None
    try:
        array = np.array(flat, dtype=np.float64)
    except OverflowError:
        return None
    shape = (len(rows), len(rows[0])) if nested else (len(flat),)
    if int not in kinds:
        return array.reshape(shape), np.zeros(shape, dtype=bool)
    if np.abs(array[np.isfinite(array)]).max(initial=0) > _EXACT:
        return None
    return array.reshape(shape), np.array([type(value) is int for value in flat]).reshape(shape)
