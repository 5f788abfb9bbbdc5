"""Which comparator is for which MIME type; other packages add theirs by the entry points ``nbrepro.comparators``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from typing import Any

from nbrepro.compare.base import Comparator
from nbrepro.errors import ConfigError

GROUP = "nbrepro.comparators"


class Registry:
    """Comparators by MIME type: the highest priority wins, a tie is an error."""

    def __init__(self, comparators: Iterable[Comparator] = ()) -> None:
        self._rows: list[tuple[str, re.Pattern[str], Comparator]] = []
        self._found: dict[str, Comparator] = {}
        for comparator in comparators:
            self.register(comparator)

    def register(self, comparator: Any) -> None:
        """Add a comparator.

        Raises
        ------
        ConfigError
            If it is no comparator, or another one has the same pattern and the same priority.
        """
        if faults := _faults(comparator):
            msg = f"{comparator!r} is no comparator: {'; '.join(faults)}"
            raise ConfigError(msg, context=(GROUP,))
        for pattern in comparator.mimes:
            for other, _, rival in self._rows:
                if other == pattern and rival.priority == comparator.priority:
                    raise ConfigError(_tie(pattern, rival, comparator), context=(GROUP,))
        self._rows += [(pattern, _compiled(pattern), comparator) for pattern in comparator.mimes]
        self._found.clear()

    def find(self, mime: str) -> Comparator:
        """Return the comparator for a MIME type.

        Raises
        ------
        ConfigError
            If two with the same priority claim the type by patterns that overlap.
        """
        if mime not in self._found:
            self._found[mime] = self._best(mime)
        return self._found[mime]

    def _best(self, mime: str) -> Comparator:
        bare = mime.partition(";")[0].strip().lower()
        matching = [comparator for _, pattern, comparator in self._rows if pattern.fullmatch(bare)]
        if not matching:
            raise ConfigError(f"no comparator takes {mime}: register one for '*'", context=(GROUP,))
        top = max(comparator.priority for comparator in matching)
        best, *rivals = [comparator for comparator in matching if comparator.priority == top]
        for rival in rivals:
            if rival is not best:
                raise ConfigError(_tie(mime, best, rival), context=(GROUP,))
        return best


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern.lower()).replace(r"\*", ".*"))


def _tie(mime: str, one: Comparator, other: Comparator) -> str:
    return (
        f"{one.name} and {other.name} both take {mime} with priority {one.priority}: "
        "give one of them a higher `priority`, or a narrower `mimes`"
    )


def _faults(comparator: Any) -> list[str]:
    wanted = {"name": str, "mimes": tuple, "priority": int, "richness": int}
    faults = [
        f"`{name}` must be a {kind.__name__}"
        for name, kind in wanted.items()
        if not isinstance(getattr(comparator, name, None), kind)
    ]
    if isinstance(comparator, type):
        faults.append("register an instance, not the class")
    if not callable(getattr(comparator, "compare", None)):
        faults.append("`compare(reference, candidate, rules)` is missing")
    mimes = getattr(comparator, "mimes", ())
    if isinstance(mimes, tuple) and not (mimes and all(isinstance(mime, str) and mime for mime in mimes)):
        faults.append("`mimes` must name at least one MIME type")
    return faults


def load_plugins(registry: Registry, points: Iterable[EntryPoint]) -> None:
    """Register what other packages offer; a plugin that does not load names itself in the error."""
    for point in points:
        try:
            offered = point.load()
        except Exception as fault:
            msg = f"{point.value} cannot be loaded ({fault}): mend or uninstall the package"
            raise ConfigError(msg, context=(GROUP, point.name)) from fault
        registry.register(offered() if isinstance(offered, type) else offered)
