"""The data that the rooms pass to each other: frozen, and converted to and from JSON by msgspec."""

from nbrepro.records.causes import CAUSE_DESCRIPTIONS, Cause, CauseKind, Confidence, Drift
from nbrepro.records.cells import Calibration, CellRecord, CellState, ExceptionInfo, FileUse, Finding, Spread, Timing
from nbrepro.records.fingerprint import (
    Code,
    DataFile,
    DvcState,
    Environment,
    Fingerprint,
    Gpu,
    Hardware,
    Numerics,
    Package,
    Platform,
    Python,
    Randomness,
    ThreadPool,
)
from nbrepro.records.record import SCHEMA_VERSION, Problem, Record
from nbrepro.records.results import (
    REPORT_SCHEMA_VERSION,
    CellResult,
    Difference,
    Mask,
    NotebookResult,
    OutputResult,
    Report,
)
from nbrepro.records.verdicts import DESCRIPTIONS as VERDICT_DESCRIPTIONS
from nbrepro.records.verdicts import Verdict, worst

__all__ = [
    "CAUSE_DESCRIPTIONS",
    "REPORT_SCHEMA_VERSION",
    "SCHEMA_VERSION",
    "VERDICT_DESCRIPTIONS",
    "Calibration",
    "Cause",
    "CauseKind",
    "CellRecord",
    "CellResult",
    "CellState",
    "Code",
    "Confidence",
    "DataFile",
    "Difference",
    "Drift",
    "DvcState",
    "Environment",
    "ExceptionInfo",
    "FileUse",
    "Finding",
    "Fingerprint",
    "Gpu",
    "Hardware",
    "Mask",
    "NotebookResult",
    "Numerics",
    "OutputResult",
    "Package",
    "Platform",
    "Problem",
    "Python",
    "Randomness",
    "Record",
    "Report",
    "Spread",
    "ThreadPool",
    "Timing",
    "Verdict",
    "worst",
]
