"""Causes: why two runs differ, with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CauseKind(str, Enum):
    """The kinds of causes; a new one is an addition, renaming one is a break."""

    SOURCE = "source"
    LOCAL_MODULE = "local_module"
    EXECUTION_ORDER = "execution_order"
    CELL_MISSING = "cell_missing"
    DATA_CHANGED = "data_changed"
    DATA_MISSING = "data_missing"
    PACKAGE = "package"
    PYTHON = "python"
    PLATFORM = "platform"
    UNSEEDED_RANDOMNESS = "unseeded_randomness"
    RANDOM_CONSUMPTION = "random_consumption"
    HASH_ORDER = "hash_order"
    FILESYSTEM_ORDER = "filesystem_order"
    THREADS = "threads"
    NUMERICS = "numerics"
    GPU = "gpu"
    DETERMINISM_SWITCH = "determinism_switch"
    TIME = "time"
    NETWORK = "network"
    ENVIRONMENT_VARIABLE = "environment_variable"
    LOCALE = "locale"
    MEMORY_ADDRESS = "memory_address"
    PROCESS = "process"
    RENDERING = "rendering"
    RESOURCES = "resources"
    MISSING_MODULE = "missing_module"
    HIDDEN_STATE = "hidden_state"
    API_CHANGE = "api_change"
    KERNEL_DEATH = "kernel_death"
    FLAKY = "flaky"
    UNKNOWN = "unknown"


CAUSE_DESCRIPTIONS: dict[CauseKind, str] = {
    CauseKind.SOURCE: "The source of this cell or of one before it was edited.",
    CauseKind.LOCAL_MODULE: "A module of the project that the notebook imports was edited.",
    CauseKind.EXECUTION_ORDER: "The reference was made by running cells in another order than from the top.",
    CauseKind.CELL_MISSING: "A cell of the reference is gone, or a new one stands before this.",
    CauseKind.DATA_CHANGED: "A file that the notebook reads has other contents.",
    CauseKind.DATA_MISSING: "A file that the notebook reads is not there.",
    CauseKind.PACKAGE: "A package has another version.",
    CauseKind.PYTHON: "The Python interpreter has another version.",
    CauseKind.PLATFORM: "The operating system or the processor's architecture is another one.",
    CauseKind.UNSEEDED_RANDOMNESS: "A random generator was created without a seed.",
    CauseKind.RANDOM_CONSUMPTION: "A seeded generator was drawn from another number of times.",
    CauseKind.HASH_ORDER: "The order of a set or a hash of a string depends on PYTHONHASHSEED.",
    CauseKind.FILESYSTEM_ORDER: "A listing of files came in another order.",
    CauseKind.THREADS: "Sums were split over another number of threads.",
    CauseKind.NUMERICS: "A numeric library took another code path (BLAS, instruction set).",
    CauseKind.GPU: "The graphics processor, its driver or its libraries are others.",
    CauseKind.DETERMINISM_SWITCH: "A determinism or precision switch is set otherwise.",
    CauseKind.TIME: "The result depends on the clock or the date.",
    CauseKind.NETWORK: "The result depends on what a remote address answered.",
    CauseKind.ENVIRONMENT_VARIABLE: "An environment variable has another value.",
    CauseKind.LOCALE: "Locale or time zone differ.",
    CauseKind.MEMORY_ADDRESS: "A memory address or an object id was printed.",
    CauseKind.PROCESS: "The result depends on this process or on the machine's state just then: ids, load, memory.",
    CauseKind.RENDERING: "Fonts or a plotting library render differently.",
    CauseKind.RESOURCES: "Time or memory ran out.",
    CauseKind.MISSING_MODULE: "A module cannot be imported here.",
    CauseKind.HIDDEN_STATE: "A name was defined by a cell that is deleted or stands further down.",
    CauseKind.API_CHANGE: "A name or a parameter went away with another version of a package.",
    CauseKind.KERNEL_DEATH: "The kernel died.",
    CauseKind.FLAKY: "Two runs under the same conditions differ, for a reason that was not found.",
    CauseKind.UNKNOWN: "No evidence points to a cause.",
}


USUAL_MENDS: dict[CauseKind, str] = {
    CauseKind.SOURCE: "Record again if the edit is wanted; undo it if not.",
    CauseKind.LOCAL_MODULE: "Record again if the edit of the module is wanted; undo it if not.",
    CauseKind.EXECUTION_ORDER: "Put the cells in the order in which they were run, run all from the top, and save.",
    CauseKind.CELL_MISSING: "Put the cell back as the reference has it, or record again.",
    CauseKind.DATA_CHANGED: "Fetch the former version of the file, or accept the outputs (`nbrepro check --update`).",
    CauseKind.DATA_MISSING: "Fetch the file (`dvc pull`, `git checkout`), or mend its path.",
    CauseKind.PACKAGE: "Install the recorded version of the package, or record again.",
    CauseKind.PYTHON: "Run with the recorded version of Python, or record again.",
    CauseKind.PLATFORM: "Allow a tolerance, or keep a record for each platform.",
    CauseKind.UNSEEDED_RANDOMNESS: "Give the generator a seed: `np.random.default_rng(42)`.",
    CauseKind.RANDOM_CONSUMPTION: "Give each cell a generator of its own: what one draws then shifts no other.",
    CauseKind.HASH_ORDER: "Sort before the order counts: `sorted(…)`.",
    CauseKind.FILESYSTEM_ORDER: "Sort the listing: `sorted(path.iterdir())`.",
    CauseKind.THREADS: "Collect the results in the order of the inputs, set `threads`, or allow a tolerance.",
    CauseKind.NUMERICS: "Allow a tolerance: the tag `nbrepro-rtol=…`.",
    CauseKind.GPU: "Run on the same device, or allow a tolerance.",
    CauseKind.DETERMINISM_SWITCH: "Set the switch as the record has it.",
    CauseKind.TIME: "Take the date from a parameter or from the data.",
    CauseKind.NETWORK: "Keep a copy of what is fetched under version control (`dvc import-url`), and read that.",
    CauseKind.ENVIRONMENT_VARIABLE: "Name the variable in the setting `environment`, or make it a parameter.",
    CauseKind.LOCALE: "Name the locale or the time zone in the code.",
    CauseKind.MEMORY_ADDRESS: "Show the object's value or its name instead of its address.",
    CauseKind.PROCESS: "Keep ids, load and memory out of results, or tag the cell `nbrepro-ignore-output`.",
    CauseKind.RENDERING: "Install the recorded version and fonts, or set `pixel_tolerance`.",
    CauseKind.RESOURCES: "Raise `timeout` or `max_output`, or run on a larger machine.",
    CauseKind.MISSING_MODULE: "Install the distribution that provides the module.",
    CauseKind.HIDDEN_STATE: "Move the cell that defines the name up, or put it back.",
    CauseKind.API_CHANGE: "Adapt the call, or install the recorded version of the package.",
    CauseKind.KERNEL_DEATH: "Give it more memory, or look at the native code that crashed: see the evidence.",
    CauseKind.FLAKY: "Have it proved: `nbrepro explain --prove` holds each source of chance still.",
    CauseKind.UNKNOWN: "Record the notebook: a later difference can then be traced.",
}
"""What usually mends a kind of cause, where nothing more exact is known."""


class Confidence(str, Enum):
    """How strongly the evidence ties a cause to the difference."""

    HIGH = "high"
    """Evidence inside the differing cell, or in what it is known to use."""
    MEDIUM = "medium"
    """A change that the differing cell may depend on."""
    LOW = "low"
    """A change, without a known link to the cell."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why the candidate differs from the reference, with the evidence for it."""

    kind: CauseKind
    summary: str
    """One sentence for people."""
    confidence: Confidence
    evidence: tuple[str, ...]
    cell: int | None = None
    """Index of the cell where the cause sits, from 0; ``None`` for one that sits in no cell."""
    line: int | None = None
    """Line of that cell, from 1."""
    proved_by: str | None = None
    mend: str | None = None
    """The smallest change that would remove the cause, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One point in which two fingerprints differ."""

    kind: CauseKind
    name: str
    """What differs: a package, a file, a variable, a dotted section of the fingerprint."""
    reference: str | None
    candidate: str | None
