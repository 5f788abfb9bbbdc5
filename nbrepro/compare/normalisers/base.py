"""A normaliser finds what carries no result in a text; it is typed, positional, and can be switched off by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
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
    ignores_case: bool = False
    """Whether the hints, then given in lower case, stand for capitals, too."""
    evidence: re.Pattern[str] | None = None
    """What the cell's source must show, where the form alone could be a result."""
    is_meant: Callable[[str, str, Span], bool] | None = field(default=None, repr=False)
    """Decides of each place, by text and source, where the source can tell a result of the same form."""
    find_written: Callable[[str, str], Iterable[Span]] | None = field(default=None, repr=False)
    """Returns, by text and source, where else it applies, as the source proves; it needs no hints."""

    def _has_evidence(self, source: str) -> bool:
        return self.evidence is None or self.evidence.search(source) is not None

    def _has_hint(self, text: str, absent: frozenset[str]) -> bool:
        if any(absent.isdisjoint(hint) and hint in text for hint in self.hints):
            return True
        if not self.ignores_case:
            return False
        possible = [hint for hint in self.hints if not any({c, c.upper()} <= absent for c in hint)]
        lowered = text.lower() if possible else ""
        return any(hint in lowered for hint in possible)

    def places(self, text: str, source: str, absent: frozenset[str] = frozenset()) -> Iterator[Span]:
        """Yield where in a text it applies, given the cell's source.

        Parameters
        ----------
        absent:
            Characters that the text does not have, as `absent_from` returns them: hints with one of them are not
            looked for.
        """
        if not self._has_evidence(source):
            return
        if self.find_written is not None:
            yield from self.find_written(text, source)
        if self._has_hint(text, absent):
            for span in self.find(text):
                if span[0] < span[1] and span[0] >= 0 and (self.is_meant is None or self.is_meant(text, source, span)):
                    yield span


_ASCII = bytes(range(128))


def absent_from(text: str) -> frozenset[str]:
    """Return the ASCII characters that a text does not have; one pass, where each hint would take one."""
    return frozenset(_ASCII.translate(None, text.encode("utf-8", "replace")).decode("ascii"))


def spans(pattern: str, *, flags: int = 0) -> Callable[[str], Iterable[Span]]:
    """Return a finder for a regular expression; with groups, only the group that matched is set aside."""
    compiled = re.compile(pattern, flags)

    def find(text: str) -> Iterable[Span]:
        return (match.span(match.lastindex or 0) for match in compiled.finditer(text))

    return find
