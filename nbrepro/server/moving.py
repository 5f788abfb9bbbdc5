"""A notebook that was renamed or moved leaves its record behind, until the user asks to take it along."""

from __future__ import annotations

from pathlib import Path

from nbrepro.config import project_root
from nbrepro.errors import UsageError
from nbrepro.records.panel import Fault
from nbrepro.store.layout import Store


def left_behind(file: Path, former: Path | None) -> str | None:
    """Return the name under which the record of a notebook that was moved still lies.

    Parameters
    ----------
    file:
        The notebook.
    former:
        Where it lay before; a notebook that is still there is another one, and keeps its record.
    """
    if former is None or former.exists() or project_root(file) != project_root(former):
        return None
    store = Store(project_root(file))
    name = store.name_of(former)
    waits = store.record_path(name).is_file() and not store.record_path(store.name_of(file)).exists()
    return name if waits else None


def take_along(file: Path, former: Path) -> Fault:
    """Move the record to where the notebook lies now; the answer's message says so.

    Raises
    ------
    UsageError
        If there is none to move.
    """
    name = left_behind(file, former)
    if name is None:
        raise UsageError("there is no record to take along: the notebook has its own, or its former one is gone")
    store = Store(project_root(file))
    target = store.record_path(store.name_of(file))
    target.parent.mkdir(parents=True, exist_ok=True)
    store.record_path(name).rename(target)
    return Fault(message=f"the record is {target.relative_to(store.root).as_posix()} now")
