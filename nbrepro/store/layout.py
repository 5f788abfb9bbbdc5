"""What lies under ``.nbrepro/``: references (committed), candidates and history (not committed)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.errors import UsageError
from nbrepro.notebooks import read_record, write_atomically, write_notebook
from nbrepro.records import Record
from nbrepro.store.history import History

FOLDER = ".nbrepro"
_IGNORED = (
    b"# Made by nbrepro. Records are meant to be committed; the rest belongs to this machine.\n/history.db*\n/runs/\n"
)


@dataclass(frozen=True)
class Store:
    """The records of one project.

    Parameters
    ----------
    root:
        The project's root; paths of notebooks are relative to it.
    """

    root: Path

    @property
    def folder(self) -> Path:
        """``.nbrepro`` in the project's root."""
        return self.root / FOLDER

    @property
    def history(self) -> History:
        """The index of every run made here."""
        return History(self.folder / "history.db")

    def name_of(self, notebook: Path) -> str:
        """Return the notebook's path relative to the root, with POSIX separators."""
        return notebook.absolute().relative_to(self.root).as_posix()

    def record_path(self, name: str) -> Path:
        """Return where the reference of the notebook ``name`` is kept."""
        return self.folder / "records" / name

    def reference(self, name: str) -> tuple[NotebookNode, Record] | None:
        """Return the recorded reference of a notebook; ``None`` if it was never recorded.

        Raises
        ------
        RecordError
            If the record is corrupt or was edited.
        """
        path = self.record_path(name)
        return read_record(path) if path.exists() else None

    def keep_reference(self, notebook: NotebookNode, name: str) -> Path:
        """Write the reference of a notebook and return its path."""
        self.prepare()
        path = self.record_path(name)
        write_notebook(notebook, path)
        return path

    def keep_run(self, notebook: NotebookNode, name: str, *, keep: int) -> str:
        """Keep a candidate under a new id, drop the oldest of this notebook beyond ``keep``, and return the id."""
        self.prepare()
        run_id = f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        write_notebook(notebook, self._runs_of(name) / f"{run_id}.ipynb")
        by_age = sorted(self._runs_of(name).glob("*.ipynb"), key=lambda path: path.stat().st_mtime_ns)
        for stale in by_age[: -max(keep, 1)]:
            stale.unlink(missing_ok=True)
        return run_id

    def run_path(self, run_id: str) -> Path:
        """Return the candidate whose id is or begins with ``run_id``.

        Raises
        ------
        UsageError
            If no run, or more than one, has such an id.
        """
        found = [path for path in self._all_runs() if path.stem.startswith(run_id)]
        if not found:
            raise UsageError(f"{run_id!r} is neither a file nor the id of a kept run: `nbrepro log` lists them")
        if len(found) > 1:
            ids = ", ".join(sorted(path.stem for path in found)[:4])
            raise UsageError(f"{run_id!r} is the beginning of several runs' ids ({ids}): give more of it")
        return found[0]

    def load(self, target: str) -> tuple[Path, NotebookNode, Record]:
        """Return the record that a path of a record or the id of a run names."""
        path = Path(target)
        path = path if path.exists() else self.run_path(target)
        return (path, *read_record(path))

    def _runs_of(self, name: str) -> Path:
        return self.folder / "runs" / name

    def _all_runs(self) -> Iterator[Path]:
        return (path for path in (self.folder / "runs").rglob("*.ipynb") if path.is_file())

    def prepare(self) -> Path:
        """Make the folder, with a ``.gitignore`` for what is not to be committed, and return that file's path."""
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            write_atomically(_IGNORED, ignore)
        return ignore
