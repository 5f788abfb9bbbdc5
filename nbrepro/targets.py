"""Targets: a notebook with all that a run of it needs: project, settings, reference, and what to pin."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from nbformat import NotebookNode

from nbrepro.config import Settings, load_settings, notebook_settings, project_root
from nbrepro.errors import BusyError, NbreproError, NothingFoundError, UsageError
from nbrepro.execution import RunRequest, usable_cores
from nbrepro.notebooks import align_cells, find_notebooks, has_record, read_notebook, read_record
from nbrepro.peers.metadata import read_edits, read_foreign
from nbrepro.records import Draw, Record
from nbrepro.records.digests import digest_text, short
from nbrepro.store.layout import Store

SAVED_OUTPUTS = "saved outputs"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line decides about runs, over the configuration."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings by name that win over those of the project and of the notebook."""
    keep_going: bool = False
    jobs: int = 1
    recording: bool = False
    """Whether the run becomes the reference: then there is nothing to run like, and no error is expected."""
    against: str | None = None
    update: bool = False
    live: Mapping[str, NotebookNode] = field(default_factory=dict)
    """Notebooks as an editor holds them, by path; each stands for what is saved."""
    confirm: bool = False
    """Whether a notebook that differs is run once more, to tell what is flaky from what is changed."""
    replay: bool = False
    """Whether unseeded generators are given the entropy that is on record."""
    on_outputs: Callable[[NotebookNode, int], None] | None = None
    """Called with a notebook that runs and the index of the cell that has just run."""
    calibrate: int = 0
    """Further runs from which a recording learns what varies by nature."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The run compared against."""

    label: str
    """For people: the record's path, or ``saved outputs``."""
    notebook: NotebookNode
    record: Record | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """One notebook, read and ready to run."""

    path: Path
    name: str
    """Relative to the project's root, with POSIX separators."""
    store: Store
    settings: Settings
    notebook: NotebookNode
    reference: Reference
    notes: tuple[str, ...] = ()
    """What of other tools' metadata is not honoured."""


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """A notebook that cannot be read, or whose record cannot: it gets its own line, the others are still run."""

    path: Path
    fault: NbreproError


@dataclass(frozen=True, kw_only=True)
class Found:
    """A notebook that is wanted, not yet read, and the project that it lies in."""

    path: Path
    name: str
    """Relative to the project's root, with POSIX separators."""
    root: Path
    settings: Settings


def shown(path: Path) -> str:
    """Return a path as people see it: relative to the current folder where it lies below."""
    return os.path.relpath(path) if Path.cwd() in path.absolute().parents else str(path)


def find_targets(paths: Sequence[str], options: Options) -> list[Target | Unusable]:
    """Return a target for each notebook that the paths name, notebooks excluded by the configuration left out.

    Raises
    ------
    UsageError
        If a path does not exist, or ``against`` names nothing.
    ConfigError
        If a project's configuration is at fault.
    NothingFoundError
        If there is no notebook.
    """
    return [
        _target(found.path, found.name, Store(found.root), found.settings, options) for found in wanted_notebooks(paths)
    ]


def wanted_notebooks(paths: Sequence[str]) -> list[Found]:
    """Return the notebooks that the paths name, without those that a project excludes and that are not named by path.

    Raises
    ------
    NbreproError
        As for `find_targets`.
    """
    wanted: list[Found] = []
    projects: dict[Path, Settings] = {}
    named = {Path(path) for path in paths}
    for path in find_notebooks(paths):
        root = project_root(path)
        if root not in projects:
            projects[root] = load_settings(root)
        name = Store(root).name_of(path)
        if path in named or not any(fnmatch.fnmatch(name, pattern) for pattern in projects[root].exclude):
            wanted.append(Found(path=path, name=name, root=root, settings=projects[root]))
    if not wanted:
        raise NothingFoundError("every notebook found is excluded by the configuration: name one by its path")
    return wanted


def _target(path: Path, name: str, store: Store, settings: Settings, options: Options) -> Target | Unusable:
    try:
        notebook = options.live.get(str(path)) or read_notebook(path)
        foreign = read_foreign(notebook.metadata, notebook.cells)
        if foreign.skip is not None:
            raise NothingFoundError(foreign.skip)
        read_edits(notebook.metadata, notebook.cells)  # a fault in them is told before the notebook runs
        settings = replace(settings, **foreign.settings)
        settings = notebook_settings(settings, notebook.metadata, shown(path))
        settings = settings.changed(options.overrides, "the command line")
        reference = _reference(notebook, path, name, store, options)
    except NbreproError as fault:
        return Unusable(path=path, fault=fault)
    return Target(
        path=path,
        name=name,
        store=store,
        settings=settings,
        notebook=notebook,
        reference=reference,
        notes=foreign.notes,
    )


