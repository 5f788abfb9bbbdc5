"""One session: everything that is set up when the extension is loaded, and taken down when it goes."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import nbrepro
from nbrepro.kernel import audit, fingerprints
from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.border import Border, Faults
from nbrepro.kernel.comm import PanelComm
from nbrepro.kernel.determinism import Determinism
from nbrepro.kernel.entropy import EntropyWatch
from nbrepro.kernel.files import FileWatch
from nbrepro.kernel.frames import CallerFinder
from nbrepro.kernel.imports import PostImport
from nbrepro.kernel.launch import Launch
from nbrepro.kernel.listings import ListingWatch
from nbrepro.kernel.live.watch import LiveWatch, import_ahead
from nbrepro.kernel.network import NetworkWatch
from nbrepro.kernel.outputs import OutputWatch
from nbrepro.kernel.readings import SourceReader
from nbrepro.kernel.recorder import Recorded, Recorder
from nbrepro.kernel.runs import Runs
from nbrepro.kernel.seeding import GENERATORS, Seeding
from nbrepro.kernel.shown import ShownWatch
from nbrepro.kernel.supply import Supply
from nbrepro.kernel.writing import PatientJournal
from nbrepro.records import CauseKind, Randomness
from nbrepro.store.journal import CellRun, JournalWriter, SessionStart

_NOTHING = Recorded()
_LOAD = "%load_ext nbrepro"
_WARNINGS = frozenset({"warnings", "_py_warnings"})


class Session:
    """Seeds, switches, observers and the recorder of one kernel.

    Parameters
    ----------
    shell:
        The IPython shell.
    after:
        What an earlier session in this process has recorded.
    """

    def __init__(self, shell: Any, *, after: Recorded = _NOTHING) -> None:
        self.shell = shell
        self.faults = Faults()
        self.launch = Launch.read(self.faults)
        self.hash_seed = fingerprints.hash_seed(self.launch.environ)
        self.runs = Runs()
        """The latest executions by message id, for `%nbrepro status` and the panel."""
        self.loaded_in_cell = False
        """Whether a cell of the notebook loaded the extension, rather than the launch."""
        self._environ = dict(self.launch.environ)
        self._journal: PatientJournal | None = None
        self._finished = False
        self._pid = os.getpid()
        self._activity = Activity()
        self._border = Border(self.faults)
        self._finder = CallerFinder(shell)
        chances = self.launch.chances
        self.seeding = Seeding(chances.seed, by_cell=chances.by_cell, drawn=chances.drawn)
        self.supply = Supply(chances, lambda: self.seeding.seed, self.faults)
        asked = self.launch
        self.determinism = Determinism(self.faults, self._nondeterministic, strict=asked.strict, threads=asked.threads)
        self._imports = PostImport(self.faults)
        self._entropy = EntropyWatch(self._activity, self._finder, self._border, self.supply)
        self._files = FileWatch(self._activity, self._border, self.launch)
        self._panel = PanelComm(self, self._border.between)
        self._outputs = OutputWatch(shell, self._activity, self._border, ShownWatch(self._finder).look)
        self.live = self._live_watch() if self.launch.live else None
        """Follows what cells read and write, where the settings do not switch that off."""
        self.recorder = Recorder(
            shell,
            self._activity,
            self._border,
            states=self.seeding.states,
            write=self._cell_ran,
            prepare=self._before_cell,
            outputs=self._outputs,
            read=SourceReader(shell, pinned=self.hash_seed != "random").read,
            live=self.live,
            after=after,
        )

    def start(self) -> None:
        """Set everything up; a part that fails is a fault, and the others go on."""
        in_cell = self._finder.in_cell(sys._getframe())  # noqa: SLF001 - inspect's way reads source files
        self.loaded_in_cell = in_cell and not self.recorder.in_silence()
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("switches", self.determinism.set_environment),
            ("tip", lambda: self.determinism.set_shell(self.shell)),
            ("entropy", self._entropy.start),
            ("libraries", self._follow_libraries),
            ("journal", self._open_journal),
            ("audit", self._listen),
            ("files", functools.partial(self._files.start, self._imports)),
            ("outputs", self._outputs.start),
            ("recorder", self.recorder.start),
            ("panel", self._panel.start),
        )
        for name, step in steps:
            self._border.between(name, step)
        if self.loaded_in_cell:
            self._border.between("the running cell", self.recorder.begin_running)
        if not self.launch.headless:
            threading.Thread(target=self._read_slowly, name="nbrepro-fingerprint", daemon=True).start()

    def stop(self) -> None:
        """Write the fingerprint and put everything back."""
        for name, step in (
            ("panel", self._panel.stop),
            ("recorder", self.recorder.stop),
            ("audit", audit.silence),
            ("files", self._files.stop),
            ("outputs", self._outputs.stop),
            ("imports", self._imports.remove),
            ("entropy", self._entropy.stop),
            ("fingerprint", self.finish),
            ("switches", self.determinism.restore),
            ("seed", self.seeding.restore),
        ):
            self._border.between(name, step)
        if self._journal is not None:
            self._journal.close()

    def finish(self) -> None:
        """Write the full fingerprint to the journal."""
        self._border.between("fingerprint", functools.partial(self._write_fingerprint, quick=False))

    def abandon(self) -> None:
        """In a forked child: nothing is recorded there."""
        audit.silence()
        self._files.abandon()
        self._activity.forget()

    @property
    def randomness(self) -> Randomness:
        """What seeded the session."""
        return Randomness(
            seed=self.seeding.seed,
            hash_seed=self.hash_seed,
            seeded=tuple(sorted(self.seeding.seeded)),
            scope="cell" if self.seeding.by_cell else "session",
            drawn=self.seeding.drawn,
            entropy=self.supply.mode,
        )

    def _live_watch(self) -> LiveWatch:
        by_cell = self.launch.chances.by_cell
        return LiveWatch(self.shell, self._border.between, self.seeding.states, seeds_cells=by_cell)

    def _follow_libraries(self) -> None:
        """Seed and watch what is imported, now or later."""
        self._imports.install()
        more: dict[str, tuple[Callable[[Any], None], ...]] = {
            "numpy": (self._entropy.watch_numpy,),
            "torch": (self.determinism.set_torch, self._entropy.watch_torch),
        }
        for generator in GENERATORS:
            steps: tuple[Callable[[Any], None], ...] = (functools.partial(self.seeding.seed_one, generator),)
            steps += more.get(generator.library, ())
            self._imports.when_imported(generator.module, functools.partial(_each, steps))
        self._imports.when_imported("torch._inductor.config", self.determinism.set_inductor)
        self._imports.when_imported("matplotlib", self.determinism.set_matplotlib)

    def _open_journal(self) -> None:
        # What a pinned launch sets beforehand and a live session just now is the same environment.
        self._environ.update(self.determinism.environment())
        self._journal = PatientJournal(JournalWriter(self.launch.journal), self.faults)
        self.faults.journal = self._journal.fault
        for fault in self.faults.last:
            self._journal.fault(fault)
        # With somebody waiting, the thread that reads the rest reads the packages too.
        with_packages = self.launch.headless
        about = self.launch.root, self._environ, self.randomness
        self._journal.start(
            SessionStart(
                fingerprint=fingerprints.cheap(*about, with_packages=with_packages),
                nbrepro_version=nbrepro.__version__,
                started=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
                session=self.launch.session,
            )
        )

    def _listen(self) -> None:
        listings = ListingWatch(self._activity, self._finder, self._border)
        network = NetworkWatch(self._activity, self._finder, self._border)
        audit.listen({**self._files.handlers(), **listings.handlers(), **network.handlers()})

    def _read_slowly(self) -> None:
        if self.live is not None:
            self._border.between("live state", import_ahead)
        self._border.between("fingerprint", functools.partial(self._write_fingerprint, quick=True))

    def _write_fingerprint(self, *, quick: bool) -> None:
        if self._journal is None or os.getpid() != self._pid:
            return
        self._finished = self._finished or not quick
        fingerprint = fingerprints.full(self.launch.root, self._environ, self.randomness, quick=quick)
        if not (quick and self._finished):  # the full one came first
            self._journal.fingerprint(fingerprint)

    def _before_cell(self, cell: RunningCell) -> None:
        if _LOAD in cell.source:  # again: IPython would say that it is loaded, in words that land in the notebook
            self.shell.extension_manager.loaded.discard("nbrepro")
        self._imports.catch_up()
        self.determinism.before_cell()
        self._files.before_cell(cell, self.shell.user_ns)
        self.supply.begin(cell)
        self.seeding.begin_cell(cell.identity)

    def _cell_ran(self, run: CellRun) -> None:
        self.runs.add(run)
        if self._journal is not None:
            self._journal.cell(run)
        self._panel.ran(run)

    def _nondeterministic(self, operation: str) -> None:
        cell = self._activity.current()
        if cell is not None:
            self._border.observe("torch", self._note_operation, operation, cell, sys._getframe(2))  # noqa: SLF001 - as above

    def _note_operation(self, operation: str, cell: Any, frame: Any) -> None:
        caller = self._finder.caller(frame, _WARNINGS, cell)
        if caller is not None:
            what = f"{operation}  # torch has no deterministic implementation"
            cell.find(CauseKind.DETERMINISM_SWITCH, what, caller.line)


def _each(steps: tuple[Callable[[Any], None], ...], module: Any) -> None:
    for step in steps:
        step(module)
