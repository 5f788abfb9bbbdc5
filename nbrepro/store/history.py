"""The history: one row for every run made here, in SQLite, never committed.

The history serves ``nbrepro log`` and trends. It is an index: a check never fails because of it. A damaged
file is moved aside, which is told, never deleted.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbrepro.errors import StoreError

_log = logging.getLogger(__name__)
"""Reaches standard error where nobody set up logging, as on the command line, and the log of a Jupyter server."""

_VERSION = 1
_BUSY_SECONDS = 30.0
_TABLE = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    notebook TEXT NOT NULL,
    command TEXT NOT NULL,
    started TEXT NOT NULL,
    seconds REAL NOT NULL,
    verdict TEXT NOT NULL,
    exit_code INTEGER NOT NULL,
    reference TEXT,
    digest TEXT NOT NULL,
    code_commit TEXT,
    summary TEXT NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS runs_by_notebook ON runs (notebook, started);
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One run."""

    id: str
    notebook: str
    command: str
    """``check`` or ``record``."""
    started: str
    seconds: float
    verdict: str
    """The verdict of a check; ``recorded`` or ``error`` of a record."""
    exit_code: int
    reference: str | None
    digest: str
    """The record's digest: equal digests, equal runs."""
    code_commit: str | None
    summary: str
    """One line: what differs first and why."""
    result: dict[str, Any]
    """The JSON object of the notebook's result; empty for a record."""

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON, without the result's details."""
        data = asdict(self)
        del data["result"]
        return data


@dataclass(frozen=True)
class History:
    """The runs kept in one SQLite file; it is made when the first run is added."""

    path: Path

    def add(self, entry: Entry) -> None:
        """Add a run.

        Raises
        ------
        StoreError
            If the file cannot be written. A damaged file is moved aside and a new one begun.
        """
        row = {**asdict(entry), "result": json.dumps(entry.result)}
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        with self._open() as connection:
            connection.execute(f"INSERT OR REPLACE INTO runs ({names}) VALUES ({values})", row)  # noqa: S608 - our own field names

    def entries(self, notebooks: Sequence[str] = (), *, limit: int = -1) -> list[Entry]:
        """Return the runs of these notebooks, of all if none is named, newest first.

        Parameters
        ----------
        notebooks:
            Paths relative to the root; a folder stands for all notebooks below it.
        limit:
            The most to return; -1 for all.

        Raises
        ------
        StoreError
            If the file is damaged or of a newer nbrepro.
        """
        if not self.path.exists():
            return []
        where = " OR ".join("notebook = ? OR notebook LIKE ? ESCAPE '\\'" for _ in notebooks) or "1"
        values = [value for name in notebooks for value in (name, _below(name))]
        query = f"SELECT * FROM runs WHERE {where} ORDER BY started DESC, id DESC LIMIT ?"  # noqa: S608 - placeholders only
        with self._open() as connection:
            rows = connection.execute(query, [*values, limit]).fetchall()
        return [Entry(**{**dict(row), "result": json.loads(row["result"])}) for row in rows]

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connect()
            try:
                with connection:
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as fault:
            raise StoreError(f"the history cannot be used ({fault})", context=(str(self.path),)) from None

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._prepared()
        except sqlite3.DatabaseError as fault:
            if isinstance(fault, sqlite3.OperationalError):
                raise
            aside = self._aside()
            self.path.replace(aside)
            _log.warning("nbrepro: %s was damaged: it is kept as %s, and a new history is begun", self.path, aside.name)
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        try:
            connection.row_factory = sqlite3.Row
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise StoreError("the history was written by a newer nbrepro: upgrade it", context=(str(self.path),))
            if version < _VERSION:
                connection.executescript(_TABLE + f"PRAGMA user_version = {_VERSION};")
        except BaseException:
            connection.close()
            raise
        return connection

    def _aside(self) -> Path:
        number = 1
        while (target := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        return target


def _below(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}/%"
