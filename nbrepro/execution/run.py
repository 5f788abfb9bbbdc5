"""`run_notebook`: one notebook, from the top, in a fresh pinned kernel, with its record."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic

import msgspec
from nbformat import NotebookNode, from_dict

from nbrepro.config import CellRules
from nbrepro.errors import RunError
from nbrepro.execution.assemble import Material, assemble
from nbrepro.execution.channels import Cancelled
from nbrepro.execution.kernelspecs import KernelChoice, choose_kernel
from nbrepro.execution.parameters import inject
from nbrepro.execution.requests import Run, RunRequest
from nbrepro.execution.runner import CellOutcome, Execution, Hooks, Runner, cells_rules, initial_outcomes
from nbrepro.execution.session import SHUTDOWN_GRACE, START_TIMEOUT, KernelSession, Launch, kernel_folder, start
from nbrepro.pinning.pins import pinned_environment
from nbrepro.records import CellState, Problem, Timing
from nbrepro.store.journal import read_journal

_BUSY_GRACE = 1.0  # seconds for a kernel to end whose cell was still running


def run_notebook(request: RunRequest) -> Run:
    """Run a notebook from the top in a fresh, pinned kernel, in the notebook's folder.

    Several threads may do this at once. A run that does not get to its end is a result as well: its record says
    why in ``problem``, and which cells never ran. Ctrl-C in the main thread ends the run like
    ``request.cancelled``; the kernel is gone when this returns.

    Raises
    ------
    RunError
        If there is no such kernel.
    ConfigError
        If a cell has a malformed tag.
    """
    choice = choose_kernel(request.notebook, request.kernel_name or request.settings.kernel or None)
    notebook, expected = inject(copy.deepcopy(request.notebook), request, choice)
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    hooks = Hooks(after_cell=_after_cell(request, notebook))
    folder = Path(os.path.abspath(request.path)).parent  # noqa: PTH100 - a symlinked notebook runs where its link is
    work = Work(
        request=replace(request, expected_errors=expected), notebook=notebook, choice=choice, cwd=folder, hooks=hooks
    )
    return perform(work)


def _after_cell(request: RunRequest, notebook: NotebookNode) -> Callable[[int, CellOutcome], None] | None:
    if request.on_cell is None and request.on_outputs is None:
        return None
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = iter(range(1, total + 1))

    def tell(index: int, outcome: CellOutcome) -> None:
        if request.on_outputs is not None and outcome.state is not CellState.SKIPPED:
            request.on_outputs(notebook, index)
        if request.on_cell is not None:
            request.on_cell(next(done), total)

    return tell


@dataclass(frozen=True, kw_only=True)
class Work:
    """A notebook that is ready to be run in place."""

    request: RunRequest
    notebook: NotebookNode
    choice: KernelChoice
    cwd: Path
    hooks: Hooks
    extension: bool = True
    """Whether the kernel loads nbrepro; the benchmarks compare both."""
    start_timeout: float = START_TIMEOUT


def perform(work: Work) -> Run:
    """Run ``work.notebook`` in place and attach its record."""
    request = work.request
    rules = cells_rules(work.notebook, request.settings, request.path.name)
    execution = Execution(outcomes=initial_outcomes(work.notebook, rules))
    _empty(work.notebook, execution)
    started, clock = datetime.now(timezone.utc), monotonic()
    with kernel_folder() as folder:
        journal = folder / "journal.jsonl"
        log = _execute(work, rules, execution, folder, journal)
        timing = Timing(started=started.isoformat(), seconds=monotonic() - clock)
        material = Material(
            notebook=work.notebook,
            request=request,
            choice=work.choice,
            execution=execution,
            journal=read_journal(journal),
            log=log,
            timing=timing,
            extension=work.extension,
        )
        return Run(notebook=work.notebook, record=assemble(material))


def _execute(work: Work, rules: dict[int, CellRules], execution: Execution, folder: Path, journal: Path) -> str | None:
    """Start the kernel, run the cells, end the kernel; return what it wrote to the terminal, if it got ready."""
    session: KernelSession | None = None
    try:
        if work.request.cancelled is not None and work.request.cancelled.is_set():
            raise Cancelled
        session = start(_launch(work, journal), folder)
        session.recorded_in = journal if work.extension else None
        if session.language_info:
            work.notebook.metadata["language_info"] = from_dict(session.language_info)
        runner = Runner(
            work.notebook,
            session,
            execution,
            rules=rules,
            may_raise=work.request.expected_errors,
            keep_going=work.request.keep_going,
            notebook_timeout=work.request.settings.notebook_timeout,
            hooks=work.hooks,
        )
        try:
            runner.run()
        finally:
            runner.outputs.settle()
        runner.outputs.widgets.write(work.notebook)
    except RunError as fault:
        execution.problem = Problem(kind="kernel_start", message=fault.message)
    except (Cancelled, KeyboardInterrupt):
        execution.problem = Problem(kind="interrupted", message="the run was interrupted")
    finally:
        if session is not None:
            if not execution.responsive:
                session.interrupt()  # a cell that lets itself be interrupted leaves the time for `atexit` functions
            session.close(grace=SHUTDOWN_GRACE if execution.responsive else _BUSY_GRACE)
    return session.process.log_tail() if session is not None else None


def _launch(work: Work, journal: Path) -> Launch:
    request = work.request
    own = {
        **request.settings.environment,
        "NBREPRO_JOURNAL": str(journal),
        "NBREPRO_SEED": str(request.seed),
        "NBREPRO_ROOT": os.path.abspath(request.root),  # noqa: PTH100 - as for the notebook
        "NBREPRO_HEADLESS": "1",
    }
    base = work.choice.environment(dict(os.environ))
    own.update(_randomness(request, journal.parent))
    return Launch(
        choice=work.choice,
        env=pinned_environment(base, threads=request.threads, own=own),
        cwd=work.cwd,
        extension=work.extension,
        max_output=request.settings.max_output,
        start_timeout=work.start_timeout,
        cancelled=request.cancelled,
    )


def _randomness(request: RunRequest, folder: Path) -> dict[str, str]:
    """Return the variables that say how random the run may be, beside its seed."""
    own = {
        "NBREPRO_SEED_SCOPE": request.scope or request.settings.seed_scope,
        "NBREPRO_SEED_DRAWN": "1" if request.drawn else "0",
        "NBREPRO_ENTROPY": request.settings.entropy,
        "NBREPRO_DETERMINISM": request.settings.determinism,
        "NBREPRO_RECORD_ENTROPY": request.settings.record_entropy,
    }
    if request.replay is not None:
        path = folder / "replay.json"
        path.write_bytes(msgspec.json.encode(request.replay))
        own["NBREPRO_REPLAY"] = str(path)
    return own


def _empty(notebook: NotebookNode, execution: Execution) -> None:
    """Remove old outputs, so that a cell that never runs shows none; those of skipped cells stay."""
    for index, outcome in execution.outcomes.items():
        cell = notebook.cells[index]
        if outcome.state is CellState.NOT_RUN or not cell.source.strip():
            cell["outputs"] = []
            cell["execution_count"] = None
