"""The live state of a session: what the recorder tells it of each cell, and what it answers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from nbrepro.kernel.activity import RunningCell
from nbrepro.kernel.live.history import History, Ran, live_names
from nbrepro.kernel.live.judge import Answer, NotebookCell, live_states
from nbrepro.records import FileUse
from nbrepro.records.digests import digest_text

Names: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...]]"
"""The names that a cell depended on, and those that it bound or changed."""
_NOTHING: Names = ((), ())


class LiveWatch:
    """Follows the notebook's namespace from cell to cell.

    Parameters
    ----------
    shell:
        The IPython shell.
    guard:
        Runs code so that a fault in it never reaches the user's cell: ``guard(where, action, *args)``.
    random:
        Returns the digests of the global generators' states.
    seeds_cells:
        Whether each cell starts from a seed of its own, so that none depends on what others drew.
    """

    def __init__(
        self,
        shell: Any,
        guard: Callable[..., Any],
        random: Callable[[], Mapping[str, str]],
        *,
        seeds_cells: bool = False,
    ) -> None:
        self._shell = shell
        self._guard = guard
        self._random = random
        self._seeds_cells = seeds_cells
        self._history: History | None = None
        self._last = _NOTHING

    def begin(self, cell: RunningCell) -> None:
        """A cell is about to run."""
        self._guard("live state", self._begin, cell)

    def _begin(self, cell: RunningCell) -> None:
        if self._history is None:
            random = {} if self._seeds_cells else self._random()
            self._history = History(self._shell.user_ns, self._shell.user_ns_hidden, random=random)
        cell.live = self._history.before()

    def end(
        self, cell: RunningCell, fault: BaseException | None, outputs: tuple[str, ...] | None, files: Iterable[FileUse]
    ) -> Names:
        """A cell has run; return the names that it depended on, and those that it bound or changed."""
        self._last = _NOTHING
        if cell.live is not None:
            self._guard("live state", functools.partial(self._end, cell, fault, outputs, files))
        return self._last

    def _end(
        self, cell: RunningCell, fault: BaseException | None, outputs: tuple[str, ...] | None, files: Iterable[FileUse]
    ) -> None:
        assert self._history is not None
        before, cell.live = cell.live, None
        used = list(files)
        ran = Ran(
            source=cell.source,
            source_digest=digest_text(cell.source),
            cell_id=cell.cell_id,
            finished=fault is None,
            interrupted=isinstance(fault, KeyboardInterrupt),
            outputs=outputs,
            random_before={} if self._seeds_cells else cell.random_before,
            random_after={} if self._seeds_cells else self._random(),
            files_read=[file.path for file in used if file.mode == "read"],
            files_written=[file.path for file in used if file.mode == "write"],
        )
        self._last = live_names(self._history.after(before, ran))

    def answer(self, cells: Sequence[NotebookCell]) -> Answer:
        """Return how the cells of a notebook stand to a run from the top."""
        if self._history is None:
            return live_states(cells, ())
        return live_states(cells, self._history.executions, self._history.start())

    def cells_as_run(self) -> list[NotebookCell]:
        """Return the cells that ran, in the order in which they first did: the notebook, where nothing knows better."""
        latest: dict[str, NotebookCell] = {}
        for one in self._history.executions if self._history is not None else ():
            latest[one.cell_id or one.source_digest] = NotebookCell(
                id=one.cell_id, source=one.source, source_digest=one.source_digest
            )
        return list(latest.values())


def saved_cell(identity: str | None, source: str, tags: Sequence[str] = ()) -> NotebookCell:
    """Return a code cell of a notebook file, or of a front end's message."""
    return NotebookCell(
        id=identity, source=source, source_digest=digest_text(source), may_raise="raises-exception" in tags
    )
