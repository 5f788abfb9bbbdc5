"""Status: what has drifted since a notebook was recorded, without running anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from nbrepro.compare import compare_notebooks
from nbrepro.compare.fingerprints import drift
from nbrepro.notebooks import align_cells, align_own_cells, source_of
from nbrepro.probes import code, data, packages, platform, python
from nbrepro.records import CellResult, Drift, Fingerprint
from nbrepro.records.record import plain
from nbrepro.targets import SAVED_OUTPUTS, Options, Target, Unusable, find_targets, shown


@dataclass(frozen=True, kw_only=True)
class Status:
    """How one notebook stands to its record."""

    path: str
    state: str
    """``up_to_date``, ``drifted``, ``not_recorded`` or ``unusable``."""
    record: str | None = None
    recorded: str | None = None
    """When the record was made, ISO 8601, UTC."""
    edited: tuple[int, ...] = ()
    """Indices of code cells whose source is not the record's, those new included."""
    removed: int = 0
    """How many cells of the record the notebook no longer has."""
    outputs: tuple[CellResult, ...] = ()
    """Cells whose saved outputs are not the record's."""
    saved_before: bool = False
    """Whether the notebook was saved before the record was made, by the times of the two files."""
    drift: tuple[Drift, ...] = ()
    sizes: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    """Bytes of the data files that drifted, then and now."""
    notes: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def exit_code(self) -> int:
        """0 up to date, 1 drifted, 2 unusable, 4 nothing to compare with."""
        return {"up_to_date": 0, "drifted": 1, "not_recorded": 4}.get(self.state, 2)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of one notebook of ``nbrepro status --json``."""
        brief = replace(self, outputs=())
        outputs = [{"index": cell.index, "id": cell.id, "verdict": cell.verdict.value} for cell in self.outputs]
        return {**plain(brief), "outputs": outputs, "exit_code": self.exit_code}


def status(paths: Sequence[str], options: Options | None = None) -> list[Status]:
    """Return how each notebook stands to its record, without running anything.

    Raises
    ------
    NbreproError
        If a path does not exist or a configuration is at fault.
    """
    return [_status(item) for item in find_targets(paths, options or Options())]


def _status(item: Target | Unusable) -> Status:
    if isinstance(item, Unusable):
        return Status(path=shown(item.path), state="unusable", reason=str(item.fault))
    record = item.reference.record
    if record is None or item.reference.label == SAVED_OUTPUTS:
        return Status(path=shown(item.path), state="not_recorded")
    pairs = (align_own_cells if record.parameters else align_cells)(item.reference.notebook, item.notebook)
    edited = tuple(right for left, right in pairs if right is not None and _edited(item, left, right))
    removed = sum(right is None for _, right in pairs)
    here, notes = _here(item, record.fingerprint)
    drifts = drift(replace(record.fingerprint, packages=record.fingerprint.packages if here.packages else {}), here)
    sizes = {
        name: (_size(record.fingerprint, name), _size(here, name))
        for name in (point.name for point in drifts)
        if name in record.fingerprint.data or name in here.data
    }
    outputs = _changed_outputs(item)
    clean = not (edited or removed or drifts or outputs)
    return Status(
        path=shown(item.path),
        state="up_to_date" if clean else "drifted",
        record=item.reference.label,
        recorded=record.timing.started if record.timing else None,
        edited=edited,
        removed=removed,
        outputs=outputs,
        saved_before=bool(outputs) and _saved_before(item),
        drift=drifts,
        sizes=sizes,
        notes=notes,
    )


def _edited(target: Target, left: int | None, right: int) -> bool:
    if left is None:
        return True
    return source_of(target.reference.notebook.cells[left]) != source_of(target.notebook.cells[right])


def _changed_outputs(target: Target) -> tuple[CellResult, ...]:
    """Return the cells whose saved outputs differ; a notebook saved without any output has nothing to say."""
    if not any(cell.get("outputs") for cell in target.notebook.cells):
        return ()
    cells = compare_notebooks(target.reference.notebook, target.notebook, target.settings)
    return tuple(cell for cell in cells if cell.verdict.fails)


def _saved_before(target: Target) -> bool:
    try:
        return target.path.stat().st_mtime < target.store.record_path(target.name).stat().st_mtime
    except OSError:
        return False


def _size(fingerprint: Fingerprint, name: str) -> int | None:
    file = fingerprint.data.get(name)
    return file.size if file else None


def _here(target: Target, recorded: Fingerprint) -> tuple[Fingerprint, tuple[str, ...]]:
    """Read what can be read here without a kernel: data, code and, if the kernel is ours, the environment."""
    root = target.store.root
    here = Fingerprint(
        data={
            **{name: file for name, file in recorded.data.items() if data.is_address(name)},  # nothing is fetched here
            **data.read([root / name for name in recorded.data if not data.is_address(name)], root),
        },
        code=_code(root, recorded),
    )
    notes: tuple[str, ...] = ()
    if _kernel_is_ours(target):
        here = replace(here, python=python.read(), platform=platform.read(), packages=packages.read(root))
        here = replace(here, imported=recorded.imported)
    else:
        notes = ("the kernel runs in another environment than this command: packages were not compared",)
    return here, notes


def _code(root: Path, recorded: Fingerprint) -> Any:
    if recorded.code is None:
        return None
    digests = data.read([root / name for name in recorded.code.modules], root)
    modules = {name: file.digest for name, file in digests.items() if file.digest}
    return replace(code.read(root, {}), modules=modules)


def _kernel_is_ours(target: Target) -> bool:
    name = target.settings.kernel or target.notebook.metadata.get("kernelspec", {}).get("name", "python3")
    try:
        command = KernelSpecManager().get_kernel_spec(name).argv[0]
    except NoSuchKernel:
        return False
    return command in {"python", "python3"} or os.path.abspath(command) == os.path.abspath(sys.executable)  # noqa: PTH100 - a resolved path would leave the virtual environment
