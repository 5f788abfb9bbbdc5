"""The comm that tells the JupyterLab panel what the session saw.

The kernel announces nothing: it registers the comm under a fixed id, where a front end that looks for it finds it
(`comm_info_request`), and sends only after a panel said hello. So a front end without the panel, nbclient and
papermill never see a message, and nothing is saved in the notebook.

Hellos arrive in a subshell's thread while a cell runs, so the state is copied before it is read, and sent outside
of any lock that the running cell could hold.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import msgspec

import nbrepro
from nbrepro.records import FileUse
from nbrepro.records.panel import (
    COMM_ID,
    COMM_TARGET,
    PROTOCOL,
    Hello,
    KernelCell,
    KernelCellRan,
    KernelGone,
    KernelState,
    LiveAnswer,
    LiveCell,
    LiveQuestion,
)
from nbrepro.store.journal import CellRun

_MAX_FILES = 20
_MAX_CELLS = 2000
_MAX_FINDINGS = 20
_MAX_NAMES = 20


class PanelComm:
    """Answers the panel's hello and tells it of each cell.

    Parameters
    ----------
    session:
        The kernel's session, which is only read.
    guard:
        Runs code so that a fault in it never reaches the user's cell: ``guard(where, action, *args)``.
    """

    def __init__(self, session: Any, guard: Callable[..., Any]) -> None:
        self._session = session
        self._guard = guard
        self._listening = False
        self._lock = threading.Lock()
        self._comm: Any = None
        self._told: tuple[Any, ...] = ()

    def start(self) -> None:
        """Register the comm; in a shell without a kernel there is nobody to talk to."""
        kernel = getattr(self._session.shell, "kernel", None)
        manager = getattr(kernel, "comm_manager", None)
        if manager is None:
            return
        self._comm = _make_comm(self._received, lambda: manager.register_comm(self._comm))
        manager.register_comm(self._comm)

    def stop(self) -> None:
        """Tell a listening panel, and take the comm away."""
        if self._comm is None:
            return
        self._send(KernelGone(session=self._session.launch.session))
        manager = self._session.shell.kernel.comm_manager
        manager.comms.pop(COMM_ID, None)
        self._comm._closed = True  # noqa: SLF001 - closing it in the open would speak to front ends without the panel
        self._comm = None

    def ran(self, run: CellRun) -> None:
        """Tell a listening panel of a cell that has run."""
        if self._listening:
            self._guard("panel", self._send_cell, run)

    def _send_cell(self, run: CellRun) -> None:
        launch = self._session.launch
        self._send(KernelCellRan(session=launch.session, cell=_cell(run, launch.root)))
        if self._told != _standing(self._session):  # the cell imported a library that is seeded, say
            self._send_state()

    def _received(self, message: dict[str, Any]) -> None:
        self._guard("panel", self._answer, message.get("content", {}).get("data"))

    def _answer(self, data: Any) -> None:
        message: Hello | LiveQuestion = msgspec.convert(data, Hello | LiveQuestion)
        if isinstance(message, LiveQuestion):
            if self._session.live is not None:
                self._send(live_answer(self._session, message))
            return
        self._listening = message.listen
        if message.listen:
            self._send_state()

    def _send_state(self) -> None:
        self._told = _standing(self._session)
        self._send(state_of(self._session))

    def _send(self, message: msgspec.Struct) -> None:
        comm = self._comm
        if comm is None or not self._listening:
            return
        with self._lock:
            comm.send(msgspec.to_builtins(message))


def _standing(session: Any) -> tuple[Any, ...]:
    """Return what cells change of a session beside themselves."""
    return tuple(sorted(session.seeding.seeded.copy())), tuple(session.determinism.applied), session.faults.count


def state_of(session: Any) -> KernelState:
    """Return the state of a session, from a copy: cells may be running meanwhile."""
    runs = list(session.runs.copy().values())
    seeded, switches, faults = _standing(session)
    return KernelState(
        protocol=PROTOCOL,
        nbrepro=nbrepro.__version__,
        session=session.launch.session,
        seed=session.seeding.seed,
        hash_seed=session.hash_seed,
        pinned=session.hash_seed != "random",
        seeded=seeded,
        switches=switches,
        faults=faults,
        cells=tuple(_cell(run, session.launch.root) for run in _latest(runs)),
        live=session.live is not None,
    )


def live_answer(session: Any, question: LiveQuestion) -> LiveAnswer:
    """Return how the editor's cells stand to a run from the top, in a session that follows them."""
    from nbrepro.kernel.live.watch import saved_cell

    cells = [saved_cell(cell.id, cell.source, cell.tags) for cell in question.cells[:_MAX_CELLS] if cell.source.strip()]
    answer = session.live.answer(cells)
    found = tuple(
        LiveCell(id=cell.id, state=cell.state.value, reason=cell.reason, names=cell.names[:_MAX_NAMES])
        for cell in answer.cells
    )
    return LiveAnswer(session=session.launch.session, yes=answer.yes, cells=found)


def _latest(runs: list[CellRun]) -> list[CellRun]:
    """Return the latest execution of each cell; one without an id stands for itself."""
    latest = {run.cell_id or run.msg_id: run for run in runs}
    return sorted(latest.values(), key=lambda run: run.cell.order or 0)[-_MAX_CELLS:]


def _cell(run: CellRun, root: Any) -> KernelCell:
    cell = run.cell
    changed = (cell.random_after.get(name, state) != state for name, state in cell.random_before.items())
    return KernelCell(
        cell_id=run.cell_id,
        msg_id=run.msg_id,
        source_digest=cell.source_digest,
        state=cell.state.value,
        order=cell.order,
        execution_count=run.execution_count,
        seconds=cell.timing.seconds if cell.timing else 0.0,
        draws=any(changed),
        findings=cell.findings[:_MAX_FINDINGS],
        exception=cell.exception,
        reads=_paths(cell.files, "read", root),
        writes=_paths(cell.files, "write", root),
    )


def _paths(files: tuple[FileUse, ...], mode: str, root: Any) -> tuple[str, ...]:
    inside = f"{root}/"
    return tuple(file.path.removeprefix(inside) for file in files if file.mode == mode)[:_MAX_FILES]


def _make_comm(received: Callable[[dict[str, Any]], None], register_again: Callable[[], Any]) -> Any:
    from ipykernel.comm.comm import BaseComm

    class QuietComm(BaseComm):
        """A comm that never opens nor closes its other end, and runs none of the shell's events.

        IPython's own comms trigger ``pre_execute`` and ``post_execute`` around each message, where
        matplotlib, among others, works for the user's cell.
        """

        def open(self, *_args: Any, **_keywords: Any) -> None:
            """Nothing: the panel finds the comm."""

        def close(self, *_args: Any, **_keywords: Any) -> None:
            """Nothing, as above."""

        def handle_msg(self, msg: dict[str, Any]) -> None:
            received(msg)

        def handle_close(self, _msg: dict[str, Any]) -> None:
            """One page has gone; another may come."""
            self._closed = False
            register_again()

    return QuietComm(target_name=COMM_TARGET, comm_id=COMM_ID, primary=False)
