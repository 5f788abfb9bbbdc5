"""Generated ids: paired one to one, wherever they are declared as ids, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_GENERATED = re.compile(
    rf".*(?:{_UUID}|(?<![0-9a-f])[0-9a-f]{{32}}(?![0-9a-f])).*"  # uuid4().hex of altair, plotly, xarray
    r"|T_[0-9a-f]{5,32}(?:_.*)?"  # pandas' Styler
    r"|sk-(?:container|estimator)-id-\d+"  # scikit-learn's counters
    r"|p\d{4,}"  # bokeh's counter
    r"|\w*[0-9a-f]{10}",  # matplotlib's SVG ids
    re.DOTALL,
)


_NAME = re.compile(r"[\w-]+")


def looks_generated(name: str) -> bool:
    """Whether a name has the form of an id that a library made up."""
    return len(name) < 200 and _GENERATED.fullmatch(name) is not None  # noqa: PLR2004 - ids are short


class Renaming:
    """Which id of the candidate stands for which of the reference: one to one, so that a swap is noticed."""

    def __init__(self) -> None:
        self._there: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def pair(self, reference: str, candidate: str) -> bool:
        """Take the two for one id; ``False`` where either stands for another already."""
        if self._there.get(reference, candidate) != candidate or self._back.get(candidate, reference) != reference:
            return False
        self._there[reference], self._back[candidate] = candidate, reference
        return True

    def knows(self, reference: str, candidate: str) -> bool:
        """Whether the two were paired."""
        return self._there.get(reference) == candidate

    def apply(self, candidate: str) -> str:
        """Return the candidate's text with the reference's ids."""
        if not self._back:
            return candidate
        return _NAME.sub(lambda match: self._back.get(match.group(), match.group()), candidate)


@dataclass(frozen=True)
class JsonIds:
    """Which keys of a JSON format hold generated ids, and what those look like."""

    keys: frozenset[str]
    form: re.Pattern[str]

    def hold(self, keys: tuple[str, ...], value: object) -> bool:
        """Whether the value that stands under one of these keys is a generated id."""
        return isinstance(value, str) and not self.keys.isdisjoint(keys) and self.form.fullmatch(value) is not None


NO_IDS = JsonIds(frozenset(), re.compile(r"(?!)"))
PLOTLY_IDS = JsonIds(frozenset({"uid"}), re.compile(r".*", re.DOTALL))
VEGA_IDS = JsonIds(
    frozenset({"name", "views", "param", "datasets"}), re.compile(r"data-[0-9a-f]{32}|(?:view|param|concat|layer)_\d+")
)
BOKEH_IDS = JsonIds(
    frozenset({"", "id", "docid", "root_ids", "roots", "elementid", "target_id"}), re.compile(rf"p\d+|\d{{4,}}|{_UUID}")
)
"""The empty key is the root: bokeh's documents stand there under their ids."""
WIDGET_IDS = JsonIds(frozenset({"model_id"}), re.compile(r"\w+"))
