"""The cells that are running, and what has been seen of each so far."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from nbrepro.records import CauseKind, Draw, Finding
from nbrepro.records.digests import digest_text

MAX_FINDINGS = 200
MAX_FILES = 100_000


@dataclass(eq=False)
class RunningCell:
    """One execution of a cell, from its beginning to its end."""

    msg_id: str
    source: str
    order: int
    info: Any = None
    """IPython's `ExecutionInfo`; ``None`` for a cell that was running already when the recorder came."""
    cell_id: str | None = None
    random_before: dict[str, str] = field(default_factory=dict)
    started: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat(timespec="milliseconds"))
    clock: float = field(default_factory=time.perf_counter)
    findings: dict[tuple[CauseKind, str, int | None], int] = field(default_factory=dict)
    draws: list[Draw] = field(default_factory=list)
    """Entropy that generators started from."""
    drawn: int = 0
    """How often entropy was wanted."""
    stock: dict[str, deque[Draw]] = field(default_factory=dict)
    """Entropy of an earlier run that is still to be given out, by kind."""
    files: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """Sizes by absolute path and mode; for a file read, its size when it was opened."""
    folders: dict[str, int] = field(default_factory=dict)
    """How many files stand behind the paths in `files` that are folders."""
    remote: dict[str, Any] = field(default_factory=dict)
    """What was read from addresses, as `remote.Download`."""
    at_end: Callable[[RunningCell], None] | None = None
    """Completes what is known of the files once the cell has ended."""
    seen: set[Any] = field(default_factory=set)
    """What observers need not look at twice in this cell."""
    outputs: Any = None
    """Digests of the outputs, an `outputs.Outputs` where there is a kernel to see them."""
    nested: int = 0
    """How many executions the cell has itself started that are still running (``%%capture``)."""
    live: Any = None
    """The namespace before the cell, by identities, a `live.history.Before`."""

    @property
    def identity(self) -> str:
        """The notebook's id of the cell; the digest of its source where the front end sends none."""
        return self.cell_id or digest_text(self.source)

    @property
    def offset(self) -> int:
        """Empty lines at the top, which IPython drops before it counts lines."""
        lines = self.source.splitlines()
        return next((n for n, line in enumerate(lines) if line and not line.isspace()), 0)

    @property
    def is_cell_magic(self) -> bool:
        """Whether the cell is the body of a magic such as ``%%time``."""
        return self.source.lstrip().startswith("%%")

    def find(self, kind: CauseKind, what: str, line: int | None) -> None:
        """Note a finding; equal ones are counted."""
        key = (kind, what, line)
        if key in self.findings or len(self.findings) < MAX_FINDINGS:
            self.findings[key] = self.findings.get(key, 0) + 1

    def found(self) -> tuple[Finding, ...]:
        """Return the findings in the order of their lines."""
        ordered = sorted(self.findings.items(), key=lambda item: (item[0][2] or 0, item[0][0].value, item[0][1]))
        return tuple(Finding(kind=kind, what=what, line=line, count=count) for (kind, what, line), count in ordered)


class Activity:
    """Which cell a thread is working for."""

    def __init__(self) -> None:
        self._running: dict[int, RunningCell] = {}

    def begin(self, cell: RunningCell) -> None:
        """The cell runs in this thread from now on."""
        self._running[threading.get_ident()] = cell

    def here(self) -> RunningCell | None:
        """Return the cell that this very thread runs."""
        return self._running.get(threading.get_ident())

    def end(self) -> RunningCell | None:
        """Return the cell that this thread ran; it runs no more."""
        return self._running.pop(threading.get_ident(), None)

    def current(self) -> RunningCell | None:
        """Return the cell that this thread runs, or else, for a thread that a cell started, the one that runs."""
        running = self._running
        if not running:
            return None
        own = running.get(threading.get_ident())
        if own is not None:
            return own
        return next(iter(running.copy().values()), None)

    def is_any(self) -> bool:
        """Whether any thread runs a cell."""
        return bool(self._running)

    def forget(self) -> None:
        """Nothing runs any more, as in a forked child."""
        self._running.clear()
