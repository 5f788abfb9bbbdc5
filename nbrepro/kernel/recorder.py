"""The recorder: one entry in the journal for each cell that ran."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.border import Border, interrupt_again
from nbrepro.kernel.files import used_files
from nbrepro.kernel.outputs import OutputWatch
from nbrepro.records import CellRecord, CellState, ExceptionInfo, Timing
from nbrepro.records.digests import digest_text
from nbrepro.store.journal import CellRun

if TYPE_CHECKING:
    from nbrepro.kernel.live.watch import LiveWatch, Names

_MAX_MESSAGE = 10_000


class Recorded(NamedTuple):
    """How far the recording of this process has come."""

    cells: int = 0
    """Order of the last cell."""
    unfinished: str | None = None
    """Message id of a cell that was running when the recorder was stopped."""


class Recorder:
    """Follows IPython's events from cell to cell.

    Parameters
    ----------
    shell:
        The IPython shell.
    activity, border:
        Shared with the observers.
    states:
        Returns the digests of the global generators' states.
    write:
        Takes each finished cell.
    prepare:
        Called with each cell before it runs, and before its generators' states are read.
    outputs:
        Digests what the cell shows.
    read:
        Called with each cell that has run, before its findings are taken.
    live:
        Follows the names that cells read and write, if they are followed.
    after:
        What an earlier session in this process has recorded.
    """

    def __init__(
        self,
        shell: Any,
        activity: Activity,
        border: Border,
        *,
        states: Callable[[], dict[str, str]],
        write: Callable[[CellRun], None],
        prepare: Callable[[RunningCell], None],
        outputs: OutputWatch,
        read: Callable[[RunningCell], None],
        live: LiveWatch | None,
        after: Recorded,
    ) -> None:
        self._shell = shell
        self._activity = activity
        self._border = border
        self._states = states
        self._write = write
        self._prepare = prepare
        self._outputs = outputs
        self._read = read
        self._live = live
        self.recorded = after

    def start(self) -> None:
        """Follow the events; a cell that is running already is recorded from here on."""
        self._shell.events.register("pre_run_cell", self.before)
        self._shell.events.register("post_run_cell", self.after)

    def stop(self) -> None:
        """Follow them no more; a cell that is still running is recorded up to here."""
        for event, callback in (("pre_run_cell", self.before), ("post_run_cell", self.after)):
            if callback in self._shell.events.callbacks[event]:
                self._shell.events.unregister(event, callback)
        cell = self._activity.end()
        if cell is not None:
            self._outputs.after_cell()
            self._border.between("recording a cell", self._finish, cell, None, None)
            self.recorded = Recorded(cell.order, cell.msg_id)

    def in_silence(self) -> bool:
        """Whether what runs now is no cell, but a silent request of a tool."""
        return bool(self._parent().get("content", {}).get("silent"))

    def begin_running(self) -> None:
        """Record the cell that is running now, whose beginning was missed."""
        parent = self._parent()
        if self.recorded.unfinished is not None and self.recorded.unfinished == self._msg_id():
            self.recorded = Recorded(self.recorded.cells - 1)  # %reload_ext: the same cell goes on
        source = str(parent.get("content", {}).get("code", "")) or self._last_input()
        cell_id = (parent.get("metadata") or {}).get("cellId")
        self._begin(source, None, cell_id)

    def before(self, info: Any = None) -> None:
        """IPython is about to run a cell."""
        if self._border.between("before a cell", self._before, info):
            interrupt_again()

    def after(self, result: Any = None) -> None:
        """IPython has run a cell; ``result`` is ``None`` when it was cancelled."""
        self._border.between("after a cell", self._after, result)

    def _before(self, info: Any) -> None:
        running = self._activity.here()
        msg_id = self._msg_id()
        if running is not None and (running.msg_id == msg_id if msg_id else not info.store_history):
            running.nested += 1  # %%capture and the like run their body as a cell inside the cell
            return
        if running is not None:  # its end was never told
            self._after(None)
        self._begin(info.raw_cell, info, getattr(info, "cell_id", None))

    def _begin(self, source: str, info: Any, cell_id: str | None) -> None:
        order = self.recorded.cells + 1
        cell = RunningCell(
            msg_id=self._msg_id() or f"local-{order}", source=source, order=order, info=info, cell_id=cell_id
        )
        self._prepare(cell)
        cell.outputs = self._outputs.new()
        cell.random_before = self._states()
        if self._live is not None:
            self._live.begin(cell)
        self.recorded = Recorded(order)
        cell.clock = time.perf_counter()
        self._activity.begin(cell)
        self._outputs.before_cell()

    def _after(self, result: Any) -> None:
        cell = self._activity.here()
        if cell is None:
            return
        if result is not None and not str(result.info.raw_cell).strip():
            return  # of an empty cell IPython tells the end, but not the beginning
        if cell.nested:
            cell.nested -= 1
            return
        self._activity.end()
        self._outputs.after_cell()
        # An asynchronous cell that was cancelled from outside has no result.
        fault = KeyboardInterrupt() if result is None else result.error_before_exec or result.error_in_exec
        self._finish(cell, fault, getattr(result, "execution_count", None))

    def _finish(self, cell: RunningCell, fault: BaseException | None, count: int | None) -> None:
        seconds = time.perf_counter() - cell.clock
        self._border.between("reading the source", self._read, cell)
        outputs = cell.outputs.digests() if cell.outputs is not None else None
        files = used_files(cell)
        random = self._states()
        names: Names = ((), ()) if self._live is None else self._live.end(cell, fault, outputs, files, random)
        record = CellRecord(
            source_digest=digest_text(cell.source),
            state=CellState.OK if fault is None else CellState.ERROR,
            order=cell.order,
            outputs=outputs or (),
            exception=None if fault is None else self._exception(fault, cell),
            random_before=cell.random_before,
            random_after=random,
            files=files,
            findings=cell.found(),
            draws=tuple(cell.draws),
            names_read=names[0],
            names_written=names[1],
            timing=Timing(started=cell.started, seconds=round(seconds, 6)),
        )
        self._write(CellRun(msg_id=cell.msg_id, cell=record, cell_id=cell.cell_id, execution_count=count))

    def _exception(self, fault: BaseException, cell: RunningCell) -> ExceptionInfo:
        return ExceptionInfo(
            type=type(fault).__name__,
            message=_message_of(fault)[:_MAX_MESSAGE],
            line=_line_of(fault, cell, self._shell.user_global_ns),
        )

    def _parent(self) -> dict[str, Any]:
        get_parent = getattr(self._shell, "get_parent", None)
        parent = get_parent() if get_parent is not None else None
        return parent if isinstance(parent, dict) else {}

    def _msg_id(self) -> str | None:
        parent = self._parent()
        identity = parent.get("header", parent).get("msg_id")
        return identity if isinstance(identity, str) and identity else None

    def _last_input(self) -> str:
        history = getattr(self._shell, "history_manager", None)
        inputs = getattr(history, "input_hist_raw", [])
        return str(inputs[-1]) if inputs else ""


def _message_of(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:  # __str__ is the user's
        return "<no message>"


def _line_of(fault: BaseException, cell: RunningCell, namespace: dict[str, Any]) -> int | None:
    """Return the line of the cell that raised, or that called what raised."""
    if isinstance(fault, SyntaxError) and fault.__traceback__ is not None and fault.lineno:
        places = _cell_lines(fault.__traceback__, namespace)
        return (places[0] if places else fault.lineno) + cell.offset
    places = _cell_lines(fault.__traceback__, namespace)
    if not places:
        return None
    if cell.is_cell_magic and len(places) > 1:
        return places[1] + cell.offset + 1
    return places[0] + cell.offset


def _cell_lines(traceback: TracebackType | None, namespace: dict[str, Any]) -> list[int]:
    lines = []
    while traceback is not None:
        if traceback.tb_frame.f_globals is namespace:
            lines.append(traceback.tb_lineno)
        traceback = traceback.tb_next
    return lines
