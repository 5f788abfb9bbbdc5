"""Progress bars on standard error, one a notebook; silent where nobody watches."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nbrepro.cli._output import console

if TYPE_CHECKING:
    from typing_extensions import Self


class ProgressBars:
    """Shows how far each notebook has got; does nothing unless standard error is a terminal."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._bars: Any = None
        self._tasks: list[Any] = []
        self._lock = threading.Lock()
        self._enabled = enabled and sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._enabled:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bars = Progress(*columns, console=console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._bars is not None:
            self._bars.stop()

    def start(self, names: Sequence[str]) -> None:
        """Show a bar for each notebook."""
        if self._bars is not None:
            self._tasks = [self._bars.add_task(name, total=None) for name in names]

    def advance(self, index: int, done: int, total: int) -> None:
        """Move one notebook's bar; called from the threads that run them."""
        if self._bars is not None:
            with self._lock:
                self._bars.update(self._tasks[index], completed=done, total=total)
