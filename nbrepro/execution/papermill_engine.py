"""The papermill engine: pinned, recorded runs for whatever already runs papermill.

To be imported through `nbrepro.execution.engine`, which says why.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nbformat import NotebookNode
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.exceptions import PapermillExecutionError
from papermill.iorw import write_ipynb
from papermill.log import logger

from nbrepro.config import Settings, load_settings, notebook_settings, project_root
from nbrepro.records import CellState, Record

if TYPE_CHECKING:
    from nbrepro.execution.requests import RunRequest

_COMPLETED, _FAILED, _PENDING = "completed", "failed", "pending"


@dataclass(frozen=True, kw_only=True)
class _Sinks:
    """Where papermill's user wants to see outputs while they come."""

    log: bool
    stdout: IO[str] | None
    stderr: IO[str] | None

    def hook(self) -> Callable[[NotebookNode], None] | None:
        """Return what is called with each output, or nothing if nobody wants them."""
        return self.show if self.log or self.stdout or self.stderr else None

    def show(self, output: NotebookNode) -> None:
        """Pass one output on."""
        if output.output_type == "stream":
            sink = self.stdout if output.name == "stdout" else self.stderr
            if sink is not None:
                sink.write(output.text)
                sink.flush()
            if self.log:
                (logger.info if output.name == "stdout" else logger.warning)(output.text)
        elif self.log and "text/plain" in output.get("data", {}):
            logger.info(output.data["text/plain"])


class NbreproEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Runs a notebook as ``nbrepro record`` would, and leaves the record in papermill's output notebook.

    Unlike papermill's own engine it saves at the start, at the end and in papermill's autosave interval only, keeps
    the outputs of cells tagged ``skip-execution``, and calls no cell completed that never ran. A notebook that
    fails is written with its record before the exception is raised, so papermill inserts no cells into it. The
    kernel's working folder is papermill's, as users of ``--cwd`` expect.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **kwargs: Any,
    ) -> NotebookNode:
        """Run ``nb`` in place and return it.

        Raises
        ------
        papermill.PapermillExecutionError
            If it did not get to its end.
        """
        kept = [list(cell.get("outputs", ())) for cell in nb.cells]
        manager = NotebookExecutionManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        manager.notebook_start()
        for cell, outputs in zip(nb.cells, kept, strict=True):
            if cell.cell_type == "code":
                cell.outputs = outputs
        try:
            record = cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **kwargs)
        finally:
            manager.notebook_complete()
        _mark(nb, record)
        if output_path:
            write_ipynb(nb, output_path)
        if record.problem is not None:
            raise _error(nb, record)
        return nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: IO[str] | None = None,
        stderr_file: IO[str] | None = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Record:
        """Run the notebook that papermill manages and return its record."""
        from nbrepro.execution.kernelspecs import choose_kernel  # noqa: PLC0415 - papermill loads every engine
        from nbrepro.execution.run import Work, perform  # noqa: PLC0415 - as above
        from nbrepro.execution.runner import Hooks  # noqa: PLC0415 - as above

        notebook = nb_man.nb
        sinks = _Sinks(log=log_output, stdout=stdout_file, stderr=stderr_file)

        def after_cell(index: int, _: object) -> None:
            notebook.cells[index].metadata.setdefault("papermill", NotebookNode())["status"] = _COMPLETED
            nb_man.autosave_cell()
            if nb_man.pbar:
                nb_man.pbar.update(1)

        work = Work(
            request=_request(notebook, _path(kwargs.get("input_path")), execution_timeout),
            notebook=notebook,
            choice=choose_kernel(notebook, kernel_name or None),
            cwd=Path.cwd(),
            hooks=Hooks(after_cell=after_cell, on_output=sinks.hook()),
            start_timeout=float(start_timeout),
        )
        return perform(work).record


def _request(notebook: NotebookNode, path: Path, execution_timeout: int | None) -> RunRequest:
    """Return how to run a notebook that papermill has put its parameters into."""
    from nbrepro.execution.requests import RunRequest  # noqa: PLC0415 - as above
    from nbrepro.pinning.pins import usable_cores  # noqa: PLC0415 - as above

    root = project_root(path)
    settings = _settings(notebook, root, path, execution_timeout)
    return RunRequest(
        notebook=notebook,
        path=path,
        root=root,
        settings=settings,
        seed=settings.seed_number(),
        drawn=settings.seed == "random",
        threads=settings.threads or usable_cores(),
        parameters=notebook.metadata.get("papermill", {}).get("parameters", {}),
    )


def _path(given: object) -> Path:
    """Return where the notebook lies; one that lies nowhere (in memory, in a bucket) is treated as lying here."""
    if isinstance(given, str) and given != "-" and "://" not in given:
        return Path(os.path.abspath(given))  # noqa: PTH100 - links stay links
    name = given.rpartition("/")[2] if isinstance(given, str) and given != "-" else ""
    return Path.cwd() / (name or "notebook.ipynb")


def _settings(notebook: NotebookNode, root: Path, path: Path, execution_timeout: int | None) -> Settings:
    """Return the project's settings; papermill knows no time-out unless one is asked for."""
    settings = notebook_settings(load_settings(root), notebook.metadata, path.name)
    if execution_timeout:
        return replace(settings, timeout=float(execution_timeout))
    return replace(settings, timeout=0.0) if settings.timeout == Settings().timeout else settings


def _mark(notebook: NotebookNode, record: Record) -> None:
    """Say in papermill's words how each cell went."""
    for index, cell in record.cells.items():
        own = notebook.cells[index].metadata.setdefault("papermill", NotebookNode())
        failed = record.problem is not None and record.problem.cell == index
        own["exception"] = failed if cell.state is not CellState.NOT_RUN else None
        own["status"] = _FAILED if failed else _PENDING if cell.state is CellState.NOT_RUN else _COMPLETED
        if cell.timing is not None:
            own["start_time"], own["duration"] = cell.timing.started, cell.timing.seconds
    notebook.metadata["papermill"]["exception"] = True if record.problem is not None else None


def _error(notebook: NotebookNode, record: Record) -> PapermillExecutionError:
    problem = record.problem
    assert problem is not None
    index = problem.cell if problem.cell is not None else 0
    cell = notebook.cells[index] if index < len(notebook.cells) else NotebookNode(source="", outputs=[])
    errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
    raised = problem.kind == "exception" and bool(errors)
    return PapermillExecutionError(
        cell_index=index,
        exec_count=cell.get("execution_count"),
        source=cell.source,
        ename=errors[-1].ename if raised else problem.kind,
        evalue=errors[-1].evalue if raised else problem.message,
        traceback=errors[-1].traceback if raised else [problem.message],
    )
