"""Digests of large files, kept from one command to the next in the project's ``.nbrepro/runs/digests.db``.

A convenience: whatever goes wrong with it, the files are read again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

Identity: TypeAlias = tuple[int, int, int, int, int]
"""Device, inode, size, time of modification and of change, the times in nanoseconds."""

NAME = "runs/digests.db"
"""In `.nbrepro`, below the folder that no project commits."""
SMALLEST = 64 * 1024
"""Bytes below which a file is read as fast as it is looked up."""
_MOST = 200_000
_PATIENCE = 1.0
_TABLE = "create table if not exists digests (identity text primary key, digests text, used integer) without rowid"


class Remembered:
    """Digests by a file's identity.

    Parameters
    ----------
    path:
        Of the database; it is made when there is something to keep.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new: dict[Identity, Mapping[str, str]] = {}
        self._old: dict[str, dict[str, str]] | None = None

    def find(self, identity: Identity) -> Mapping[str, str]:
        """Return the digests that are known of a file, by their kind."""
        if self._old is None:
            self._old = self._load()
        return self._old.get(_text(identity), {})

    def keep(self, identity: Identity, digests: Mapping[str, str]) -> None:
        """Keep the digests of a large file; `save` writes them."""
        if identity[2] >= SMALLEST:
            self._new[identity] = dict(digests)

    def save(self) -> None:
        """Write what is new, and forget what was not met for longest beyond 200,000 files."""
        if not self._new:
            return
        new, self._new = self._new, {}
        now = int(time.time())
        rows = [(_text(identity), json.dumps(digests), now) for identity, digests in new.items()]
        if self._old is not None:
            self._old |= {_text(identity): dict(digests) for identity, digests in new.items()}
        try:
            self._write(rows)
        except Exception:  # noqa: BLE001 - a full disk, a lock, a damaged file, no sqlite3: nothing is lost
            return

    def _write(self, rows: list[tuple[str, str, int]]) -> None:
        import sqlite3  # noqa: PLC0415 - the kernel loads this module, and has no use for it

        self._path.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as base, base:
            base.execute(_TABLE)
            base.executemany("insert or replace into digests values (?, ?, ?)", rows)
            base.execute(
                "delete from digests where identity not in (select identity from digests order by used desc limit ?)",
                (_MOST,),
            )

    def _load(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        import sqlite3  # noqa: PLC0415 - as above

        try:
            with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as base:
                rows = base.execute("select identity, digests from digests").fetchall()
            return {identity: dict(json.loads(digests)) for identity, digests in rows}
        except Exception:  # noqa: BLE001 - as above
            return {}


def _text(identity: Identity) -> str:
    return ":".join(map(str, identity))
