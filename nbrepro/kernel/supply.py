"""Entropy for unseeded generators: the system's, made of the seed, or that of an earlier run given out again."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from nbrepro.kernel.activity import RunningCell
from nbrepro.kernel.border import Faults
from nbrepro.kernel.launch import Chances
from nbrepro.records import Draw
from nbrepro.records.digests import digest_text

BYTES = "bytes"
"""The kind of draws that may be keys and tokens."""
MAX_DRAWS = 1000
MAX_SIZE = 1024
"""Bytes of one draw that are kept."""
_REPLACED_BYTES = ("uuid.uuid", "os.urandom", "random.SystemRandom()")
"""Bytes that become deterministic on request; what `secrets` gives never does."""

Stock = dict[str, list[list[Draw]]]


@dataclass(frozen=True)
class Wanted:
    """A draw of entropy that decides what a cell computes."""

    kind: str
    """As in `nbrepro.records.Draw`."""
    what: str
    """The code that draws."""
    line: int | None
    own: bool = True
    """Whether own code draws, rather than a library on its behalf."""


class Supply:
    """Gives entropy to the generators of the running cell.

    Parameters
    ----------
    chances:
        What the launch wants of it.
    seed:
        Returns the session's seed as it is now.
    faults:
        Where a replay that runs dry is told.
    """

    def __init__(self, chances: Chances, seed: Callable[[], int], faults: Faults) -> None:
        self._chances = chances
        self._seed = seed
        self._faults = faults
        self._stock = _read_stock(chances.replay, faults)

    @property
    def mode(self) -> str:
        """What the session does: ``detect``, ``deterministic`` or ``replay``."""
        if self._stock is not None:
            return "replay"
        return "deterministic" if self._chances.deterministic else "detect"

    def begin(self, cell: RunningCell) -> None:
        """A cell begins: its part of the stock is taken out."""
        parts = (self._stock or {}).get(digest_text(cell.source))
        for draw in parts.pop(0) if parts else ():
            cell.stock.setdefault(draw.kind, deque()).append(draw)

    def take(self, cell: RunningCell, wanted: Wanted, size: int) -> bytes | None:
        """Return the entropy for a draw, or ``None`` where the system is to give it."""
        number, cell.drawn = cell.drawn, cell.drawn + 1
        if self._stock is not None:
            return self._again(cell, wanted, size)
        if not self._chances.deterministic or not _may_be_known(wanted):
            return None
        origin = f"{self._seed()}/{cell.identity}/{number}"
        return hashlib.shake_256(origin.encode()).digest(size)

    def fresh(self, wanted: Wanted, size: int) -> bytes | None:
        """Return entropy of the system for a generator that would draw its own unseen; ``None`` leaves it to that."""
        return os.urandom(size) if self._keeps(wanted) else None

    def keep(self, cell: RunningCell, wanted: Wanted, entropy: bytes) -> None:
        """Note what a draw got, if it may be known."""
        if self._keeps(wanted) and len(cell.draws) < MAX_DRAWS and len(entropy) <= MAX_SIZE:
            cell.draws.append(Draw(kind=wanted.kind, entropy=entropy.hex(), line=wanted.line))

    def _keeps(self, wanted: Wanted) -> bool:
        kept = self._chances.kept
        return kept == "all" or (kept == "generators" and wanted.kind != BYTES)

    def _again(self, cell: RunningCell, wanted: Wanted, size: int) -> bytes | None:
        left = cell.stock.get(wanted.kind)
        entropy = bytes.fromhex(left.popleft().entropy) if left else b""
        if len(entropy) == size:
            return entropy
        why = 'which is kept with record_entropy = "all" only' if wanted.kind == BYTES else "the cell is another one"
        self._faults.add("replay", f"no entropy on record for `{wanted.what}`: {why}")
        return None


def _may_be_known(wanted: Wanted) -> bool:
    """Whether a draw may be made of the seed: never a library's keys and names, nor what `secrets` gives."""
    if wanted.kind == BYTES:
        return wanted.own and wanted.what.startswith(_REPLACED_BYTES)
    return True


def _read_stock(path: Path | None, faults: Faults) -> Stock | None:
    if path is None:
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stock)
    except (OSError, msgspec.DecodeError) as fault:
        faults.add("replay", fault)
        return {}
