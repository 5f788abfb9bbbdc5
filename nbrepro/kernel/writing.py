"""The journal on a disk that is slow: from its first slow answer on a thread writes, and no cell waits.

While the disk is quick, an entry is written before the cell's reply is sent, so that none is lost however the
kernel ends; to hand each of them to a thread would cost more than to write it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from nbrepro.kernel.border import Faults
from nbrepro.records import Fingerprint
from nbrepro.store.journal import CellRun, JournalWriter, SessionStart

_SLOW = 0.1
"""Seconds after which a disk that has not answered is slow; writing an entry takes some ten microseconds."""
_BEHIND = 10
"""Entries that wait when that is told: a busy machine alone makes no disk slow for long."""
_CALM = 20
"""Entries in a row that it has to take quickly before it counts as quick again."""
_AT_END = 5.0
"""Seconds that the end of a session waits for the last entries."""
_MOST_WAITING = 10_000
_TOLD = (
    "the disk of the journal is slow: entries of cells that ran may be missing from it yet; "
    "no verdict depends on them, but causes may be missed"
)

_Entry = tuple[Callable[[Any], None], Any]


class PatientJournal:
    """Writes to a journal what `JournalWriter` can write, in the order in which it came.

    Parameters
    ----------
    journal:
        Closed by `close`.
    faults:
        Where an entry goes that a thread could not write.
    """

    def __init__(self, journal: JournalWriter, faults: Faults) -> None:
        self._journal = journal
        self._faults = faults
        self._pid = os.getpid()
        self._waiting: SimpleQueue[_Entry | None] = SimpleQueue()
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def start(self, start: SessionStart) -> None:
        """Write the beginning of a session."""
        self._put(self._journal.start, start)

    def cell(self, run: CellRun) -> None:
        """Write what one execution of a cell did."""
        self._put(self._journal.cell, run)

    def fingerprint(self, fingerprint: Fingerprint) -> None:
        """Write the fingerprint; who asks for it at the end of a run reads the journal next."""
        self._put(self._journal.fingerprint, fingerprint)
        with self._changing:
            if self._thread is None:
                return
            reached = threading.Event()
            self._waiting.put((lambda _: reached.set(), None))
        reached.wait(_AT_END)

    def fault(self, text: str) -> None:
        """Write what the recorder could not do."""
        self._put(self._journal.fault, text)

    def close(self) -> None:
        """Write what waits, if the disk lets that happen, and close the journal."""
        self._is_closed = True
        thread = self._thread
        if thread is not None:
            self._waiting.put(None)
            thread.join(_AT_END)
        if thread is None or not thread.is_alive():
            self._journal.close()

    def _put(self, write: Callable[[Any], None], entry: Any) -> None:
        if os.getpid() != self._pid or self._is_closed:  # a forked child has no such thread
            return
        with self._changing:
            is_slow = self._thread is not None
            waiting = self._waiting.qsize()
            if is_slow and waiting < _MOST_WAITING:
                self._waiting.put((write, entry))
        if is_slow:
            if waiting == _BEHIND:
                self._faults.add("journal", _TOLD)
            return
        began = time.perf_counter()
        write(entry)
        if time.perf_counter() - began > _SLOW:
            self._give_way()

    def _give_way(self) -> None:
        with self._changing:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="nbrepro-journal", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        calm = 0
        while (waiting := self._waiting.get()) is not None:
            write, entry = waiting
            began = time.perf_counter()
            try:
                write(entry)
            except Exception as fault:
                self._faults.add("journal", fault)
            calm = calm + 1 if time.perf_counter() - began < _SLOW else 0
            with self._changing:
                if calm >= _CALM and self._waiting.empty():
                    self._thread = None
                    return
