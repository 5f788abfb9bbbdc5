"""The live state of a session: what the recorder tells it of each cell, and what it answers.

The room's other modules are imported late: the extension loads without them, and a thread imports them meanwhile.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from nbrepro.kernel.activity import RunningCell
from nbrepro.kernel.live.directory import working_directory
from nbrepro.records import FileUse
from nbrepro.records.digests import digest_text

if TYPE_CHECKING:
    from nbrepro.kernel.live.history import History
    from nbrepro.kernel.live.states import Answer, NotebookCell
    from nbrepro.kernel.live.versions import Ran

Names: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...]]"
"""The names that a cell depended on, and those that it bound or changed."""
_NOTHING: Names = ((), ())


class _First(NamedTuple):
    """The namespace before the session's first cell, as a rule the one that loads the extension."""

    identities: dict[str, int]
    random: Mapping[str, str]
    directory: str


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
        self._random = random if not seeds_cells else dict
        self._seeds_cells = seeds_cells
        self._lock = threading.Lock()
        self._first: _First | None = None
        self._first_ran: Ran | None = None
        self._history: History | None = None
        self._last = _NOTHING

    def begin(self, cell: RunningCell) -> None:
        """A cell is about to run."""
        self._guard("live state", self._begin, cell)

    def _begin(self, cell: RunningCell) -> None:
        if self._first is None:
            identities = {name: id(value) for name, value in self._shell.user_ns.copy().items()}
            cell.live = self._first = _First(identities, self._random(), working_directory())
        else:
            cell.live = self._followed().before(cell.source)

    def end(
        self,
        cell: RunningCell,
        fault: BaseException | None,
        outputs: tuple[str, ...] | None,
        files: Iterable[FileUse],
        random: Mapping[str, str],
    ) -> Names:
        """A cell has run; return the names that it depended on, and those that it bound or changed."""
        self._last = _NOTHING
        if cell.live is not None:
            self._guard("live state", functools.partial(self._end, cell, fault, outputs, files, random))
        return self._last

    def _end(
        self,
        cell: RunningCell,
        fault: BaseException | None,
        outputs: tuple[str, ...] | None,
        files: Iterable[FileUse],
        random: Mapping[str, str],
    ) -> None:
        from nbrepro.kernel.live.chance import chances_in
        from nbrepro.kernel.live.versions import Ran

        before, cell.live = cell.live, None
        used = list(files)
        ran = Ran(
            source=cell.source,
            source_digest=digest_text(cell.source),
            cell_id=cell.cell_id,
            finished=fault is None,
            interrupted=isinstance(fault, KeyboardInterrupt),
            outputs=outputs,
            at=time.time(),
            random_before={} if self._seeds_cells else cell.random_before,
            random_after={} if self._seeds_cells else random,
            files_read=[file.path for file in used if file.mode == "read"],
            files_written=[file.path for file in used if file.mode == "write"],
            chances=chances_in(cell.found()),
        )
        if isinstance(before, _First):
            self._first_ran = ran  # the next cell takes it in, or the first question
            return
        from nbrepro.kernel.live.history import live_names

        self._last = live_names(self._followed().after(before, ran))

    def _followed(self) -> History:
        """Return the history; the first cell is taken in once the rest of the room is imported."""
        with self._lock:
            if self._history is None:
                from nbrepro.kernel.live.history import History

                assert self._first is not None
                first = self._first
                history = History(self._shell.user_ns, self._shell.user_ns_hidden, random=first.random)
                if self._first_ran is not None:
                    history.begun_with(first.identities, first.directory, self._first_ran)
                self._history = history
            return self._history

    def answer(self, cells: Sequence[NotebookCell]) -> Answer:
        """Return how the cells of a notebook stand to a run from the top."""
        from nbrepro.kernel.live.judge import live_states

        if self._first is None:
            return live_states(cells, ())
        history = self._followed()
        return live_states(cells, history.executions, history.start())

    def cells_as_run(self) -> dict[str, NotebookCell]:
        """Return the cells that ran, by id or digest and in the order in which they first did, with when they ended."""
        latest: dict[str, NotebookCell] = {}
        for one in self._followed().executions if self._first is not None else ():
            latest[one.cell_id or one.source_digest] = saved_cell(one.cell_id, one.source, at=one.at)
        return latest


def saved_cell(identity: str | None, source: str, tags: Sequence[str] = (), at: float | None = None) -> NotebookCell:
    """Return a code cell of a notebook file, or of a front end's message."""
    from nbrepro.kernel.live.states import NotebookCell

    return NotebookCell(
        id=identity, source=source, source_digest=digest_text(source), may_raise="raises-exception" in tags, at=at
    )


def import_ahead() -> None:
    """Import what the first cell after the load needs."""
    import nbrepro.kernel.live.history
    import nbrepro.kernel.live.judge  # noqa: F401 - so that the cell finds it there
