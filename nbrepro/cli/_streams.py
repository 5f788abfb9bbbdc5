"""Standard output and error that cannot be written: the reader has gone, or the disk is full."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

from nbrepro.errors import StoreError

CLOSED = 141
"""What a shell calls a process that SIGPIPE ended: 128 and the signal's number."""


class OutputClosedError(Exception):
    """Nobody reads our output any more, as with ``| head -1``."""


class _Guarded:
    """A stream that tells as errors of our own what goes wrong with it.

    Both click and rich end the process with 1 when a pipe is closed, which would read as "different", and of an error
    of the system nobody could say that it came from here.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name

    def write(self, text: str) -> int:
        with self._told():
            return self._stream.write(text)

    def flush(self) -> None:
        with self._told():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            if fault.errno == errno.EPIPE:
                raise OutputClosedError from None
            what = f"{self._name} cannot be written ({fault.strerror}): make room, or send it elsewhere"
            raise StoreError(what) from None


@contextlib.contextmanager
def guarded_streams() -> Iterator[None]:
    """Guard standard output and error meanwhile; one that was closed before we began leads nowhere."""
    former = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _guarded(sys.stdout, "standard output"), _guarded(sys.stderr, "standard error")
    try:
        yield
    finally:
        sys.stdout, sys.stderr = former


def _guarded(stream: TextIO | None, name: str) -> TextIO:
    return cast("TextIO", _Guarded(stream or open(os.devnull, "w", encoding="utf-8"), name))  # noqa: PTH123 - for as long as we run


def drop_unwritten() -> None:
    """Let what the streams still hold go nowhere: Python would try again as it ends, complain, and exit with 120."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):  # noqa: PERF203 - each of the two for itself
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
