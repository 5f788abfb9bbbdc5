"""What a session leaves in this process, which a fresh kernel would not have; and the files it opens."""

from __future__ import annotations

import asyncio
import builtins
import decimal
import gc
import os
import string
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from IPython.core.async_helpers import get_asyncio_loop

_PRECISION = decimal.getcontext().prec
_VARIABLE = "NBREPRO_LAW"
_WRITES = frozenset("wax+")
_folders: list[tempfile.TemporaryDirectory[str]] = []


@dataclass
class Opened:
    """The files that a cell opened."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


_now: list[Opened] = []


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if event != "open" or not _now or not isinstance(args[0], str | os.PathLike):
        return
    path = str(Path(os.fsdecode(args[0])).absolute())
    if path.startswith(str(_folders[0].name)):
        found = _now[-1]
        writes = not _WRITES.isdisjoint(args[1]) if args[1] else bool(args[2] & (os.O_WRONLY | os.O_RDWR))
        (found.written if writes else found.read).add(path)


@contextmanager
def opened() -> Iterator[Opened]:
    """Note the files that are opened meanwhile."""
    found = Opened()
    _now.append(found)
    try:
        yield found
    finally:
        _now.pop()


def empty_folder() -> None:
    """Work in a folder that holds nothing."""
    if not _folders:
        _folders.append(tempfile.TemporaryDirectory())
        sys.addaudithook(_hear)
    os.chdir(_folders[0].name)
    for path in Path().iterdir():
        path.unlink()


def forget() -> None:
    """Put back what the sessions' statements set outside of the notebook's names."""
    os.environ.pop(_VARIABLE, None)
    for module in (string, builtins):
        if hasattr(module, "marker"):
            delattr(module, "marker")
    decimal.getcontext().prec = _PRECISION
    warnings.resetwarnings()
    warnings.simplefilter("ignore")  # some come when something is collected, at no certain time
    if "pandas" in sys.modules:
        sys.modules["pandas"].reset_option("display.precision")
    _cancel_tasks()


def use_loop() -> None:
    """Give what has no running loop the shell's own, which a kernel's cells find running."""
    asyncio.set_event_loop(get_asyncio_loop())


def close_loop() -> None:
    """Leave no loop, and nothing that waits in one, to another test."""
    _cancel_tasks()
    get_asyncio_loop().close()
    asyncio.set_event_loop(None)


def _cancel_tasks() -> None:
    loop = get_asyncio_loop()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    gc.collect(0)
