"""Trials: runs of a copy of the project with some factors restored, each remembered for a later session."""

from __future__ import annotations

import json
import os
import platform
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
from nbrepro.proving.copies import copy_project
from nbrepro.proving.factors import Factor, Setup
from nbrepro.proving.flips import Flip, Way, write
from nbrepro.proving.overlays import NotInstallableError, overlays
from nbrepro.targets import Options, Target, run_request

_END = "the run's end"
_STRAYS = "≠ check"
"""Where the cells are kept in which the run with nothing restored differs from the check's."""
_AGAIN = "≠ again"
"""Where the cells are kept in which further runs with nothing restored differ from the first of them."""


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
    _last: Run | None = None
    _free: Run | None = None
    """The first run with nothing restored, if it was made in this session."""

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.budget.seconds
        if self.journal.exists():
            self._known = json.loads(self.journal.read_text(encoding="utf-8"))

    def failing(self, restored: Sequence[Factor]) -> frozenset[str]:
        """Return which cells still differ from the reference with these factors restored."""
        key = "+".join(sorted(factor.name for factor in restored))
        if key in self._told:
            return frozenset(self._known[key])
        if key not in self._known:
            run = self.run(restored)
            self._keep(key, self._differing(self.case.reference, run))
            if not restored:
                self._free = run
                self._keep(_STRAYS, self._differing(self.case.candidate, run))
        self._told.add(key)
        self.made += 1
        found = frozenset(self._known[key])
        names = ", ".join(factor.summary for factor in restored) or "nothing"
        self.said(f"run {self.made}: {names} restored: " + ("still differs" if found else "the difference is gone"))
        return found

    @property
    def is_flaky(self) -> bool:
        """Whether the notebook, with nothing restored, gave another result than in the check."""
        return self._in_question(frozenset(self._known.get(_STRAYS, ())))

    def agree(self, flip: Flip) -> bool:
        """Whether runs that hold this source of chance still agree with each other in the cell in question."""
        still, key = flip.still, f"still:{flip.name}"
        if still is None:
            return False
        made_before = key in self._known
        differing = self._compared(key, [[still]] * self._enough)
        if not made_before and self._free is not None and self._last is not None:
            self._keep(f"≠ {key}", self._differing(self._free.notebook, self._last))
        self._tell(self._enough, still.words, "they differ" if differing else "they agree")
        return not differing

    @property
    def _enough(self) -> int:
        """How many runs must agree: three where a run came out like the reference, for two may do so by luck."""
        return 2 if self._in_question(frozenset(self._known.get("", ()))) else 3

    def feels(self, flip: Flip) -> bool:
        """Whether the runs that held this source still differ from the one with nothing restored."""
        return self._in_question(frozenset(self._known.get(f"≠ still:{flip.name}", ())))

    def vary(self) -> bool:
        """Whether runs with nothing restored differ from each other in the cell in question.

        That the first of them is not like the check does not show it: something may have been put back since.
        """
        if _AGAIN not in self._known:
            first, differing = self._free or self.run(()), frozenset[str]()
            for _ in range(self._enough - 1):
                differing |= self._differing(first.notebook, self.run(()))
            self._keep(_AGAIN, differing)
        varies = self._in_question(frozenset(self._known[_AGAIN]))
        if _AGAIN not in self._told:
            self._told.add(_AGAIN)
            self._tell(self._enough - 1, "nothing restored", "not all like the first" if varies else "like the first")
        return varies

    def forget(self) -> None:
        """Look anew when called again: what the runs showed may be another thing then."""
        self.journal.unlink(missing_ok=True)

    def depends(self, flip: Flip) -> bool:
        """Whether the cell in question gives another result when a source of chance is turned, and only then."""
        if flip.turned is None:
            return False
        first, second = flip.turned
        words = f"{first.words}, {second.words}"
        if not self._compared(f"turned:{flip.name}", [[first], [second]]):
            self._tell(2, words, "they agree")
            return False
        steady = not self._compared(f"same:{flip.name}", [[first], [first]], runs=1)
        self._tell(3, f"{words}, {first.words}", f"they differ {'as it is turned' if steady else 'in any case'}")
        return steady

    def _compared(self, key: str, ways: Sequence[Sequence[Way]], runs: int | None = None) -> bool:
        """Whether runs made in these ways differ from the first of them in the cell in question.

        Parameters
        ----------
        runs:
            How many of the runs are made anew; the others are the last ones made in the same way.
        """
        if key not in self._known:
            anew = ways if runs is None else ways[-runs:]
            made = [self.run((), way) for way in anew]
            if runs is None:
                self._last = made[0]
            else:
                made = [self._last or self.run((), ways[0]), *made]
            differing = [self._differing(made[0].notebook, other) for other in made[1:]]
            self._keep(key, frozenset().union(*differing))
        return self._in_question(frozenset(self._known[key]))

    def _in_question(self, differing: frozenset[str]) -> bool:
        """Whether the first cell that differed in the check is among these; any counts where the check has none."""
        first = self.case.first
        return bool(differing) if first is None else str(first.id) in differing or _END in differing

    def _keep(self, key: str, differing: frozenset[str]) -> None:
        self._known[key] = sorted(differing)
        write_atomically(json.dumps(self._known, indent=1).encode(), self.journal)

    def _tell(self, runs: int, words: str, outcome: str) -> None:
        numbers = ", ".join(str(self.made + 1 + place) for place in range(runs))
        self.made += runs
        self.said(f"run{'s' * (runs > 1)} {numbers}: {words}: {outcome}")

    def run(self, restored: Sequence[Factor], ways: Sequence[Way] = ()) -> Run:
        """Run a fresh copy of the project.

        Raises
        ------
        BudgetSpentError
            If that is more than the budget allows, or its time runs out meanwhile.
        KeyboardInterrupt
            After Ctrl-C, once the kernel is gone.
        NotInstallableError
            If a version of a package cannot be had.
        """
        if self._fresh >= self.budget.runs or time.monotonic() > self._until:
            raise BudgetSpentError
        root = self.target.store.root
        outside = [name for name in self.case.candidate_fingerprint.data if Path(name).is_absolute()]
        with tempfile.TemporaryDirectory(prefix="nbrepro-proof-", ignore_cleanup_errors=True) as folder:
            setup = self._setup(copy_project(root, Path(folder), outside))
            for factor in restored:
                factor.restore(setup)
            for way in ways:
                setup.environment |= way.environment
                setup.threads = setup.threads if way.threads is None else way.threads
            self._same_python(setup)
            paths = self._overlays(setup)
            codes = [way.code for way in ways if way.code]
            paths += [write(codes, Path(folder) / "ways")] if codes else []
            self._fresh += 1
            run = self._perform(setup, paths)
        self._refuse_cut_short(run)
        return run

    def _overlays(self, setup: Setup) -> list[Path]:
        try:
            return overlays(setup.packages, until=self._until)
        except NotInstallableError:
            if time.monotonic() >= self._until:
                raise BudgetSpentError from None
            raise

    def _refuse_cut_short(self, run: Run) -> None:
        """Let a run that was stopped from outside prove nothing: neither what it shows nor that it ended is kept."""
        kind = run.record.problem.kind if run.record.problem else ""
        if kind == "interrupted":
            raise KeyboardInterrupt
        if kind == "timeout" and time.monotonic() >= self._until:
            raise BudgetSpentError

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

    def _seconds(self) -> float:
        """Return the seconds that a run may take: what the settings allow, and no more than is left of the budget."""
        left = max(self._until - time.monotonic(), 0.001)  # 0 would mean no limit
        return min(self.target.settings.notebook_timeout or left, left)

    def _threads(self, asked: int) -> int:
        """Return the threads that the candidate ran with."""
        environment = self.case.candidate_fingerprint.environment
        text = environment.variables.get("OMP_NUM_THREADS", "") if environment else ""
        return int(text) if text.isdigit() else asked

    def _perform(self, setup: Setup, paths: Sequence[Path]) -> Run:
        path = setup.root / self.target.name
        path.unlink(missing_ok=True)  # a link would lead out of the copy
        write_notebook(setup.notebook, path)
        if paths:
            former = setup.environment.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
            setup.environment["PYTHONPATH"] = os.pathsep.join([*map(str, paths), *filter(None, [former])])
        request = replace(
            run_request(replace(self.target, notebook=setup.notebook), Options(), None),
            parameters={},  # the check's own stand in the notebook, in the cell that was injected
            path=path,
            root=setup.root,
            settings=replace(self.target.settings, environment=setup.environment, notebook_timeout=self._seconds()),
            seed=setup.seed,
            threads=setup.threads,
        )
        with _without(setup.removed):
            return run_notebook(request)

    def _differing(self, reference: NotebookNode, run: Run) -> frozenset[str]:
        cells = compare_notebooks(reference, run.notebook, self.target.settings, not_run=run.record.not_run)
        found = {str(cell.id) for cell in cells if cell.verdict.fails}
        return frozenset(found | ({_END} if run.record.problem and not found else set()))


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
