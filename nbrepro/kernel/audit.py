"""The one audit hook of the process: it cannot be removed, so it asks a table that is empty while nobody listens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[tuple[Any, ...]], None]

_handlers: dict[str, Handler] = {}
_installed: list[bool] = []


def listen(handlers: Mapping[str, Handler]) -> None:
    """Call these handlers with the arguments of the audit events they stand for."""
    _handlers.update(handlers)
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_make_hook())


def silence() -> None:
    """Listen to nothing any more."""
    _handlers.clear()


def _make_hook() -> Callable[[str, tuple[Any, ...]], None]:
    handler_of = _handlers.get  # bound here: the hook runs tens of thousands of times during an import of torch

    def hook(event: str, args: tuple[Any, ...]) -> None:
        handler = handler_of(event)
        if handler is not None:
            handler(args)

    return hook
