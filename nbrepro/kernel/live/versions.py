"""What the history keeps: versions of names, and executions that read and made them. No object of the user's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbrepro.kernel.live.chance import Chance

_serials = count(1)
_NONE: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True, kw_only=True)
class Version:
    """What a name held from one execution to the next that bound it anew or changed its object in place."""

    name: str
    maker: int = 0
    """Number of the execution that made it; 0 for before the first, -1 for what changed between cells."""
    value: bytes | None = None
    """Equal for equal values; ``None`` where the whole value was not seen."""
    mutable: bool = True
    fragile: bool = False
    """Whether using the object may change it: an iterator, a file, an object with functions of the notebook."""
    reaches: frozenset[str] = _NONE
    """Names that functions in it look up or bind when they are called."""
    sets: frozenset[str] = _NONE
    """Names on which functions in it set something."""
    reaches_all: bool = False
    shares: set[int] = field(default_factory=set)
    """Serials of versions of other names that hold, or held, a part of the same object."""
    serial: int = field(default_factory=lambda: next(_serials))

    def lost(self) -> Version:
        """Return what stands for it where another value is made in each run."""
        return Version(
            name=self.name,
            maker=self.maker,
            mutable=self.mutable,
            fragile=self.fragile,
            reaches=self.reaches,
            sets=self.sets,
            reaches_all=self.reaches_all,
            shares=self.shares,
        )


@dataclass(kw_only=True, slots=True)
class Ran:
    """What is known of an execution beside its names."""

    source: str
    source_digest: str
    cell_id: str | None = None
    finished: bool = True
    interrupted: bool = False
    outputs: tuple[str, ...] | None = None
    at: float = 0.0
    random_before: Mapping[str, str] = field(default_factory=dict)
    random_after: Mapping[str, str] = field(default_factory=dict)
    files_read: Collection[str] = ()
    files_written: Collection[str] = ()
    chances: tuple[Chance, ...] = ()
    """What it took that no other run gives again."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Execution:
    """One execution of a cell."""

    number: int
    """Position among the executed cells, from 1."""
    source: str
    source_digest: str
    cell_id: str | None = None
    finished: bool = True
    """Whether it ran to its end; ``False`` after an exception."""
    interrupted: bool = False
    reads: Mapping[str, Version | None] = field(default_factory=dict)
    """What the names that it depends on held; ``None`` for a name that was not there."""
    reads_all: bool = False
    """Whether it may have read any name: ``reads`` then holds all there were."""
    writes: Mapping[str, Version | None] = field(default_factory=dict)
    """What it bound or changed; ``None`` for a name that it deleted."""
    inplace: Mapping[str, Version | None] = field(default_factory=dict)
    """What held the names whose object it changed in place without naming them, and those it changed by name."""
    kept: frozenset[int] = frozenset()
    """Serials of versions that share objects with what it used, and that it left as they were."""
    history: int | None = None
    """For one that looks into IPython's history: stands for the sources that ran before it."""
    replaces: frozenset[str] = _NONE
    """Keys of the settings that it replaces, and so does not depend on."""
    unfollowed: str = ""
    """Why nobody can tell what it read: it used IPython's history of results, or a thread was at work beside it."""
    outputs: tuple[str, ...] | None = None
    """Digests of what it showed; ``None`` where that was not seen."""
    chances: tuple[Chance, ...] = ()
    """What it took that no other run gives again."""
    at: float = 0.0
    """When it ended, in seconds since the epoch."""
