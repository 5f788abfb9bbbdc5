"""The chance that cells take in this process, as the recorder notices it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.border import Border, Faults
from nbrepro.kernel.entropy import EntropyWatch
from nbrepro.kernel.frames import CallerFinder
from nbrepro.kernel.launch import Chances
from nbrepro.kernel.supply import Supply


@contextmanager
def noticed(shell: Any, source: str) -> Iterator[RunningCell]:
    """Note where a cell draws entropy meanwhile."""
    activity, faults = Activity(), Faults()
    supply = Supply(Chances(seed=42), lambda: 42, faults)
    watch = EntropyWatch(activity, CallerFinder(shell), Border(faults), supply)
    cell = RunningCell(msg_id="", source=source, order=1)
    activity.begin(cell)
    watch.start()
    watch.watch_numpy(sys)
    try:
        yield cell
    finally:
        watch.stop()
        activity.end()
    assert not faults.count, faults.last
