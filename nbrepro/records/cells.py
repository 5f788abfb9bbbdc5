"""What one cell did in a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from nbrepro.records.causes import CauseKind


class CellState(str, Enum):
    """How far the execution of a cell got."""

    OK = "ok"
    ERROR = "error"
    NOT_RUN = "not_run"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a cell or a run started and how long it took: the only part that differs between equal runs."""

    started: str
    """ISO 8601, UTC."""
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ExceptionInfo:
    """An exception that ended a cell."""

    type: str
    message: str
    line: int | None = None
    """Line of the cell that raised or called what raised, from 1."""


@dataclass(frozen=True, kw_only=True)
class FileUse:
    """A file that a cell read or wrote."""

    path: str
    """Relative to the project's root, or absolute outside it; POSIX separators. Or an address, with its scheme."""
    mode: str
    """``read`` or ``write``."""
    digest: str | None = None
    size: int | None = None
    files: int | None = None
    """How many files were read, where the path is a folder that stands for them."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something seen while a cell ran that can make its result differ next time."""

    kind: CauseKind
    what: str
    """What was done, as code: ``numpy.random.default_rng()``."""
    line: int | None = None
    """Line of the cell, from 1; ``None`` where it cannot be told."""
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Entropy that an unseeded generator of a cell started from: with it the run can be made again exactly."""

    kind: str
    """``numpy`` for NumPy's generators, ``random`` for those of Python, ``bytes`` for bytes of the system."""
    entropy: str
    """The number or the bytes, in hexadecimal digits."""
    line: int | None = None
    """Line of the cell, from 1."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A number that varied between runs under the same conditions."""

    position: int
    """Position among the parts of the output, from 0."""
    n: int
    """Runs that it was seen in, the recorded one among them."""
    mean: float
    sd: float
    """Standard deviation of the sample (n - 1)."""
    min: float
    max: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What varied in one representation of an output between runs under the same conditions."""

    output: int
    """Index of the output in the cell, from 0."""
    mime: str
    runs: int
    """Runs that were held side by side, the recorded one among them."""
    parts: int
    """Numbers, words and signs in the output, as many in every run; 0 where they cannot be told."""
    numbers: tuple[Spread, ...] = ()
    flaky: tuple[int, ...] = ()
    """Positions of parts that are no numbers and varied."""
    whole: str | None = None
    """Why the output can only be judged as a whole, and so not at all: its structure or its picture varied."""
    present: int | None = None
    """In how many of the runs the output was there; ``None`` where it was in all."""
    besides: bool = False
    """Whether the recorded run lacks the output: then `output` is the one it stood after, -1 for none."""
    names: tuple[str, ...] = ()
    """Types of the exceptions that were seen, where the output is one that was not there, or not the same, in all."""


@dataclass(frozen=True, kw_only=True)
class CellRecord:
    """What one code cell did."""

    source_digest: str
    state: CellState
    order: int | None = None
    """Position among the executed cells, from 1."""
    outputs: tuple[str, ...] = ()
    """Digest of each output, in order."""
    exception: ExceptionInfo | None = None
    random_before: dict[str, str] = field(default_factory=dict)
    """Digest of each global generator's state before the cell, by library."""
    random_after: dict[str, str] = field(default_factory=dict)
    files: tuple[FileUse, ...] = ()
    findings: tuple[Finding, ...] = ()
    draws: tuple[Draw, ...] = ()
    """What unseeded generators started from, in order; left out where none was made."""
    names_read: tuple[str, ...] = ()
    """Names of the notebook that it depended on, those that its functions look up included."""
    names_written: tuple[str, ...] = ()
    """Names that it bound, deleted, or whose objects it changed in place."""
    calibration: tuple[Calibration, ...] = ()
    """What varied when the notebook was run again (``nbrepro record --calibrate N``); left out where nothing did."""
    timing: Timing | None = None