def _reference(notebook: NotebookNode, path: Path, name: str, store: Store, options: Options) -> Reference:
    if options.recording:
        return Reference(label=SAVED_OUTPUTS, notebook=notebook)
    if options.against is not None:
        return _named_reference(options.against, name, store)
    kept = store.reference(name)
    if kept is not None:
        return Reference(label=shown(store.record_path(name)), notebook=kept[0], record=kept[1])
    if has_record(notebook):
        return Reference(label=shown(path), notebook=notebook, record=read_record(path)[1])
    return Reference(label=SAVED_OUTPUTS, notebook=notebook)


def _named_reference(against: str, name: str, store: Store) -> Reference:
    """Return the reference that ``--against`` names: a record, a notebook, a folder of such, or the id of a run."""
    path = Path(against)
    if path.is_dir():
        path = next((p for p in (path / name, path / Path(name).name) if p.exists()), path)
        if path.is_dir():
            raise UsageError(f"{against} holds no {name} to compare against")
    elif not path.exists():
        path = store.run_path(against)
    notebook = read_notebook(path)
    record = read_record(path)[1] if has_record(notebook) else None
    return Reference(label=shown(path), notebook=notebook, record=record)


def run_request(target: Target, options: Options, on_cell: Callable[[int, int], None] | None) -> RunRequest:
    """Return the request for a pinned run: seed, threads and parameters are those of the reference, if it says.

    A parameter that is asked for overrides the reference's of that name; the others stay.
    """
    record = target.reference.record
    pinned = record.fingerprint if record else None
    randomness = pinned.randomness if pinned else None
    seed = randomness.seed if randomness else None
    return RunRequest(
        notebook=target.notebook,
        path=target.path.absolute(),
        root=target.store.root,
        settings=target.settings,
        seed=target.settings.seed_number() if seed is None else seed,
        drawn=target.settings.seed == "random" if seed is None or randomness is None else randomness.drawn,
        scope=randomness.scope if randomness else None,
        replay=_replay(target.reference) if options.replay else None,
        threads=target.settings.threads or _recorded_threads(record) or usable_cores(),
        kernel_name=target.settings.kernel or None,
        parameters={**(record.parameters if record else {}), **options.parameters},
        keep_going=options.keep_going,
        expected_errors=frozenset() if options.recording else _expected_errors(target),
        on_cell=on_cell,
        on_outputs=options.on_outputs,
    )


def _replay(reference: Reference) -> dict[str, list[tuple[Draw, ...]]]:
    """Return the entropy on record by the digest of a cell's source: one entry for each such cell, in order.

    Raises
    ------
    UsageError
        If the reference is no record.
    """
    if reference.record is None:
        raise UsageError(f"{reference.label} holds no entropy to replay: keep a reference with `nbrepro record`")
    found: dict[str, list[tuple[Draw, ...]]] = {}
    ran = [cell for cell in reference.record.cells.values() if cell.order is not None]
    for cell in sorted(ran, key=lambda cell: cell.order or 0):
        found.setdefault(cell.source_digest, []).append(cell.draws)
    return found


def _recorded_threads(record: Record | None) -> int:
    environment = record.fingerprint.environment if record else None
    text = environment.variables.get("OMP_NUM_THREADS", "") if environment else ""
    return int(text) if text.isdigit() else 0


def _expected_errors(target: Target) -> frozenset[int]:
    """Return the cells that may raise because they raised in the reference."""
    reference = target.reference.notebook
    raised = {
        index
        for index, cell in enumerate(reference.cells)
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    }
    pairs = align_cells(reference, target.notebook)
    return frozenset(index for partner, index in pairs if index is not None and partner in raised)


@contextlib.contextmanager
def exclusive(targets: Sequence[Target]) -> Iterator[None]:
    """Hold the locks of these notebooks: a notebook is run by one nbrepro at a time.

    The locks lie in the temporary folder, so that notebooks in read-only folders can be checked; the operating
    system takes them back when the process ends, however it ends.

    Raises
    ------
    BusyError
        If another process holds one of them.
    """
    folder = Path(tempfile.gettempdir()) / f"nbrepro-{os.getuid() if hasattr(os, 'getuid') else 'locks'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with contextlib.ExitStack() as stack:
        for real, target in {target.path.resolve(): target for target in targets}.items():  # one may have two names
            where = short(digest_text(str(real)), 32)
            try:
                stack.enter_context(FileLock(folder / f"{where}.lock", timeout=0))
            except Timeout:
                msg = "is being run by another nbrepro: wait until that one has ended, or stop it"
                raise BusyError(msg, context=(shown(target.path),)) from None
        yield
