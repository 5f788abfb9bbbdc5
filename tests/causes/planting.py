"""Planted divergences: a notebook is recorded, one or two factors are changed, the check is asked for the cause."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.check import check
from nbrepro.notebooks import attach_record, read_notebook, read_record, write_notebook
from nbrepro.recording import record
from nbrepro.records import NotebookResult, Record
from nbrepro.targets import Options
from tests.causes.outside import can_pose, persona, server

MEMORY = Path("/dev/shm")
Files = Mapping[str, "str | None"]


@dataclass(frozen=True, kw_only=True)
class Base:
    """A reference: the cells of a notebook and the files beside it."""

    cells: tuple[str, ...]
    files: Files = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    serves: str = ""
    """What a server answers while it is recorded; ``{address}`` in its cells stands for the server's."""
    needs: tuple[str, ...] = ()
    """Modules that have to be installed."""
    in_memory: bool = False
    """Whether it needs a disk that lists files in the order of their making; there, no reading is recorded."""


@dataclass(frozen=True, kw_only=True)
class Plant:
    """One divergence: what is changed in a base, and what the check must find."""

    name: str
    base: str
    cell: int
    """Number of the cell that must differ first."""
    causes: tuple[str, ...]
    """Kinds, one a factor changed; the first of the causes found must be one of them, and all must be named."""
    alternatives: tuple[str, ...] = ()
    """Kinds that are as true as the first."""
    edits: Mapping[int, str] = field(default_factory=dict)
    """New sources, by index in the base."""
    inserts: Mapping[int, str] = field(default_factory=dict)
    """New cells, by the index in the base before which they come."""
    removed: tuple[int, ...] = ()
    files: Files = field(default_factory=dict)
    """Files written anew; ``None`` deletes one, or a folder."""
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    saved: bool = False
    """Whether the reference is but the outputs saved in the notebook."""
    order: tuple[int, ...] = ()
    """The order in which the saved notebook shows the cells, which were run as they stand; implies ``saved``."""
    answers: str = ""
    """What the server answers now."""
    only_on: str = ""
    """The kind of processor that it needs."""
    persona: int = 0
    """As what the system poses: a personality of Linux."""
    elsewhere: Callable[[NotebookNode, Record], Record] | None = None
    """Makes of the reference one that another machine would have made: of its outputs in place, of its record anew."""
    python: str = ""
    """Version of Python that the saved notebook says it was made by; implies ``saved``."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the check found of a plant."""

    plant: Plant
    result: NotebookResult

    @property
    def cell(self) -> int | None:
        """Number of the first cell that differs."""
        first, problem = self.result.first_difference, self.result.problem
        if problem is not None and problem.cell is not None and (first is None or problem.cell < first.index):
            first = next(cell for cell in self.result.cells if cell.index == problem.cell)
        return None if first is None else first.number

    @property
    def kinds(self) -> list[str]:
        """The kinds of the causes, best first."""
        return [cause.kind.value for cause in self.result.causes]

    @property
    def first_is_right(self) -> bool:
        """Whether the first cause is a true one."""
        return bool(self.kinds) and self.kinds[0] in (*self.plant.causes, *self.plant.alternatives)

    @property
    def are_all_named(self) -> bool:
        """Whether every factor is among the first causes: three, or four for two factors."""
        near = self.kinds[: 2 + len(self.plant.causes)]
        return all(kind in near for kind in self.plant.causes) or bool({*near} & {*self.plant.alternatives})

    def __str__(self) -> str:
        told = "; ".join(f"{c.kind.value} [{c.confidence.value}] {c.summary}" for c in self.result.causes[:4])
        return f"{self.plant.name}: cell {self.cell} (expected {self.plant.cell}), {self.plant.causes} → {told}"


class Silence:
    """Progress that nobody is told of."""

    def start(self, names: Sequence[str]) -> None:
        """Say nothing."""

    def advance(self, index: int, done: int, total: int) -> None:
        """Say nothing."""


