"""Running the cells of a notebook in a kernel, from the top, and saying how far it got."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from nbformat import NotebookNode

from nbrepro.config import CellRules, Settings, cell_rules
from nbrepro.execution.channels import Cancelled, DeadlinePassed, KernelDied, TooMuchOutput
from nbrepro.execution.outputs import Outputs
from nbrepro.execution.session import KernelSession, Reply
from nbrepro.notebooks import cell_numbers, code_cells, source_of, tags_of
from nbrepro.records import CellState, ExceptionInfo, Problem, Timing

_INTERRUPT_GRACE = 2.0  # seconds for a cell to react to an interrupt
_KEPT_OUTPUT = 64 * 1024  # characters that are kept of each text of a cell that wrote too much
_FINISH_TIMEOUT = 60.0
_FINISH = "__import__('nbrepro.kernel.extension', fromlist=['finish']).finish()"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# What IPython calls a cell in the message of a syntax error: it is no file of the user's.
_CELL_FILE = re.compile(r" ?\((?:\d+\.py|<ipython-input-[^>]*>), line (\d+)\)")
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, kw_only=True)
class CellOutcome:
    """How one cell went, as seen from outside the kernel."""

    state: CellState
    request: str | None = None
    """The id of its execute request."""
    order: int | None = None
    exception: ExceptionInfo | None = None
    timing: Timing | None = None


@dataclass(kw_only=True)
class Execution:
    """How a notebook went."""

    outcomes: dict[int, CellOutcome]
    problem: Problem | None = None
    finished: bool = False
    """Whether the kernel wrote its full fingerprint."""
    responsive: bool = True
    """Whether the kernel is free to answer requests."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Who wants to know how a run proceeds."""

    before_cell: Callable[[int], None] | None = None
    after_cell: Callable[[int, CellOutcome], None] | None = None
    on_output: Callable[[NotebookNode], None] | None = None


def cells_rules(notebook: NotebookNode, settings: Settings, name: str) -> dict[int, CellRules]:
    """Return the rules of every code cell, by index.

    Raises
    ------
    ConfigError
        If a cell has a tag of nbrepro's with a value that cannot be read.
    """
    numbers = cell_numbers(notebook)
    return {
        index: cell_rules(
            settings,
            tags_of(notebook.cells[index]),
            source=source_of(notebook.cells[index]),
            context=(name, f"cell {numbers.get(index, index + 1)}"),
        )
        for index in code_cells(notebook)
    }


def initial_outcomes(notebook: NotebookNode, rules: dict[int, CellRules]) -> dict[int, CellOutcome]:
    """Return every code cell as not run, or skipped where a tag says so or there is nothing to run."""
    skipped = {index for index in rules if rules[index].skip or not source_of(notebook.cells[index]).strip()}
    states = {index: CellState.SKIPPED if index in skipped else CellState.NOT_RUN for index in rules}
    return {index: CellOutcome(state=state) for index, state in states.items()}


