"""What an output shows that is another one in every process: addresses of objects, names of temporary files."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any

from nbrepro.kernel.activity import RunningCell
from nbrepro.kernel.frames import CallerFinder
from nbrepro.records import CauseKind

_SHOWN_ADDRESS = "address of an object in an output"
_SHOWN_NAME = "name of a temporary file in an output"
SHOWN = frozenset({_SHOWN_ADDRESS, _SHOWN_NAME})
"""What is noted, in words."""
_ADDRESS = " at 0x"
_TEMPORARY = re.compile(r"[/\\]tmp[a-z0-9_]{8}(?![a-z0-9_])")
_MOST = 100_000
"""Characters of one piece of output that are looked at."""


class ShownWatch:
    """Notes them with the line that shows them."""

    def __init__(self, finder: CallerFinder) -> None:
        self._finder = finder

    def look(self, cell: RunningCell, arguments: tuple[Any, ...], frame: FrameType) -> None:
        """Look at what a function that shows was called with: a text, or a bundle by MIME type."""
        for argument in arguments[:1]:
            text = _plain(argument)
            if not isinstance(text, str):
                continue
            if _ADDRESS in text[:_MOST]:
                self._note(cell, CauseKind.MEMORY_ADDRESS, _SHOWN_ADDRESS, frame)
            if "tmp" in text[:_MOST] and _TEMPORARY.search(text, 0, _MOST):
                self._note(cell, CauseKind.PROCESS, _SHOWN_NAME, frame)

    def _note(self, cell: RunningCell, kind: CauseKind, what: str, frame: FrameType) -> None:
        caller = self._finder.caller(frame, (), cell)
        if caller is not None:
            cell.find(kind, what, caller.line)


def _plain(shown: Any) -> Any:
    """Return the text that a person sees; beside a richer representation, the plain one is not it."""
    if not isinstance(shown, dict):
        return shown
    return shown.get("text/plain") if len(shown) == 1 else None
