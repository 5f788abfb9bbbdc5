"""The messages between kernel, server and panel: one source for the JSON Schema and for the panel's TypeScript types.

The protocol has a version of its own, since the three halves are installed in up to three places: a browser's page,
the server's environment, the kernel's environment. An unknown major version is told to the user together with what
to upgrade; a newer minor one only adds fields.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from nbrepro.records.causes import Cause, Drift
from nbrepro.records.cells import ExceptionInfo, Finding
from nbrepro.records.results import Difference
from nbrepro.records.verdicts import Verdict

PROTOCOL = "1.0"
COMM_TARGET = "nbrepro"
COMM_ID = "nbrepro-panel"
"""Fixed, so that a page that is loaded again, or a second one, joins the comm that is there."""
EVENT_SCHEMA = "https://nbrepro.readthedocs.io/events/job/v1"

JobKind = Literal["check", "record", "restore", "lock"]
JobState = Literal["running", "done", "failed", "cancelled"]
NotebookState = Literal["up_to_date", "drifted", "not_recorded", "unusable", "remote"]


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message."""


# From the panel to the kernel.


class Hello(_Part, frozen=True, tag_field="type", tag="hello"):
    """The panel asks for the state of the session."""

    protocol: str
    listen: bool = True
    """Whether to tell of every cell from now on; a panel that is hidden does not listen."""


class EditorCell(_Part, frozen=True):
    """A code cell as it stands in the editor."""

    id: str
    source: str
    tags: tuple[str, ...] = ()


class LiveQuestion(_Part, frozen=True, tag_field="type", tag="cells"):
    """The panel asks whether a run from the top of these cells would give what they show."""

    protocol: str
    cells: tuple[EditorCell, ...]


# From the kernel to the panel.


class LiveCell(_Part, frozen=True):
    """How a cell stands to a run from the top."""

    id: str | None
    state: str
    """``clean``, ``stale``, ``out_of_order``, ``orphan``, ``edited``, ``not_run``, ``raised`` or ``interrupted``."""
    reason: str = ""
    names: tuple[str, ...] = ()
    """Names that the state is owed to."""


class LiveAnswer(_Part, frozen=True, tag_field="type", tag="live"):
    """Whether a run from the top would give what the cells show, and how each stands."""

    session: str
    yes: bool
    cells: tuple[LiveCell, ...]


class KernelCell(_Part, frozen=True):
    """The latest execution of one cell in the session."""

    cell_id: str | None
    msg_id: str
    source_digest: str
    state: str
    order: int | None
    execution_count: int | None
    seconds: float
    draws: bool
    """Whether the cell drew from a global generator."""
    findings: tuple[Finding, ...] = ()
    exception: ExceptionInfo | None = None
    reads: tuple[str, ...] = ()
    """The first few files that it read."""
    writes: tuple[str, ...] = ()


class KernelState(_Part, frozen=True, tag_field="type", tag="state"):
    """The whole state of a session."""

    protocol: str
    nbrepro: str
    session: str
    seed: int
    hash_seed: str
    pinned: bool
    """Whether the kernel was started pinned: with a fixed hash seed."""
    seeded: tuple[str, ...]
    switches: tuple[str, ...]
    faults: int
    cells: tuple[KernelCell, ...]
    live: bool = False
    """Whether it follows what each cell used and made, and so answers a `LiveQuestion`."""


class KernelCellRan(_Part, frozen=True, tag_field="type", tag="cell"):
    """A cell has run."""

    session: str
    cell: KernelCell


class KernelGone(_Part, frozen=True, tag_field="type", tag="gone"):
    """The extension was unloaded."""

    session: str


# From the server to the panel.


class ServerHello(_Part, frozen=True):
    """Who answers."""

    protocol: str
    nbrepro: str
    gateway: bool = False
    """Whether kernels run elsewhere, at a gateway; jobs run where the server runs."""


class Code(_Part, frozen=True):
    """Where the project's code stands."""

    commit: str | None
    branch: str | None
    dirty: bool
    modified: tuple[str, ...] = ()


class DataState(_Part, frozen=True):
    """A data file of the record, as it is now."""

    path: str
    tracked: Literal["dvc", "git", "no"]
    state: Literal["same", "changed", "missing"]
    reference: str | None
    candidate: str | None
    restorable: bool
    """Whether the recorded contents can be had from DVC's cache or from git."""


class RecordSummary(_Part, frozen=True):
    """The record of a notebook, in short."""

    path: str
    recorded: str | None
    seconds: float
    digest: str
    nbrepro: str
    python: str | None
    packages: int
    seed: int | None
    hash_seed: str | None
    code: Code | None
    cells: dict[str, str]
    """Digest of each recorded code cell's source, by the id of the cell in the notebook."""


