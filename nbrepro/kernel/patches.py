"""Attributes of others that are replaced for the session and put back at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Patches:
    """Replaced attributes, in order."""

    def __init__(self) -> None:
        self._done: list[tuple[Any, str, Any, Any]] = []

    def replace(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Put ``make(current)`` in the place of ``owner.name``."""
        own = vars(owner).get(name, _ABSENT)
        new = make(getattr(owner, name))
        setattr(owner, name, new)
        self._done.append((owner, name, own, new))

    def restore(self) -> None:
        """Put everything back, last first; what somebody else has replaced since stays theirs."""
        while self._done:
            owner, name, own, new = self._done.pop()
            if vars(owner).get(name, _ABSENT) is not new:
                continue
            if own is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, own)
