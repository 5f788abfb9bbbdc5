"""The executions that the session keeps at hand: bounded, however long the kernel lives; the journal has all."""

from __future__ import annotations

from collections import deque

from nbrepro.store.journal import CellRun

MAX_RUNS = 2000
"""Executions kept at hand, a few kilobytes each."""
_MAX_SUPERSEDED = 200
"""Of cells that ran again since, which only the account of findings and files still asks for."""
_MAX_FILE_USES = 20_000
"""Uses of files that all of them together may name: one cell alone may read thousands of files."""


class Runs(dict[str, CellRun]):
    """The executions by message id, in the order in which they ended.

    The latest execution of each cell stays longest (one without an id is known by its source); of those that were
    superseded, and then of all, the oldest go first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        """Executions so far, those that are no longer kept included."""
        self.raised = 0
        """How many of them ended in an exception."""
        self._latest: dict[str, str] = {}
        self._superseded: deque[str] = deque()
        self._file_uses = 0

    def add(self, run: CellRun) -> None:
        """Keep an execution; one with the same message id takes the place of the former."""
        if not self._drop(run.msg_id):
            self.total += 1
            self.raised += run.cell.exception is not None
        self[run.msg_id] = run
        self._file_uses += len(run.cell.files)
        cell = run.cell_id or run.cell.source_digest
        former = self._latest.get(cell)
        self._latest[cell] = run.msg_id
        if former is not None and former != run.msg_id:
            self._superseded.append(former)
        self._forget()

    def _forget(self) -> None:
        while len(self._superseded) > _MAX_SUPERSEDED:
            self._drop(self._superseded.popleft())
        while len(self) > MAX_RUNS or (self._file_uses > _MAX_FILE_USES and len(self) > 1):
            self._drop(self._superseded.popleft() if self._superseded else next(iter(self)))

    def _drop(self, msg_id: str) -> bool:
        run = self.pop(msg_id, None)
        if run is None:
            return False
        self._file_uses -= len(run.cell.files)
        cell = run.cell_id or run.cell.source_digest
        if self._latest.get(cell) == msg_id:
            del self._latest[cell]
        return True
