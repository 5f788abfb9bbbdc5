"""The smallest set of factors that makes a difference vanish, in few runs.

This is QuickXplain (Junker 2004), with two inferences that spare runs: what vanishes with some factors restored
vanishes with more of them, and what stays stays with fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Test = Callable[[frozenset[str]], bool]


class Inferred:
    """A test that is asked only what does not follow from its former answers."""

    def __init__(self, test: Test) -> None:
        self._test = test
        self._vanished: list[frozenset[str]] = []
        self._stayed: list[frozenset[str]] = []

    def __call__(self, names: frozenset[str]) -> bool:
        """Whether the difference vanishes with these factors restored."""
        if any(known <= names for known in self._vanished):
            return True
        if any(names <= known for known in self._stayed):
            return False
        answer = self._test(names)
        (self._vanished if answer else self._stayed).append(names)
        return answer


def smallest(names: Sequence[str], vanishes: Test) -> tuple[str, ...] | None:
    """Return a smallest set of names, the likelier ones first, for which ``vanishes``; ``None`` if all do not suffice.

    One culprit among ``n`` takes at most ``2 * log2(n) + 2`` tests.
    """
    test = Inferred(vanishes)
    if not names or test(frozenset()):
        return ()
    if test(frozenset(names[:1])):
        return (names[0],)
    if len(names) == 1 or not test(frozenset(names)):
        return None
    found = _needed(frozenset(), added=False, names=tuple(names), test=test)
    return tuple(name for name in names if name in found)


def _needed(given: frozenset[str], *, added: bool, names: tuple[str, ...], test: Test) -> frozenset[str]:
    if added and test(given):
        return frozenset()
    if len(names) == 1:
        _alone(names[0], given, test)
        return frozenset(names)
    half = len(names) // 2
    likelier, rest = names[:half], names[half:]
    second = _needed(given | set(likelier), added=True, names=rest, test=test)
    first = _needed(given | second, added=bool(second), names=likelier, test=test)
    return first | second


def _alone(name: str, given: frozenset[str], test: Test) -> None:
    """Ask of a culprit alone: if it suffices, no other question remains."""
    if given:
        test(frozenset({name}))