class Runner:
    """Runs the cells of one notebook in one kernel."""

    def __init__(
        self,
        notebook: NotebookNode,
        session: KernelSession,
        execution: Execution,
        *,
        rules: dict[int, CellRules],
        may_raise: frozenset[int],
        keep_going: bool,
        notebook_timeout: float,
        hooks: Hooks,
    ) -> None:
        self._notebook = notebook
        self._session = session
        self._execution = execution
        self._rules = rules
        self._may_raise = may_raise
        self._keep_going = keep_going
        self._notebook_timeout = notebook_timeout
        self._hooks = hooks
        self._end = time.monotonic() + notebook_timeout if notebook_timeout else None
        self._order = 0
        self._request: str | None = None
        self.outputs = Outputs(hooks.on_output)

    def run(self) -> None:
        """Run all cells that are to run, and let the kernel write its fingerprint."""
        for index, outcome in self._execution.outcomes.items():
            if self._hooks.before_cell is not None:
                self._hooks.before_cell(index)
            goes_on = outcome.state is CellState.SKIPPED or self._run(index)
            if self._hooks.after_cell is not None:
                self._hooks.after_cell(index, self._execution.outcomes[index])
            if not goes_on:
                break
        if self._execution.responsive:
            self._finish()

    def _run(self, index: int) -> bool:
        """Run one cell; return whether the next one is to run."""
        self._order += 1
        self._request = None
        cell = self._notebook.cells[index]
        started, clock = datetime.now(timezone.utc), time.monotonic()
        reply: Reply | None = None
        try:
            reply = self._session.execute(
                source_of(cell),
                self.outputs,
                cell.outputs,
                deadline=self._deadline(index),
                on_sent=self._sent,
                cell_id=cell.get("id"),
            )
            goes_on = self._judge(index, reply)
        except DeadlinePassed:
            reply = self._stop_late_cell(index)
            goes_on = reply is not None and self._keep_going and not self._out_of_time()
        except KernelDied:
            death = self._session.process.death
            goes_on = self._stop(index, "kernel_death", death.sentence() if death else "the kernel ended")
        except TooMuchOutput:
            goes_on = self._stop_flood(index)
        except (Cancelled, KeyboardInterrupt):
            goes_on = self._stop(index, "interrupted", "the run was interrupted")
        except UnicodeEncodeError:
            self._blame(index, "exception", "the source holds half a character (a lone surrogate): type it anew")
            goes_on = self._keep_going
        if reply is not None and "execution_count" in reply.content:
            cell["execution_count"] = reply.content["execution_count"]
        self._execution.outcomes[index] = CellOutcome(
            state=CellState.OK if reply is not None and reply.content.get("status") == "ok" else CellState.ERROR,
            request=self._request,
            order=self._order,
            exception=_exception(reply),
            timing=Timing(started=started.isoformat(), seconds=time.monotonic() - clock),
        )
        return goes_on

    def _sent(self, request: str) -> None:
        self._request = request

    def _deadline(self, index: int) -> float | None:
        seconds = self._rules[index].settings.timeout
        ends = [end for end in (time.monotonic() + seconds if seconds else None, self._end) if end is not None]
        return min(ends, default=None)

    def _out_of_time(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def _judge(self, index: int, reply: Reply) -> bool:
        if not reply.complete:
            self._execution.notes.append(
                f"Outputs of cells[{index}] may be incomplete: the kernel did not say it was done."
            )
        if reply.content.get("status") != "ok":
            if self._rules[index].may_raise or index in self._may_raise:
                return True
            exception = _exception(reply)
            self._blame(index, "exception", _sentence(exception) if exception else "the kernel did not run the cell")
            return self._keep_going
        if any(
            part.get("source") == "ask_exit" and not part.get("keepkernel") for part in reply.content.get("payload", ())
        ):
            return self._after_exit(index)
        return True

    def _after_exit(self, index: int) -> bool:
        """A cell that calls ``exit`` ends the kernel: fine in the last one, otherwise the rest never runs."""
        if any(
            outcome.state is CellState.NOT_RUN for later, outcome in self._execution.outcomes.items() if later > index
        ):
            return self._stop(
                index, "kernel_death", "the cell ended the kernel with `exit`: the cells after it never ran"
            )
        return True

    def _stop_late_cell(self, index: int) -> Reply | None:
        """Interrupt a cell whose time is up; return its reply if the kernel reacted."""
        if self._out_of_time():
            what = f"the notebook took longer than {self._notebook_timeout:g} s (--notebook-timeout)"
        else:
            what = f"the cell took longer than {self._rules[index].settings.timeout:g} s (--timeout)"
        self._blame(index, "timeout", what)
        self._session.interrupt()
        reply = self._session.settle_after_interrupt(self._request or "", self.outputs, _INTERRUPT_GRACE)
        self._execution.responsive = reply is not None
        return reply

    def _stop_flood(self, index: int) -> bool:
        cell = self._notebook.cells[index]
        self.outputs.settle()
        cell.outputs[:] = [_shortened(output) for output in cell.outputs[:_KEPT_OUTPUT]]
        limit = self._rules[index].settings.max_output
        return self._stop(index, "output_limit", f"the cell put out more than {limit} bytes (max_output)")

    def _stop(self, index: int, kind: str, message: str) -> bool:
        self._blame(index, kind, message)
        self._execution.responsive = False
        return False

    def _blame(self, index: int, kind: str, message: str) -> None:
        """Keep the first problem: what goes wrong later mostly follows from it."""
        if self._execution.problem is None or kind == "interrupted":
            self._execution.problem = Problem(kind=kind, message=message, cell=index)

    def _finish(self) -> None:
        if not self._session.has_recorder():
            return
        try:
            reply = self._session.execute_silently(_FINISH, self.outputs, seconds=_FINISH_TIMEOUT)
        except (DeadlinePassed, KernelDied, TooMuchOutput):
            return
        except (Cancelled, KeyboardInterrupt):
            if self._execution.problem is None:
                self._execution.problem = Problem(kind="interrupted", message="the run was interrupted at its end")
            return
        self._execution.finished = reply.get("status") == "ok"
        if not self._execution.finished:
            self._execution.notes.append(
                f"The final fingerprint failed with {reply.get('ename')}: {reply.get('evalue')}."
            )


def _exception(reply: Reply | None) -> ExceptionInfo | None:
    if reply is None or reply.content.get("status") != "error":
        return None
    message = _COLOUR.sub("", str(reply.content.get("evalue", "")))
    place = _CELL_FILE.search(message)
    return ExceptionInfo(
        type=str(reply.content.get("ename", "")),
        message=message[:_LONGEST_MESSAGE],
        line=int(place[1]) if place else None,
    )


def _sentence(exception: ExceptionInfo) -> str:
    """Return an exception on one line, without the name that IPython gives to a cell."""
    message = " ".join(_CELL_FILE.sub("", exception.message).split())
    return f"{exception.type}: {message}" if message else exception.type


def _shortened(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        output["text"] = output["text"][:_KEPT_OUTPUT]
    elif "data" in output:
        values: dict[str, Any] = output["data"]
        kept = {kind: value for kind, value in values.items() if len(str(value)) <= _KEPT_OUTPUT}
        output["data"] = NotebookNode(kept)
    return output
