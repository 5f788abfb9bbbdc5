"""A notebook in a real shell, with its live history, and the run from the top that says what is true."""

from __future__ import annotations

import gc
import hashlib
import random
import re
import sys
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from nbrepro.kernel.live.chance import chances_in
from nbrepro.kernel.live.history import History
from nbrepro.kernel.live.judge import live_states
from nbrepro.kernel.live.states import Answer, LiveState, NotebookCell
from nbrepro.kernel.live.versions import Ran
from nbrepro.kernel.live.walk import Budget
from nbrepro.records.digests import digest_text
from tests.kernel.live import process
from tests.kernel.live.chances import noticed

_PASSING = re.compile(r"0x[0-9a-f]+|(?<=ipython-input-)\d+")
"""Addresses, and numbers of inputs in warnings: no result."""
Step = str | tuple[str, ...]
_shells: list[Any] = []
_first: dict[str, Any] = {}


def shell() -> Any:
    """Return the shell of this process, emptied."""
    if not _shells:
        config = Config()
        config.HistoryManager.enabled = False
        one = InteractiveShell(config=config)
        one.displayhook.write_output_prompt = lambda: None
        one.showtraceback = one.showsyntaxerror = lambda *_, **__: None  # colouring them takes most of the time
        threading.excepthook = _say_what_a_thread_raised
        _shells.append(one)
        _first.update(one.user_ns)
    one = _shells[0]
    process.use_loop()
    process.forget()
    one.user_ns.clear()  # reset() collects garbage, which takes long among the tests' libraries
    one.user_ns.update(_first)
    one.user_ns["_oh"] = one.user_ns["Out"] = {}
    one.user_ns.update({"_": "", "__": "", "___": ""})
    one.displayhook._, one.displayhook.__, one.displayhook.___ = "", "", ""
    one.execution_count = 1
    return one


def leave() -> None:
    """Collect what the sessions left, coroutines that nobody awaited among it, before another test is blamed for it."""
    with warnings.catch_warnings():
        if _shells:
            shell()
            process.close_loop()
        gc.collect()


AMPLE = Budget(seconds=60)
"""One that a loaded machine does not run out of."""


def _say_what_a_thread_raised(raised: threading.ExceptHookArgs) -> None:
    """Without the thread's number, which differs from run to run."""
    sys.stderr.write(f"{raised.exc_type.__name__}: {raised.exc_value}\n")


def states() -> dict[str, str]:
    """Return digests of the global generators' states."""
    state = np.random.mtrand._rand.get_state(legacy=False)
    numbers = (state["state"]["key"].tobytes(), state["state"]["pos"], state["has_gauss"], state["gauss"])
    found = {"random": random.getstate(), "numpy": numbers}
    return {name: hashlib.sha256(repr(held).encode()).hexdigest() for name, held in found.items()}


def seed() -> None:
    """Put the generators where a new kernel would start them."""
    random.seed(42)
    np.random.mtrand._rand.seed(42)


def run_in(one: Any, source: str) -> tuple[tuple[str, ...], BaseException | None]:
    """Run a cell; return what it showed, and what it raised."""
    with capture_output() as captured:
        result = one.run_cell(source, store_history=True)
    fault = result.error_before_exec or result.error_in_exec
    shown = (captured.stdout, captured.stderr, *(repr(output.data) for output in captured.outputs))
    raised = [f"{type(fault).__name__}: {fault}"] if fault is not None else []
    return tuple(_PASSING.sub("", text) for text in (*shown, *raised)), fault


def made(one: Any, names: Sequence[str]) -> dict[str, str]:
    """Return what names hold, for the count of false alarms."""
    return {name: repr(one.user_ns.get(name)).partition(" at 0x")[0] for name in names}


@dataclass
class LiveNotebook:
    """Cells in their order, and a session in which they run."""

    cells: list[tuple[str, str]]
    budget: Budget = AMPLE
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    made: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shell = shell()
        process.empty_folder()
        seed()
        self.history = History(self.shell.user_ns, self.shell.user_ns_hidden, budget=self.budget, random=states())

    def do(self, *steps: Step) -> LiveNotebook:
        """Take steps: cells to run in one text, or an edit, deletion, insertion or move."""
        for step in steps:
            if isinstance(step, str):
                for identity in step.split():
                    self.run(identity)
            else:
                getattr(self, f"_{step[0]}")(*step[1:])
        return self

    def run(self, identity: str) -> None:
        source = dict(self.cells)[identity]
        before, random_before = self.history.before(source), states()
        with process.opened() as files, noticed(self.shell, source) as cell:
            shown, fault = run_in(self.shell, source)
        execution = self.history.after(
            before,
            Ran(
                source=source,
                source_digest=digest_text(source),
                cell_id=identity,
                finished=fault is None,
                interrupted=isinstance(fault, KeyboardInterrupt),
                outputs=shown,
                random_before=random_before,
                random_after=states(),
                files_read=sorted(files.read),
                files_written=sorted(files.written),
                chances=chances_in(cell.found()),
            ),
        )
        self.shown[identity] = shown
        self.made[identity] = made(self.shell, [name for name in execution.writes if not name.startswith("<")])

    def _edit(self, identity: str, source: str) -> None:
        place = self._place(identity)
        self.cells[place] = (identity, source)

    def _delete(self, identity: str) -> None:
        del self.cells[self._place(identity)]

    def _insert(self, identity: str, after: str, source: str) -> None:
        self.cells.insert(self._place(after) + 1 if after else 0, (identity, source))

    def _move(self, identity: str, after: str) -> None:
        cell = self.cells.pop(self._place(identity))
        self.cells.insert(self._place(after) + 1 if after else 0, cell)

    def _place(self, identity: str) -> int:
        return [name for name, _ in self.cells].index(identity)

    def answer(self) -> Answer:
        """Return the judgement."""
        cells = [NotebookCell(id=name, source=source, source_digest=digest_text(source)) for name, source in self.cells]
        return live_states(cells, self.history.executions, self.history.start())

    def states(self) -> dict[str, LiveState]:
        """Return the state of each cell."""
        return {cell.id or "": cell.state for cell in self.answer().cells}

    def truth(self) -> Truth:
        """Run the cells from the top in a new namespace, and hold what they show beside what they showed."""
        one = shell()
        seed()
        shows: set[str] = set()
        makes: set[str] = set()
        for name, source in self.cells:
            shown, _ = run_in(one, source)
            if shown == self.shown.get(name):
                shows.add(name)
                if made(one, list(self.made[name])) == self.made[name]:
                    makes.add(name)
        return Truth(frozenset(shows), frozenset(makes))


@dataclass(frozen=True)
class Truth:
    """What a run from the top did."""

    shows: frozenset[str]
    """Cells that showed what they show."""
    makes: frozenset[str]
    """Those of them that made what they had made, too."""
