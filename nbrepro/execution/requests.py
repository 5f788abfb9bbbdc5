"""What a run is asked for, and what it gives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbrepro.config import Settings
from nbrepro.records import Draw, Record

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One notebook to be run from the top in a fresh, pinned kernel."""

    notebook: NotebookNode
    """Not changed: the run works on a copy."""
    path: Path
    """Where the notebook lies; the kernel runs in its folder."""
    root: Path
    """The project's root."""
    settings: Settings
    seed: int
    threads: int
    """Threads of numeric libraries to pin, already resolved."""
    kernel_name: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    keep_going: bool = False
    """Whether to run the cells after one that raised."""
    expected_errors: frozenset[int] = frozenset()
    """Indices of cells that may raise, besides those tagged ``raises-exception``."""
    on_cell: Callable[[int, int], None] | None = None
    """Called with (cells done, code cells in all), in the thread that runs the notebook."""
    on_outputs: Callable[[NotebookNode, int], None] | None = None
    """Called after each cell that ran with the notebook as far as it is and the cell's index, in the same thread."""
    cancelled: threading.Event | None = None
    drawn: bool = False
    """Whether the seed was drawn for this run or for the reference."""
    scope: str | None = None
    """``session`` or ``cell``; ``None`` takes the setting's."""
    replay: Mapping[str, Sequence[Sequence[Draw]]] | None = None
    """Entropy that unseeded generators are given: by digest of a cell's source, one list for each such cell."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """An executed notebook with its record attached."""

    notebook: NotebookNode
    record: Record
