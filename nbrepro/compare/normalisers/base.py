"""A normaliser finds what carries no result in a text; it is typed, positional, and can be switched off by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Normaliser:
    """One kind of thing that may differ between two runs without a result differing.

    Only what has a *form* or a *place* that no result has may be set aside: an address inside the angle
    brackets of a repr, not any hexadecimal number.
    """

    name: str
    """Lower-case words with hyphens; what ``keep_masks`` names to switch it off."""
    description: str
    find: Callable[[str], Iterable[Span]] = field(repr=False)
    """Returns where in a text it applies."""
    hints: tuple[str, ...]
    """A text without any of these is not searched."""
    evidence: re.Pattern[str] | None = None
    """What the cell's source must show, where the form alone could be a result."""

    def applies_to(self, text: str, source: str) -> bool:
        """Whether the text is worth searching."""
        if self.evidence is not None and not self.evidence.search(source):
            return False
        return any(hint in text for hint in self.hints)


def spans(pattern: str, *, flags: int = 0) -> Callable[[str], Iterable[Span]]:
    """Return a finder for a regular expression; with groups, only the group that matched is set aside."""
    compiled = re.compile(pattern, flags)

    def find(text: str) -> Iterable[Span]:
        return (match.span(match.lastindex or 0) for match in compiled.finditer(text))

    return find
