"""What nbrepro costs a cell: 200 trivial cells with and without the extension, and in plain papermill.

Run it with ``python benchmarks/cell_overhead.py [ROUNDS]``. The three ways take turns within one run, so that
what else the machine does falls on all of them; medians are printed. A notebook without cells is timed in the same
turn and subtracted, which leaves the cells alone.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.config import Settings
from nbrepro.execution import RunRequest
from nbrepro.execution.kernelspecs import choose_kernel
from nbrepro.execution.run import Work, perform
from nbrepro.execution.runner import Hooks

CELLS = 200
SPEC = {"name": "python3", "language": "python", "display_name": "Python 3"}


def notebook_of(count: int) -> NotebookNode:
    cells = [new_code_cell(f"x{number} = {number}\nx{number} + 1", id=f"c{number}") for number in range(count)]
    return new_notebook(cells=cells, metadata={"kernelspec": SPEC})


def with_nbrepro(count: int, folder: Path, *, extension: bool) -> None:
    notebook = notebook_of(count)
    request = RunRequest(
        notebook=notebook, path=folder / "a.ipynb", root=folder, settings=Settings(), seed=1, threads=1
    )
    choice = choose_kernel(notebook, None)
    run = perform(
        Work(request=request, notebook=notebook, choice=choice, cwd=folder, hooks=Hooks(), extension=extension)
    )
    if run.record.problem is not None:
        raise SystemExit(run.record.problem.message)
    if extension and any("could not be loaded" in note for note in run.record.notes):
        raise SystemExit("the extension was not loaded: the comparison would be void")


def with_papermill(count: int, folder: Path) -> None:
    import papermill  # noqa: PLC0415 - its import is not what is measured

    nbformat.write(notebook_of(count), folder / "a.ipynb")
    with quiet_kernels():
        papermill.execute_notebook(folder / "a.ipynb", folder / "b.ipynb", progress_bar=False, cwd=folder)


@contextmanager
def quiet_kernels() -> Iterator[None]:
    """Keep what kernels say to the terminal away from the table."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def seconds(way: Callable[[int, Path], None], count: int, folder: Path) -> float:
    started = time.perf_counter()
    way(count, folder)
    return time.perf_counter() - started


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    ways: dict[str, Callable[[int, Path], None]] = {
        "nbrepro's engine, without the extension": lambda n, folder: with_nbrepro(n, folder, extension=False),
        "nbrepro's engine, with the extension": lambda n, folder: with_nbrepro(n, folder, extension=True),
        "papermill.execute_notebook": with_papermill,
    }
    empty: dict[str, list[float]] = {name: [] for name in ways}
    cells: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for way in ways.values():
            way(1, folder)  # imports and caches
        for _ in range(rounds):
            for label, way in ways.items():
                base = seconds(way, 0, folder)
                empty[label].append(base)
                cells[label].append((seconds(way, CELLS, folder) - base) / CELLS * 1000)
    print(f"{CELLS} trivial cells, {rounds} rounds in turn, medians, {os.cpu_count()} cores")
    print(f"{'':42}{'ms a cell':>10}{'start to end of an empty notebook, s':>40}")
    for label in ways:
        print(f"{label:42}{statistics.median(cells[label]):10.2f}{statistics.median(empty[label]):40.2f}")
    bare, loaded, _ = (statistics.median(values) for values in cells.values())
    pairs = zip(*list(cells.values())[:2], strict=True)
    added = statistics.median(other - one for one, other in pairs)
    print(f"added by the extension: {loaded - bare:.2f} ms a cell (median of the rounds' differences {added:.2f})")


if __name__ == "__main__":
    main()
