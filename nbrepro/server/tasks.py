"""What the jobs do, inside the worker: each returns the job's last fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nbrepro.check import check as run_check
from nbrepro.check import summary
from nbrepro.errors import InputError, UsageError
from nbrepro.notebooks import notebook_of, write_atomically
from nbrepro.recording import record as run_record
from nbrepro.records import Record
from nbrepro.server.restoring import restore_files
from nbrepro.server.sofar import SoFar
from nbrepro.targets import Options, Target, find_targets

Task = Callable[[Path, dict[str, Any], Any], dict[str, Any]]


def _options(file: Path, order: dict[str, Any]) -> Options:
    content = order.get("content")
    if content is None:
        return Options()
    return Options(live={str(file): notebook_of(content, file.name)})


def _check(file: Path, order: dict[str, Any], teller: Any) -> dict[str, Any]:
    options = _options(file, order)
    options = replace(options, on_outputs=_expect(file, options, teller))
    (view,) = run_check([str(file)], options, teller)
    result = view.result
    return {"state": "done", "message": summary(result), "exit_code": result.exit_code}


def _record(file: Path, order: dict[str, Any], teller: Any) -> dict[str, Any]:
    options = _options(file, order)
    _expect(file, options, teller)
    (recording,) = run_record([str(file)], options, teller)
    if recording.record_path is None:
        return {"state": "failed", "message": recording.reason, "exit_code": recording.exit_code}
    return {"state": "done", "message": f"recorded in {recording.record_path}", "exit_code": 0}


def _restore(file: Path, order: dict[str, Any], teller: Any) -> dict[str, Any]:
    target, record = _recorded(file)
    done = restore_files(target.store.root, record, tuple(order.get("names") or ()), teller.advance)
    return {"state": "done", "message": done, "exit_code": 0}


def _lock(file: Path, _order: dict[str, Any], _teller: Any) -> dict[str, Any]:
    target, record = _recorded(file)
    fingerprint = record.fingerprint
    if not fingerprint.packages:
        raise InputError("the record holds no packages: record the notebook again")
    python = fingerprint.python.version if fingerprint.python else "unknown"
    lines = [
        f"# The packages of the record of {target.name}, on Python {python}: pip install -r this file",
        "# It names versions, as the kernel had them: neither hashes nor an index, nor what other platforms need.",
    ]
    for name, package in sorted(fingerprint.packages.items()):
        from_url = package.url is not None and not package.editable
        lines.append(f"{name} @ {package.url}" if from_url else f"{name}=={package.version}")
        if package.editable:
            lines[-1] = f"# {lines[-1]}  (editable: install it from its own project)"
    path = target.store.folder / "locks" / f"{target.name}.txt"
    write_atomically("\n".join([*lines, ""]).encode(), path)
    where = path.relative_to(target.store.root).as_posix()
    return {"state": "done", "message": f"wrote {where}: {len(fingerprint.packages)} packages", "exit_code": 0}


def _expect(file: Path, options: Options, teller: Any) -> Callable[[NotebookNode, int], None] | None:
    """Tell how long the reference's run took; return what looks at the cells as they run, where there is one."""
    (target,) = find_targets([str(file)], options)
    if not isinstance(target, Target):
        return None
    record = target.reference.record
    if record is not None and record.timing is not None:
        teller.say(expected_seconds=record.timing.seconds)
    return SoFar(target, teller.say).ran


def _recorded(file: Path) -> tuple[Target, Record]:
    (target,) = find_targets([str(file)], Options())
    if not isinstance(target, Target):
        raise target.fault
    if target.reference.record is None:
        raise UsageError("the notebook has no record yet: record it first")
    return target, target.reference.record


TASKS: dict[str, Task] = {"check": _check, "record": _record, "restore": _restore, "lock": _lock}
