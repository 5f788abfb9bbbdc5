"""How a check stands while it runs: each cell is compared as soon as it has run, beside the run.

The verdict is the check's own, at its end, when all is known: a cell that is run again, an output that a later cell
updates, what varies by nature. This is a first look, in a thread of its own, so that no cell waits for it.
"""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Callable
from queue import SimpleQueue

from nbformat import NotebookNode

from nbrepro.compare import compare_notebooks
from nbrepro.records import Verdict
from nbrepro.targets import Target

Say = Callable[..., None]


class SoFar:
    """Counts the cells that match and those that differ.

    Parameters
    ----------
    target:
        The notebook with its reference.
    say:
        Takes the counts as ``matched`` and ``differing``.
    """

    def __init__(self, target: Target, say: Say) -> None:
        self._target = target
        self._say = say
        self._matched = self._differing = 0
        self._reference = {cell.get("id"): cell for cell in target.reference.notebook.cells}
        self._waiting: SimpleQueue[NotebookNode] = SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def ran(self, notebook: NotebookNode, index: int) -> None:
        """Take the outputs of a cell that has just run."""
        self._waiting.put(copy.deepcopy(notebook.cells[index]))

    def _work(self) -> None:
        while True:
            cell = self._waiting.get()
            with contextlib.suppress(Exception):  # the check itself compares all of it again, and says what is wrong
                self._look(cell)

    def _look(self, cell: NotebookNode) -> None:
        known = self._reference.get(cell.get("id"))
        if known is None:
            return
        sides = [self._alone(side) for side in (known, cell)]
        verdicts = [found.verdict for found in compare_notebooks(sides[0], sides[1], self._target.settings)]
        self._matched += sum(verdict.passes for verdict in verdicts)
        self._differing += sum(verdict.fails for verdict in verdicts)
        if any(verdict is not Verdict.NOT_COMPARED for verdict in verdicts):
            self._say(matched=self._matched, differing=self._differing)

    def _alone(self, cell: NotebookNode) -> NotebookNode:
        """Return a notebook with this cell only."""
        reference = self._target.reference.notebook
        return NotebookNode({**reference, "metadata": {}, "cells": [cell]})