class Field:
    """Where plants are planted: each base is recorded once."""

    def __init__(self, bases: Mapping[str, Base], folder: Path) -> None:
        self._bases = bases
        self._folder = folder
        self._recorded: dict[str, Path] = {}

    def plant(self, plant: Plant) -> Found:
        """Change what the plant says in a copy of its base's project, and check it."""
        base = self._bases[plant.base]
        project = Path(tempfile.mkdtemp(dir=MEMORY if base.in_memory else self._folder))
        shutil.copytree(self._project(plant.base).parent, project, dirs_exist_ok=True)
        copied = project / "project"
        if plant.saved or plant.order or plant.python:
            self._only_saved(copied, plant)
        _change(copied, base, plant)
        if plant.elsewhere:
            _move(copied / ".nbrepro/records/nb.ipynb", plant.elsewhere)
        server().answer = plant.answers or base.serves
        with _environment({**base.environment, **plant.environment}, copied), persona(plant.persona):
            (view,) = check([str(copied / "nb.ipynb")], Options(overrides=dict(plant.settings)), Silence())
        shutil.rmtree(project)
        return Found(plant=plant, result=view.result)

    def why_not(self, plant: Plant) -> str | None:
        """Return why a plant cannot be planted on this machine; ``None`` if it can."""
        if self._bases[plant.base].in_memory and not MEMORY.is_dir():
            return "no disk here lists files in the order of their making"
        if plant.only_on and platform.machine() != plant.only_on:
            return f"it needs a processor of the kind {plant.only_on}"
        if plant.persona and not can_pose(plant.persona):
            return "the system lets no program pose as another"
        missing = [name for name in self._bases[plant.base].needs if find_spec(name) is None]
        return f"{missing[0]} is not installed" if missing else None

    def _project(self, name: str) -> Path:
        if name not in self._recorded:
            base, project = self._bases[name], self._folder / f"base-{name}" / "project"
            (project / ".nbrepro").mkdir(parents=True)
            _write(project, base.files)
            server().answer = base.serves
            place = server().address if base.serves else "{address}"
            sources = [source.replace("{address}", place) for source in base.cells]
            cells = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(sources)]
            metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
            nbformat.write(new_notebook(cells=cells, metadata=metadata), project / "nb.ipynb")
            with _environment(base.environment, project):
                (made,) = record([str(project / "nb.ipynb")], Options(recording=True, keep_going=True), Silence())
            assert made.record_path is not None, f"{name}: {made.reason}"
            self._recorded[name] = project
        return self._recorded[name]

    def _only_saved(self, project: Path, plant: Plant) -> None:
        """Take the record away but for its outputs; with the prompt numbers of another order if that is asked."""
        notebook = read_notebook(project / ".nbrepro/records/nb.ipynb")
        notebook.metadata.pop("nbrepro", None)
        for cell in notebook.cells:
            cell.metadata.pop("nbrepro", None)
        if plant.order:
            notebook.cells = [notebook.cells[index] for index in plant.order]
        if plant.python:
            notebook.metadata["language_info"] = {"name": "python", "version": plant.python}
        write_notebook(notebook, project / "nb.ipynb")
        shutil.rmtree(project / ".nbrepro/records")


def _move(path: Path, elsewhere: Callable[[NotebookNode, Record], Record]) -> None:
    notebook, made = read_record(path)
    attach_record(notebook, elsewhere(notebook, made))
    write_notebook(notebook, path)


def _change(project: Path, base: Base, plant: Plant) -> None:
    _write(project, plant.files)
    path = project / "nb.ipynb"
    notebook = read_notebook(path)
    cells = []
    for index, cell in enumerate(notebook.cells):
        if index in plant.inserts:
            cells.append(new_code_cell(plant.inserts[index], id=f"new{index}"))
        if index in plant.edits:
            cell.source = plant.edits[index]
        if index not in plant.removed:
            cells.append(cell)
    notebook.cells = cells
    write_notebook(notebook, path)


def _write(project: Path, files: Files) -> None:
    for name, text in files.items():
        path = (project.parent if name.startswith("site/") else project) / name
        if text is None:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


@contextmanager
def _environment(variables: Mapping[str, str], project: Path) -> Iterator[None]:
    """Set variables for the kernels; ``{project}`` in a value stands for the project's folder."""
    before = dict(os.environ)
    os.environ.update({name: value.format(project=project) for name, value in variables.items()})
    if "PYTHONPATH" in variables and before.get("PYTHONPATH"):
        os.environ["PYTHONPATH"] += os.pathsep + before["PYTHONPATH"]
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


__all__ = ["Base", "Field", "Found", "Plant", "Silence"]
