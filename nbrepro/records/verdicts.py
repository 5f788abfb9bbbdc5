"""Verdicts: what a comparison says of an output, a cell, a notebook."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(str, Enum):
    """What the comparison says, best to worst in order of definition."""

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    WITHIN_TOLERANCE = "within_tolerance"
    NOT_COMPARED = "not_compared"
    DIFFERENT = "different"
    ERROR = "error"

    @property
    def passes(self) -> bool:
        """Whether the verdict counts as reproduced."""
        return self in _PASSING

    @property
    def fails(self) -> bool:
        """Whether a comparison found a difference or an error; ``NOT_COMPARED`` neither passes nor fails."""
        return self in _FAILING

    @property
    def description(self) -> str:
        """One sentence for a reader who sees the verdict for the first time."""
        return DESCRIPTIONS[self]

    @property
    def label(self) -> str:
        """The verdict as words, for people."""
        return self.value.replace("_", " ")


_PASSING = frozenset({Verdict.IDENTICAL, Verdict.EQUIVALENT, Verdict.WITHIN_TOLERANCE})
_FAILING = frozenset({Verdict.DIFFERENT, Verdict.ERROR})

DESCRIPTIONS: dict[Verdict, str] = {
    Verdict.IDENTICAL: "The outputs are the same to the last character or pixel.",
    Verdict.EQUIVALENT: (
        "The outputs are the same once what carries no result is set aside: addresses, temporary paths, "
        "generated ids, timings, progress bars, layout."
    ),
    Verdict.WITHIN_TOLERANCE: "Numbers or pixels differ by less than the tolerance in force.",
    Verdict.NOT_COMPARED: "Nothing was compared, for the reason given.",
    Verdict.DIFFERENT: "The outputs differ in what they say.",
    Verdict.ERROR: "The candidate raised where the reference did not, raised another error, or never got there.",
}

_BADNESS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of the verdicts.

    ``NOT_COMPARED`` gives way to every verdict that came from a comparison: a notebook with one identical
    and one uncompared cell is identical as far as it was compared. Of no verdicts at all it is the result.
    """
    decided = [verdict for verdict in verdicts if verdict is not Verdict.NOT_COMPARED]
    return max(decided, key=_BADNESS.__getitem__, default=Verdict.NOT_COMPARED)
