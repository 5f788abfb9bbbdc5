"""Trials: runs of a copy of the project with some factors restored, each remembered for a later session."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.compare import compare_notebooks
from nbrepro.errors import RunError
from nbrepro.execution import Run, run_notebook
from nbrepro.explain import Case
from nbrepro.notebooks import source_of, write_atomically, write_notebook
from nbrepro.proving.factors import Factor, Setup
from nbrepro.proving.flips import Flip, write
from nbrepro.proving.overlays import overlay
from nbrepro.targets import Options, Target, run_request

_LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", "venv", "__pycache__", "node_modules", ".ipynb_checkpoints", "runs", "history.db*", ".tox"
)


class BudgetSpentError(Exception):
    """The runs or the time allowed for a proof are used up."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a proof may cost."""

    runs: int = 30
    seconds: float = 1800.0


@dataclass(kw_only=True)
class Trials:
    """The trials of one notebook's last check."""

    target: Target
    case: Case
    budget: Budget
    journal: Path
    """Where outcomes are kept, so that a proof that was interrupted goes on."""
    said: Callable[[str], None]
    """Told of each run as it ends."""
    made: int = 0
    """Runs made or remembered."""
    _known: dict[str, list[str]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _until: float = 0.0
    _fresh: int = 0

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.budget.seconds
        if self.journal.exists():
            self._known = json.loads(self.journal.read_text(encoding="utf-8"))

    def failing(self, restored: Sequence[Factor]) -> frozenset[str]:
        """Return which cells still differ from the reference with these factors restored."""
        key = "+".join(sorted(factor.name for factor in restored))
        if key in self._told:
            return frozenset(self._known[key])
        self._told.add(key)
        self.made += 1
        if key not in self._known:
            run = self.run(restored)
            self._known[key] = sorted(self._differing(self.case.reference, run))
            write_atomically(json.dumps(self._known, indent=1).encode(), self.journal)
        found = frozenset(self._known[key])
        names = ", ".join(factor.summary for factor in restored) or "nothing"
        self.said(f"run {self.made}: {names} restored: " + ("still differs" if found else "the difference is gone"))
        return found

    def agree(self, flip: Flip) -> bool:
        """Whether two runs that hold a source of chance still agree with each other."""
        self.made += 2
        first, second = self.run((), flip), self.run((), flip)
        agree = not self._differing(first.notebook, second)
        self.said(f"runs {self.made - 1}, {self.made}: {flip.name} held still: " + ("agree" if agree else "differ"))
        return agree

    def run(self, restored: Sequence[Factor], flip: Flip | None = None) -> Run:
        """Run a fresh copy of the project.

        Raises
        ------
        BudgetSpentError
            If that is more than the budget allows.
        """
        if self._fresh >= self.budget.runs or time.monotonic() > self._until:
            raise BudgetSpentError
        self._fresh += 1
        root = self.target.store.root
        with tempfile.TemporaryDirectory(prefix="nbrepro-proof-", ignore_cleanup_errors=True) as folder:
            copied = Path(folder) / root.name
            shutil.copytree(root, copied, symlinks=True, ignore=_LEFT_BEHIND, ignore_dangling_symlinks=True)
            setup = self._setup(copied)
            for factor in restored:
                factor.restore(setup)
            self._same_python(setup)
            paths = [overlay(name, version) for name, version in setup.packages]
            paths += [write(flip, Path(folder) / "flip")] if flip else []
            return self._perform(setup, paths)

    def _setup(self, copied: Path) -> Setup:
        request = run_request(self.target, Options(), None)
        notebook = json.loads(json.dumps(self.case.candidate))
        return Setup(
            root=copied,
            notebook=_without_results(NotebookNode(_nodes(notebook))),
            seed=request.seed,
            threads=self._threads(request.threads),
            environment=dict(self.target.settings.environment),
        )

    def _same_python(self, setup: Setup) -> None:
        """Refuse to lay packages that are installed for this Python over those of another."""
        python = self.case.candidate_fingerprint.python
        if setup.packages and (python is None or python.version != platform.python_version()):
            raise RunError("versions of packages can be restored only where the kernel runs in nbrepro's own Python")

    def _threads(self, asked: int) -> int:
        """Return the threads that the candidate ran with."""
        environment = self.case.candidate_fingerprint.environment
        text = environment.variables.get("OMP_NUM_THREADS", "") if environment else ""
        return int(text) if text.isdigit() else asked

    def _perform(self, setup: Setup, paths: Sequence[Path]) -> Run:
        path = setup.root / self.target.name
        write_notebook(setup.notebook, path)
        if paths:
            former = setup.environment.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
            setup.environment["PYTHONPATH"] = os.pathsep.join([*map(str, paths), *filter(None, [former])])
        request = replace(
            run_request(self.target, Options(), None),
            notebook=setup.notebook,
            path=path,
            root=setup.root,
            settings=replace(self.target.settings, environment=setup.environment),
            seed=setup.seed,
            threads=setup.threads,
        )
        with _without(setup.removed):
            return run_notebook(request)

    def _differing(self, reference: NotebookNode, run: Run) -> frozenset[str]:
        cells = compare_notebooks(reference, run.notebook, self.target.settings, not_run=run.record.not_run)
        found = {str(cell.id) for cell in cells if cell.verdict.fails}
        return frozenset(found | ({"the run's end"} if run.record.problem and not found else set()))


def _nodes(value: object) -> object:
    if isinstance(value, dict):
        return NotebookNode({key: _nodes(item) for key, item in value.items()})
    return [_nodes(item) for item in value] if isinstance(value, list) else value


def _without_results(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata.pop("nbrepro", None)
    for cell in notebook.cells:
        cell.metadata.pop("nbrepro", None)
        if cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = source_of(cell), [], None
    return notebook


@contextmanager
def _without(names: set[str]) -> Iterator[None]:
    """Take variables out of this process's environment for as long as a kernel starts from it."""
    former = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(former)


__all__ = ["Budget", "BudgetSpentError", "Trials"]