class CheckedCell(_Part, frozen=True):
    """A cell of the last check."""

    id: str
    number: int | None
    verdict: Verdict
    source_digest: str
    first_line: str
    reason: str | None = None
    differences: tuple[Difference, ...] = ()
    follows: str | None = None
    """Why its difference only follows from the first one."""


class PanelCause(_Part, frozen=True):
    """A likely cause, with the id of the cell where it sits."""

    cause: Cause
    cell_id: str | None
    cell_number: int | None


class Check(_Part, frozen=True):
    """What the last check of a notebook found."""

    run_id: str
    verdict: Verdict
    exit_code: int
    started: str
    seconds: float
    reference: str | None
    reason: str | None
    passed: int
    compared: int
    cells: tuple[CheckedCell, ...] = ()
    causes: tuple[PanelCause, ...] = ()
    drift: tuple[Drift, ...] = ()


class HistoryItem(_Part, frozen=True):
    """One run in the history."""

    id: str
    command: str
    started: str
    seconds: float
    verdict: str
    exit_code: int
    commit: str | None
    summary: str
    passed: int
    compared: int
    metrics: dict[str, float] = {}


class Job(_Part, frozen=True):
    """Something that the server does for a notebook in the background."""

    id: str
    kind: JobKind
    path: str
    state: JobState
    started: str
    done: int = 0
    total: int = 0
    matched: int | None = None
    """Cells of a running check whose outputs match the reference so far; ``None`` before the first is compared."""
    differing: int = 0
    """Cells of a running check whose outputs do not."""
    expected_seconds: float | None = None
    elapsed: float = 0.0
    cancelling: bool = False
    message: str | None = None
    """What came of it, or why it failed, as a sentence."""
    exit_code: int | None = None


class Overview(_Part, frozen=True):
    """How a notebook stands to its record, its data, its code and its history."""

    path: str
    state: NotebookState
    reason: str | None = None
    record: RecordSummary | None = None
    edited: tuple[str, ...] = ()
    """Ids of cells whose source is not the record's; new ones are in ``added``."""
    added: tuple[str, ...] = ()
    removed: int = 0
    outputs: tuple[str, ...] = ()
    """Ids of cells whose saved outputs differ from the record's."""
    affected: tuple[str, ...] | None = None
    """Ids of cells that the drift can reach; ``None`` where that cannot be told."""
    drift: tuple[Drift, ...] = ()
    data: tuple[DataState, ...] = ()
    code: Code | None = None
    check: Check | None = None
    history: tuple[HistoryItem, ...] = ()
    job: Job | None = None
    notes: tuple[str, ...] = ()
    former: str | None = None
    """The name under which the record of a notebook that was renamed or moved still lies."""


class DiffPiece(_Part, frozen=True):
    """A run of characters of a line."""

    text: str
    changed: bool = False


class DiffRow(_Part, frozen=True):
    """A line of both sides."""

    left: tuple[DiffPiece, ...] | None
    right: tuple[DiffPiece, ...] | None
    skipped: int = 0


class DiffTable(_Part, frozen=True):
    """A table as texts."""

    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


class DiffPane(_Part, frozen=True):
    """One pair of outputs; exactly one of the kinds is filled."""

    mime: str
    verdict: Verdict
    reason: str | None = None
    differences: tuple[Difference, ...] = ()
    rows: tuple[DiffRow, ...] = ()
    tables: tuple[DiffTable | None, DiffTable | None] | None = None
    images: tuple[str | None, str | None, str | None] | None = None
    """Data addresses of the reference, the candidate, and where they differ."""
    notes: tuple[str, ...] = ()


class CellDiff(_Part, frozen=True):
    """The outputs of one cell, reference against candidate."""

    path: str
    run_id: str
    id: str
    number: int | None
    source: str
    panes: tuple[DiffPane, ...]


class Fault(_Part, frozen=True):
    """What the server answers when it cannot do what was asked."""

    message: str
    reason: str | None = None


MESSAGES: tuple[Any, ...] = (
    Hello, LiveQuestion, KernelState, KernelCellRan, LiveAnswer, KernelGone,
    ServerHello, Overview, Job, CellDiff, Fault,
)  # fmt: skip


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of every message, by name under ``$defs``."""
    _, definitions = msgspec.json.schema_components(MESSAGES, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages of the nbrepro panel",
        "version": PROTOCOL,
        "comm": {"target": COMM_TARGET, "id": COMM_ID},
        "event": EVENT_SCHEMA,
        "$defs": dict(sorted(definitions.items())),
    }
