"""Show: a record in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.config import project_root
from nbrepro.diffing import load
from nbrepro.errors import RecordError
from nbrepro.notebooks import has_record, read_notebook
from nbrepro.records import Fingerprint, Record, ThreadPool
from nbrepro.records.digests import short
from nbrepro.store.layout import Store


def load_record(target: str) -> tuple[str, NotebookNode, Record]:
    """Return path, notebook and record that ``target`` names: a recorded notebook, a record, or a run's id.

    Raises
    ------
    RecordError
        If there is no record of it.
    """
    path = Path(target)
    if path.suffix == ".ipynb" and path.exists() and not has_record(read_notebook(path)):
        store = Store(project_root(path))
        target = str(store.record_path(store.name_of(path)))
        if not Path(target).exists():
            raise RecordError(f"was never recorded: `nbrepro record {path}` does", context=(str(path),))
    label, notebook, record = load(target)
    if record is None:
        raise RecordError("holds no record: make one with `nbrepro record`", context=(label,))
    return label, notebook, record


def fingerprint_lines(fingerprint: Fingerprint) -> Iterator[tuple[str, str]]:
    """Yield what a run ran on as pairs of a heading and a line."""
    if fingerprint.python:
        yield "python", f"{fingerprint.python.implementation} {fingerprint.python.version}"
    if fingerprint.platform:
        yield "platform", f"{fingerprint.platform.system} {fingerprint.platform.release} {fingerprint.platform.machine}"
    if fingerprint.hardware:
        hardware = fingerprint.hardware
        yield "hardware", f"{hardware.cpu}, {hardware.usable_cores} of {hardware.cores} cores"
        yield from (("gpu", gpu.name) for gpu in hardware.gpus)
    if fingerprint.packages:
        used = [
            f"{name} {fingerprint.packages[name].version}"
            for name in fingerprint.imported
            if name in fingerprint.packages
        ]
        yield "packages", f"{len(fingerprint.packages)} installed; imported: {', '.join(used) or 'none'}"
    if fingerprint.code:
        state = "with uncommitted changes" if fingerprint.code.dirty else "clean"
        yield "code", f"{(fingerprint.code.commit or 'no git')[:12]}, {state}"
        yield from (("module", f"{name} {short(digest)}") for name, digest in fingerprint.code.modules.items())
    if fingerprint.randomness:
        randomness = fingerprint.randomness
        yield (
            "randomness",
            f"seed {randomness.seed}, hash seed {randomness.hash_seed}; seeded: {', '.join(randomness.seeded)}",
        )
    if fingerprint.numerics:
        yield "numerics", "; ".join(map(_pool, fingerprint.numerics.pools)) or "no numeric library was loaded"
    for name, file in fingerprint.data.items():
        tracked = f", DVC {short(file.dvc.recorded)} in {file.dvc.tracked_by}" if file.dvc else ""
        yield "data", f"{name} {short(file.digest or 'gone')}, {file.size} bytes{tracked}"


def _pool(pool: ThreadPool) -> str:
    name = f"{pool.implementation} {pool.version}" if pool.version else pool.implementation
    return f"{name} on {pool.threads} thread{'s' * (pool.threads != 1)}"
