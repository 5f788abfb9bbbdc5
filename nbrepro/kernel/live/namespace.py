"""The notebook's names at one moment, IPython's own left out, and which of them hold parts of the same objects."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from nbrepro.kernel.live.walk import Walk

_HISTORY = {"In": "_ih", "Out": "_oh"}
_HISTORIES = frozenset({"_oh", "_dh", "_ih", "_exit_code"})


def _is_history(name: str) -> bool:
    rest = name.strip("_i")
    return not rest or rest.isdecimal() or name.startswith("__") or name in _HISTORIES


def _is_own(name: str) -> bool:
    return not (name.startswith("_") and _is_history(name))


class NotebookNames:
    """Tells the notebook's names from those that IPython has put among them.

    Parameters
    ----------
    namespace:
        The notebook's own.
    hidden:
        What IPython itself has put there.
    """

    def __init__(self, namespace: dict[str, Any], hidden: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._hidden = hidden
        self._doubtful = {*hidden, *_HISTORY}
        self._own: set[str] = set()
        self._newest: str | None = None
        self._count = 0

    def objects(self) -> dict[str, Any]:
        """Return what the notebook's names hold.

        Nothing here takes longer because of the history, which grows by up to two names a cell.
        """
        self._own.update(filter(_is_own, self._added()))
        found = self._held()
        if len(found) < len(self._own):  # where some went, others may have come before the newest
            self._own = set(filter(_is_own, self.namespace.copy()))
            found = self._held()
        for name in self._doubtful & found.keys():
            if self.is_shells(name) or (name in self._hidden and found[name] is self._hidden[name]):
                del found[name]
        return found

    def _held(self) -> dict[str, Any]:
        get = self.namespace.get
        return {name: value for name in self._own if (value := get(name, self)) is not self}

    def _added(self) -> list[str]:
        """Return the names that came since the last time, others perhaps among them: a dict has the newest last."""
        added: list[str] | None = None
        with contextlib.suppress(RuntimeError):  # a thread binds names meanwhile
            added = list(takewhile(lambda name: name != self._newest, reversed(self.namespace)))
        if added is None or self._count + len(added) != len(self.namespace):
            added = list(reversed(self.namespace.copy()))
        self._count = len(self.namespace)
        self._newest = added[0] if added else self._newest
        return added

    def is_shells(self, name: str) -> bool:
        """Whether the name holds IPython's history of inputs and results; `In` and `Out` may be bound by the user."""
        if name.startswith("_"):
            return _is_history(name)
        kept = _HISTORY.get(name)
        return kept is not None and self.namespace.get(name) is self.namespace.get(kept)


def identities(objects: Mapping[str, Any]) -> dict[str, int]:
    """Return the identities of objects by name."""
    return dict(zip(objects, map(id, objects.values()), strict=True))


def differing(before: Mapping[str, int], now: Mapping[str, int]) -> set[str]:
    """Return the names that hold another object than before."""
    return {name for name, _ in before.items() ^ now.items()}


class KnownObjects:
    """What the last look at each name's object showed, and which names share parts."""

    def __init__(self) -> None:
        self._walks: dict[str, Walk] = {}
        self._owners: dict[int, set[str]] = {}

    def get(self, name: str) -> Walk | None:
        """Return what is known of a name's object."""
        return self._walks.get(name)

    def put(self, name: str, seen: Walk) -> None:
        """Take in what a look has shown."""
        old = self._walks.get(name)
        if old is None or old.ids != seen.ids:
            self._disown(name, old.ids - seen.ids if old is not None else ())
            for one in seen.ids - old.ids if old is not None else seen.ids:
                self._owners.setdefault(one, set()).add(name)
        self._walks[name] = seen

    def drop(self, name: str) -> None:
        """Forget a name that holds something else now, or is gone."""
        old = self._walks.pop(name, None)
        if old is not None:
            self._disown(name, old.ids)

    def _disown(self, name: str, ids: Iterable[int]) -> None:
        for one in ids:
            names = self._owners.get(one)
            if names is not None:
                names.discard(name)
                if not names:
                    del self._owners[one]

    def sharing(self, ids: Iterable[int]) -> set[str]:
        """Return the names whose objects hold any of these."""
        return {name for one in ids for name in self._owners.get(one, ())}

    def with_parts(self) -> Iterator[str]:
        """Yield the names that hold anything that can change."""
        return (name for name, seen in self._walks.items() if seen.ids)
