"""What is said of a notebook's cells: their states, and the answer that they make together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class LiveState(str, Enum):
    """How a cell stands to a run from the top."""

    CLEAN = "clean"
    """A run from the top would show the same."""
    STALE = "stale"
    """It used something that a run from the top would make otherwise, or may."""
    OUT_OF_ORDER = "out_of_order"
    """It used what a cell below makes, or ran before the cell above that makes what it needs."""
    ORPHAN = "orphan"
    """It used a name that no cell of the notebook makes any more."""
    EDITED = "edited"
    """It was edited since it ran."""
    NOT_RUN = "not_run"
    """It did not run in this session."""
    RAISED = "raised"
    """It raised, and would again: a run from the top ends there."""
    INTERRUPTED = "interrupted"
    """It was interrupted: nobody knows how far a run from the top would get."""


@dataclass(frozen=True, kw_only=True)
class NotebookCell:
    """A code cell as it stands in the notebook."""

    id: str | None
    source: str | None = None
    """``None`` where only the digest is known."""
    source_digest: str
    at: float | None = None
    """When it last ran, where that is known."""
    number: int | None = None
    """Its number in the notebook, where cells are left out; else its place counts."""
    may_raise: bool = False
    """Whether the cell is marked as one that raises (``raises-exception``)."""


@dataclass(frozen=True, kw_only=True)
class CellLive:
    """What is said of one cell."""

    id: str | None
    state: LiveState
    reason: str = ""
    names: tuple[str, ...] = ()
    """Names that the state is owed to."""
    early: bool = False
    """Whether it last ran before a cell above it did; harmless where the state is clean."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a run from the top would give what the cells show, and which cells are in the way."""

    yes: bool
    cells: tuple[CellLive, ...]

    def concerned(self) -> tuple[tuple[int, CellLive], ...]:
        """Return the cells that are not clean, with their places from 1, in order."""
        return tuple((place, cell) for place, cell in enumerate(self.cells, 1) if cell.state is not LiveState.CLEAN)
